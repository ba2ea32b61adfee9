"""Whether what answers best is of another year, or of another model, than the question asks about.

A report of 2022 says nothing of 2023, however much the rest of it is what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import fold_in_place
from index.numerals import find_numbers
from qa.evidence import Candidate, folded_context

YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
# S5, MX-200: letters that name a row of things, and the number that tells them apart.
CODE = re.compile(r"(?<![a-z0-9])([a-z]{1,8})[- ]?([0-9]{1,4})(?![a-z0-9]|\.[0-9])")
LOOKED_AT = 5  # of the sentences that answer best
RANGE = re.compile(
    r"以来|以后|之后|以前|之前|至今|期间|[至到—–~～-]\s*(?:1[89]|20)[0-9]{2}|since|until|before|after|between"
)


def is_of_another(question: str, candidates: Sequence[Candidate]) -> bool:
    """Whether a question names one year or one model, and the passages that answer best name others and not this one.

    What names none may be of any, and is left alone; so are questions about more than one year, or a span of years.
    """
    asked, lead = fold_in_place(question), candidates[0]
    texts = [_whole(candidate) for candidate in candidates[:LOOKED_AT]]
    return _is_another_year(asked, lead, texts) or _is_another_model(asked, lead, texts)


def may_be_of_another(question: str, lead: Candidate) -> bool:
    """Whether what answers best is of another year than the one that a question names, whatever else was found.

    Something of the right year stands near it, so the answer may be there; what is quoted first is not of that year.
    """
    year = _the_year(fold_in_place(question))
    return year is not None and _is_of_other_year(year, lead)


def years_in(folded: str) -> set[str]:
    """Return the years that a folded text names."""
    return {key for one in find_numbers(folded) if one.kind == "date" for key in one.keys if YEAR.fullmatch(key)}


def _context(candidate: Candidate) -> str:
    passage = candidate.hit.passage
    return f"{folded_context(passage)} {fold_in_place(passage.document)}"


def _whole(candidate: Candidate) -> str:
    return f"{_context(candidate)} {fold_in_place(candidate.hit.passage.text)}"


def _is_another_year(asked: str, lead: Candidate, texts: Sequence[str]) -> bool:
    year = _the_year(asked)
    # 2023 may stand there as a bare number, in the name of a file or at the head of a column.
    return year is not None and _is_of_other_year(year, lead) and not any(year in text for text in texts)


def _the_year(asked: str) -> str | None:
    """Return the one year that a folded question is about; None where it names none, several or a span of them."""
    years = years_in(asked)
    return years.pop() if len(years) == 1 and not RANGE.search(asked) else None


def _is_of_other_year(year: str, lead: Candidate) -> bool:
    """Whether a sentence, or else its title and headings, name one year only, and not this one.

    A sentence that goes through several years is about none of them in particular.
    """
    others = years_in(lead.folded) or years_in(_context(lead))
    return len(others) == 1 and year not in others


def _is_another_model(asked: str, lead: Candidate, texts: Sequence[str]) -> bool:
    there = {code for text in texts for code in CODE.findall(text)}
    rows = {letters for letters, _ in CODE.findall(lead.folded)}
    return any(code not in there and code[0] in rows for code in set(CODE.findall(asked)))
