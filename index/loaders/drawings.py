"""What charts and SmartArt in Office documents say, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from index.loaders.counting import whole_number
from index.loaders.ooxml import DGM, A, C
from index.loaders.tables import row_sentence

MOST_CATEGORIES = 200


def chart_lines(chart: etree._Element) -> list[str]:
    """Return a chart's title and, category by category, the values of its series (一季度；营收：10；利润：2)."""
    heading = chart.find(f"{C}chart/{C}title")
    title = "" if heading is None else _joined(heading, f"{A}t")
    names: list[str] = []
    columns: list[dict[int, str]] = []
    labels: dict[int, str] = {}
    for series in chart.iter(f"{C}ser"):
        names.append(_joined(series.find(f"{C}tx"), f"{C}v") or _joined(series.find(f"{C}tx"), f"{A}t"))
        columns.append(_points(series.find(f"{C}val"), series.find(f"{C}yVal")))
        labels = labels or _points(series.find(f"{C}cat"), series.find(f"{C}xVal"))
    rows = (
        row_sentence(["", *names], [label, *(column.get(index, "") for column in columns)])
        for index, label in sorted(labels.items())[:MOST_CATEGORIES]
    )
    said = [line for line in (title, *rows) if line.strip()]
    return said if labels else [*said, *(name for name in names if name)]


def _joined(element: etree._Element | None, tag: str) -> str:
    return "" if element is None else "".join(found.text or "" for found in element.iter(tag)).strip()


def _points(*holders: etree._Element | None) -> dict[int, str]:
    """Return the points of the first holder that is there, by their place in the series."""
    holder = next((one for one in holders if one is not None), None)
    points: dict[int, str] = {}
    for point in () if holder is None else holder.iter(f"{C}pt"):
        text = " ".join(part for value in point.iter(f"{C}v") if (part := (value.text or "").strip()))
        points.setdefault(whole_number(point.get("idx"), len(points)), _rounded(text))
    return points


def _rounded(text: str) -> str:
    """Take the rounding error of binary fractions out: 8.1999999999999993 is what was typed as 8.2."""
    if len(text) < 15 or "." not in text:
        return text
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def diagram_lines(diagram: etree._Element) -> list[str]:
    """Return the texts of a SmartArt graphic, each node followed by those below it."""
    texts: dict[str, str] = {}
    for point in diagram.iter(f"{DGM}pt"):
        paragraphs = ("".join(run.text or "" for run in one.iter(f"{A}t")) for one in point.iter(f"{A}p"))
        texts[point.get("modelId", "")] = " ".join(filter(None, paragraphs)).strip()
    below: dict[str, list[tuple[int, str]]] = {}
    for link in diagram.iter(f"{DGM}cxn"):
        if link.get("type", "parOf") == "parOf":
            place = whole_number(link.get("srcOrd"), 0)
            below.setdefault(link.get("srcId", ""), []).append((place, link.get("destId", "")))
    return [texts[point] for point in _in_order(texts, below) if texts[point]]


def _in_order(texts: dict[str, str], below: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    """Yield each point once, parents first; a point that no other one leads to starts a tree."""
    led_to = {child for children in below.values() for _, child in children}
    seen: set[str] = set()
    for root in [*(point for point in texts if point not in led_to), *texts]:
        waiting = [root]
        while waiting:
            point = waiting.pop()
            if point not in seen and point in texts:
                seen.add(point)
                yield point
                waiting.extend(child for _, child in sorted(below.get(point, ()), reverse=True))
