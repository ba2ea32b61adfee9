"""The report's tables: sets side by side, one set against its baselines, by kind, and several sets read together."""

from __future__ import annotations

from collections.abc import Sequence

from qa.measures import Measures
from qa.report.columns import COLUMNS, SHORT_NAMES, SPEED, Column, difference, measured, written
from qa.report.groups import Group
from qa.report.html import Markup, element
from qa.report.last import LastReport, LastSet
from qa.report.results import SetResult


def overview_table(sets: Sequence[SetResult], last: LastReport | None) -> Markup:
    """Return a row for each set with every measure that some set has, the change since the last report below it."""
    figures = [with_speed(one) for one in sets]
    columns = [column for column in COLUMNS if any(measures.get(column.key) is not None for measures in figures)]
    rows = [
        _row(one.name, measures, columns, last_measures(last, one.name))
        for one, measures in zip(sets, figures, strict=True)
    ]
    return _table(["set", "questions", *(column.name for column in columns)], rows)


def set_table(result: SetResult, last: LastReport | None) -> Markup:
    """Return a row for each measure: this run, the last report, each baseline with how far ours is from it."""
    ours, then = with_speed(result), last_measures(last, result.name)
    columns = measured(ours)
    baselines = [one for one in result.baselines if any(one.measures.get(column.key) is not None for column in columns)]
    heads = ["measure", "this run", "last report", *(_short(baseline.name) for baseline in baselines)]
    rows = [
        element(
            "tr",
            element("th", column.name, scope="row", title=column.meaning),
            element("td", element("b", written(ours[column.key], column))),
            _compared(then.get(column.key), ours[column.key], column),
            *(_compared(one.measures.get(column.key), ours[column.key], column) for one in baselines),
        )
        for column in columns
    ]
    return _table(heads, rows, "by-measure")


def kind_table(result: SetResult, last: LastReport | None) -> Markup | None:
    """Return the measures by kind of question, with the baselines below each; None where there are not two kinds."""
    kinds = result.evaluation.kinds
    if len(kinds) < 2:
        return None
    columns = [column for column in measured(with_speed(result)) if column.key != SPEED]
    then = last.sets[result.name].kinds if last and result.name in last.sets else {}
    rows = []
    for kind, measures in kinds.items():
        rows.append(_row(kind, measures, columns, then.get(kind, {}), "kind"))
        for baseline in result.baselines:
            figures = baseline.kinds[kind]
            if any(figures.get(column.key) is not None for column in columns):
                rows.append(_row(_short(baseline.name), figures, columns, {}, "baseline"))
    return _table(["kind", "questions", *(column.name for column in columns)], rows)


def group_table(groups: Sequence[Group]) -> Markup:
    """Return how well confidence tells answerable from unanswerable, and how far it means what it says."""
    names = list(groups[0].baselines)
    heads = ["sets", "answerable", "unanswerable", "AUROC", *(f"AUROC {_short(name)}" for name in names)]
    heads += ["answered as shipped", "refused as shipped", "threshold at 95 % answered", "refused there"]
    heads += ["Brier score", "calibration error"]
    rows = []
    for group in groups:
        apart, sure = group.separation, group.reliability
        cells = [f"{apart.answerable:,}", f"{apart.unanswerable:,}", f"{apart.auroc:.3f}"] if apart else ["–"] * 3
        cells += [_share(group.baselines[name]) for name in names]
        cells += [_share(group.answered), _share(group.refused)]
        cells += [_share(apart.at_share.threshold), _share(apart.at_share.refused)] if apart else ["–"] * 2
        cells += [_share(sure.brier), _share(sure.calibration_error)] if sure else ["–"] * 2
        name = element("th", group.name, scope="row")
        rows.append(element("tr", name, *(element("td", cell) for cell in cells)))
    return _table(heads, rows)


def with_speed(result: SetResult) -> Measures:
    return {**result.evaluation.measures, SPEED: result.evaluation.questions_per_second}


def last_measures(last: LastReport | None, name: str) -> Measures:
    """Return a set's measures in the last report, none where it was not in it."""
    then: LastSet | None = last.sets.get(name) if last else None
    return {**then.measures, SPEED: then.questions_per_second} if then else {}


def _row(name: str, measures: Measures, columns: Sequence[Column], then: Measures, class_: str | None = None) -> Markup:
    cells = []
    for column in columns:
        value = measures.get(column.key)
        cells.append(element("td", written(value, column), change(value, then.get(column.key), column)))
    count = element("td", f"{measures['questions']:,}")
    return element("tr", element("th", name, scope="row"), count, *cells, class_=class_)


def _compared(other: float | int | None, ours: float | int | None, column: Column) -> Markup:
    """Return a cell with another figure and how far ours is from it; empty where there is no other."""
    return element("td") if other is None else element("td", written(other, column), change(ours, other, column))


def change(new: float | int | None, old: float | int | None, column: Column) -> Markup:
    """Return the signed difference of two figures, coloured by whether it is good; nothing without both."""
    shown, sort = difference(new, old, column)
    return element("span", shown, class_=f"change {sort}") if shown else Markup()


def _short(baseline: str) -> str:
    return SHORT_NAMES.get(baseline, baseline)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(heads: Sequence[str], rows: Sequence[str], class_: str | None = None) -> Markup:
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in heads)))
    table = element("table", head, element("tbody", *rows), class_=class_)
    # A table that is wider than the page is scrolled inside this frame, by keyboard too.
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label=f"table by {heads[0]}")
