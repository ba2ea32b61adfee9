"""Questions made of English sentences that say what must be done, how much is paid, who did what, which is the most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from qa.suggesting.datatypes import Draft

DIGITS = r"[£$€]?[0-9](?:[0-9,.]*[0-9])?%?"
# A plural or a common noun that begins a sentence: Expense claims, Full-time employees.
NOUN = r"(?P<name>(?!(?:The|This|That|These|Those|It|They|We|You|He|She|No|All|Up|An?) )[A-Z][a-z-]+(?: [a-z-]+){0,3}?)"
POINTS = re.compile(
    r"\b(?:it|its|this|that|these|those|they|their|his|her|here|there|such|other|same|above|following|each|also|we|our|then)\b",
    re.IGNORECASE,
)
MUST_BE = re.compile(
    rf"^{NOUN} (?P<must>must|should|can|may) be (?P<done>[a-z]+(?:ed|en|wn|ept|ent|ght|ut)) "
    rf"(?P<how>within|every) (?P<count>{DIGITS}) (?P<unit>(?:[a-z]+ )?(?:days|weeks|months|years|hours|minutes))"
)
GETS = re.compile(
    rf"^{NOUN} (?P<gets>receive|get|pay|are entitled to|have) (?P<count>{DIGITS}) "
    r"(?P<unit>[a-z]+s(?: of [a-z]+(?: [a-z]+)?)?)(?=[ .,;]|$)"
)
COSTS = re.compile(rf"^(?P<name>(?:An? |The )?[A-Z]?[a-z][a-z ]{{3,40}}?) (?P<cost>costs?) (?P<count>{DIGITS})")
DOES = re.compile(
    r"\b(?P<name>(?:[Tt]he )?[A-Z][\w'’&-]*(?: [A-Z][\w'’&-]*){0,4}) (?:now |also )?"
    r"(?P<does>employs|operates|supplies|serves|holds|covers|plants|owns|runs|produces|publishes|offers) "
    rf"(?:about |around |more than |over |some |nearly )?(?P<count>{DIGITS}(?: million| billion)?) "
    r"(?P<noun>(?:[a-z-]+ ){0,2}?(?:[a-z]+s|people))(?=[ .,;]|$)"
)
WHO = re.compile(
    r"^(?P<name>(?:The )?[A-Z][\w'’&-]*(?: (?:of |the )?[A-Z][\w'’&-]*){0,5}) was "
    r"(?P<done>founded|designed|built|written|discovered|invented|created) "
    r"(?:in [0-9]{4} )?by (?:the )?(?P<who>[^.,;]{3,50})"
)
MOST = re.compile(
    r"^The (?P<what>(?:most [a-z]+|[a-z]+est) (?!of)[a-z]+(?: [a-z]+)? (?:in|on|at) "
    r"(?:the )?[A-Z][\w'’]*(?: [A-Z][\w'’]*)*) (?P<is>is|was) (?:the |an? )?(?P<answer>[^.;,]{2,60})"
)
OF_TOPIC = re.compile(
    r"^The (?P<what>(?:[a-z-]+ ){0,2}(?:period|weight|height|length|capacity|power|pressure|flow|head|price|fee|rate|"
    rf"budget|range|limit|speed|allowance|deadline)) (?P<is>is|was) (?:about |up to |between )?(?P<count>{DIGITS})"
)


def ask_by_rules(text: str, topic: str) -> Iterator[Draft]:
    """Yield questions for an English sentence; `topic` is what its title names, "" where that is not known."""
    for pattern, ask in RULES:
        found = pattern.search(text)
        if found is not None and not POINTS.search(found.group()):
            yield from ask(found)
    if topic and (found := OF_TOPIC.match(text)) and topic not in found.group():
        yield Draft(
            f"What {found['is']} the {found['what']} of {'the ' if len(topic.split()) > 2 else ''}{topic}?",
            "number",
            found["count"],
        )


def _low(name: str) -> str:
    """Return what begins a sentence as it stands within one."""
    return name[0].lower() + name[1:]


def _must_be(found: re.Match[str]) -> Iterator[Draft]:
    name = _low(found["name"])
    if found["how"] == "every":
        yield Draft(f"How often {found['must']} {name} be {found['done']}?", "number", found["count"])
    else:
        asked = f"Within how many {found['unit']} {found['must']} {name} be {found['done']}?"
        yield Draft(asked, "number", found["count"])


def _gets(found: re.Match[str]) -> Iterator[Draft]:
    name, gets = _low(found["name"]), found["gets"]
    if gets.startswith("are"):
        yield Draft(f"How many {found['unit']} are {name} entitled to?", "number", found["count"])
    elif name.split()[-1].endswith("s"):
        yield Draft(f"How many {found['unit']} do {name} {gets}?", "number", found["count"])


def _costs(found: re.Match[str]) -> Iterator[Draft]:
    does = "does" if found["cost"] == "costs" else "do"
    yield Draft(f"How much {does} {_low(found['name'])} cost?", "number", found["count"])


def _does(found: re.Match[str]) -> Iterator[Draft]:
    name = "the " + found["name"][4:] if found["name"].startswith("The ") else found["name"]
    base = found["does"][:-3] + "y" if found["does"] == "supplies" else found["does"].removesuffix("s")
    base = "publish" if base == "publishe" else base
    yield Draft(f"How many {found['noun']} does {name} {base}?", "number", found["count"].split()[0])


def _who(found: re.Match[str]) -> Iterator[Draft]:
    name = "the " + found["name"][4:] if found["name"].startswith("The ") else found["name"]
    did = {"written": "wrote"}.get(found["done"], found["done"])
    yield Draft(f"Who {did} {name}?", "person", found["who"].split()[-1])


def _most(found: re.Match[str]) -> Iterator[Draft]:
    yield Draft(f"What {found['is']} the {found['what']}?", "matter", found["answer"][:20])


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Draft]]]
RULES: tuple[Rule, ...] = (
    (MUST_BE, _must_be),
    (GETS, _gets),
    (COSTS, _costs),
    (DOES, _does),
    (WHO, _who),
    (MOST, _most),
)
