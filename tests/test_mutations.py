"""Damaged files of every format: read, or refused with a reason of ours; never another error, never a dead process."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from index.loaders import LOADERS, Parsed, parse_file
from index.loaders.extract import Source
from tests.mutations import SEEDS, UNTYPED, mutate, summary, try_mutations

COUNT = 300
# Read by another format's loader, or through LibreOffice, which takes seconds a file.
LIKE = {
    *(".markdown", ".htm", ".xhtml", ".mht", ".tsv", ".xlsm", ".xls", ".et", ".ods"),
    *(".docm", ".pptm", ".ppsx"),
}
PICTURES = {suffix for suffix, (module, _) in LOADERS.items() if module == "picture"}  # see test_loader_picture.py
THROUGH_LIBREOFFICE = {suffix for suffix, (module, _) in LOADERS.items() if module == "libreoffice"}


def test_every_format_is_tried() -> None:
    assert SEEDS.keys() | LIKE | THROUGH_LIBREOFFICE | PICTURES == LOADERS.keys()


@pytest.mark.parametrize("suffix", SEEDS)
def test_the_seed_is_read(suffix: str) -> None:
    assert isinstance(next(parse_file(Source(f"a{suffix}", SEEDS[suffix]()))), Parsed)


def test_an_error_that_is_not_ours_is_told_from_one_that_is() -> None:
    assert UNTYPED.search("it cannot be read (ZeroDivisionError: division by zero). Save it again")
    assert not UNTYPED.search("its archive is broken (File is not a zip file). Save the file again")


def test_mutations_are_the_same_every_time_and_differ() -> None:
    seed = SEEDS[".docx"]()
    assert mutate(seed, random.Random(1)) == mutate(seed, random.Random(1))
    assert len({mutate(seed, random.Random(number)) for number in range(50)} | {seed}) == 51


@pytest.mark.parametrize(("suffix", "number"), [(".eml", 2270)])
def test_what_went_wrong_once_is_read_or_refused(tmp_path: Path, suffix: str, number: int) -> None:
    """Found by `python -m benchmarks.mutations`."""
    _, wrong = summary(try_mutations(suffix, range(number, number + 1), tmp_path))
    assert wrong == []


@pytest.mark.parametrize("suffix", SEEDS)
def test_damaged_files_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    counts, wrong = summary(try_mutations(suffix, range(COUNT), tmp_path))
    assert wrong == []
    assert sum(counts.values()) == COUNT
    # Some damage hurts nothing, and some much: else the mutations would be worth nothing.
    assert counts["read"] > 0
    assert counts["refused"] > 0 or suffix in (".md", ".html", ".csv", ".txt", ".eml", ".mhtml")
