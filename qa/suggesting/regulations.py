"""Questions for what rules and notices say of themselves: since when they are in force, and who explains them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import fold_in_place
from index.numerals import find_numbers
from qa.suggesting.datatypes import Draft
from qa.suggesting.topics import BRACKETED
from qa.suggesting.wording import in_characters_of

ITSELF = "本(?:办法|规定|通知|通告|公告|细则|条例|制度|方案|意见|规则|章程|守则|规程|决定|政策|标准|指引|指南)"
IN_FORCE = re.compile(
    rf"{ITSELF}[自从](?P<date>[^，。；]{{6,14}}?)(?:之日)?起(?P<verb>正式)?(?P<does>施行|执行|实施|生效)"
)
EXPLAINS = re.compile(rf"{ITSELF}由(?P<who>[㐀-鿿（）、]{{3,24}}?)(?:负责)?解释")
KIND = re.compile("(?:办法|规定|通知|通告|公告|细则|条例|制度|方案|意见|规则|章程|守则|规程|决定|政策|标准|指引|指南)$")
LONGEST_TITLE = 22


def ask_regulations(sentence: str, title: str) -> Iterator[Draft]:
    """Yield questions for a sentence in which rules speak of themselves, by their title."""
    name = BRACKETED.sub("", title).strip(" 《》")
    if len(name) > LONGEST_TITLE or not KIND.search(fold_in_place(name)):
        return
    folded = fold_in_place(sentence)
    if (found := IN_FORCE.search(folded)) and any(one.kind == "date" for one in find_numbers(found["date"])):
        does = sentence[found.start("does") : found.end("does")]
        asks = in_characters_of("从什么时候起", sentence)
        yield Draft(f"《{name}》{asks}{does}？", "date", sentence[found.start("date") : found.end("date")])
    elif found := EXPLAINS.search(folded):
        asks, explains = in_characters_of("由谁", sentence), in_characters_of("负责解释", sentence)
        yield Draft(f"《{name}》{asks}{explains}？", "person", sentence[found.start("who") : found.end("who")])
