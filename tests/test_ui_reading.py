"""The addresses that a document is read on with: parts of its text, words in it, its pages, its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.settings import Settings
from qa.ui.links import OriginalLink
from qa.ui.reader import LONGEST_WHOLE, WINDOW
from qa.ui.routes import build_routes
from qa.ui.service import open_service
from qa.ui.shell import PageShell
from qa.ui.sources import version_of
from tests.fakes import FakeEncoder
from tests.test_parts import archive
from tests.test_ui_documents import Still

LINES = 1_200
LONG = "\n".join(f"第{number}行说的是灯塔与堤坝的事情{'一二三四五六七八九十' * 16}。" for number in range(LINES))
HOSTILE = "<img src=x onerror=alert(1)>食堂<script>早餐</script>"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("reading")
    settings = Settings(documents=folder / "文档", data=folder / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    (settings.documents / "长 《卷》.txt").write_text(LONG, encoding="utf-8")
    (settings.documents / "敌.txt").write_text(HOSTILE, encoding="utf-8")
    (settings.documents / "走.txt").write_text("不久就走。", encoding="utf-8")
    (settings.documents / "资料.zip").write_bytes(archive({"食堂.txt": "食堂规定\n\n早餐五元。"}))
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


@pytest.fixture
def client(assistant: Assistant) -> Iterator[TestClient]:
    with Still(assistant) as syncing:
        service = open_service(syncing)
        app = Starlette(middleware=[Middleware(PageShell, routes=build_routes(service))])
        yield TestClient(app, headers={"accept-language": "zh-CN"})


def get(client: TestClient, assistant: Assistant, what: str, path: str, **values: object) -> Any:
    document = assistant.document(path)
    assert document is not None
    params = {"document": path, "version": version_of(document), **{name: str(one) for name, one in values.items()}}
    answer = client.get(f"/wendang/{what}", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.json()


def span_of(part: str) -> tuple[int, int]:
    found = re.search(r'class="part" data-start="(\d+)" data-end="(\d+)"', part)
    assert found
    return int(found[1]), int(found[2])


def lines_of(part: str) -> list[int]:
    return [int(number) for number in re.findall(r"第(\d+)行", part)]


def test_the_parts_of_a_long_text_make_up_the_whole_of_it(client: TestClient, assistant: Assistant) -> None:
    assert len(LONG) > LONGEST_WHOLE
    first = get(client, assistant, "text", "长 《卷》.txt", at=len(LONG) // 2)["html"]
    assert len(first) < 4 * WINDOW
    lines, (start, end) = lines_of(first), span_of(first)
    while start > 0:
        part = get(client, assistant, "text", "长 《卷》.txt", before=start)["html"]
        assert ("前面还有" in part) == (span_of(part)[0] > 0)
        assert "后面还有" not in part
        lines, (start, until) = [*lines_of(part), *lines], span_of(part)
        assert until > start
    while end < len(LONG):
        part = get(client, assistant, "text", "长 《卷》.txt", behind=end)["html"]
        assert "前面还有" not in part
        lines, end = [*lines, *lines_of(part)], span_of(part)[1]
    assert lines == list(range(LINES))


def test_words_are_counted_and_marked_in_any_part(client: TestClient, assistant: Assistant) -> None:
    told = get(client, assistant, "found", "长 《卷》.txt", words="第1199行")
    assert told["count"] == 1
    ((start, end),) = told["places"]
    assert LONG[start:end] == "第1199行"
    part = get(client, assistant, "text", "长 《卷》.txt", at=start, words="第1199行", cited=f"{start + 1}-{end + 3}")
    found = f'<mark class="found" data-at="{start}">'
    cited = '<mark class="cited" tabindex="&#45;1">'
    assert f"{found}第</mark>{cited}{found}1199行</mark>说的是</mark>灯塔" in part["html"]
    assert get(client, assistant, "found", "长 《卷》.txt", words="没有这样的话") == {"count": 0, "places": []}
    assert get(client, assistant, "found", "长 《卷》.txt")["count"] == 0


@pytest.mark.parametrize("what", ["text", "found", "page"])
def test_another_state_of_a_document_is_not_read_on_from(client: TestClient, assistant: Assistant, what: str) -> None:
    for params in ({"document": "敌.txt", "version": "0"}, {"document": "没有.txt", "version": "0"}, {}):
        answer = client.get(f"/wendang/{what}", params=params)
        assert answer.status_code == 409
        assert answer.json()["said"] == "这篇文档刚刚更新过，请重新打开。"


@pytest.mark.parametrize(
    "values",
    [{"at": "-1"}, {"at": "x"}, {"at": "9" * 30}, {"behind": 10**9 - 1}, {"before": 10**9 - 1}, {"cited": "9-1"}],
)
def test_places_that_are_none_give_some_text(client: TestClient, assistant: Assistant, values: dict[str, Any]) -> None:
    assert 'class="part"' in get(client, assistant, "text", "长 《卷》.txt", **values)["html"]


def test_hostile_text_is_text(client: TestClient, assistant: Assistant) -> None:
    shown = get(client, assistant, "text", "敌.txt", words="<img src=x onerror=alert(1)>")["html"]
    assert "<img" not in shown and "<script" not in shown
    assert shown.count('<mark class="found"') == 1


def test_a_document_without_pages_has_no_picture(client: TestClient, assistant: Assistant) -> None:
    assert get(client, assistant, "page", "敌.txt", at=0) == {"html": ""}


def test_the_file_is_handed_out_under_its_name(client: TestClient, assistant: Assistant) -> None:
    for path, file in (("长 《卷》.txt", "长 《卷》.txt"), ("资料.zip/食堂.txt", "资料.zip")):
        answer = client.get(f"/{OriginalLink(path)}")
        data = (assistant.settings.documents / file).read_bytes()
        assert (answer.status_code, answer.content) == (200, data)
        kind, _, name = answer.headers["content-disposition"].partition("; ")
        assert kind == "attachment"
        assert name.startswith("filename*=utf-8''") and unquote(name.removeprefix("filename*=utf-8''")) == file
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["x-content-type-options"] == "nosniff"
        head = client.head(f"/{OriginalLink(path)}")
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
    part = client.get(f"/{OriginalLink('长 《卷》.txt')}", headers={"range": "bytes=3-8"})
    assert (part.status_code, part.content) == (206, LONG.encode()[3:9])


@pytest.mark.parametrize(
    "path",
    [
        "没有.txt",
        "../数据/x.sqlite",
        "%2e%2e/数据/x.sqlite",
        "..%2f数据",
        "%2Fetc%2Fpasswd",
        "/etc/passwd",
        "",
    ],
)
def test_any_other_file_is_not_handed_out(client: TestClient, path: str) -> None:
    answer = client.get(f"/wendang/original/{path}")
    assert answer.status_code == 404
    assert "attachment" not in answer.headers.get("content-disposition", "")


def test_why_there_is_no_file_is_said_in_the_readers_language(client: TestClient, assistant: Assistant) -> None:
    (assistant.settings.documents / "走.txt").unlink()
    address = f"/{OriginalLink('走.txt')}"
    assert client.get(address).text == "文档文件夹里已没有 走.txt"
    assert "any more" in client.get(address, headers={"accept-language": "en"}).text
    assert client.get(address).headers["content-type"].startswith("text/plain")


def test_nothing_is_changed_by_a_question_of_the_script(client: TestClient) -> None:
    for what in ("text", "found", "page", "original/敌.txt"):
        assert client.post(f"/wendang/{what}").status_code == 405
