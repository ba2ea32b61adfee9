"""What has become of a quote after its document was edited, renamed, or removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from qa.ui.highlights import Span
from qa.ui.standing import Quoted, Standing, find_standing
from qa.ui.steps import versions_of
from tests.fakes import FakeEncoder

CANTEEN = "食堂规定\n\n食堂的早餐是五元。午餐是十二元。"
QUOTE = "食堂的早餐是五元。"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data", min_confidence=0.0)
    settings.documents.mkdir()
    write(settings, "食堂.txt", CANTEEN)
    write(settings, "休假.txt", "休假规定\n\n年假十天。")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


def write(settings: Settings, name: str, text: str) -> None:
    (settings.documents / name).write_text(text, encoding="utf-8")


def stand(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> tuple[str, str, Span | None]:
    library.sync()
    found: Standing = find_standing(library, quoted, versions)
    return found.kind, found.document.path if found.document else "", found.span


@pytest.fixture
def quoted(library: Assistant) -> Quoted:
    document = library.generation.documents["食堂.txt"]
    return Quoted("食堂.txt", document.title, document.text.index(QUOTE), QUOTE)


@pytest.fixture
def versions(library: Assistant) -> dict[str, str]:
    return {"食堂.txt": library.generation.documents["食堂.txt"].content_hash}


def test_a_quote_stands_where_it_stood(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> None:
    assert stand(library, quoted, versions) == ("there", "食堂.txt", Span(quoted.start, quoted.start + len(QUOTE)))


def test_a_quote_that_has_moved_is_found(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> None:
    write(library.settings, "食堂.txt", CANTEEN.replace(QUOTE, f"本规定今年生效。{QUOTE}"))
    kind, path, span = stand(library, quoted, versions)
    assert (kind, path) == ("there", "食堂.txt")
    assert span is not None and span.start == quoted.start + len("本规定今年生效。")


def test_a_quote_that_was_reworded_has_changed(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> None:
    write(library.settings, "食堂.txt", CANTEEN.replace("五元", "六元"))
    assert stand(library, quoted, versions) == ("changed", "食堂.txt", None)


def test_a_renamed_file_is_followed(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> None:
    folder = library.settings.documents
    (folder / "食堂.txt").rename(folder / "伙食.txt")
    assert stand(library, quoted, versions)[:2] == ("renamed", "伙食.txt")


def test_a_renamed_file_is_followed_though_another_took_its_name(
    library: Assistant, quoted: Quoted, versions: dict[str, str]
) -> None:
    folder = library.settings.documents
    (folder / "食堂.txt").rename(folder / "伙食.txt")
    write(library.settings, "食堂.txt", "食堂公告\n\n明天停电。")
    assert stand(library, quoted, versions)[:2] == ("renamed", "伙食.txt")


def test_a_renamed_file_that_was_edited_besides_is_known_by_its_title(
    library: Assistant, quoted: Quoted, versions: dict[str, str]
) -> None:
    folder = library.settings.documents
    (folder / "食堂.txt").unlink()
    write(library.settings, "伙食.txt", CANTEEN + "晚餐是十元。")
    assert library.document("食堂.txt") is not None
    assert stand(library, quoted, versions)[:2] == ("renamed", "伙食.txt")


def test_a_renamed_file_without_a_title_of_its_own_is_known_by_its_content(library: Assistant) -> None:
    write(library.settings, "通知.txt", "早餐涨到六元。")
    library.sync()
    document = library.generation.documents["通知.txt"]
    assert not document.has_own_title
    folder = library.settings.documents
    (folder / "通知.txt").rename(folder / "公告.txt")
    quoted = Quoted("通知.txt", document.title, 0, "早餐涨到六元。")
    assert stand(library, quoted, {"通知.txt": document.content_hash})[:2] == ("renamed", "公告.txt")
    assert stand(library, quoted, {})[0] == "deleted"


def test_a_document_that_is_called_the_same_is_not_the_source(library: Assistant) -> None:
    (library.settings.documents / "旧").mkdir()
    write(library.settings, "旧/通知.txt", "早餐涨到六元。停电一天。")
    library.sync()
    quoted = Quoted("通知.txt", "通知", 0, "早餐涨到六元。")
    assert library.generation.documents["旧/通知.txt"].title == "通知"
    # Its title is no more than its file's name.
    assert stand(library, quoted, {})[0] == "deleted"
    # Its title is its own, and it says something else.
    elsewhere = Quoted("伙食.txt", "食堂规定", 0, "晚餐是八元。")
    assert stand(library, elsewhere, {})[0] == "deleted"


@pytest.mark.parametrize("title", ["别处的规定", ""])
def test_the_same_sentence_in_another_document_is_not_the_source(
    library: Assistant, quoted: Quoted, versions: dict[str, str], title: str
) -> None:
    (library.settings.documents / "食堂.txt").unlink()
    write(library.settings, "别处.txt", f"{title}\n\n{QUOTE}晚餐是十元。")
    assert stand(library, quoted, versions) == ("deleted", "", None)


def test_a_removed_document_was_deleted(library: Assistant, quoted: Quoted, versions: dict[str, str]) -> None:
    (library.settings.documents / "食堂.txt").unlink()
    assert stand(library, quoted, versions) == ("deleted", "", None)
    assert stand(library, quoted, {}) == ("deleted", "", None)


def test_a_file_that_cannot_be_read_any_more_was_not_deleted(
    library: Assistant, quoted: Quoted, versions: dict[str, str]
) -> None:
    write(library.settings, "食堂.txt", "")
    assert stand(library, quoted, versions) == ("unreadable", "", None)


def test_an_answer_remembers_which_versions_it_rests_on(library: Assistant, versions: dict[str, str]) -> None:
    answer = library.ask("食堂的早餐多少钱？")
    known = versions_of(library, answer)
    assert known.keys() == {hit.passage.document for hit in answer.hits}
    assert known["食堂.txt"] == versions["食堂.txt"]
    # One that was replaced between the search and this look is not remembered as what it is now.
    write(library.settings, "食堂.txt", CANTEEN.replace("五元", "六元"))
    library.sync()
    assert "食堂.txt" not in versions_of(library, answer)
