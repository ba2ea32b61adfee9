"""Plots as SVG inside the page: colours and letters come from its stylesheet, so that they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.calibration import SHARE_ANSWERED, Point, Reliability, Separation
from qa.measures import BUDGETS as MEASURED_BUDGETS
from qa.report.html import Markup, element, join
from qa.report.results import BUDGETS, SetResult

WIDTH, HEIGHT = 460, 330
LEFT, RIGHT, TOP, BOTTOM = 52, 22, 14, 50
SHARES = tuple((number / 5, f"{number / 5:.1f}") for number in range(6))
OURS = "WenDang"
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot's frame. Values on x run from 0 to `width`, on y from 0 to 1."""

    width: float
    x_ticks: tuple[tuple[float, str], ...]
    x_name: str
    y_name: str

    def place(self, x: float, y: float) -> Place:
        """Return where a point of the data stands in the picture."""
        across = LEFT + x / self.width * (WIDTH - LEFT - RIGHT)
        return round(across, 1), round(HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, points: Sequence[Place], class_: str) -> Markup:
        places = (self.place(*point) for point in points)
        return element("polyline", points=" ".join(f"{x:g},{y:g}" for x, y in places), class_=class_)

    def text(self, x: float, y: float, words: str, class_: str = "label", **more: str | float) -> Markup:
        across, down = self.place(x, y)
        return element("text", words, x=across, y=down, class_=class_, **more)

    def dot(self, x: float, y: float, radius: float, class_: str, title: str) -> Markup:
        across, down = self.place(x, y)
        return element("circle", element("title", title), cx=across, cy=down, r=radius, class_=class_)

    def frame(self) -> Markup:
        """Return grid lines, ticks and the names of the axes."""
        parts = [self.line([(0, y), (self.width, y)], "grid") for y, _ in SHARES]
        parts += [self.text(0, y, name, "tick", text_anchor="end", dx=-8, dy=4) for y, name in SHARES]
        parts += [self.text(x, 0, name, "tick", text_anchor="middle", dy=18) for x, name in self.x_ticks]
        parts += [self.text(self.width / 2, 0, self.x_name, text_anchor="middle", dy=40)]
        middle = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) / 2
        turned = f"rotate(-90 14 {middle:g})"
        parts += [element("text", self.y_name, x=14, y=middle, class_="label", text_anchor="middle", transform=turned)]
        return join(parts)


def _figure(title: str, drawing: Sequence[str], *below: str) -> Markup:
    """Return a drawing with its title above and what explains it below."""
    size = f"0 0 {WIDTH} {HEIGHT}"
    svg = element("svg", element("title", title), *drawing, viewBox=size, role="img", aria_label=title)
    return element("figure", element("h4", title), svg, element("figcaption", *below))


def recall_plot(result: SetResult) -> Markup | None:
    """Draw evidence recall by character budget; None where the set has no evidence."""
    if result.recall is None:
        return None
    names = [OURS, *(baseline.name for baseline in result.baselines)]
    curves = [result.recall, *(baseline.recall or () for baseline in result.baselines)]
    ticks = tuple((budget, f"{budget:,}") for budget in (100, *MEASURED_BUDGETS, 1000, 2000, 2500, 3000))
    axes = Axes(BUDGETS[-1], ticks, "characters read", "share of the evidence found")
    drawing = [axes.frame(), *(axes.line([(budget, 0), (budget, 1)], "mark") for budget in MEASURED_BUDGETS)]
    for number, curve in reversed(list(enumerate(curves))):
        drawing.append(axes.line(list(zip(BUDGETS, curve, strict=True)), f"line series-{number}"))
    drawing += [
        axes.dot(budget, share, 3, "dot", f"{share:.3f} at {budget:,} characters")
        for budget, share in zip(BUDGETS, curves[0], strict=True)
    ]
    samples = [_sample(number, name) for number, name in enumerate(names)]
    return _figure("Evidence found by character budget", drawing, element("span", *samples, class_="legend"))


