"""A flood of questions from one page or one address leaves room for the others; asked of a real server."""

from __future__ import annotations

import gc
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa.datatypes import Answer
from qa.ui.layout import serve
from qa.ui.waiting import AT_ONCE_OF_ADDRESS, AT_ONCE_OF_PAGE, MOST_OF_ADDRESS, MOST_OF_PAGE
from tests.test_ui_documents import Still, open_library

# Gradio and uvicorn leave event loops and sockets open when a page is closed.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning"
)
FULL = "你的问题排满了，前面的还没有答完。请等它们答完再发一次。"
SECONDS = 60.0  # only end a test that would hang


@dataclass
class Served:
    """A page that is served, and the pages that ask of it. Questions that say 慢 are answered when `go_on` is set."""

    address: str
    client: httpx.Client
    go_on: threading.Event
    began: list[str] = field(default_factory=list)  # the slow questions, in the order in which their turn came
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(150))

    def join(self, page: str, question: str, address: str = "10.0.0.1", language: str = "zh-CN") -> httpx.Response:
        """Send a question as a page does; the server believes a proxy on this machine about where it comes from."""
        return self.client.post(
            f"{self.address}gradio_api/queue/join",
            json={"data": [question, None, [], ""], "fn_index": self._asking(), "session_hash": page},
            headers={"X-Forwarded-For": address, "Accept-Language": language},
        )

    def hear(self, page: str) -> list[dict[str, Any]]:
        """Return what a page is told until all of its questions are answered."""
        told = []
        with self.client.stream("GET", f"{self.address}gradio_api/queue/data", params={"session_hash": page}) as lines:
            for line in lines.iter_lines():
                if line.startswith("data:"):
                    told.append(json.loads(line.removeprefix("data:")))
        return told

    def listen(self, page: str) -> Future[list[dict[str, Any]]]:
        """Have a page told what becomes of its questions; the server forgets those of pages that do not listen."""
        return self.threads.submit(self.hear, page)

    def _asking(self) -> int:
        config = self.client.get(f"{self.address}config").json()
        box = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "question")
        return int(next(one["id"] for one in config["dependencies"] if [box, "submit"] in one["targets"]))


def answered(told: list[dict[str, Any]]) -> int:
    """Return how many questions were answered with the price of breakfast."""
    done = {one["event_id"] for one in told if one["msg"] == "process_completed" and one["success"]}
    right = {one["event_id"] for one in told if "五元" in json.dumps(one, ensure_ascii=False)}
    return len(done & right)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    assistant = open_library(tmp_path, {"食堂.txt": "食堂的早餐是五元。"})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assistant.settings = replace(assistant.settings, port=free.getsockname()[1], min_confidence=0.0)
    go_on, follow = threading.Event(), assistant.follow

    def slowly(question: str, *rest: Any) -> Iterator[Answer]:
        if "慢" in question:
            opened.began.append(question)
            assert go_on.wait(SECONDS)
        yield from follow(question, *rest)

    setattr(assistant, "follow", slowly)  # noqa: B010
    with Still(assistant) as syncing:
        page, address = serve(syncing)
        opened = Served(address, httpx.Client(timeout=SECONDS, limits=httpx.Limits(max_connections=200)), go_on)
        try:
            yield opened
        finally:
            go_on.set()
            opened.threads.shutdown()
            opened.client.close()
            page.close(verbose=False)
            del page
            gc.collect()  # here, where it is known what is left open


def wait_until_began(served: Served, count: int) -> None:
    for _ in range(int(SECONDS * 50)):
        if len(served.began) >= count:
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"{len(served.began)} began, not {count}")


def test_a_page_that_floods_is_told_to_wait_and_others_are_answered(served: Served) -> None:
    questions = [f"慢：食堂的早餐多少钱？{number}" for number in range(MOST_OF_PAGE)]
    assert {served.join("洪", question).status_code for question in questions} == {200}
    flood = served.listen("洪")
    wait_until_began(served, AT_ONCE_OF_PAGE)
    refused = served.join("洪", "食堂的早餐多少钱？")
    assert (refused.status_code, refused.json()["detail"]) == (429, FULL)
    assert "Wait for their answers" in served.join("洪", "食堂的早餐多少钱？", language="en").json()["detail"]
    for other in "甲乙丙":
        assert served.join(other, "食堂的早餐多少钱？").status_code == 200
        assert answered(served.hear(other)) == 1
    assert len(served.began) == AT_ONCE_OF_PAGE
    served.go_on.set()
    assert answered(flood.result(SECONDS)) == MOST_OF_PAGE
    assert sorted(served.began) == questions
    assert served.join("洪", "食堂的早餐多少钱？").status_code == 200
    assert answered(served.hear("洪")) == 1


def test_an_address_that_floods_from_many_pages_leaves_room_for_others(served: Served) -> None:
    pages = [f"洪{number}" for number in range(MOST_OF_ADDRESS)]
    for page in pages:
        assert served.join(page, "慢：食堂的早餐多少钱？").status_code == 200
    floods = [served.listen(page) for page in pages]
    wait_until_began(served, AT_ONCE_OF_ADDRESS)
    assert served.join("再一页", "食堂的早餐多少钱？").json()["detail"].startswith("现在提问的人太多")
    assert served.join("别处", "食堂的早餐多少钱？", "10.0.0.2").status_code == 200
    assert answered(served.hear("别处")) == 1
    assert len(served.began) == AT_ONCE_OF_ADDRESS
    served.go_on.set()
    assert sum(answered(flood.result(SECONDS)) for flood in floods[:3]) == 3


def test_twenty_users_at_once_are_all_answered(served: Served) -> None:
    def use(number: int) -> int:
        total = 0
        for _ in range(3):
            assert served.join(f"页{number}", "食堂的早餐多少钱？").status_code == 200
            total += answered(served.hear(f"页{number}"))
        return total

    assert list(served.threads.map(use, range(20))) == [3] * 20


def test_nobody_gets_past_the_queue(served: Served) -> None:
    body = {"data": ["食堂的早餐多少钱？", None, [], ""], "fn_index": served._asking(), "session_hash": "旁"}
    for way in ("run/predict", "api/predict", "run/ask", "api/ask"):
        assert served.client.post(f"{served.address}gradio_api/{way}", json=body).status_code == 404
