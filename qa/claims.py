"""What sentences give figures for: what each figure is of, when that was so, and how it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from index.lexical import fold_in_place
from qa.claim_words import REPORT, body_in_title, content_of, names_in, parts_in, said_alike
from qa.gate.aspect import PLANNED
from qa.gate.traits import numbers_in
from qa.magnitudes import Day, Magnitude, magnitudes
from qa.versions import name_date, text_date

# How news begin: 新华社北京1月1日电（记者…）, Jan 25, 2022 ..., 2022-05-12 15:24.
DATELINE = re.compile(
    r"[^,。;!?]{0,30}?[0-9]{1,2}月[0-9]{1,2}日[电讯](?: ?\([^)]{0,40}\))?|^[a-z]{3,9}\.? [0-9]{1,2}, [0-9]{4} ?\.{3}"
    r"|[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日? +[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
CLAUSE_END = re.compile(r"[;。!?\n]|,(?![0-9]{3}(?![0-9]))|(?<![0-9])\.(?= |$)|\.$")
# 小学28所、中学30所: what is listed behind a figure is something else.
NEXT_FIGURE = re.compile("、|以及|和|与|及|并| and ")
# 据统计, 镇农业中心介绍: who says so.
SAID_BY = re.compile(
    r"^(?:据|根据|按照?)|(?:介绍|表示|称|显示|统计|公布|发布|获悉|报道|透露|指出|认为|了解|报告|悉|说)$"
)
# A clause that says in which case a figure holds: 工作满十年的, 对65岁以上老人.
CONDITION = re.compile(
    r"^(?:对|凡|若|如|当|在|每|满|除|向|给|按)|(?:的|时|者|后|内|中|间|人员|情况下)$|满|其中|不含|包括|\b(?:if|when|for)\b"
)
# A clause that says something of its own about the subject: 地处上海西南部, 始建于明代.
TELLS_MORE = re.compile(
    "地处|位于|坐落|处于|始建|建于|成立|创办|创立|创建|建校|毗邻|濒临|[东南西北]临|[东南西北]靠|隶属|属于|是一|作为|^(?:受|随着|由于|因|经过|通过|经|为了?|对此)"
)
# When a body came to be dates nothing else that is said of it: 创办于1958年,现有教师212人.
FOUNDED = re.compile("始建|建于|成立|创办|创立|创建|建校")
SHORT_CLAUSE = 10  # characters of one before the figure that may say what it is of
PHASE = re.compile(
    r"上半年|下半年|前?[一二三四1-4两]个?季度|[1-4]q|q[1-4]|年初|年中|月初|月末|月底|上旬|中旬|下旬|春[季节]|夏季|秋季|冬季|国庆|五一|"
    r"元旦|清明|端午|中秋|暑[假期]|寒假|平日|工作日期间|周末|节假日|淡季|旺季|旺季|近期|近?[0-9一二三四五六七八九十]+年来|首[日月年周]|当[日月晚天]|单日|次[日年]"
)
RELATIVE = re.compile(r"(?<![比较与同和])(?P<word>去年|上年|前年|今年|本年|明年)")
YEARS_BACK = {"去年": 1, "上年": 1, "前年": 2, "今年": 0, "本年": 0, "明年": -1}
# What is not so, or not yet, or not sure to be.
UNSURE = re.compile(
    "预计|预期|计划|拟|打算|争取|预测|预估|预言|估算|可能|或将|或达|或超|有望|需要|要求|目标|力争|原定|原计划|设想|假如|假设|倘|如果|规划|拟定|"
    r"\b(?:may(?! [0-9])|might|could|forecast|target|goal|estimated?)\b"
)
# Texts of this kind stay in force: the year in their title is when they were made, not when what they say was so.
IN_FORCE = re.compile(
    "办法|规定|制度|手册|条例|细则|守则|标准|指南|须知|章程|规程|通知|rules|handbook|guide|policy|manual|regulations?"
)
# How texts begin by naming whose they are: 公司简称:远山重工, 远山重工股份有限公司成立于.
BODY_NAMED = re.compile(
    r"(?:证券|股票|公司|企业|单位)(?:的?中文)?(?:简称|名称): ?(?P<short>[㐀-鿿a-z0-9]{2,20})"
    r"|(?<![㐀-鿿])(?P<full>[㐀-鿿]{2,16}?)(?:(?:股份|有限|责任|控股|集团)+公司|公司(?=简介|概况|介绍|[^㐀-鿿]|$)|(?=中学|小学|大学|学院|医院|银行|集团|博物馆|图书馆|幼儿园))"
)
GENERIC = re.compile("[本该各全]|^(?:公司|上市|有限|股份)")
CLOCK = re.compile("[点时:]")
HEAD = 200  # characters of a text that say what it is about
# What is longer is no heading that names a part: 男性.
LONGEST_HEADING = 8
TIMES = ("date", "period")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a sentence stands, folded: its title, headings and file name, and how its document begins.

    `year` is the year that the title or file name bears, where it tells when what is said was so; `dated` is the year
    of the text's own date. "" where there is none.
    """

    title: str
    headings: tuple[str, ...]
    name: str
    head: str
    year: str
    dated: str


