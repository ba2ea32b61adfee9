"""Questions for lists over invented documents in four formats, answered by the real model."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.assistant import Assistant, load_models
from qa.datatypes import Answer
from qa.measures import normalise
from qa.settings import Settings
from tests.list_documents import LISTINGS, Listing

# 老人入托要评估哪些内容: another sentence enumerates what the question names. 分为哪几类: refused in plain text, where
# no heading is known as one.
NOT_WHOLE = {
    *((suffix, "老人入托要评估哪些内容？") for suffix in ("md", "txt", "docx", "html")),
    ("txt", "松涧中学的社团分为哪几类？"),
}


@pytest.fixture(scope="module", params=["md", "txt", "docx", "html"])
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Answer]]:
    """The answers to all questions, with the suffix of the files that they are asked of."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    (folder / "documents").mkdir()
    for number, listing in enumerate(LISTINGS):
        (folder / "documents" / f"{number}.{request.param}").write_bytes(listing.write(request.param))
    settings = Settings(documents=folder / "documents", data=folder / "data")
    encoder, reader = load_models(settings)
    assistant = Assistant(settings, encoder, reader=reader)
    assistant.sync()
    questions = [question for listing in LISTINGS for question, _ in listing.asked]
    asked = assistant.ask_each([(question, ()) for question in questions])
    return request.param, dict(zip(questions, asked, strict=True))


@pytest.mark.parametrize(
    ("listing", "question", "items"),
    [pytest.param(listing, question, items, id=question) for listing in LISTINGS for question, items in listing.asked],
)
def test_a_question_for_a_list_gets_the_whole_list(
    answers: tuple[str, dict[str, Answer]], listing: Listing, question: str, items: tuple[str, ...]
) -> None:
    suffix, found = answers
    quoted = normalise("".join(citation.quote for citation in found[question].citations))
    missing = [item for item in items if normalise(item) not in quoted]
    assert bool(missing) is ((suffix, question) in NOT_WHOLE), missing
    if not missing:
        # 文艺类 with the clubs below it is one list.
        nested = "松涧中学" in question
        assert nested or not [item for item in listing.not_asked(items) if normalise(item) in quoted]


def test_every_quote_stands_in_its_document(answers: tuple[str, dict[str, Answer]]) -> None:
    citations = [citation for answer in answers[1].values() for citation in answer.citations]
    assert len(citations) >= len(answers[1]) - 1
    assert all(citation.verified for citation in citations)


def test_a_list_that_begins_with_a_pronoun_is_quoted_with_a_note(answers: tuple[str, dict[str, Answer]]) -> None:
    first, *_ = answers[1]["柏原乐器生产的乐器分为哪几类？"].citations
    assert first.quote.startswith("该公司生产的乐器分为四大类：")
    assert first.about.startswith("柏原乐器有限公司")
