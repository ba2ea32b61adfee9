"""Nothing that a document or a question says is ever run, fetched or formatted; nothing else is served."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import ask, cited
from tests.browser.conftest import HOSTILE_NAME, MODEL, Server
from tests.test_ui_app import run_app


def test_hostile_document_is_shown_and_does_nothing(page: Page) -> None:
    ask(page, "白鲸灯塔高多少米？")
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("白鲸灯塔高47米")
    assert answer.locator("img, script, svg, a:not(.citation-mark)").count() == 0
    answer.locator("a.citation-mark").first.click()
    assert "白鲸灯塔高47米" in cited(page)
    panel = page.locator("#sources")
    for literal in ("<img src=http://127.0.0.1:9/a.png", "(http://example.com/b.png)", "{{7*7}}", "${7*7}"):
        expect(panel).to_contain_text(literal)
    assert panel.locator("img, script, svg").count() == 0
    page.get_by_role("tab", name="文档").last.click()
    listing = page.locator("#document-list")
    expect(listing).to_contain_text(HOSTILE_NAME)
    listing.locator("tr", has_text=HOSTILE_NAME).locator("a").click()
    expect(panel.locator(".file-name")).to_contain_text(HOSTILE_NAME)


@pytest.mark.parametrize(
    "question",
    [
        "<img src=x onerror=window.__pwned=7> ![a](http://127.0.0.1:9/q.png) [b](http://example.com) 公园 $$x^2$$",
        "</div><script>window.__pwned=8</script>\n\n# 标题\n\n```js\n1\n``` {{7*7}} **粗** 公园",
    ],
)
def test_hostile_question_is_shown_literally(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.locator("#question .submit-button").click()
    shown = page.locator("#messages .message-text.question")
    expect(shown).to_be_visible()
    expect(page.locator("#messages .message-text.answer, #messages .message-text.note")).to_be_visible()
    assert shown.locator("img, script, a, h1, strong, code, .katex").count() == 0
    assert re.sub(r"\s+", "", shown.inner_text()) == re.sub(r"\s+", "", question)


def test_files_outside_the_page_are_refused(server: Server) -> None:
    wanted = [server.data / "index.sqlite", Path(__file__), server.documents / "郊野公园.md", Path("/etc/passwd")]
    wanted += list(server.data.glob("*.sqlite*")) + list(server.data.glob("*.db"))
    for path in wanted:
        address = f"{server.address}gradio_api/file={urllib.parse.quote(str(path))}"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address, timeout=10)
        assert refused.value.code in (403, 404), path
        refused.value.close()


def test_a_taken_port_is_said_in_one_line(server: Server) -> None:
    done = run_app(
        WENDANG_DOCUMENTS=str(server.documents),
        WENDANG_DATA=str(server.data),
        WENDANG_MODELS=str(MODEL),
        WENDANG_PORT=str(urllib.parse.urlsplit(server.address).port),
    )
    assert done.returncode == 1
    assert "is taken" in done.stderr and "WENDANG_PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_security_headers_are_sent(server: Server) -> None:
    with urllib.request.urlopen(server.address, timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "http" not in policy
