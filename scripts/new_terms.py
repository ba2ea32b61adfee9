"""Make an evaluation set of words that no dictionary has: python -m scripts.new_terms FOLDER [--seed 7] [--each 30]

Firms, products, places and codes are invented of syllables. Each stands in one short document that differs from the
others of its kind by its name and figures alone; as many distractors carry names that share a character. One question
asks for each, in another of its spellings where it has some. The same seed gives the same set.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.lexical import is_dictionary_word

SEED, EACH = 7, 30
# Characters of names that seldom stand side by side in words.
STEMS = "岚芮霁澜沅珩澈煜昭晟翎砚岫沱淳骁铄琮瑾璟翊峤湛沣泓彧旻昕晞缇绫苒莘菀蓁蔚衡謇逸邈钧铭锴霈霖韬颢骏麒黛"
FIRMS = ("科技", "药业", "重工", "食品")
PRODUCTS = ("清洗液", "传感器", "保温板", "润滑脂")
PLACES = ("镇", "湾", "岭", "桥")
CITIES = ("东城", "西苑", "南浦", "北仓", "中坝", "新津", "老河", "上渡", "下关", "前屯")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document about one invented term; `answer` stands in `sentence`, which `question` asks for."""

    kind: str
    term: str
    text: str
    sentence: str
    question: str
    answer: str


def invent_terms(count: int, endings: tuple[str, ...], chooser: random.Random) -> list[str]:
    """Return names of two characters and an ending, and for each a like one: its first character with another one."""
    names: dict[str, None] = {}
    while len(names) < 2 * count:
        first, second, third = chooser.sample(STEMS, 3)
        ending = endings[len(names) // 2 % len(endings)]
        pair = (first + second + ending, first + third + ending)
        if not any(name in names or is_dictionary_word(name) or is_dictionary_word(name[:2]) for name in pair):
            names.update(dict.fromkeys(pair))
    return list(names)


def invent_codes(count: int, chooser: random.Random) -> list[str]:
    """Return codes such as QX-4821, and for each a like one: the same letters with another number."""
    codes: dict[str, None] = {}
    while len(codes) < 2 * count:
        letters = "".join(chooser.sample("BCDFGHJKLMNPQRSTVWXZ", chooser.choice((2, 3))))
        pair = tuple(f"{letters}-{number}" for number in chooser.sample(range(1000, 10_000), 2))
        if not any(code in codes for code in pair):
            codes.update(dict.fromkeys(pair))
    return list(codes)


def firm(name: str, chooser: random.Random) -> Entry:
    city, people, year = chooser.choice(CITIES), chooser.randint(40, 900), chooser.randint(1980, 2020)
    sentence = f"{name}的总部设在{city}，现有员工{people}人。"
    text = f"企业简报\n{sentence}该企业成立于{year}年，产品销往全国各地。去年{name}的销售额比前年有所增长。\n"
    return Entry("firm", name, text, sentence, f"{name}现有多少员工？", f"{people}人")


def product(name: str, chooser: random.Random) -> Entry:
    months, price = chooser.randint(6, 48), chooser.randint(20, 900)
    sentence = f"{name}的保质期为{months}个月，出厂价每件{price}元。"
    text = f"产品说明\n{sentence}使用前请仔细阅读包装上的提示。{name}应存放在阴凉干燥处。\n"
    return Entry("product", name, text, sentence, f"{name}的保质期有多久？", f"{months}个月")


def place(name: str, chooser: random.Random) -> Entry:
    people, area = chooser.randint(1000, 90_000), chooser.randint(3, 80)
    sentence = f"{name}的常住人口为{people}人，面积{area}平方公里。"
    text = f"地方概况\n{sentence}当地以种植水稻和蔬菜为主。近年来{name}修建了新的道路。\n"
    return Entry("place", name, text, sentence, f"{name}有多少常住人口？", f"{people}人")


def code(name: str, chooser: random.Random) -> Entry:
    watts, weight = chooser.randint(100, 900), chooser.randint(2, 60)
    sentence = f"{name}型设备的额定功率为{watts}瓦，重{weight}千克。"
    text = f"设备说明\n{sentence}安装前请切断电源。{name}型设备每年检修一次。\n"
    spelling = chooser.choice((name, name.replace("-", ""), name.replace("-", " "), name.lower()))
    return Entry("code", name, text, sentence, f"{spelling}的额定功率是多少？", f"{watts}瓦")


def make_entries(seed: int = SEED, each: int = EACH) -> Iterator[tuple[Entry, bool]]:
    """Yield 4 x 2 x `each` entries, and of each whether it is asked for; the others are distractors."""
    chooser = random.Random(seed)
    kinds: list[tuple[Callable[[str, random.Random], Entry], list[str]]] = [
        (firm, invent_terms(each, FIRMS, chooser)),
        (product, invent_terms(each, PRODUCTS, chooser)),
        (place, invent_terms(each, PLACES, chooser)),
        (code, invent_codes(each, chooser)),
    ]
    for describe, names in kinds:
        for number, name in enumerate(names):
            yield describe(name, chooser), number % 2 == 0


def write_set(folder: Path, seed: int = SEED, each: int = EACH) -> int:
    """Write documents/ and questions.jsonl into a folder and return how many questions there are."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    questions = []
    for number, (entry, asked) in enumerate(make_entries(seed, each)):
        # The name tells nothing, so that the term has to be found in the text.
        document = f"{number:04d}.txt"
        (folder / "documents" / document).write_text(entry.text, "utf-8")
        if asked:
            questions.append(
                {
                    "id": f"{entry.kind}-{number}",
                    "question": entry.question,
                    "answers": [entry.answer],
                    "evidence": [{"document": document, "quote": entry.sentence}],
                    "kind": entry.kind,
                }
            )
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    (folder / "questions.jsonl").write_text(lines, "utf-8")
    return len(questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--each", type=int, default=EACH, help="questions of each of the four kinds")
    options = parser.parse_args()
    print(f"{write_set(options.folder, options.seed, options.each)} questions in {options.folder}")


if __name__ == "__main__":
    main()
