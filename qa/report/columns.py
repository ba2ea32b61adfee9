"""The measures as a report shows them: their names, their meaning, which way is better, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from qa.baselines import WINDOWS
from qa.measures import Measures

SPEED = "questions_per_second"
# Heads of narrow columns.
SHORT_NAMES = {WINDOWS: "plain windows"}


@dataclass(frozen=True, slots=True)
class Column:
    """One measure. `better` is 1 where more is better, -1 where less is, 0 where neither; `digits` behind the point."""

    key: str
    name: str
    meaning: str
    better: int = 1
    digits: int = 3


COLUMNS = (
    Column(
        "evidence_recall_1500",
        "recall @1500",
        "share of the evidence quotes in the ranked passages' texts, joined and cut at 1,500 characters",
    ),
    Column("evidence_recall_600", "recall @600", "the same, cut at 600 characters"),
    Column("document_at_1", "document @1", "the first passage comes from a document that holds evidence"),
    Column("answer_in_5", "answer in 5", "one of the right answers stands in the first five passages' texts, joined"),
    Column("answer_hit", "answer hit", "one of the right answers stands in the reply"),
    Column("lead_hit", "lead hit", "one of them stands in the quote of the first citation"),
    Column(
        "answer_length",
        "answer length",
        "mean characters of the answers given; a longer answer buys hits",
        better=0,
        digits=0,
    ),
    Column(
        "citation_precision",
        "citation precision",
        "share of the cited quotes that hold evidence, stand in it, or share half of the shorter one's characters",
    ),
    Column("citation_recall", "citation recall", "share of the evidence that some cited quote covers in the same way"),
    Column("citations_per_answer", "citations per answer", "mean number of citations", better=0, digits=2),
    Column("answered", "answered", "share of the answerable questions that get an answer"),
    Column("refused", "refused", "share of the unanswerable questions that are refused"),
    Column(
        "answerability_auroc",
        "AUROC",
        "chance that an answerable question's confidence (for baselines: the first passage's score) is above an "
        "unanswerable one's",
    ),
    Column(
        "rejected_again",
        "rejected again",
        "share of the complaints whose rejected quotes are cited again, or whose rejected answer is said again",
        better=-1,
    ),
    Column("model_answers", "by the model", "share of the questions given to the language model that it answered", 0),
    Column("model_refusals", "refused by it", "share of them that it refused", 0),
    Column("model_failures", "quoted instead", "share of them that were quoted from the documents instead", -1),
    Column("supported_sentences", "supported sentences", "share of the sentences it wrote that a passage says"),
    Column("moved_citations", "moved citations", "citations moved to the passage that says it, an answer", 0, 2),
    Column("dropped_citations", "dropped citations", "citations that nothing stood for, an answer", -1, 2),
    Column("seconds_to_first_word", "seconds to first word", "median time until the model's first word", -1, 2),
    Column(SPEED, "questions/s", "questions answered a second, one after the other", better=0, digits=1),
)


def written(value: float | int | None, column: Column) -> str:
    """Return a measure as it is shown; a dash where there is none."""
    return "–" if value is None else f"{value:,.{column.digits}f}"


def difference(new: float | int | None, old: float | int | None, column: Column) -> tuple[str, str]:
    """Return how a measure changed, with its sign, and whether that is `better`, `worse` or `same`; "" without both."""
    if new is None or old is None:
        return "", "same"
    change = round(new - old, column.digits)
    if change == 0:
        return "±0", "same"
    shown = f"{'+' if change > 0 else '−'}{abs(change):,.{column.digits}f}"
    return shown, ("better" if change * column.better > 0 else "worse") if column.better else "same"


def measured(measures: Measures) -> list[Column]:
    """Return the columns that a set has figures for."""
    return [column for column in COLUMNS if measures.get(column.key) is not None]
