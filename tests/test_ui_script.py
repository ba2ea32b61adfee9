"""The page's one script, as far as it can be looked at without a browser."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "qa" / "ui" / "script.js"


def test_no_name_is_declared_twice() -> None:
    # A browser runs nothing of a script that does so.
    declared = re.findall(r"^  (?:const|let|function) (\w+)", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(declared) > 50
    assert [name for name, count in Counter(declared).items() if count > 1] == []


def test_no_address_of_another_host_stands_in_it() -> None:
    assert re.findall(r"https?://(?!www\.w3\.org)[^\s\"'`]+", SCRIPT.read_text(encoding="utf-8")) == []
