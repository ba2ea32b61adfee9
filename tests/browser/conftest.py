"""A real server over a folder of its own, and a real Chromium that notes whatever the page should not do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from index.store import DATABASE
from qa.ui.live import WHILE_IDLE
from tests.browser.actions import follow_requests

PROJECT = Path(__file__).resolve().parents[2]
MODEL = PROJECT / ".wendang" / "models"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 180
# Generous, since a busy machine is no fault of the page.
expect.set_options(timeout=30_000)

PARKS = """# 青岚区郊野公园

## 四大公园

青岚区有四大郊野公园，分别是松鹤公园、白鹭公园、云溪公园和石桥公园。松鹤公园占地320公顷，2019年对外开放。

## 开放时间

四座公园每天早上六点开门，晚上九点关门，全年免费。
"""
AIR = """# 青岚区生态公报

本公报由区生态环境局编写，每年发布一次。

## 空气质量

2022年，全区细颗粒物（PM2.5）平均浓度降到26微克每立方米，比上一年下降11.2%。优良天数比例达到89.6%。

## 水环境

全区主要河道断面水质达标率为100%，比五年前提高23个百分点。
"""
# A document that is hostile in every field that the page shows: name, title, headings, text.
HOSTILE_NAME = "<img src=x onerror=window.__pwned=1>{{7*7}}.md"
HOSTILE = """# 白鲸灯塔 &lt;script&gt;window.__pwned=2&lt;/script&gt; ${window.__pwned=3} {{constructor}}

## 高度 &lt;svg onload=window.__pwned=4&gt; \\!\\[x\\](http://127.0.0.1:9/heading.png)

白鲸灯塔高47米，&lt;img src=http://127.0.0.1:9/a.png onerror=window.__pwned=5&gt; 建于1931年。

\\!\\[图\\](http://example.com/b.png) \\[点我\\](javascript:window.__pwned=6) {{7\\*7}} ${7*7}

$$\\\\href{javascript:alert(1)}{x}$$ \\`\\`\\`mermaid
"""


@dataclass(slots=True)
class Watch:
    """What a page must not do: console messages, script errors, requests to other hosts, failed answers."""

    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def attach(self, page: Page, address: str) -> None:
        """Note from now on what this page does."""

        def hear(message: ConsoleMessage) -> None:
            self.console.append(f"{message.type}: {message.text}")

        def see(request: Request) -> None:
            if not request.url.startswith((address, "data:", "blob:")):
                self.outside.append(request.url)

        page.on("console", hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", see)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the folder of documents that it serves."""

    address: str
    documents: Path
    data: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have a test of the page that fails run once more; what needed it is named at the end.

    On a machine that is busy with something else a browser may be late for what a test looks at. What is broken fails
    both times.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM}; install Debian's chromium and fonts-noto-cjk to test the page")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run app.py over a few documents, with the project's own model."""
    folder = tmp_path_factory.mktemp("page")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "郊野公园.md").write_text(PARKS, encoding="utf-8")
    (documents / "生态公报.md").write_text(AIR, encoding="utf-8")
    (documents / HOSTILE_NAME).write_text(HOSTILE, encoding="utf-8")
    shutil.copy(PROJECT / "documents" / "金山区概况.md", documents)
    yield from serve(documents, folder / "data")


def serve(documents: Path, data: Path, **settings: str) -> Iterator[Server]:
    """Run app.py on a free port until the generator is closed; `settings` are further names in the environment."""
    port = int(settings.get("WENDANG_PORT", free_port()))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENDANG_")}
    environment |= {
        "CI": "1",
        "WENDANG_DOCUMENTS": str(documents),
        "WENDANG_DATA": str(data),
        "WENDANG_MODELS": str(MODEL),
        "WENDANG_PORT": str(port),
        **settings,
    }
    log = data.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, process, log)
        yield Server(address, documents, data)
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace"), log.read_text(errors="replace")


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its log where it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"app.py does not answer at {address}:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def page(chromium: Browser, server: Server, watch: Watch) -> Iterator[Page]:
    """A Chinese browser at 1440 pixels with the page open. Afterwards it must have kept quiet."""
    yield from open_page(chromium, server, watch, "zh-CN", 1440, 900)


@pytest.fixture
def phone(chromium: Browser, server: Server, watch: Watch) -> Iterator[Page]:
    """A Chinese browser at 390 pixels."""
    yield from open_page(chromium, server, watch, "zh-CN", 390, 844)


def open_page(
    browser: Browser, server: Server, watch: Watch, locale: str, width: int, height: int, asked: str = ""
) -> Iterator[Page]:
    """Open the page, with `asked` behind its address; when the test is done, hold against it what it must not do."""
    context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    watch.attach(opened, server.address)
    follow_requests(opened)
    opened.goto(server.address + asked)
    opened.wait_for_selector(".welcome, .message-text")
    yield opened
    pwned = opened.evaluate("window.__pwned")
    context.close()
    assert pwned is None
    assert watch.outside == []
    assert watch.errors == []
    assert watch.console == []


@pytest.fixture(autouse=True)
def tidy(server: Server) -> Iterator[None]:
    """Leave the folder as it was found, whatever a test did."""
    before = set(server.documents.rglob("*"))
    yield
    for path in sorted(set(server.documents.rglob("*")) - before, reverse=True):
        if path.is_file():
            path.unlink()
        else:
            path.rmdir()
    wait_until_followed(server)


def wait_until_followed(server: Server) -> None:
    """Return when the server has forgotten what is no longer there, so that the next test does not meet it."""
    deadline = time.monotonic() + START_SECONDS
    quiet = 0
    while quiet < 2:
        assert time.monotonic() < deadline, "the server does not follow its folder"
        time.sleep(0.1)
        with urllib.request.urlopen(server.address + "wendang/marks", timeout=30) as response:
            is_idle = json.loads(response.read())["pace"] == WHILE_IDLE
        quiet = quiet + 1 if is_idle and all((server.documents / path).exists() for path in indexed(server)) else 0


def put(server: Server, name: str, data: str | bytes) -> None:
    """Put a file among the documents and wait until it is indexed."""
    put_all(server, {name: data})


def put_all(server: Server, files: Mapping[str, str | bytes]) -> None:
    """Put files among the documents and wait until all of them are indexed."""
    for name, data in files.items():
        (server.documents / name).write_bytes(data.encode() if isinstance(data, str) else data)
    deadline = time.monotonic() + START_SECONDS
    while not files.keys() <= set(indexed(server)):
        assert time.monotonic() < deadline, f"{', '.join(files)}: not indexed"
        time.sleep(0.1)
    wait_until_followed(server)


def indexed(server: Server) -> list[str]:
    """Return the paths that the server has indexed, or has failed to."""
    with closing(sqlite3.connect(server.data / DATABASE, timeout=30)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT path FROM documents UNION SELECT path FROM failures")]
