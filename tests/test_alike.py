from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from index import alike as alike_module
from index.alike import alike_documents
from index.generations import Generation, load_generation
from index.resemblance import ALIKE, resemblance
from index.store import Store
from index.sync import sync
from tests.fakes import FakeEncoder

OLD = (
    "员工休假管理办法\n第一条 为规范公司员工休假管理，保障员工休息权利，制定本办法。\n"
    "第二条 员工入职满一年的，每年享有十天带薪年假，未休完的年假可以结转到次年三月底。\n"
    "第三条 请假应当提前三天在系统中提出申请，经部门负责人批准后生效。\n"
)
NEW = OLD.replace("十天", "十五天")
OTHER = "食堂管理规定\n食堂早上七点开门，晚上八点关门，周末照常供应三餐，节假日另行通知。\n"


class Place:
    def __init__(self, root: Path) -> None:
        self.documents, self.data = root / "documents", root / "data"
        self.documents.mkdir()

    def write(self, **texts: str | None) -> Mapping[str, Mapping[str, float]]:
        """Write or remove documents, sync, and return which are alike."""
        for name, text in texts.items():
            path = self.documents / f"{name}.txt"
            path.write_text(text, "utf-8") if text is not None else path.unlink()
        sync(self.documents, self.data, FakeEncoder())
        return self.generation().alike

    def generation(self) -> Generation:
        store = Store.open(self.data)
        try:
            return load_generation(store)
        finally:
            store.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def pairs(alike: Mapping[str, Mapping[str, float]]) -> set[tuple[str, str]]:
    return {(first, second) for first, others in alike.items() for second in others}


def test_versions_and_copies_are_pairs_both_ways(place: Place) -> None:
    alike = place.write(旧=OLD, 新=NEW, 食堂=OTHER, 副本=OTHER)
    assert pairs(alike) == {
        *(("旧.txt", "新.txt"), ("新.txt", "旧.txt")),
        *(("食堂.txt", "副本.txt"), ("副本.txt", "食堂.txt")),
    }
    assert alike["食堂.txt"]["副本.txt"] == 1.0
    assert ALIKE <= alike["旧.txt"]["新.txt"] <= 1.0


def test_pairs_follow_edits_renames_and_removals(place: Place) -> None:
    assert pairs(place.write(旧=OLD, 食堂=OTHER)) == set()
    assert pairs(place.write(新=NEW)) == {("旧.txt", "新.txt"), ("新.txt", "旧.txt")}
    (place.documents / "旧.txt").rename(place.documents / "甲.txt")
    assert pairs(place.write(食堂=OTHER + "新增。")) == {("甲.txt", "新.txt"), ("新.txt", "甲.txt")}
    assert pairs(place.write(新=OTHER)) == {("食堂.txt", "新.txt"), ("新.txt", "食堂.txt")}
    assert pairs(place.write(新=None)) == set()


def test_a_document_is_compared_with_so_many_at_most(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike_module, "MOST_COMPARED", 2)
    place.write(**{f"表{number}": OLD for number in range(5)})
    compared: list[str] = []

    def compare(first: str, second: str) -> float:
        compared.append(second)
        return resemblance(first, second)

    monkeypatch.setattr(alike_module, "resemblance", compare)
    place.write(表九=NEW)
    assert compared == [OLD.strip()] * 2


def test_other_keys_are_made_anew_for_all(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(旧=OLD, 新=NEW)
    store = Store.open(place.data)
    with store.transaction():
        store.write("DELETE FROM resemblance")
        store.write("DELETE FROM versions")
    assert alike_documents(store) == {}
    store.close()
    monkeypatch.setattr(alike_module, "FORM", 99)
    assert pairs(place.write(食堂=OTHER)) == {("旧.txt", "新.txt"), ("新.txt", "旧.txt")}
