"""PPTX: slides in order, each under its title, the text of its shapes in reading order, its notes last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from index.errors import DocumentError
from index.loaders.drawings import chart_lines, diagram_lines
from index.loaders.extract import Block, Extract, Source
from index.loaders.lines import join_all
from index.loaders.ooxml import DGM, MC, A, C, OfficePackage, P, R, Relation, chosen, open_office
from index.loaders.pptx_text import body_lines, largest_size, table_lines
from index.loaders.structure import LONGEST_HEADING, TERMINATORS, demote_empty_headings

NOTES_PREFIX = "备注："
TITLES = ("title", "ctrTitle")
FURNITURE = ("sldNum", "ftr", "dt", "hdr", "sldImg")
DEEPEST_MARKED = 2
# Shapes whose upper edges lie this close (of the slide's height) stand in one row and are read from left to right.
ROW_SHARE = 0.03
# A lone line in the largest letters above this share of the slide's height is its title where none is marked.
TITLE_SHARE = 0.35
USUAL_HEIGHT = 6_858_000
MOST_SLIDES = 10_000

Place = tuple[int, int]  # upper edge and left edge, in EMU


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape's lines and where it stands. `size` is that of its largest letters in hundredths of a point."""

    place: Place
    lines: tuple[str, ...]
    is_title: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide as it is read: its title ("" where it has none), the lines below, and those of its notes."""

    title: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_pptx(source: Source) -> Extract:
    """Read a presentation. Raises `DocumentError` where it is locked, broken or something else."""
    package = open_office(source.data)
    name = package.main_part("ppt/presentation.xml")
    root = package.part(name)
    if root.tag != f"{P}presentation":
        raise DocumentError(f"it holds no presentation: its main part is {name}. Give it the name of what it is")
    reader = _Reader(package, _height(root))
    parts = _slide_parts(package, name, root)
    slides: dict[int, Slide] = {}
    broken: list[str] = []
    for number, part in enumerate(parts, 1):
        source.report(number, len(parts))
        try:
            slides[number] = reader.slide(part)
        except DocumentError as error:
            broken.append(f"slide {number}: {error}")
    if broken and not slides:
        raise DocumentError("; ".join(broken[:3]))
    title = slides[1].title if 1 in slides else ""
    blocks = [block for number, slide in slides.items() for block in _blocks(number, slide)]
    names = {number: slide.title for number, slide in slides.items() if slide.title}
    notes = (*broken, *_wordless(slides))
    return Extract(title or None, demote_empty_headings(blocks, DEEPEST_MARKED), "slide", names, notes)


def _height(presentation: etree._Element) -> int:
    size = presentation.find(f"{P}sldSz")
    return max(1, USUAL_HEIGHT if size is None else _emu(size.get("cy")))


def _slide_parts(package: OfficePackage, name: str, presentation: etree._Element) -> list[str]:
    """Return the names of the slides' parts in the order they are shown, each once."""
    relations = package.relations(name)
    shown = (one.get(f"{R}id", "") for one in presentation.iterfind(f"{P}sldIdLst/{P}sldId"))
    return [*dict.fromkeys(relations[one].target for one in shown if one in relations)][:MOST_SLIDES]


def _blocks(number: int, slide: Slide) -> Iterator[Block]:
    if slide.title:
        yield Block(slide.title, 1 if number == 1 else DEEPEST_MARKED, page=number)
    yield from (Block(line, page=number) for line in slide.lines)
    for place, line in enumerate(slide.notes):
        yield Block(line if place else NOTES_PREFIX + line, page=number)


def _wordless(slides: dict[int, Slide]) -> Iterator[str]:
    numbers = [number for number, slide in slides.items() if not (slide.title or slide.lines or slide.notes)]
    if numbers:
        listed = ", ".join(map(str, numbers[:20])) + (" and more" if len(numbers) > 20 else "")
        yield f"no text on slide{'s' if len(numbers) > 1 else ''} {listed}; pictures are not read"


