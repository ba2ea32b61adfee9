"""Lines that only announce what follows: headings, heads of tables, 主要有以下几点：. They claim nothing."""

from __future__ import annotations

from index.lexical import fold_in_place
from qa.gate.shelf import Shelf
from qa.gate.statements import Statement
from qa.gate.traits import QUOTED, traits_of
from qa.gate.word_lists import read_groups

MOST_ANNOUNCED = 40  # characters of a line that only announces what follows
MOST_HEADS = 120  # of the head of a table
LEAD_INS = frozenset(word for line in read_groups("announcing.txt") for word in line.split())


def only_announces(statement: Statement, shelf: Shelf, question: str) -> bool:
    """Whether a statement is a heading, the head of a table or a line that leads to a list, and says nothing new.

    All its words are those of the question, of the passages' titles and headings, or such as only lead to something: a
    heading that says more (食堂已经关闭) is a claim like any other.
    """
    text = statement.plain.strip()
    if statement.cited or len(text) > (MOST_HEADS if statement.announces else MOST_ANNOUNCED) or QUOTED.search(text):
        return False
    if not statement.announces and "#" not in statement.lead and not text.endswith(("：", ":")):
        return False
    tokens = traits_of(text).tokens
    if len(tokens) == 1 and tokens[0].kind == "word":
        return True  # a word alone claims nothing
    known = f"{fold_in_place(question)}\n{shelf.over(range(1, len(shelf.passages) + 1))}"
    for token in tokens:
        if token.kind == "negation" or (token.key not in known and token.key not in LEAD_INS):
            return False
    return True
