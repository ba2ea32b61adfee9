"""Questions made of English sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from qa.suggesting.datatypes import Draft
from qa.suggesting.english_rules import ask_by_rules

BEFORE = r"(?:Since|In|By|As of|During) (?:the end of )?(?:[A-Z][a-z]+ )?[0-9]{4},? "
START = rf"(?:^{BEFORE}|^|(?<=[.;] )|(?<=, ))"
NO_NAME = (
    r"(?!(?:It|He|She|They|We|You|I|This|That|These|Those|There|Here|In|On|At|By|For|From|Since|After|Before|When|While|If|"
    r"As|But|And|Or|So|However|Its|His|Her|Their|Our|My|Your|One|Two|Three|Four|Five|Some|Many|Most|All|Each|Every|Both|"
    r"Another|Other|What|Who|How|Where|Why|With|To|Of|Under|Over|About|According|Although|Though|Because|Today|Now|Then|"
    r"Also|First|Second|Third|Last|Next|No|Not|More|An?)\b)"
)
WORD = r"[A-Z][\w'’&-]*"
NAME = (
    rf"{NO_NAME}(?P<name>(?:[Tt]he )?{WORD}(?:(?: (?:of|and|the|for|de|in|at))? (?:{WORD}|[0-9][\w-]*)){{0,5}})"
    r"(?: \([^)]*\))?"
)
DIGITS = r"(?:[0-9][0-9,.]*[0-9]|[0-9])"
NUMBER = (
    r"(?P<number>(?:about |around |nearly |over |more than |almost |some |approximately |up to |at least )?"
    rf"{DIGITS}(?: (?:million|billion|thousand|hundred))?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
NOUN = r"(?P<noun>(?:[A-Za-z-]+ (?:and [a-z]+ )?){0,4}?[a-z-]{2,}(?<!s)s)"
STOP = (
    r"(?=[.,;:]|$| (?:in|on|at|and|of|by|for|from|with|to|that|which|along|across|since|per|each|every|including|"
    r"between|under|as|during|within|over|through|so)\b)"
)
EVENTS = (
    "founded|established|built|opened|created|launched|completed|formed|born|incorporated|introduced|published|"
    "released|signed|adopted|discovered|constructed|started|set up|renamed|elected|issued|amended|closed|held|approved"
)
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = rf"(?P<date>(?:(?:{MONTH}) (?:\d{{1,2}}, )?|\d{{1,2}} (?:{MONTH}) )?(?:1[0-9]|20)\d\d)"
DONE = r"(?P<done>[a-z]+(?:ed|lt|wn|en|de|ld|on|ut|pt|ought)(?: (?:or|and) [a-z]+ed)?)"
DATED = re.compile(
    rf"{START}{NAME} (?P<was>was|were) (?:first |officially )?(?P<event>{EVENTS})\b[^.;]{{0,40}}?\b(?:in|on) {DATE}"
)
OPENED = re.compile(
    rf"{START}{NAME} (?P<event>opened|started|began|ended|closed|moved) (?:its doors )?(?:in|on) {DATE}"
)
SOMEWHERE = r"(?P<where>(?:in|at|on|near) (?:the )?[^.;,]*[A-Z][^.;,]*)"
PLACED = re.compile(rf"^{NAME} (?P<is>is|are|lies|stands|sits) (?:located |situated |based )?{SOMEWHERE}")
SITES = "district|city|town|village|county|province|island|river|lake|mountain|port|park|museum"
IN_A_PLACE = re.compile(rf"^{NAME} is an? (?:{SITES}) {SOMEWHERE}")
HAS = re.compile(rf"{START}{NAME} (?P<has>has|have) {NUMBER} {NOUN}(?! of){STOP}")
HAS_DONE = re.compile(rf"{START}{NAME} (?P<has>has|have) (?:already |so far )?{DONE} {NUMBER} {NOUN}{STOP}")
MEASURES = (
    "length|height|area|population|price|cost|fee|budget|capacity|distance|depth|width|weight|speed|duration|deadline|limit|"
    "rate|share|total|revenue|deposit|number of [a-z ]+?"
)
VALUE = re.compile(
    rf"(?:^|[.;] )The (?P<what>(?:[a-z-]+ ){{0,3}}(?:{MEASURES})) (?P<of>of|for) (?P<name>[^.,;]{{3,50}}?) "
    r"(?P<is>is|was|are) (?P<value>[^.;]*\d[^.;]*)"
)
MAY = re.compile(
    rf"^{NO_NAME}(?P<name>[A-Z][a-z]+(?: [a-z]+)?) (?P<may>can|may|must|should) (?P<does>[a-z]+(?: out)?) "
    rf"{NUMBER} {NOUN}{STOP}"
)
DEFINES = re.compile(rf"^{NAME} is (?P<what>an? [^.;]{{10,}})")
BODIES = (
    "district|city|company|park|school|university|museum|town|county|organisation|organization|project|hotel|library|village|"
    "region|firm"
)
GENERAL = re.compile(rf"\b[Tt]he (?:{BODIES})(?= (?:has|have|was|is|lies|stands|opened|covers|had)\b)")


def ask_in_english(sentence: str, topic: str) -> Iterator[Draft]:
    """Yield questions for what an English sentence says of something that it names; `topic` is what the title names."""
    text = " ".join(sentence.replace("*", "").split())
    text = _with_name(text, topic) if topic else text
    yield from ask_by_rules(text, topic)
    for pattern, ask in RULES:
        found = pattern.search(text)
        if found is None:
            continue
        name = found["name"]
        if len(name) > 2:
            yield from ask(found, "the " + name[4:] if name.startswith("The ") else name)


def _with_name(text: str, topic: str) -> str:
    """Return a sentence with what its text is about in the place of what stands for it: the Authority, the museum."""
    last = re.escape(topic.split()[-1])
    own = re.compile(rf"\b[Tt]he {last}(?= [a-z])", re.IGNORECASE)
    named = re.search(rf"\b[Tt]he {re.escape(topic)}\b", text)
    return GENERAL.sub(topic, own.sub(f"the {topic}" if named else topic, text))


def _dated(found: re.Match[str], name: str) -> Iterator[Draft]:
    yield Draft(f"When {found['was']} {name} {found['event']}?", "date", found["date"])


def _opened(found: re.Match[str], name: str) -> Iterator[Draft]:
    base = {"began": "begin", "opened": "open", "moved": "move", "closed": "close"}.get(
        found["event"], found["event"][:-2]
    )
    yield Draft(f"When did {name} {base}?", "date", found["date"])


def _placed(found: re.Match[str], name: str) -> Iterator[Draft]:
    verb = "are" if found["is"] == "are" else "is"
    yield Draft(f"Where {verb} {name} located?", "place", found["where"].split(" that ")[0].strip())


def _in_a_place(found: re.Match[str], name: str) -> Iterator[Draft]:
    yield Draft(f"Where is {name}?", "place", found["where"])


def _has(found: re.Match[str], name: str) -> Iterator[Draft]:
    does = "does" if found["has"] == "has" else "do"
    yield Draft(f"How many {found['noun']} {does} {name} have?", "number", _bare(found["number"]))


def _has_done(found: re.Match[str], name: str) -> Iterator[Draft]:
    yield Draft(f"How many {found['noun']} {found['has']} {name} {found['done']}?", "number", _bare(found["number"]))


def _may(found: re.Match[str], name: str) -> Iterator[Draft]:
    asked = f"How many {found['noun']} {found['may']} {name[0].lower()}{name[1:]} {found['does']}?"
    yield Draft(asked, "number", _bare(found["number"]))


def _value(found: re.Match[str], name: str) -> Iterator[Draft]:
    value = re.search(r"[0-9][0-9,.]*[0-9]|[0-9]", found["value"])
    # The rate of retreat: nobody knows whose.
    is_bare = " " not in name and name.islower()
    if value and not is_bare and not re.search(r"\b(?:it|its|this|that|these|those|their|his|her)\b", name):
        yield Draft(f"What {found['is']} the {found['what']} {found['of']} {name}?", "number", value.group())


def _defines(found: re.Match[str], name: str) -> Iterator[Draft]:
    yield Draft(f"What is {name}?", "definition", found["what"][:20])


def _bare(number: str) -> str:
    digits = re.search(r"[0-9][0-9,.]*[0-9]|[0-9]", number)
    return digits.group() if digits else number


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], str], Iterator[Draft]]]
RULES: tuple[Rule, ...] = (
    (DATED, _dated),
    (OPENED, _opened),
    (PLACED, _placed),
    (IN_A_PLACE, _in_a_place),
    (HAS, _has),
    (HAS_DONE, _has_done),
    (MAY, _may),
    (VALUE, _value),
    (DEFINES, _defines),
)
