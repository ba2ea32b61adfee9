"""A PDF of several pages with real text, printed by the browser that the tests run."""

from __future__ import annotations

from playwright.sync_api import Browser

STYLE = "body { font: 20px 'Noto Serif CJK SC', serif; line-height: 2; } section { break-after: page; }"
FILLER = "塔楼每周由值守人员巡查一遍，把看到的情况写进登记簿，月底交给管理处存档备查。"


def print_paper(browser: Browser, pages: list[str], title: str = "白鹭塔楼规程") -> bytes:
    """Return a PDF with a page for each text, between paragraphs that say nothing of note."""
    sections = "".join(f"<section><p>{FILLER * 4}</p><p>{text}</p><p>{FILLER * 3}</p></section>" for text in pages)
    page = browser.new_page()
    page.set_content(f"<html lang=zh><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{sections}")
    data = page.pdf(format="A5")
    page.close()
    return data
