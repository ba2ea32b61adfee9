"""Sheets in the source panel: heads that stay, figures in one piece, cells that are out of sight found again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import ask, cited
from tests.browser.conftest import Server, put

COLUMNS = ("缆车编号", "线路", "检修单位", "额定载客", "检修周期", "投运日期", "钢缆直径", "驱动方式", "值守班组")
ROWS = 60


@pytest.fixture
def sheet(server: Server) -> None:
    """A sheet that is higher and wider than the panel."""
    rows = [
        f"L-{number:04d},{number}号线,{'北岭索道公司' if number % 2 else '南坡机电站'},{number + 1000},{number}天,"
        f"2019-03-{number % 28 + 1:02d},{number}.25毫米,双回路电力驱动,第{number % 7}班组"
        for number in range(ROWS)
    ]
    put(server, "缆车台账.csv", "\n".join([",".join(COLUMNS), *rows]))


def lines_of(cell: Locator) -> int:
    """Return how many lines of text a cell has."""
    return int(
        cell.evaluate(
            """(cell) => {
                const range = document.createRange();
                range.selectNodeContents(cell.querySelector("mark") ?? cell);
                return new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size;
            }"""
        )
    )


@pytest.mark.parametrize("view", ["page", "phone"])
def test_a_long_and_wide_sheet_reads_well(view: str, sheet: None, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(view)
    ask(page, "L-0047的检修单位是谁？")
    expect(page.locator("#messages .answer > p strong")).to_have_text("北岭索道公司")
    page.locator("a.citation-mark").first.click()
    assert cited(page) == "49"
    cells = page.locator("#sources tr.cited td")
    assert [lines_of(cells.nth(at)) for at in range(4)] == [1, 1, 1, 1]
    # The heads stay, and nothing of the rows is seen over them.
    head = page.locator("#sources th", has_text="缆车编号")
    expect(head).to_be_in_viewport()
    above = "(one) => one.getBoundingClientRect().top - one.closest('.reader-text').getBoundingClientRect().top"
    assert -1 <= head.evaluate(above) <= 1
    # What is out of sight to the right is brought there, without the page being scrolled.
    page.fill("#sources .find input", "47.25毫米")
    expect(page.locator("#sources mark.found.current")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
