"""The page as a user meets it: ask, follow a citation, upload, re-index, in two languages and two widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import ask, choose, cited, open_documents
from tests.browser.conftest import Server, Watch, open_page

PARKS_QUESTION = "青岚区有哪四大郊野公园？"
AIR_QUESTION = "2022年青岚区PM2.5平均浓度降到了多少？"


def test_answer_streams_and_its_citation_opens_the_sentence(page: Page) -> None:
    page.evaluate(
        """() => {
            window.lengths = [];
            window.cardsFirst = null;
            new MutationObserver(() => {
                const answer = document.querySelector("#messages .message-text.answer");
                if (!answer) return;
                window.cardsFirst ??= document.querySelector("#sources .card") !== null;
                const length = answer.textContent.length;
                if (length !== window.lengths.at(-1)) window.lengths.push(length);
            }).observe(document.body, { childList: true, subtree: true, characterData: true });
        }"""
    )
    ask(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("松鹤公园、白鹭公园、云溪公园和石桥公园")
    lengths = page.evaluate("window.lengths")
    assert len(lengths) > 3, lengths
    assert lengths == sorted(lengths), "the answer only ever grows"
    assert page.evaluate("window.cardsFirst"), "the sources are there before the first words"
    expect(page.locator("#sources .card").first).to_contain_text("青岚区郊野公园")
    answer.locator("a.citation-mark").first.click()
    assert "松鹤公园、白鹭公园、云溪公园和石桥公园" in cited(page)
    panel = page.locator("#sources")
    for shown in ("青岚区郊野公园", "四大公园", "郊野公园.md", "意思最接近", "命中词", "开放时间"):
        expect(panel).to_contain_text(shown)
    expect(panel).not_to_contain_text("得分")


def test_citation_opens_from_the_keyboard_and_escape_returns(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    mark = page.locator("a.citation-mark").first
    mark.focus()
    page.keyboard.press("Enter")
    cited(page)
    expect(page.locator("#sources mark.cited").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()


def test_old_answer_opens_its_own_sources(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    ask(page, AIR_QUESTION)
    answers = page.locator("#messages .message-text.answer")
    expect(answers.nth(1)).to_contain_text("26微克")
    answers.nth(1).locator("a.citation-mark").first.click()
    expect(page.locator("#sources mark.cited").first).to_contain_text("26微克每立方米")
    answers.nth(0).locator("a.citation-mark").first.click()
    expect(page.locator("#sources mark.cited").first).to_contain_text("松鹤公园")
    answers.nth(1).locator("a.citation-mark").first.click()
    expect(page.locator("#sources mark.cited").first).to_contain_text("26微克每立方米")


def test_refusal_names_missing_terms_and_nearest_passages(page: Page) -> None:
    ask(page, "火星殖民地的氧气罐由谁供应？")
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("火星")
    expect(answer.locator("a.citation-mark")).to_have_count(0)
    expect(page.locator("#sources .cards-title")).to_contain_text("没有找到依据")
    page.locator("#sources .card").first.click()
    cited(page)


def test_empty_question_gets_a_hint(page: Page) -> None:
    page.fill("#question textarea", "   ")
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.note")).to_contain_text("请先写下问题")
    ask(page, PARKS_QUESTION)


def test_very_long_question_gets_a_message(page: Page) -> None:
    page.fill("#question textarea", "为什么" * 3_000)
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.note")).to_contain_text("2,000")


def test_example_question_is_asked_on_click(page: Page) -> None:
    examples = page.locator("#messages .examples button")
    expect(examples.nth(1)).to_be_visible()
    question = examples.nth(1).inner_text().strip()
    examples.nth(1).click()
    expect(page.locator("#messages .message-text.question")).to_have_text(question)
    expect(page.locator("#messages .message-text.answer")).to_be_visible()


def test_new_chat_clears_the_conversation(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    page.click("#new-chat")
    expect(page.locator(".welcome")).to_be_visible()
    assert ask(page, AIR_QUESTION) == 1
    page.locator("a.citation-mark").first.click()
    expect(page.locator("#sources mark.cited").first).to_contain_text("26微克每立方米")


def test_upload_is_indexed_and_answers(page: Page, server: Server, tmp_path: Path) -> None:
    upload = tmp_path / "霜桥镇 《年鉴》（2023）.txt"
    upload.write_text("霜桥镇年鉴\n\n霜桥镇共有茶园1268亩，年产春茶三十吨。", encoding="utf-8")
    page.get_by_role("tab", name="文档").last.click()
    choose(page, upload)
    expect(page.locator("#sync-status")).to_contain_text("新增 1 篇")
    expect(page.locator("#document-list")).to_contain_text("霜桥镇")
    assert (server.documents / upload.name).read_bytes() == upload.read_bytes()
    ask(page, "霜桥镇有多少亩茶园？")
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("1268亩")
    page.get_by_role("tab", name="文档").last.click()
    choose(page, upload)
    expect(page.locator("#said")).to_contain_text("已经有了")


def test_files_are_taken_by_dropping_them(page: Page, server: Server) -> None:
    page.get_by_role("tab", name="文档").last.click()
    dropped = page.evaluate_handle(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["# 柳林渡\\n\\n柳林渡口每天开行四十八班渡船。"], "柳林渡.md"));
            files.items.add(new File(["%PDF-1.7"], "渡口.xyz"));
            return files;
        }"""
    )
    page.dispatch_event("#document-list", "dragover", {"dataTransfer": dropped})
    page.dispatch_event("#document-list", "drop", {"dataTransfer": dropped})
    expect(page.locator("#sync-status")).to_contain_text("新增 1 篇：柳林渡.md")
    expect(page.locator("#said .error")).to_contain_text("渡口.xyz")
    assert (server.documents / "柳林渡.md").is_file()
    assert not (server.documents / "渡口.xyz").exists()