class _Reader:
    """Reads slides one by one, remembering the layouts that several of them share."""

    def __init__(self, package: OfficePackage, height: int) -> None:
        self._package, self._height = package, height
        self._places: dict[str, dict[str, Place]] = {}
        self._drawn: set[str] = set()

    def slide(self, name: str) -> Slide:
        root = self._package.part(name)
        tree = root.find(f"{P}cSld/{P}spTree")
        if root.tag != f"{P}sld":
            raise DocumentError(f"its part {name} is no slide. Save the file again")
        relations = self._package.relations(name)
        layout = next((one.target for one in relations.values() if one.kind == "slideLayout"), "")
        shapes = [] if tree is None else [*self._shapes(tree, relations, layout)]
        title, rest = self._split_title(self._in_reading_order(shapes))
        notes = self._package.related(name, "notesSlide")
        lines = tuple(line for shape in rest for line in shape.lines)
        return Slide(title, lines, () if notes is None else tuple(_notes_lines(notes)))

    def _shapes(self, tree: etree._Element, relations: dict[str, Relation], layout: str) -> Iterator[Shape]:
        for element in tree:
            if not isinstance(element.tag, str) or _is_hidden(element):
                continue
            kind = element.tag.removeprefix(P)
            if kind in ("sp", "cxnSp", "pic"):
                yield from self._text_shape(element, layout)
            elif kind == "grpSp":
                inner = self._in_reading_order([*self._shapes(element, relations, layout)])
                lines = tuple(line for shape in inner for line in shape.lines)
                yield Shape(_place(element) or (0, 0), lines, size=max((one.size for one in inner), default=0))
            elif kind == "graphicFrame":
                yield Shape(_place(element) or (0, 0), tuple(self._graphic_lines(element, relations)))
            elif element.tag == f"{MC}AlternateContent":
                shown = chosen(element)
                if shown is not None:
                    yield from self._shapes(shown, relations, layout)

    def _text_shape(self, element: etree._Element, layout: str) -> Iterator[Shape]:
        body = element.find(f"{P}txBody")
        holder = element.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        kind = None if holder is None else holder.get("type", "obj")
        if body is None or kind in FURNITURE:
            return
        place = _place(element)
        if place is None and holder is not None:
            place = self._inherited_place(layout, holder)
        yield Shape(place or (0, 0), tuple(body_lines(body)), kind in TITLES, largest_size(body))

    def _inherited_place(self, layout: str, holder: etree._Element) -> Place | None:
        """Return where a placeholder stands by its layout, else by the master that the layout is based on."""
        for part in (layout, self._master(layout)):
            places = self._places_of(part)
            found = places.get(f"#{holder.get('idx', '0')}") or places.get(_general(holder.get("type", "obj")))
            if found is not None:
                return found
        return None

    def _master(self, layout: str) -> str:
        relations = self._package.relations(layout) if layout else {}
        return next((one.target for one in relations.values() if one.kind == "slideMaster"), "")

    def _places_of(self, part: str) -> dict[str, Place]:
        if part not in self._places:
            root = self._package.optional(part)
            places: dict[str, Place] = {}
            for shape in () if root is None else root.iter(f"{P}sp"):
                holder, place = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph"), _place(shape)
                if holder is not None and place is not None:
                    if root is not None and root.tag == f"{P}sldLayout":
                        places[f"#{holder.get('idx', '0')}"] = place
                    places.setdefault(_general(holder.get("type", "obj")), place)
            self._places[part] = places
        return self._places[part]

    def _graphic_lines(self, element: etree._Element, relations: dict[str, Relation]) -> list[str]:
        table = element.find(f"{A}graphic/{A}graphicData/{A}tbl")
        if table is not None:
            return table_lines(table)
        chart = element.find(f"{A}graphic/{A}graphicData/{C}chart")
        diagram = element.find(f"{A}graphic/{A}graphicData/{DGM}relIds")
        identifier = (
            chart.get(f"{R}id") if chart is not None else diagram.get(f"{R}dm") if diagram is not None else None
        )
        relation = relations.get(identifier or "")
        if relation is None or relation.target in self._drawn:
            return []
        self._drawn.add(relation.target)
        root = self._package.optional(relation.target)
        return [] if root is None else chart_lines(root) if chart is not None else diagram_lines(root)

    def _in_reading_order(self, shapes: Sequence[Shape]) -> list[Shape]:
        """Order shapes from the top down; those that stand in one row from left to right."""
        ordered: list[Shape] = []
        row: list[Shape] = []
        for shape in sorted(shapes, key=lambda one: one.place):
            if row and shape.place[0] - row[0].place[0] > ROW_SHARE * self._height:
                ordered += sorted(row, key=lambda one: one.place[1])
                row = []
            row.append(shape)
        return ordered + sorted(row, key=lambda one: one.place[1])

    def _split_title(self, shapes: Sequence[Shape]) -> tuple[str, list[Shape]]:
        """Return the title and the other shapes: the marked one, else the line in the largest letters at the top."""
        said = [shape for shape in shapes if shape.lines]
        found = next((shape for shape in said if shape.is_title), None)
        if found is None and len(said) > 1:
            largest = max(said, key=lambda one: one.size)
            fits = largest.size > 0 and len(largest.lines) == 1 and largest.place[0] <= TITLE_SHARE * self._height
            if fits and len(largest.lines[0]) <= LONGEST_HEADING and largest.lines[0][-1] not in TERMINATORS:
                found = largest
        if found is None:
            return "", said
        return join_all(found.lines), [shape for shape in said if shape is not found]


def _general(kind: str) -> str:
    return {"ctrTitle": "title", "obj": "body", "subTitle": "body"}.get(kind, kind)


def _is_hidden(element: etree._Element) -> bool:
    return any(found.get("hidden") in ("1", "true") for found in element.iterfind(f"*/{P}cNvPr"))


def _place(element: etree._Element) -> Place | None:
    for path in (f"{P}spPr/{A}xfrm/{A}off", f"{P}grpSpPr/{A}xfrm/{A}off", f"{P}xfrm/{A}off"):
        found = element.find(path)
        if found is not None:
            return _emu(found.get("y")), _emu(found.get("x"))
    return None


def _emu(text: str | None) -> int:
    try:
        return max(-(10**9), min(10**9, int(text or "")))
    except ValueError:
        return 0


def _notes_lines(notes: etree._Element) -> Iterator[str]:
    for shape in notes.iter(f"{P}sp"):
        holder, body = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph"), shape.find(f"{P}txBody")
        if body is not None and holder is not None and holder.get("type") == "body":
            yield from body_lines(body)
