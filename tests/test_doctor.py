from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.embedding import Encoder
from index.errors import ModelError
from index.generations import generations_folder
from qa import doctor
from qa.assistant import Assistant
from qa.doctor import Finding, examine
from qa.settings import Settings
from tests.fakes import FakeEncoder, FakeReader
from tests.test_assistant import HANDBOOK, open_library, write_documents


class QuickEncoder(FakeEncoder):
    backend = "openvino"


@pytest.fixture(autouse=True)
def quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "load_encoder", lambda *_: QuickEncoder())
    monkeypatch.setattr(doctor, "load_reader", lambda *_: FakeReader(lambda _: 0.0))


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, {"手册.md": HANDBOOK})


def find(settings: Settings, subject: str) -> Finding:
    findings = examine(settings)
    assert [finding.subject for finding in findings] == [
        "python",
        "packages",
        "disk",
        "documents",
        "index",
        "model",
        "reader",
    ]
    return next(finding for finding in findings if finding.subject == subject)


def test_a_library_in_order_has_nothing_to_mend(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 0)
    assert [finding.subject for finding in examine(library.settings) if not finding.good] == []
    documents = library.settings.documents
    assert find(library.settings, "documents").seen == f"1 files in {documents}, 0 left alone"
    assert find(library.settings, "index").seen == "generation 1, every file as it was written"
    assert find(library.settings, "model").seen == "fake on openvino"


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data", models=tmp_path / "models")
    examine(settings)
    assert list(tmp_path.iterdir()) == []


def test_no_documents_folder(tmp_path: Path) -> None:
    settings = Settings(documents=tmp_path / "没有", data=tmp_path / "data")
    finding = find(settings, "documents")
    assert (finding.good, finding.mend) == (False, f"mkdir -p {tmp_path / '没有'}")
    assert str(tmp_path / "没有") in finding.seen


def test_an_empty_documents_folder(tmp_path: Path) -> None:
    (tmp_path / "图.png").write_bytes(b"\x89PNG")
    finding = find(Settings(documents=tmp_path, data=tmp_path / "data"), "documents")
    assert finding == Finding(
        "documents", False, f"0 files in {tmp_path}, 1 left alone", f"put .txt or .md files into {tmp_path}"
    )


def test_no_index_yet(tmp_path: Path) -> None:
    finding = find(Settings(documents=tmp_path, data=tmp_path / "data"), "index")
    assert finding == Finding("index", False, f"none in {tmp_path / 'data'} yet", "python -m qa sync")


def damage_database(settings: Settings) -> None:
    for name in ("wendang.sqlite-wal", "wendang.sqlite-shm"):
        (settings.data / name).unlink(missing_ok=True)
    (settings.data / "wendang.sqlite").write_bytes(b"rubbish" * 1000)


def damage_generation(settings: Settings) -> None:
    next(generations_folder(settings.data).glob("*/passages.faiss")).write_bytes(b"rubbish")


def remove_generation(settings: Settings) -> None:
    shutil.rmtree(generations_folder(settings.data))


def add_empty_file(settings: Settings) -> None:
    write_documents(settings.documents, {"空.txt": ""})
    Assistant(settings, FakeEncoder()).sync()


def change_folder(settings: Settings) -> None:
    write_documents(settings.documents, {"新.txt": "食堂周日不开放。"})


@pytest.mark.parametrize(
    ("happen", "seen", "mend"),
    [
        (damage_generation, "generation 1: passages.faiss is damaged", "python -m qa sync"),
        (remove_generation, "is damaged", "python -m qa sync"),
        (add_empty_file, "1 files could not be read", doctor.MEND_FILES),
        (change_folder, "the documents folder has changed since the last sync", "python -m qa sync"),
    ],
)
def test_what_is_wrong_with_the_index(
    library: Assistant, happen: Callable[[Settings], None], seen: str, mend: str
) -> None:
    happen(library.settings)
    finding = find(library.settings, "index")
    assert not finding.good
    assert seen in finding.seen
    assert finding.mend == mend


def test_a_file_that_is_no_database_is_to_be_deleted(library: Assistant) -> None:
    damage_database(library.settings)
    finding = find(library.settings, "index")
    assert not finding.good
    assert "cannot be opened (file is not a database)" in finding.seen
    assert finding.mend == f"delete {library.settings.data / 'wendang.sqlite'}, then python -m qa sync"
    (library.settings.data / "wendang.sqlite").unlink()
    assert Assistant(library.settings, FakeEncoder()).sync().added == 1
    assert find(library.settings, "index").good


@pytest.mark.parametrize("happen", [damage_generation, remove_generation, change_folder])
def test_the_index_is_in_order_after_what_mends_it(library: Assistant, happen: Callable[[Settings], None]) -> None:
    happen(library.settings)
    other = Assistant(library.settings, FakeEncoder())
    other.sync()
    assert find(library.settings, "index").good
    assert other.ask("加班须由谁批准？").citations[0].quote == "加班须由部门经理批准。"


def test_a_model_that_cannot_be_loaded(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Encoder:
        raise ModelError("there is no model 没有")

    monkeypatch.setattr(doctor, "load_encoder", fail)
    assert find(library.settings, "model") == Finding(
        "model", False, "there is no model 没有", "see WENDANG_EMBEDDING_MODEL in README.md"
    )


def test_another_model_than_the_index_was_built_with(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    class OtherEncoder(QuickEncoder):
        name = "other"

    monkeypatch.setattr(doctor, "load_encoder", lambda *_: OtherEncoder())
    finding = find(library.settings, "model")
    assert not finding.good
    assert "was built with the embedding model fake, now other is set" in finding.seen


def test_a_slow_backend_is_named_unless_it_was_chosen(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "load_encoder", lambda *_: FakeEncoder())
    finding = find(library.settings, "model")
    assert finding == Finding("model", False, "fake on fake", "pip install openvino, which is several times faster")
    chosen = Settings(documents=library.settings.documents, data=library.settings.data, embedding_backend="torch")
    assert find(chosen, "model") == Finding("model", True, "fake on fake", "")


def test_a_missing_package_is_named(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("jieba", "no-such-package"))
    assert find(library.settings, "packages") == Finding(
        "packages", False, "missing: no-such-package", "pip install -r requirements.txt"
    )


def test_a_full_disk_is_named(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**70)
    finding = find(library.settings, "disk")
    assert (finding.good, finding.mend) == (False, "free some disk space")
    assert finding.seen.endswith(f"GiB free at {library.settings.data}")


def test_a_reader_that_cannot_be_loaded_is_named_with_what_to_do(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {finding.subject: finding for finding in doctor.examine(library.settings)}
    assert found["reader"].good
    monkeypatch.setattr(doctor, "load_reader", lambda *_: None)
    found = {finding.subject: finding for finding in doctor.examine(library.settings)}
    assert not found["reader"].good
    assert "WENDANG_READER=off" in found["reader"].mend
    off = replace(library.settings, reader="off")
    assert "reader" not in {finding.subject for finding in doctor.examine(off)}
