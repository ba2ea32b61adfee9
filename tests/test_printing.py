from __future__ import annotations

import pytest

from qa.datatypes import Answer, Citation
from qa.printing import print_answer


def test_each_quote_is_a_line_with_what_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    citations = (
        Citation(1, "甲.md", "甲食堂", (), None, 0, 5, "早餐五元。", True, ((2, 4),), label="甲食堂"),
        Citation(2, "乙.md", "乙食堂", (), None, 0, 8, "其早餐六元。\n如下：", True, about="乙食堂"),
    )
    print_answer(Answer("早餐？", "", True, "extractive", citations, (), (), "早餐？", 0.9))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["早餐？", "《甲食堂》：早餐五元。 [1]", "〔乙食堂〕其早餐六元。", "如下： [2]"]
