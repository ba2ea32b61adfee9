"""Under a refusal: the terms that no document holds, what to try, and the passages that come nearest."""

from __future__ import annotations

from collections.abc import Iterator

from qa.datatypes import Answer
from qa.hints import Hint, hints_of
from qa.ui.links import AgainLink, PassageLink
from qa.ui.markup import Html, element, excerpt
from qa.ui.texts import Language, say

NEAREST_SHOWN = 3
EXCERPT_WIDTH = 120


def below_refusal(answer: Answer, index: int, language: Language) -> Iterator[Html]:
    """Yield what stands under a refusal."""
    # Most refusals name them in their own words.
    unnamed = [term for term in answer.missing_terms if term not in answer.text]
    if unnamed:
        terms = (element("span", term, class_="term") for term in unnamed)
        yield element("p", say(language, "missing_terms"), *terms, class_="aside")
    if hints := hints_of(answer):
        yield element("p", say(language, "what_to_try"), class_="aside hints-title")
        yield element("ul", *(_hint(hint, answer, index, language) for hint in hints), class_="hints")
    if answer.hits:
        near = (_near(answer, index, rank) for rank in range(min(NEAREST_SHOWN, len(answer.hits))))
        yield element("p", say(language, "nearest"), class_="aside near-title")
        yield element("ul", *near, class_="near")


def _hint(hint: Hint, answer: Answer, index: int, language: Language) -> Html:
    words = say(language, "sync_comma").join(hint.words)
    said = say(language, f"try_{hint.kind}", words=words) if words else say(language, f"try_{hint.kind}")
    return element("li", said, " ", _deed(hint, answer, index, language))


def _deed(hint: Hint, answer: Answer, index: int, language: Language) -> Html:
    """Return the link or button that does what a hint says."""
    if hint.kind == "everywhere":
        link = str(AgainLink("everywhere", index))
        return element("a", say(language, "scope_everywhere"), href=link, class_="everywhere")
    if hint.kind == "upload":
        return element("button", say(language, "to_documents"), class_="to-documents")
    return element("button", say(language, "change_question"), value=answer.searched, class_="edit")


def _near(answer: Answer, index: int, rank: int) -> Html:
    passage = answer.hits[rank].passage
    title = element("strong", passage.title)
    text = element("span", excerpt(passage.text, EXCERPT_WIDTH))
    return element("li", element("a", title, text, href=str(PassageLink(index, rank))))