def scene_of(title: str, headings: Sequence[str], path: str, text: str) -> Scene:
    """Return where a sentence stands from its document's title, path and text, and the headings over it."""
    name = fold_in_place(PurePosixPath(path).stem)
    folded = fold_in_place(title)
    day = name_date(folded) or name_date(name)
    year = "" if IN_FORCE.search(f"{folded} {name}") else _year(day)
    return Scene(folded, tuple(map(fold_in_place, headings)), name, fold_in_place(text[:HEAD]), year, _year_of(text))


def reporting_body(scene: Scene) -> str:
    """Return whose report a text is by its title or its file's name, "" where it is none or they name nobody."""
    return (body_in_title(scene.title) or body_in_title(scene.name)) if REPORT.search(scene.title) else ""


def body_in_head(scene: Scene) -> str:
    """Return the first body that a text's head names, "" where it names none."""
    names = [found["short"] or found["full"] for found in BODY_NAMED.finditer(scene.head)]
    return next((name for name in names if not GENERIC.search(name)), "")


@lru_cache(maxsize=256)
def _year_of(text: str) -> str:
    return _year(text_date(text))


def _year(day: tuple[int, ...]) -> str:
    return str(day[0]) if day else ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a sentence gives. Texts are folded.

    `of` is what stands beside it and says what it is of; `before` what the sentence says further up, `subject` what it
    begins with, and `names` what that names. `days` and `phases` say when it was so; `numbers` are the other numbers
    beside it. `parts` are the words that make it another measure or that of a part.
    """

    sentence: str
    figure: Magnitude
    of: str
    before: str
    subject: str
    scene: Scene
    names: frozenset[str]
    days: tuple[Day, ...]
    phases: frozenset[str]
    numbers: frozenset[str]
    parts: frozenset[str]
    planned: bool

    @property
    def around(self) -> str:
        """What may say what the figure is of: what is beside it, and what it stands under."""
        scene = self.scene
        return said_alike(" ".join((self.of, self.before, scene.title, *scene.headings, scene.name)))


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A folded sentence with its figures, and the segments in which another thing may be told each."""

    text: str
    figures: tuple[Magnitude, ...]
    segments: tuple[tuple[int, int], ...]

    def counted(self, start: int, end: int) -> list[Magnitude]:
        """Return the figures of a stretch that are no times."""
        return [one for one in self.figures if start <= one.start < end and one.kind not in TIMES]

    def founds(self, time: Magnitude) -> bool:
        """Whether a time is when a body came to be."""
        start, end = next(span for span in self.segments if span[0] <= time.start < span[1])
        return FOUNDED.search(self.text[start:end]) is not None and "以来" not in self.text[start:end]

    def bare(self, spans: Sequence[tuple[int, int]]) -> str:
        """Return stretches, in the order of the text, with blanks in the place of figures and dates."""
        text = list(self.text)
        for one in self.figures:
            if one.kind:  # else a name's number: 22号线
                text[one.start : one.end] = " " * (one.end - one.start)
        return " ".join("".join(text[start:end]).rstrip(" ,;。!?、\n.") for start, end in sorted(spans))


@lru_cache(maxsize=4_096)
def _parse(sentence: str) -> _Parsed:
    text = DATELINE.sub(lambda found: " " * len(found.group()), sentence)
    figures = tuple(magnitudes(text, numbers_in(text)))
    return _Parsed(text, figures, tuple(_segments(text, figures)))


def _segments(sentence: str, figures: Sequence[Magnitude]) -> list[tuple[int, int]]:
    """Cut a sentence where another thing may begin: behind clauses, and behind figures in a list."""
    cuts = {found.end() for found in CLAUSE_END.finditer(sentence)} | {0, len(sentence)}
    counted = [one for one in figures if one.kind not in TIMES]
    for one, other in pairwise(counted):
        found = NEXT_FIGURE.search(sentence, one.end, other.start)
        if found:
            cuts.add(found.end())
    ordered = sorted(cuts)
    return [(start, end) for start, end in pairwise(ordered) if sentence[start:end].strip()]


