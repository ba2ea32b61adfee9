"""The report as one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.calibration import Point
from qa.report.cards import question_card
from qa.report.columns import COLUMNS
from qa.report.groups import Group
from qa.report.header import Header
from qa.report.html import Markup, element, page
from qa.report.last import LastReport
from qa.report.plots import recall_plot, refusal_plot, reliability_plot
from qa.report.results import Results, SetResult
from qa.report.tables import group_table, kind_table, overview_table, set_table

STYLE = Path(__file__).parent / "style.css"
TITLE = "WenDang 问档 · evaluation"


def report_page(results: Results, header: Header, last: LastReport | None = None, note: str | None = None) -> str:
    """Return the whole page; `note` says why nothing was compared with a last report that is there."""
    together = [group for group in results.groups if len(group.sets) > 1]
    by_set = {group.sets[0]: group for group in results.groups if len(group.sets) == 1}
    threshold = _threshold(header)
    return page(
        TITLE,
        STYLE.read_text("utf-8"),
        element("header", element("h1", TITLE), _made_with(results, header), _compared_with(results, last, note)),
        _navigation(results),
        element(
            "main",
            _section("all", "All sets", overview_table(results.sets, last)),
            _section("answerability", "Answerability", ANSWERABILITY, group_table(results.groups)),
            *(_group_plots(group, threshold) for group in together),
            *(_set_section(number, one, by_set[one.name], threshold, last) for number, one in enumerate(results.sets)),
            _worst_section(results),
            _section("measures", "What the measures mean", _definitions()),
        ),
    )


ANSWERABILITY = element(
    "p",
    "How well the confidence tells questions that the documents answer from those that they do not, and how far a "
    "confidence means what it says. A reply counts as right where the question is answerable and the reply, given "
    "without a threshold, holds one of the right answers, or, in a set that names none, cites evidence. For the "
    "baselines, the score of the first passage stands in for a confidence. A set of answerable questions is read "
    "together with its fellow of unanswerable ones.",
    class_="quiet",
)


def _threshold(header: Header) -> float:
    given = header.settings.get("min_confidence")
    return float(given) if isinstance(given, int | float) else 0.0


def _section(name: str, title: str, *children: str) -> Markup:
    return element("section", element("h2", title), *children, id=name)


def _made_with(results: Results, header: Header) -> Markup:
    asked = "in simplified characters" if any(one.in_simplified for one in results.sets) else "as they stand"
    facts = {
        "made": header.date,
        "commit": header.commit or "not a git checkout",
        "model": f"{header.encoder} on {header.backend}",
        "settings": ", ".join(f"{key} {value}" for key, value in header.settings.items() if value is not None),
        "questions": f"{sum(len(one.questions) for one in results.sets):,}, asked {asked}",
        "machine": f"{header.machine}, {header.cores} cores",
        "command": header.command,
    }
    pairs = (element("div", element("dt", key), element("dd", value)) for key, value in facts.items())
    return element("dl", *pairs, class_="made-with")


def _compared_with(results: Results, last: LastReport | None, note: str | None) -> Markup:
    if note:
        return element("p", f"⚠ {note}", class_="note")
    if last is None:
        return element(
            "p", "No earlier report stood in this folder; the next one is compared with this.", class_="quiet"
        )
    commit = f", commit {last.commit}" if last.commit else ""
    said = [f"Compared with the report of {last.date}{commit}: a signed figure is the change since then."]
    if last.in_simplified != any(one.in_simplified for one in results.sets):
        asked = "in simplified characters" if last.in_simplified else "as they stand"
        said.append(f"Its questions were asked {asked}, unlike these.")
    new = [one.name for one in results.sets if one.name not in last.sets]
    said += [f"Not in it: {', '.join(new)}."] if new else []
    return element("p", " ".join(said), class_="quiet")


def _navigation(results: Results) -> Markup:
    links = [("all", "All sets"), ("answerability", "Answerability")]
    links += [(f"set-{number}", one.name) for number, one in enumerate(results.sets)]
    links += [("worst", "Worst questions"), ("measures", "Measures")]
    return element("nav", *(element("a", name, href=f"#{place}") for place, name in links), aria_label="sections")


def _group_plots(group: Group, threshold: float) -> Markup:
    shipped = Point(threshold, group.answered or 0.0, group.refused or 0.0)
    plots = [refusal_plot(group.separation, shipped), reliability_plot(group.reliability)]
    return element("section", element("h3", group.name), _plots(*plots))


def _plots(*plots: Markup | None) -> Markup:
    return element("div", *(plot for plot in plots if plot is not None), class_="plots")


def _set_section(number: int, result: SetResult, group: Group, threshold: float, last: LastReport | None) -> Markup:
    shipped = Point(threshold, group.answered or 0.0, group.refused or 0.0)
    plots = [recall_plot(result), refusal_plot(group.separation, shipped), reliability_plot(group.reliability)]
    about = f"{len(result.questions):,} questions in {result.evaluation.folder}"
    kinds = kind_table(result, last)
    return _section(
        f"set-{number}",
        result.name,
        element("p", about, class_="quiet"),
        element("div", set_table(result, last), _plots(*plots), class_="beside"),
        *([element("h3", "By kind of question"), kinds] if kinds else []),
    )


def _worst_section(results: Results) -> Markup:
    if not results.worst:
        return _section("worst", "Worst questions", element("p", "No question has a fault.", class_="quiet"))
    faults = sum(question.fault is not None for one in results.sets for question in one.questions)
    said = (
        f"{len(results.worst)} of {faults:,} questions with a fault, those that the program was surest of first: "
        "unanswerable ones that were answered, answerable ones whose answer or evidence was missed."
    )
    cards = element("div", *(question_card(one) for one in results.worst), class_="cards")
    return _section("worst", "Worst questions", element("p", said, class_="quiet"), cards)


def _definitions() -> Markup:
    return element("dl", *_pairs(), class_="definitions")


def _pairs() -> Iterator[Markup]:
    for column in COLUMNS:
        yield element("div", element("dt", column.name), element("dd", column.meaning))
    yield element(
        "div",
        element("dt", "baselines"),
        element(
            "dd",
            "dense only: our passages ranked by the cosine of the passage alone. BM25 only: our passages ranked by "
            "words alone. Plain 500-character windows: the documents' text cut every 450 characters, without titles, "
            "ranked by cosine with the same model. Each lists as many passages as we do; a signed figure beside a "
            "baseline says how far ours is from it.",
        ),
    )
