"""Whether two figures are said of the same thing: of one subject and measure, at one time."""

from __future__ import annotations

from collections.abc import Sequence

from index.lexical import is_dictionary_word
from qa.claim_words import (
    NUMBERED,
    PERIODIC,
    REGION,
    SCOPES,
    SUBJECT,
    content_of,
    is_named,
    is_named_body,
    lacks,
    named_in_title,
    names_in,
    thing_in_title,
)
from qa.claims import Claim, body_in_head, reporting_body
from qa.magnitudes import Day
from qa.versions import bare_name

# Characters of what two claims begin with that are more than a measure: 镇馆之宝铜钟, not 保修期.
LONG_BEGINNING = 4


def differs_in(one: Claim, other: Claim) -> str:
    """Return in what two claims differ, "" where they are of the same thing."""
    if one.figure.kind != other.figure.kind:
        return "kind"
    if one.planned != other.planned or one.parts != other.parts:
        return "measure"
    if one.numbers != other.numbers:
        return "numbers"
    scopes = [set(SCOPES.findall(claim.of)) for claim in (one, other)]
    if all(scopes) and scopes[0] != scopes[1]:
        return "scope"
    if not _same_time(one, other):
        return "time"
    if not _says_all(one, other) or not _says_all(other, one) or not _under_one_subject(one, other):
        return "subject"
    return ""


def _says_all(claim: Claim, other: Claim) -> bool:
    """Whether another claim, with what it stands under, says all that a claim says its figure is of."""
    head = other.scene.head if _refers(other) else ""
    of = claim.of
    for name in names_in(of):
        # What the other leaves to its text to name.
        of = of.replace(name, " ") if head and is_named(name, head) else of
    everything = f"{other.around} {other.sentence} {head}"
    return not lacks(of, other.around) and all(is_named(name, everything) for name in claim.names)


def _refers(claim: Claim) -> bool:
    """Whether a claim leaves it to its title or text to say of whom it is."""
    return not _begins(claim, _named(claim))


def _may_refer(claim: Claim) -> bool:
    """Whether a claim leaves it to its text to say whose figure it is, if it names where that was so."""
    return not _begins(claim, [name for name in _named(claim) if not REGION.match(name)])


def _named(claim: Claim) -> list[str]:
    return [name for name in names_in(claim.of) if not name.isascii() and is_named_body(name)]


def _begins(claim: Claim, names: Sequence[str]) -> bool:
    """Whether a name begins what a figure is of; what stands behind something is hardly one: 员工满意度."""
    return any(run.startswith(name) for name in names for run in content_of(claim.of))


def _under_one_subject(one: Claim, other: Claim) -> bool:
    """Whether two claims are of one subject, which either names or leaves to what it stands under."""
    if are_of_other_bodies(one, other):
        return False
    if not _refers(one) and not _refers(other):
        return True
    titles = [named_in_title(claim.scene.title) for claim in (one, other)]
    numbered = [set(NUMBERED.findall(claim.scene.title)) for claim in (one, other)]
    if all(numbered) and numbered[0] != numbered[1]:
        return False
    begin_alike = _shared_beginning(one, other) >= LONG_BEGINNING
    for names, first, second in zip(titles, (one, other), (other, one), strict=True):
        there = _told_with(second)
        lacking = [name for name in names if not is_named(name, there)]
        # Everyday words are taken for names now and then; where both titles name something else, these are names.
        if lacking and (all(titles) or any(SUBJECT.search(name) or not is_dictionary_word(name) for name in lacking)):
            return False
        if not begin_alike and _refers(first) and not first.names and lacks(thing_in_title(first.scene.title), there):
            return False
    return True


def are_of_other_bodies(one: Claim, other: Claim) -> bool:
    """Whether two claims stand in texts of two bodies, or in reports of which nothing tells that they are of one."""
    bodies = [reporting_body(claim.scene) for claim in (one, other)]
    lacking = _lacking(bodies, one, other)
    if len(lacking) == 2 or any(map(_may_refer, lacking)):
        return True
    if not _may_refer(one) or not _may_refer(other):
        return False
    heads = [body or body_in_head(claim.scene) for body, claim in zip(bodies, (one, other), strict=True)]
    if all(heads):
        return len(_lacking(heads, one, other)) == 2
    titles = [claim.scene.title for claim in (one, other)]
    alike = bare_name(titles[0]) == bare_name(titles[1]) and not named_in_title(titles[0])
    return alike or all(map(PERIODIC.search, titles))


def _lacking(bodies: Sequence[str], one: Claim, other: Claim) -> list[Claim]:
    """Return those of two claims whose body what the other stands under does not name."""
    pairs = zip(bodies, (one, other), (other, one), strict=True)
    return [first for body, first, second in pairs if body and not is_named(body, _told_with(second))]


def _told_with(claim: Claim) -> str:
    return f"{claim.around} {claim.sentence} {claim.scene.head}"


def _shared_beginning(one: Claim, other: Claim) -> int:
    """Return how many characters long what both say first is, if they begin alike; a word of English counts as two."""
    runs = [content_of(claim.of) for claim in (one, other)]
    if runs[0][0].isascii():
        return 2 * len(_beginning(*runs))
    return len(_beginning(runs[0][0], runs[1][0]))


def _beginning(first: Sequence[str], second: Sequence[str]) -> Sequence[str]:
    """Return what two rows begin with alike."""
    pairs = enumerate(zip(first, second, strict=False))
    return first[: next((at for at, (left, right) in pairs if left != right), min(len(first), len(second)))]


def _same_time(one: Claim, other: Claim) -> bool:
    """Whether two claims are of the same time; one without any may be dated by its text."""
    if one.phases != other.phases:
        return False
    if bool(one.days) != bool(other.days):
        dated, undated = (one, other) if one.days else (other, one)
        return all(day[0] and day[0] == undated.scene.dated for day in dated.days)
    if len(one.days) != len(other.days):
        return False
    return all(_same_day(first, second) for first, second in zip(one.days, other.days, strict=True))


def _same_day(first: Day, second: Day) -> bool:
    """Whether two dates are the same; that of a year is as good as that of its end."""
    if first[0] != second[0] and not (all(first[1:]) and all(second[1:]) and not (first[0] and second[0])):
        return False
    if bool(first[1]) != bool(second[1]):
        return (first[1] or second[1]) == "12"
    return first[1] == second[1] and (not first[2] or not second[2] or first[2] == second[2])