def test_changes_can_be_looked_for_at_once(page: Page, server: Server) -> None:
    open_documents(page)
    (server.documents / "钟楼.md").write_text("# 雁城钟楼\n\n雁城钟楼建于1887年。", encoding="utf-8")
    page.click("#reindex")
    expect(page.locator("#sync-status")).to_contain_text("新增 1 篇：钟楼.md")
    expect(page.locator("#document-list")).to_contain_text("雁城钟楼")


def test_document_opens_to_read(page: Page) -> None:
    page.get_by_role("tab", name="文档").last.click()
    page.locator("#document-list").get_by_text("青岚区生态公报").click()
    expect(page.locator("#sources .reader")).to_contain_text("全区主要河道断面水质达标率为100%")
    expect(page.locator("#sources .reader h4", has_text="水环境")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "zh-HK", "zh"])
def test_chinese_browsers_get_chinese(chromium: Browser, server: Server, watch: Watch, locale: str) -> None:
    for page in open_page(chromium, server, watch, locale, 1440, 900):
        expect(page.locator("#question textarea")).to_have_attribute("placeholder", "输入问题，按回车发送")
        expect(page.locator("#new-chat")).to_have_text("新对话")
        expect(page.locator(".welcome")).to_contain_text("向你的文档提问")


@pytest.mark.parametrize("locale", ["en-US", "fr-FR"])
def test_other_browsers_get_english(chromium: Browser, server: Server, watch: Watch, locale: str) -> None:
    for page in open_page(chromium, server, watch, locale, 1440, 900):
        expect(page.locator("#question textarea")).to_have_attribute("placeholder", "Ask a question and press Enter")
        expect(page.locator(".welcome")).to_contain_text("Ask your documents")
        expect(page.get_by_role("tab", name="Documents").last).to_be_visible()


def test_phone_shows_one_panel_at_a_time(phone: Page) -> None:
    expect(phone.locator("#side-column")).to_be_hidden()
    ask(phone, PARKS_QUESTION)
    phone.locator("a.citation-mark").first.click()
    assert "松鹤公园" in cited(phone)
    expect(phone.locator("#chat-column")).to_be_hidden()
    assert is_as_wide_as_its_window(phone)
    phone.get_by_role("tab", name="文档").last.click()
    expect(phone.locator("#document-list")).to_be_visible()
    assert is_as_wide_as_its_window(phone)
    phone.get_by_role("link", name="问答", exact=True).click()
    expect(phone.locator("#chat-column")).to_be_visible()
    assert is_as_wide_as_its_window(phone)


def is_as_wide_as_its_window(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways, in the page or in a panel of it."""
    return bool(
        page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll("#chat-column, #side-column, .tabitem, "
                + "#sources section, .reader-text, .bubble-wrap")].every((one) => one.scrollWidth <= one.clientWidth)"""
        )
    )


def test_what_gradio_copies_is_copied_as_browsers_do(page: Page) -> None:
    """The script copies plain values itself, because Gradio has thousands of them copied with every answer."""
    copied = page.evaluate(
        """() => {
            const more = new Map([["a", {}]]);
            const value = { text: "海棠", numbers: [1, null, undefined], when: new Date(0), more };
            const copy = structuredClone(value);
            const refused = (one) => {
                try {
                    structuredClone(one);
                } catch (error) {
                    return error.name;
                }
            };
            return {
                isOther: copy !== value && copy.numbers !== value.numbers && copy.more.get("a") !== value.more.get("a"),
                same: [copy.text, copy.numbers.length, copy.numbers[1], copy.when.getTime()],
                plain: ["海棠", 7, true, null].map((one) => structuredClone(one)),
                refused: [() => 1, Symbol("a"), { a: () => 1 }].map(refused),
            };
        }"""
    )
    assert copied == {
        "isOther": True,
        "same": ["海棠", 3, None, 0],
        "plain": ["海棠", 7, True, None],
        "refused": ["DataCloneError"] * 3,
    }
