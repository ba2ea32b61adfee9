from __future__ import annotations

import random

import jieba.posseg as posseg
import pytest
from jieba.posseg.viterbi import viterbi

from index.name_states import HiddenStates

MODEL = (posseg.char_state_tab_P, posseg.start_P, posseg.trans_P, posseg.emit_P)
TEXT = "绿源生态科技的张堰镇长王小明与李华在二〇二三年说之家不仍是闭源瑞奇更快龘䶵㐀"


@pytest.fixture(scope="module")
def hidden() -> HiddenStates:
    return HiddenStates(*MODEL)


def test_the_likeliest_states_are_those_of_jieba(hidden: HiddenStates) -> None:
    chance = random.Random(3)
    texts = ["王小明", "龘", "龘䶵", *("".join(chance.choices(TEXT, k=chance.randint(1, 8))) for _ in range(300))]
    for text in texts:
        assert hidden.likeliest(text) == viterbi(text, *MODEL)[1], text


def test_one_state_for_each_character(hidden: HiddenStates) -> None:
    assert [place for place, _ in hidden.likeliest("王小明")] == ["B", "M", "E"]
