"""Numbers that Word counts itself → text (第十条, （三）, 2.1), since the file holds only how they are counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from index.loaders.counting import whole_number, write_number
from index.loaders.docx_styles import Styles
from index.loaders.lines import bullet
from index.loaders.ooxml import MC, W, is_on

DEEPEST_LEVEL = 8
LONGEST_PATTERN = 60
PLACE = re.compile(r"%([1-9])")
# After these a number needs no space.
CLOSED = "、，。．：）】〉》」』〕"


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts. `restarts` is the level above that sets it back, 0 none, None any."""

    form: str
    pattern: str
    start: int
    plain: bool = False
    joined: bool = False
    restarts: int | None = None


class Numbering:
    """Counts the lists of one document; ask for each paragraph once, in order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        lists = () if root is None else root
        self._abstract = {one.get(f"{W}abstractNumId", ""): one for one in lists if one.tag == f"{W}abstractNum"}
        self._lists = {one.get(f"{W}numId", ""): one for one in lists if one.tag == f"{W}num"}
        self._styles = styles
        self._levels: dict[tuple[str, int], Level | None] = {}
        self._levels_of_styles: dict[tuple[str, str], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, list_id: str | None, level: int | None, style: str | None) -> tuple[str, bool]:
        """Return what stands before a paragraph ("" where nothing does) and whether that is a mere bullet.

        `level` is None where only the style makes the paragraph a list item; the list then knows its level.
        """
        if not list_id or list_id not in self._lists:
            return "", False
        place = self._level_of_style(list_id, style) if level is None else max(0, min(level, DEEPEST_LEVEL))
        found = self._level(list_id, place)
        if found is None:
            return "", False
        if found.form == "bullet":
            return (bullet(place + 1), True) if found.pattern else ("", True)
        self._advance(list_id, place, found.start)
        text = PLACE.sub(lambda match: self._number(list_id, int(match.group(1)) - 1, found), found.pattern).strip()
        return (text if not text or found.joined or text[-1] in CLOSED else f"{text} "), False

    def _number(self, list_id: str, place: int, asking: Level) -> str:
        level = self._level(list_id, place)
        if level is None:
            return ""
        number = self._counts[self._counter(list_id)].get(place, level.start)
        return write_number(number, "decimal" if asking.plain and level.form != "decimalZero" else level.form)

    def _advance(self, list_id: str, place: int, start: int) -> None:
        counts = self._counts.setdefault(self._counter(list_id), {})
        if (list_id, place) not in self._restarted:
            self._restarted.add((list_id, place))
            if self._override(list_id, place) is not None:
                counts.pop(place, None)
        counts[place] = counts[place] + 1 if place in counts else start
        for below in [one for one in counts if one > place]:
            level = self._level(list_id, below)
            if level is None or level.restarts is None or place < level.restarts:
                del counts[below]

    def _counter(self, list_id: str) -> str:
        """Lists that are based on the same definition count on together."""
        definition = self._definition(list_id)
        return "" if definition is None else definition.get(f"{W}abstractNumId", "")

    def _override(self, list_id: str, place: int) -> int | None:
        for override in self._lists[list_id].iterfind(f"{W}lvlOverride"):
            start = override.find(f"{W}startOverride")
            if whole_number(override.get(f"{W}ilvl"), 0) == place and start is not None:
                return whole_number(start.get(f"{W}val"), 1)
        return None

    def _definition(self, list_id: str | None) -> etree._Element | None:
        """Return the definition of a list, which may be that of a list style."""
        for _ in range(DEEPEST_LEVEL):
            reference = self._lists[list_id].find(f"{W}abstractNumId") if list_id in self._lists else None
            definition = None if reference is None else self._abstract.get(reference.get(f"{W}val", ""))
            link = None if definition is None else definition.find(f"{W}numStyleLink")
            if definition is None or link is None:
                return definition
            list_id = self._styles.numbering(link.get(f"{W}val")).list_id
        return None

    def _level_of_style(self, list_id: str, style: str | None) -> int:
        key = (list_id, style or "")
        if key not in self._levels_of_styles:
            definition = self._definition(list_id)
            places = {
                link.get(f"{W}val", ""): whole_number(level.get(f"{W}ilvl"), 0)
                for level in (() if definition is None else definition.iterfind(f"{W}lvl"))
                if (link := level.find(f"{W}pStyle")) is not None
            }
            self._levels_of_styles[key] = max(0, min(places.get(style or "", 0), DEEPEST_LEVEL))
        return self._levels_of_styles[key]

    def _level(self, list_id: str, place: int) -> Level | None:
        key = (list_id, place)
        if key not in self._levels:
            element = self._level_element(list_id, place)
            start = self._override(list_id, place)
            self._levels[key] = None if element is None else _read_level(element, start)
        return self._levels[key]

    def _level_element(self, list_id: str, place: int) -> etree._Element | None:
        own = (override.find(f"{W}lvl") for override in self._lists[list_id].iterfind(f"{W}lvlOverride"))
        definition = self._definition(list_id)
        shared = () if definition is None else definition.iterfind(f"{W}lvl")
        levels: list[etree._Element] = [*(one for one in own if one is not None), *shared]
        for level in levels:
            if whole_number(level.get(f"{W}ilvl"), 0) == place:
                return level
        return None


def _read_level(element: etree._Element, start: int | None) -> Level:
    values: Mapping[str, etree._Element] = {
        str(child.tag).removeprefix(W): child for child in element if isinstance(child.tag, str)
    }

    def value(name: str, default: str) -> str:
        return values[name].get(f"{W}val", default) if name in values else default

    form = value("numFmt", "decimal")
    older = element.find(f"{MC}AlternateContent/{MC}Fallback/{W}numFmt")  # Word writes its newer forms in this way
    if older is not None:
        form = older.get(f"{W}val", form)
    return Level(
        form=form,
        pattern=value("lvlText", "")[:LONGEST_PATTERN],
        start=whole_number(value("start", ""), 1) if start is None else start,
        plain=bool(is_on(values.get("isLgl"))),
        joined=value("suff", "tab") == "nothing",
        restarts=whole_number(value("lvlRestart", ""), 0) if "lvlRestart" in values else None,
    )
