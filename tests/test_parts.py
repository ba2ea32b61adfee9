"""Mails and archives: files that hold documents of their own, through sync, rename, removal and damage."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from index.errors import DocumentError
from index.store import Store
from index.sync import SyncReport, sync
from qa.assistant import Assistant
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_removed import remove_document

LEAVE = "休假规定\n\n员工每年享有十天带薪年假。"
CANTEEN = "食堂规定\n\n食堂的早餐是五元。"
PARKING = "停车规定\n\n停车每小时三元。"


def archive(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()


def mail(subject: str, body: str, attachments: dict[str, str]) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "王敏 <wang@example.org>", "李强 <li@example.org>"
    message.set_content(body)
    for name, text in attachments.items():
        message.add_attachment(text.encode(), maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    (settings.documents / "资料.zip").write_bytes(archive({"休假.txt": LEAVE, "后勤/食堂.txt": CANTEEN, "坏.txt": ""}))
    (settings.documents / "通知.eml").write_bytes(mail("停车通知", "请看附件里的规定。", {"停车.txt": PARKING}))
    (settings.documents / "单独.txt").write_text("会议室在三楼。", encoding="utf-8")
    return Assistant(settings, FakeEncoder())


ALL = ["单独.txt", "资料.zip/休假.txt", "资料.zip/后勤/食堂.txt", "通知.eml", "通知.eml/停车.txt"]


def names(library: Assistant) -> list[str]:
    return sorted(library.generation.documents)


def failures(library: Assistant) -> dict[str, str]:
    return {one.document: one.error for one in library.failures()}


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.renamed, report.removed, report.unchanged


def test_what_is_inside_is_found_and_cited_under_its_own_name(library: Assistant) -> None:
    report = library.sync()
    assert counts(report) == (3, 0, 0, 0, 0)
    assert (report.documents, names(library)) == (5, ALL)
    assert library.ask("停车每小时多少钱？").citations[0].document == "通知.eml/停车.txt"
    assert library.ask("食堂的早餐多少钱？").citations[0].document == "资料.zip/后勤/食堂.txt"
    assert list(failures(library)) == ["资料.zip/坏.txt"]
    assert {entry.path: entry.file for entry in library.documents()}["资料.zip/休假.txt"] == "资料.zip"


def test_nothing_new_reads_nothing_and_keeps_the_failures_inside(library: Assistant) -> None:
    library.sync()
    before = library.generation
    report = library.sync()
    assert counts(report) == (0, 0, 0, 0, 3)
    assert (report.embedded_texts, library.generation, list(failures(library))) == (0, before, ["资料.zip/坏.txt"])
    assert not library.is_stale()


def test_a_touched_archive_is_looked_at_and_nothing_changes(library: Assistant) -> None:
    library.sync()
    path = library.settings.documents / "资料.zip"
    path.write_bytes(path.read_bytes())
    assert library.is_stale()
    assert counts(library.sync()) == (0, 0, 0, 0, 3)
    assert not library.is_stale()
    assert list(failures(library)) == ["资料.zip/坏.txt"]


def test_a_changed_archive_embeds_only_what_is_new(library: Assistant) -> None:
    library.sync()
    changed = archive({"休假.txt": LEAVE, "停车.txt": PARKING + "夜间免费。"})
    (library.settings.documents / "资料.zip").write_bytes(changed)
    report = library.sync()
    assert counts(report) == (0, 1, 0, 0, 2)
    assert names(library) == ["单独.txt", "资料.zip/休假.txt", "资料.zip/停车.txt", "通知.eml", "通知.eml/停车.txt"]
    assert 0 < report.embedded_texts <= 2
    assert failures(library) == {}
    assert library.ask("食堂的早餐多少钱？").citations == () or "食堂" not in library.ask("早餐？").text


def test_a_renamed_archive_embeds_nothing_and_takes_its_parts_along(library: Assistant) -> None:
    library.sync()
    (library.settings.documents / "往来").mkdir()
    (library.settings.documents / "资料.zip").rename(library.settings.documents / "往来" / "旧资料.zip")
    report = library.sync()
    assert (counts(report), report.embedded_texts) == ((0, 0, 1, 0, 2), 0)
    assert [name for name in names(library) if "zip" in name] == [
        "往来/旧资料.zip/休假.txt",
        "往来/旧资料.zip/后勤/食堂.txt",
    ]
    assert list(failures(library)) == ["往来/旧资料.zip/坏.txt"]
    assert {entry.file for entry in library.documents()} == {"单独.txt", "往来/旧资料.zip", "通知.eml"}
    assert library.sync().unchanged == 3


def test_archives_that_change_places(library: Assistant) -> None:
    folder = library.settings.documents
    (folder / "乙.zip").write_bytes(archive({"停车.txt": PARKING}))
    library.sync()
    (folder / "乙.zip").rename(folder / "丙.zip")
    (folder / "资料.zip").rename(folder / "乙.zip")
    (folder / "丙.zip").rename(folder / "资料.zip")
    report = library.sync()
    assert (report.renamed, report.embedded_texts) == (2, 0)
    assert [name for name in names(library) if "zip" in name] == [
        *("乙.zip/休假.txt", "乙.zip/后勤/食堂.txt", "资料.zip/停车.txt"),
    ]
    assert library.generation.documents["乙.zip/休假.txt"].owner == "乙.zip"


def test_a_removed_archive_takes_its_parts_along(library: Assistant) -> None:
    library.sync()
    (library.settings.documents / "资料.zip").unlink()
    assert counts(library.sync()) == (0, 0, 0, 1, 2)
    assert names(library) == ["单独.txt", "通知.eml", "通知.eml/停车.txt"]
    assert failures(library) == {}


def test_an_archive_that_breaks_is_a_failure_and_its_parts_are_gone(library: Assistant) -> None:
    library.sync()
    (library.settings.documents / "资料.zip").write_bytes(b"PK\x03\x04 broken")
    report = library.sync()
    assert list(failures(library)) == ["资料.zip"]
    assert [name for name in names(library) if "zip" in name] == []
    assert report.documents == 3
    (library.settings.documents / "资料.zip").write_bytes(archive({"休假.txt": LEAVE}))
    assert library.sync().added == 1


def test_asking_for_a_part_reads_its_file_again(library: Assistant) -> None:
    library.sync()
    encoder = library.encoder
    assert isinstance(encoder, FakeEncoder)
    encoder.embedded.clear()
    report = library.sync(again={"资料.zip/休假.txt"})
    assert report.embedded_texts > 0
    assert any("年假" in text for text in encoder.embedded) and not any("停车" in text for text in encoder.embedded)
    assert names(library) == ALL
    assert library.sync(again={"资料.zip/坏.txt"}).embedded_texts > 0


@pytest.mark.parametrize("path", ["资料.zip/休假.txt", "资料.zip/坏.txt", "通知.eml/停车.txt"])
def test_a_part_is_not_removed_by_itself(library: Assistant, path: str) -> None:
    library.sync()
    with pytest.raises(DocumentError, match=r"is a part of (资料\.zip|通知\.eml)\. Remove that file"):
        remove_document(library, path)
    assert (library.settings.documents / "资料.zip").exists()


def test_a_mail_is_removed_with_its_attachments(library: Assistant) -> None:
    library.sync()
    assert remove_document(library, "通知.eml") is not None
    library.sync()
    assert [name for name in names(library) if "eml" in name] == []


def test_a_damaged_part_is_read_again(library: Assistant) -> None:
    library.sync()
    store = Store.open(library.settings.data)
    with store.transaction():
        store.write("UPDATE documents SET text = text || '！' WHERE path = '资料.zip/休假.txt'")
    store.close()
    reopened = Assistant(library.settings, FakeEncoder())
    reopened.refresh()
    assert "资料.zip/休假.txt" not in reopened.generation.documents
    reopened.sync()
    assert names(reopened) == ALL


def test_a_rebuild_gives_the_same(library: Assistant, tmp_path: Path) -> None:
    library.sync()
    (library.settings.documents / "资料.zip").rename(library.settings.documents / "新.zip")
    library.sync()
    fresh = Assistant(
        Settings(documents=library.settings.documents, data=tmp_path / "另", min_confidence=0.0), FakeEncoder()
    )
    sync(fresh.settings.documents, fresh.settings.data, fresh.encoder)
    fresh.refresh()
    assert fresh.generation.documents == library.generation.documents
