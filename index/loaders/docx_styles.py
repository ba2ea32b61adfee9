"""Styles of a DOCX, each with what it inherits."""

from __future__ import annotations

from lxml import etree

from index.loaders.counting import whole_number
from index.loaders.looks import PLAIN, Look, named_look
from index.loaders.ooxml import W, is_on

BODY_LEVEL = 9
LONGEST_CHAIN = 50


def paragraph_look(properties: etree._Element | None) -> Look:
    """Return what the properties of a paragraph (`w:pPr`) say."""
    if properties is None:
        return PLAIN
    outline = properties.find(f"{W}outlineLvl")
    level = None if outline is None else whole_number(outline.get(f"{W}val"), BODY_LEVEL)
    justification = properties.find(f"{W}jc")
    numbering = properties.find(f"{W}numPr")
    list_level = None if numbering is None else numbering.find(f"{W}ilvl")
    list_id = None if numbering is None else numbering.find(f"{W}numId")
    return Look(
        heading=None if level is None else level + 1 if 0 <= level < BODY_LEVEL else -1,
        centred=None if justification is None else justification.get(f"{W}val") == "center",
        list_id=None if list_id is None else list_id.get(f"{W}val"),
        list_level=None if list_level is None else whole_number(list_level.get(f"{W}val"), 0),
    )


def run_look(properties: etree._Element | None) -> Look:
    """Return what the properties of a run (`w:rPr`) say."""
    if properties is None:
        return PLAIN
    size = properties.find(f"{W}sz")
    return Look(
        bold=is_on(properties.find(f"{W}b")),
        size=None if size is None else whole_number(size.get(f"{W}val"), 0) / 2,
        hidden=is_on(properties.find(f"{W}vanish")),
    )


class Styles:
    """Looks by the identifier of their style, resolved once each."""

    def __init__(self, root: etree._Element | None) -> None:
        found = () if root is None else root.iter(f"{W}style")
        self._styles = {style.get(f"{W}styleId", ""): style for style in found}
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._defaults = run_look(defaults)
        self._looks: dict[tuple[str, str], Look] = {}
        usual = (
            identifier
            for identifier, style in self._styles.items()
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on")
        )
        self._usual = next(usual, "")

    def paragraph(self, identifier: str | None) -> Look:
        """Return the look of a paragraph's style, of the usual one where it has none."""
        return self._look("paragraph", identifier if identifier in self._styles else self._usual)

    def character(self, identifier: str | None) -> Look:
        """Return what a run's style says."""
        return self._look("character", identifier or "")

    def numbering(self, identifier: str | None) -> Look:
        """Return what a list's style says, which is the list that defines it."""
        return self._look("numbering", identifier or "")

    def _look(self, kind: str, identifier: str | None) -> Look:
        key = (kind, identifier or "")
        if key not in self._looks:
            look = PLAIN
            chain: set[str] = set()
            while key[1] in self._styles and key[1] not in chain and len(chain) < LONGEST_CHAIN:
                chain.add(key[1])
                style = self._styles[key[1]]
                look = look.over(_own_look(style, key[1]))
                base = style.find(f"{W}basedOn")
                key = (kind, "" if base is None else base.get(f"{W}val", ""))
            if kind == "paragraph":
                look = look.over(self._defaults)
            self._looks[(kind, identifier or "")] = look
        return self._looks[(kind, identifier or "")]


def _own_look(style: etree._Element, identifier: str) -> Look:
    """Return what a style says itself. That of a heading names its level, even where it says nothing of an outline."""
    element = style.find(f"{W}name")
    name = (identifier if element is None else element.get(f"{W}val", "")).strip()
    look = paragraph_look(style.find(f"{W}pPr")).over(run_look(style.find(f"{W}rPr")))
    return named_look(name).over(look)