def _sample(number: int, name: str) -> Markup:
    line = element("line", x1=0, y1=6, x2=28, y2=6, class_=f"line series-{number}")
    drawing = element("svg", line, viewBox="0 0 28 12", width=28, height=12, aria_hidden="true")
    return element("span", drawing, f" {name} ", class_="sample")


def refusal_plot(separation: Separation | None, shipped: Point) -> Markup | None:
    """Draw the share refused against the share answered as the threshold moves; None without both kinds."""
    if separation is None:
        return None
    axes = Axes(1.0, SHARES, "share of the answerable answered", "share of the unanswerable refused")
    at_share = separation.at_share
    drawing = [
        axes.frame(),
        axes.line([(0, 1), (1, 0)], "chance"),
        axes.line([(SHARE_ANSWERED, 0), (SHARE_ANSWERED, 1)], "mark"),
        axes.line(_corners([(point.answered, point.refused) for point in separation.curve]), "line series-0"),
        axes.dot(at_share.answered, at_share.refused, 5, "dot hollow", _said(at_share)),
        axes.dot(shipped.answered, shipped.refused, 6, "dot", _said(shipped)),
    ]
    caption = (
        f"● threshold as shipped, {shipped.threshold:g}: {shipped.answered:.1%} answered, "
        f"{shipped.refused:.1%} refused. "
        f"○ at {at_share.threshold:.4f}: {at_share.answered:.1%} answered, {at_share.refused:.1%} refused. "
        f"AUROC {separation.auroc:.3f}; the dashed line is chance."
    )
    return _figure("Refusals against answers", drawing, caption)


def _said(point: Point) -> str:
    return f"threshold {point.threshold:.4f}: answered {point.answered:.3f}, refused {point.refused:.3f}"


def _corners(points: Sequence[Place]) -> list[Place]:
    """Leave out points that stand in line with both of their neighbours."""
    if len(points) < 3:
        return list(points)
    inner = [
        here
        for before, here, after in zip(points, points[1:], points[2:], strict=False)
        if not (before[0] == here[0] == after[0] or before[1] == here[1] == after[1])
    ]
    return [points[0], *inner, points[-1]]


def reliability_plot(reliability: Reliability | None) -> Markup | None:
    """Draw the share right in each tenth of confidence; None where nothing was judged."""
    if reliability is None:
        return None
    axes = Axes(1.0, SHARES, "confidence", "share right")
    drawing = [axes.frame()]
    for one in reliability.bins:
        if one.right is None or one.confidence is None:
            continue
        left, top = axes.place(one.low + 0.005, one.right)
        right, bottom = axes.place(one.high - 0.005, 0)
        title = element("title", f"{one.low:.1f}–{one.high:.1f}: {one.right:.3f} right of {one.count:,} questions")
        drawing.append(element("rect", title, x=left, y=top, width=right - left, height=bottom - top, class_="bar"))
        # Within the frame also where everything is right.
        dy, class_ = (18, "count inside") if one.right > 0.92 else (-9, "count")
        middle = (one.low + one.high) / 2
        drawing.append(axes.text(middle, one.right, f"{one.count:,}", class_, text_anchor="middle", dy=dy))
    drawing.append(axes.line([(0, 0), (1, 1)], "chance"))
    drawing += [
        axes.dot(one.confidence, one.right, 4, "dot", f"mean confidence {one.confidence:.3f}, right {one.right:.3f}")
        for one in reliability.bins
        if one.confidence is not None and one.right is not None
    ]
    caption = (
        f"{reliability.count:,} questions, their number at each bar; ● stands at the mean confidence. "
        f"Brier score {reliability.brier:.3f}, expected calibration error {reliability.calibration_error:.3f}. "
        "On the dashed line 0.8 means right four times of five."
    )
    return _figure("Reliability of the confidence", drawing, caption)
