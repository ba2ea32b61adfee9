"""The worst questions, one card each: what was asked, what was found, what was missed."""

from __future__ import annotations

from collections.abc import Iterator

from index.datatypes import Hit
from qa.measures import holds_answer, normalise
from qa.report.html import Markup, element
from qa.report.judging import FAULTS, Judged, missing_quotes

SHOWN_PASSAGES = 3
EXCERPT = 160


def question_card(judged: Judged) -> Markup:
    question, answer = judged.question, judged.answer
    fault = FAULTS[judged.fault] if judged.fault else ""
    facts = " · ".join(part for part in (judged.set_name, question.kind, question.id) if part)
    sure = element("span", f"confidence {answer.confidence:.3f}", class_="sure")
    asked = [element("h3", question.text, class_="document")]
    if answer.searched not in ("", question.text):
        asked.append(element("p", "searched as: ", element("span", answer.searched, class_="document"), class_="quiet"))
    missed = list(_missed(judged))
    return element(
        "article",
        element("p", element("span", facts), sure, class_="facts"),
        *asked,
        element("p", f"✗ {fault}", class_="fault"),
        element("h4", "Reply"),
        element("p", *_with_bold(answer.text), class_="document reply"),
        *([element("h4", "Wanted, and where it stands"), element("ul", *missed)] if missed else []),
        element("h4", "Found first"),
        element("ol", *(_passage(hit) for hit in answer.hits[:SHOWN_PASSAGES])),
        class_="card",
    )


def _missed(judged: Judged) -> Iterator[Markup]:
    """Say which answers or quotes were wanted, and where among the passages they stand."""
    question, hits = judged.question, judged.answer.hits
    if not question.answerable:
        return
    if question.answers:
        places = [at for at, hit in enumerate(hits, start=1) if holds_answer(question, hit.passage.text)]
        wanted = element("span", " / ".join(question.answers), class_="document")
        yield element("li", "answer: ", wanted, f" – {_where(places[:1], len(hits))}")
    missing = missing_quotes(question, judged.answer)
    for evidence in question.evidence:
        quote = normalise(evidence.quote)
        places = [at for at, hit in enumerate(hits, start=1) if quote in normalise(hit.passage.text)]
        found = _where(places[:1], len(hits)) if evidence in missing or places else "across two passages"
        said = element("span", f"{evidence.document}: {evidence.quote}", class_="document")
        yield element("li", "evidence: ", said, f" – {found}")


def _with_bold(text: str) -> Iterator[str]:
    """Turn `**` marks into bold type."""
    for number, piece in enumerate(text.split("**")):
        yield element("b", piece) if number % 2 else piece


def _where(places: list[int], count: int) -> str:
    return f"in passage {places[0]}" if places else f"whole in none of the {count} passages"


def _passage(hit: Hit) -> Markup:
    passage = hit.passage
    text = passage.text[:EXCERPT] + ("…" if len(passage.text) > EXCERPT else "")
    name = element("b", passage.document, class_="document")
    return element("li", name, " ", element("span", text, class_="document"))
