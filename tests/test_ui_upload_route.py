"""Files as they are sent: within limits, from our own page only, and nothing left behind of what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from qa.ui import upload_route
from qa.ui.routes import build_routes
from qa.ui.service import open_service
from tests.test_placing import leave
from tests.test_ui_documents import Still, open_library

SIGN = {"X-WenDang": "1", "Accept-Language": "zh-CN"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    library = open_library(tmp_path, {"食堂.txt": "早餐五元。"})
    library.settings = replace(library.settings, max_upload_mb=1)
    with Still(library) as syncing:
        yield TestClient(build_routes(open_service(syncing)))


def send(client: TestClient, path: str, data: bytes = b"x", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/wendang/upload", params={"path": path}, content=data, headers={**SIGN, **named})


def files(tmp_path: Path) -> set[str]:
    folder = tmp_path / "documents"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_file_of_a_folder_is_stored_below_the_documents(client: TestClient, tmp_path: Path) -> None:
    answer = send(client, "年报/2023/金山.md", "金山".encode())
    assert (answer.status_code, answer.json()) == (200, {"path": "年报/2023/金山.md", "was_there": False})
    assert (tmp_path / "documents/年报/2023/金山.md").read_text("utf-8") == "金山"
    assert send(client, "年报/2023/金山.md", "金山".encode()).json()["was_there"] is True
    assert send(client, "年报/2023/金山.md", b"2").json()["path"] == "年报/2023/金山 (2).md"


@pytest.mark.parametrize("path", ["../../x.md", "/etc/x.md", "..\\..\\x.md", "．．／x.md", "a\x00/../../x.md"])
def test_no_path_leads_out_of_the_folder(client: TestClient, tmp_path: Path, path: str) -> None:
    before = {one for one in tmp_path.rglob("*")}
    stored = send(client, path).json()["path"]
    assert stored.endswith("x.md")
    assert all(one.is_relative_to(tmp_path / "documents") for one in set(tmp_path.rglob("*")) - before)


@pytest.mark.parametrize("is_declared", [True, False])
def test_what_is_too_large_is_refused_with_the_limit_and_nothing_is_left(
    client: TestClient, tmp_path: Path, is_declared: bool
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    content: Any = b"x" * 1_048_577 if is_declared else chunks()
    answer = send(client, "新/大.txt", content)
    assert answer.status_code == 413
    assert answer.json()["error"] == "超过 1 MB，这是单个文件的上限。请拆成几个文件"
    assert files(tmp_path) == {"食堂.txt"}
    assert send(client, "刚好.txt", b"x" * 1_048_576).status_code == 200


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_route, "MOST_FILES", 3)
    monkeypatch.setattr(upload_route, "MOST_TIMES", 2)


@pytest.mark.usefixtures("tight")
def test_one_upload_brings_in_no_more_than_it_may(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    client: TestClient = request.getfixturevalue("client")

    def said(name: str, data: bytes, upload: str = "a") -> tuple[int, str]:
        answer = send(client, name, data, X_WenDang=upload)
        return answer.status_code, answer.json().get("error", "")

    megabyte = b"x" * 1_040_000
    assert [said(f"{number}.txt", b"%d" % number + megabyte)[0] for number in (1, 2)] == [200, 200]
    assert said("3.txt", b"3" + megabyte) == (413, "一次最多上传 2 MB。剩下的请再传一次")
    assert said("4.txt", b"4") == (413, "一次最多上传 3 个文件。剩下的请再传一次")
    assert files(tmp_path) == {"食堂.txt", "1.txt", "2.txt"}
    # The next one begins anew.
    assert said("4.txt", b"4", upload="b")[0] == 200


def test_an_upload_clears_away_what_a_killed_one_has_left(client: TestClient, tmp_path: Path) -> None:
    half = leave(tmp_path / "documents" / ".upload-a_b1c2d3", "半")
    send(client, "a.md", X_WenDang="c")
    assert not half.exists()


def test_other_kinds_and_what_lies_too_deep_are_refused(client: TestClient, tmp_path: Path) -> None:
    for path, reason in (("a.exe", "这种文件还读不了"), ("", "这种文件还读不了"), ("层/" * 9 + "a.md", "最多 8 层")):
        answer = send(client, path)
        assert answer.status_code == 422 and reason in answer.json()["error"]
    assert files(tmp_path) == {"食堂.txt"}


def test_a_full_disk_is_said_and_nothing_is_left(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    answer = send(client, "新/年报.md")
    assert answer.status_code == 422 and "请检查磁盘空间和权限" in answer.json()["error"]
    assert files(tmp_path) == {"食堂.txt"}


def test_a_folder_that_is_gone_is_said(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "documents").rename(tmp_path / "elsewhere")
    answer = send(client, "年报.md")
    assert answer.status_code == 422 and "无法写入" in answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X_WenDang": None},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
    ],
)
def test_another_site_uploads_nothing(client: TestClient, tmp_path: Path, headers: dict[str, str | None]) -> None:
    sent = {**SIGN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    kept = {name: value for name, value in sent.items() if value is not None}
    answer = client.post("/wendang/upload", params={"path": "a.md"}, content=b"x", headers=kept)
    assert answer.status_code == 403
    assert files(tmp_path) == {"食堂.txt"}


def test_our_own_page_uploads(client: TestClient) -> None:
    assert send(client, "a.md", Origin="http://testserver", Sec_Fetch_Site="same-origin").status_code == 200


def test_the_script_is_told_the_limits(client: TestClient) -> None:
    told = client.get("/wendang/upload").json()
    assert (told["bytes"], told["files"], told["total"]) == (1_048_576, 2_000, 20 * 1_048_576)
    assert ".pdf" in told["suffixes"]