def claims_of(sentence: str, scene: Scene, kind: str | None = None) -> Iterator[Claim]:
    """Yield what a folded sentence gives figures for, of one kind if one is named. Where it lists 分别, nothing."""
    if "分别" in sentence or "respectively" in sentence:
        return
    parsed = _parse(sentence)
    for number, (start, end) in enumerate(parsed.segments):
        inside = [one for one in parsed.figures if start <= one.start < end]
        for figure in inside:
            if not figure.kind or figure.kind == "period" or (kind is not None and figure.kind != kind):
                continue
            # Of two of one kind it is not clear which is of what; one that begins a sentence may be the rest of it.
            rivals = [one for one in inside if one is not figure and one.kind == figure.kind]
            if figure.kind != "date" and (rivals or not parsed.text[: figure.start].strip()):
                continue
            claim = _claim(parsed, scene, number, figure)
            if content_of(claim.of):
                yield claim


def _claim(parsed: _Parsed, scene: Scene, number: int, figure: Magnitude) -> Claim:
    start, _ = parsed.segments[number]
    beside, before, told = _spans(parsed, number)
    of = parsed.bare(beside)
    others = [
        one for one in parsed.figures if one is not figure and any(left <= one.start < right for left, right in beside)
    ]
    times = [one for one in others if one.kind in TIMES]
    if not times and figure.kind != "date":
        times = [one for one in parsed.figures if one.kind in TIMES and one.start < start and not parsed.founds(one)][
            -1:
        ]
    days = {one.day for one in times if one.kind == "date"} | _relative_days(of, scene)
    if not days and figure.kind != "date":
        days = _days_over(scene)
    periods = {parsed.text[one.start : one.end] for one in times if one.kind == "period"}
    subject = _subject(parsed, start)
    heading = scene.headings[-1] if scene.headings and len(scene.headings[-1]) <= LONGEST_HEADING else ""
    counted = [one for one in others if one.kind not in TIMES and not CLOCK.match(parsed.text, one.end)]
    return Claim(
        sentence=parsed.text,
        figure=figure,
        of=of,
        before=parsed.bare(before),
        subject=subject,
        scene=scene,
        names=frozenset(names_in(subject)[:1]),
        days=tuple(sorted(days)),
        phases=_phases(of, scene) | periods,
        numbers=frozenset(f"{one.kind} {one.value:g}" for one in counted),
        parts=frozenset(parts_in(f"{of} {heading}")),
        planned=_is_unsure(told + of, figure.kind),
    )


Spans = list[tuple[int, int]]


def _spans(parsed: _Parsed, number: int) -> tuple[Spans, Spans, str]:
    """Return the segments that say what the figures of one are of, those before that do not, and who says so."""
    beside: Spans = [parsed.segments[number]]
    before: Spans = []
    told = ""
    if number + 1 < len(parsed.segments) and not content_of(parsed.bare(beside)):
        beside.append(parsed.segments[number + 1])  # 2009年，他加入了公司
    for start, end in parsed.segments[:number]:
        clause = parsed.text[start:end].strip(" ,、")
        if SAID_BY.search(clause):
            told += clause
        elif _says_of(parsed.bare([(start, end)]), bool(parsed.counted(start, end))):
            beside.append((start, end))
        else:
            before.append((start, end))
    return beside, before, told


def _is_unsure(text: str, kind: str) -> bool:
    """Whether something is not so yet, or not for sure. A date of what is to come is a date: 将于6月3日举行."""
    planned = PLANNED.search(text) if kind != "date" else None
    return bool(planned or UNSURE.search(text))


def _says_of(clause: str, has_figures: bool) -> bool:
    """Whether a clause before a figure's says what that is of: short, or a condition."""
    if CONDITION.search(clause.strip(" ,、")):
        return True
    return not has_figures and not TELLS_MORE.search(clause) and len("".join(content_of(clause))) <= SHORT_CLAUSE


def _subject(parsed: _Parsed, start: int) -> str:
    """Return what a sentence begins with, up to its first figure, where that is in a segment before one."""
    first = next((one.start for one in parsed.figures if one.kind not in TIMES), 0)
    return parsed.text[: min(first, start)]


def _relative_days(of: str, scene: Scene) -> set[Day]:
    """Return the years that are told by the text's own: 去年, in a text of 2022."""
    year = scene.year or scene.dated
    return {(str(int(year) - YEARS_BACK[found["word"]]), "", "") for found in RELATIVE.finditer(of) if year}


def _phases(of: str, scene: Scene) -> frozenset[str]:
    """Return which part of a year is told, and years that cannot be: 去年, in a text without a date."""
    undated = not (scene.year or scene.dated)
    return frozenset(found.group() for found in PHASE.finditer(of)) | frozenset(
        found["word"] for found in RELATIVE.finditer(of) if undated
    )


def _days_over(scene: Scene) -> set[Day]:
    """Return the year that the headings or the title over a sentence name."""
    over = [day for heading in reversed(scene.headings) if (day := name_date(heading))]
    year = _year(over[0]) if over else scene.year
    return {(year, "", "")} if year else set()
