"""What a pattern names, and what is said where it names nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ScopeError
from qa.scope import EVERYWHERE, NarrowedGenerations, Scope, places_of
from tests.test_assistant import CANTEEN, HANDBOOK, open_library

PATHS = (
    "产业/化工.md",
    "产业/园区/湾区2023.pdf",
    "产业/园区/湾区2024.PDF",
    "产业集群.md",
    "民生/Traffic.md",
    "民生/交通2023.md",
    "通知.eml",
    "通知.eml/附件.docx",
    "资料2023.zip/内/表.xlsx",
)


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("产业", PATHS[:3]),
        ("产业/", PATHS[:3]),
        ("./产业/", PATHS[:3]),
        ("/产业/园区", PATHS[1:3]),
        ("产业/化工.md", PATHS[:1]),
        ("民生/traffic.MD", PATHS[4:5]),
        ("民生／Ｔｒａｆｆｉｃ．ｍｄ", PATHS[4:5]),
        ("通知.eml", PATHS[6:8]),
        ("通知.eml/附件.docx", PATHS[7:8]),
        ("资料2023.zip", PATHS[8:]),
        ("*.pdf", PATHS[1:3]),
        ("产业/*.md", PATHS[:1]),
        ("产业/**/*.pdf", PATHS[1:3]),
        ("产业/**", PATHS[:3]),
        # Any file or folder so called, whatever is in it.
        ("**/*2023*", (PATHS[1], PATHS[5], PATHS[8])),
        ("*2023*", (PATHS[1], PATHS[5], PATHS[8])),
        ("湾区202[34].*", PATHS[1:3]),
        ("湾区202[!3].*", PATHS[2:3]),
        ("湾区?023.pdf", PATHS[1:2]),
        ("产*", PATHS[:4]),
        ("*.eml", PATHS[6:8]),
        ("**", PATHS),
        ("*", PATHS),
    ],
)
def test_a_pattern_names_folders_documents_and_parts(pattern: str, named: tuple[str, ...]) -> None:
    assert Scope((pattern,)).select(PATHS) == set(named)


def test_several_patterns_name_all_of_theirs_and_none_names_all() -> None:
    assert Scope(("民生", "产业集群.md")).select(PATHS) == {"产业集群.md", "民生/Traffic.md", "民生/交通2023.md"}
    assert EVERYWHERE.select(PATHS) == set(PATHS)
    assert not EVERYWHERE


def test_what_is_there_under_a_name_goes_before_what_the_name_may_mean() -> None:
    paths = ("通知[2023].md", "通知2.md", "a.md", "A.md", "a.md.bak/x.md", "甲*.txt", "甲乙.txt")
    assert Scope(("通知[2023].md",)).select(paths) == {"通知[2023].md"}
    assert Scope(("通知[2].md",)).select(paths) == {"通知2.md"}
    assert Scope(("A.md",)).select(paths) == {"A.md"}
    assert Scope(("甲*.txt",)).select(paths) == {"甲*.txt"}
    assert Scope(("甲?.txt",)).select(paths) == {"甲*.txt", "甲乙.txt"}
    assert Scope(("Ａ．ＭＤ",)).select(paths) == {"a.md", "A.md"}


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("产页", "no document matches '产页'. Near it: 产业/. List what can be named: python -m qa documents"),
        ("documents/产业", "Near it: 产业/. "),
        ("化工.md", "Near it: 产业/化工.md"),
        ("交通*.md/x", "Near it: 民生/交通2023.md"),
        ("*.doc", "List what can be named: python -m qa documents"),
        ("", "no document matches ''. List"),
        ("/", "no document matches '/'. List"),
        ("zzzzzz", "no document matches 'zzzzzz'. List"),
    ],
)
def test_a_pattern_that_names_nothing_is_an_error_that_says_what_there_is(pattern: str, told: str) -> None:
    with pytest.raises(ScopeError) as raised:
        Scope(("民生", pattern)).select(PATHS)
    assert told in str(raised.value)


def test_without_documents_the_error_says_how_to_get_some() -> None:
    with pytest.raises(ScopeError, match="none is indexed yet.*python -m qa sync"):
        Scope(("产业",)).select(())


Part = st.text(alphabet="ab*?[]!-^.产/\\{}", max_size=12)


@given(st.lists(Part, min_size=1, max_size=4), st.lists(Part.filter(bool), max_size=8))
def test_no_pattern_breaks_anything_and_every_path_names_itself(patterns: list[str], paths: list[str]) -> None:
    known = [path for path in (path.strip("/") for path in paths) if path and not path.startswith("./")]
    for path in known:
        assert path in Scope((path,)).select(known)
    with suppress(ScopeError):
        assert Scope(tuple(patterns)).select(known) <= set(known)


def test_many_wild_signs_take_no_time() -> None:
    deep = "/".join(["a" * 60] * 40) + ".md"
    with pytest.raises(ScopeError):
        Scope(("/".join(["**", "*a*a*a*a*a*"] * 20) + "/b",)).select([deep])


def test_places_are_documents_and_what_is_around_them() -> None:
    assert places_of(["通知.eml", "通知.eml/附件.docx", "a/b/c.md"]) == {
        "通知.eml": ["通知.eml", "通知.eml/附件.docx"],
        "通知.eml/附件.docx": ["通知.eml/附件.docx"],
        "a/b/c.md": ["a/b/c.md"],
        "a/b": ["a/b/c.md"],
        "a": ["a/b/c.md"],
    }


def test_a_scope_is_narrowed_once_and_forgotten_with_its_generation(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    generation, scopes = library.generation, NarrowedGenerations()
    first = scopes.narrow(generation, Scope(("人事",)))
    assert scopes.narrow(generation, EVERYWHERE) is generation
    assert scopes.narrow(generation, Scope(("人事",))) is first
    another = replace(generation, number=generation.number + 1)
    assert scopes.narrow(another, Scope(("人事",))).number == another.number
    first = scopes.narrow(generation, Scope(("人事",)))
    assert sorted(first.documents) == sorted(first.records) == ["人事/手册.md"]
    for number in range(4):
        scopes.narrow(generation, Scope(("食堂.txt",) * (number + 1)))
    assert scopes.narrow(generation, Scope(("人事",))) is not first
    again = scopes.narrow(generation, Scope(("人事",)))
    scopes.forget()
    assert scopes.narrow(generation, Scope(("人事",))) is not again
