"""Styles and lists of an ODT."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from index.loaders.counting import whole_number, write_number
from index.loaders.lines import bullet
from index.loaders.looks import PLAIN, Look, named_look

OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = f"{{{OPEN}office:1.0}}", f"{{{OPEN}text:1.0}}", f"{{{OPEN}table:1.0}}"
STYLE, DRAW, FO = f"{{{OPEN}style:1.0}}", f"{{{OPEN}drawing:1.0}}", f"{{{OPEN}xsl-fo-compatible:1.0}}"
LO_EXTENSION = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
LONGEST_CHAIN = 50
DEEPEST_LEVEL = 10
LONGEST_AFFIX = 30
POINTS = re.compile(r"([0-9.]{1,10})pt")
PLACE = re.compile(r"%([0-9]{1,2})%")
CLOSED = "、，。．：）】〉》」』〕"
# By the first number of the series that the format shows, as 一, 二, 三, ...
NUMBER_FORMS = {
    **{"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"},
    **{"一": "chineseCounting", "壹": "chineseLegalSimplified", "①": "decimalEnclosedCircle"},
    **{"甲": "ideographTraditional", "子": "ideographZodiac", "１": "decimalFullWidth", "01": "decimalZero"},
}


class OdtStyles:
    """Looks of paragraphs and runs by their style's name, and the lists that styles define."""

    def __init__(self, roots: Iterable[etree._Element | None]) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        self.outline: etree._Element | None = None
        for root in roots:
            for element in (
                () if root is None else root.iter(f"{STYLE}style", f"{TEXT}list-style", f"{TEXT}outline-style")
            ):
                name = element.get(f"{STYLE}name", "")
                if element.tag == f"{STYLE}style":
                    self._styles[(element.get(f"{STYLE}family", ""), name)] = element
                elif element.tag == f"{TEXT}list-style":
                    self._lists[name] = element
                else:
                    self.outline = element
        self._looks: dict[tuple[str, str], Look] = {}
        self._levels: dict[tuple[str, int], ListLevel | None] = {}

    def look(self, family: str, name: str | None) -> Look:
        """Return what a style of a family (`paragraph`, `text`) says, with what it inherits."""
        asked = (family, name or "")
        if asked not in self._looks:
            look, key = PLAIN, asked
            chain: set[str] = set()
            while key in self._styles and key[1] not in chain and len(chain) < LONGEST_CHAIN:
                chain.add(key[1])
                look = look.over(_own_look(self._styles[key]))
                key = (family, self._styles[key].get(f"{STYLE}parent-style-name", ""))
            self._looks[asked] = look
        return self._looks[asked]

    def level(self, list_style: str, place: int) -> ListLevel | None:
        """Return how a list counts its items at a depth, from 1; "" is the outline, which numbers headings."""
        key = (list_style, place)
        if key not in self._levels:
            root = self._lists.get(list_style) if list_style else self.outline
            found = (one for one in (() if root is None else root) if whole_number(one.get(f"{TEXT}level"), 0) == place)
            element = next(found, None)
            self._levels[key] = None if element is None else _read_level(element, place)
        return self._levels[key]


@dataclass(frozen=True, slots=True)
class ListLevel:
    """How one level of a list counts: `pattern` holds the numbers of the levels as %1%, %2%."""

    form: str
    pattern: str
    start: int
    bullet: bool = False
    joined: bool = False


def _own_look(style: etree._Element) -> Look:
    paragraph, text = style.find(f"{STYLE}paragraph-properties"), style.find(f"{STYLE}text-properties")
    align = None if paragraph is None else paragraph.get(f"{FO}text-align")
    outline = style.get(f"{STYLE}default-outline-level")
    name = (style.get(f"{STYLE}display-name") or style.get(f"{STYLE}name") or "").replace("_20_", " ")
    named = named_look(name) if style.get(f"{STYLE}family") == "paragraph" else PLAIN
    bold, size, display = None, None, None
    if text is not None:
        # Hanzi have a weight and a size of their own.
        weight = text.get(f"{STYLE}font-weight-asian") or text.get(f"{FO}font-weight")
        bold = None if weight is None else weight == "bold" or whole_number(weight, 0) >= 600
        points = POINTS.fullmatch(text.get(f"{STYLE}font-size-asian") or text.get(f"{FO}font-size") or "")
        size = _points(points.group(1)) if points else None
        display = text.get(f"{TEXT}display")
    return named.over(
        Look(
            heading=whole_number(outline, 0) or None if outline else None,
            bold=bold,
            centred=None if align is None else align == "center",
            size=size,
            hidden=None if display is None else display == "none",
        )
    )


def _points(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _read_level(element: etree._Element, place: int) -> ListLevel:
    if element.tag not in (f"{TEXT}list-level-style-number", f"{TEXT}outline-level-style"):
        return ListLevel("none", "", 1, bullet=True)
    shown = element.get(f"{STYLE}num-format", "")
    form = NUMBER_FORMS.get(shown.partition(",")[0].strip(), "decimal")
    pattern = element.get(f"{STYLE}num-list-format") or element.get(f"{LO_EXTENSION}num-list-format")
    if pattern is None:
        levels = max(1, min(whole_number(element.get(f"{TEXT}display-levels"), 1), place))
        numbers = ".".join(f"%{one}%" for one in range(place - levels + 1, place + 1)) if shown else ""
        pattern = element.get(f"{STYLE}num-prefix", "") + numbers + element.get(f"{STYLE}num-suffix", "")
    alignment = element.find(f"{STYLE}list-level-properties/{STYLE}list-level-label-alignment")
    followed = "" if alignment is None else alignment.get(f"{TEXT}label-followed-by", "")
    start = whole_number(element.get(f"{TEXT}start-value"), 1)
    return ListLevel(form, pattern[:LONGEST_AFFIX], start, joined=followed == "nothing")


class ListCounter:
    """Counts the lists of one document; ask for each item once, in order."""

    def __init__(self, styles: OdtStyles) -> None:
        self._styles = styles
        self._counts: dict[str, dict[int, int]] = {}

    def begin(self, list_style: str) -> None:
        """Begin a list that does not go on from the last one of its style."""
        self._counts.pop(list_style, None)

    def label(self, list_style: str, place: int, start: int | None = None) -> tuple[str, bool]:
        """Return what stands before the next item at a depth ("" where nothing does) and whether it is a bullet."""
        place = max(1, min(place, DEEPEST_LEVEL))
        level = self._styles.level(list_style, place)
        if level is None:
            return "", False
        if level.bullet:
            return bullet(place), True
        counts = self._counts.setdefault(list_style, {})
        counts[place] = start if start is not None else counts[place] + 1 if place in counts else level.start
        for below in [one for one in counts if one > place]:
            del counts[below]
        text = PLACE.sub(lambda match: self._number(list_style, int(match.group(1))), level.pattern).strip()
        return (text if not text or level.joined or text[-1] in CLOSED else f"{text} "), False

    def _number(self, list_style: str, place: int) -> str:
        level = self._styles.level(list_style, place)
        if level is None or level.bullet:
            return ""
        return write_number(self._counts[list_style].get(place, level.start), level.form)
