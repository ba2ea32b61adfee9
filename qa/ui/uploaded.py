"""What became of an upload, as script.js tells it, in words; and what script.js shows while it lasts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from index.loaders import LOADERS
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.texts import Language, say

MOST_NAMED = 5
MOST_SUFFIXES = 6
LONGEST_TOLD = 1_000_000
NAME_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Uploads:
    """What became of the files of one upload, by name.

    `failed` are pairs of a name and the reason in the reader's language, "" where the connection broke. `left` is the
    number of those that were too many for one upload, `cancelled` of those that nobody wanted any more.
    """

    saved: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    unsupported: tuple[str, ...] = ()
    large: tuple[str, ...] = ()
    left: int = 0
    cancelled: int = 0


def parse_uploads(text: str) -> Uploads:
    """Read what the browser sent, JSON with a count behind `?`; what is none of it is left out."""
    try:
        told = json.loads(text.rpartition("?")[0]) if len(text) <= LONGEST_TOLD else {}
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    failed = [pair for pair in _list(told.get("failed")) if isinstance(pair, list) and len(pair) == 2]
    return Uploads(
        saved=_names(told.get("saved")),
        known=_names(told.get("known")),
        failed=tuple((str(name), str(reason)) for name, reason in failed),
        unsupported=_names(told.get("unsupported")),
        large=_names(told.get("large")),
        left=_count(told.get("left")),
        cancelled=_count(told.get("cancelled")),
    )


def tell_uploads(uploads: Uploads, megabytes: int, most: int, language: Language) -> Html:
    """Say what became of each file: one by one where they are few, else in numbers."""
    failed = [
        say(language, "upload_failed", name=name, error=reason or say(language, "upload_broken"))
        for name, reason in uploads.failed[:MOST_NAMED]
    ]
    if len(uploads.failed) > MOST_NAMED:
        failed.append(say(language, "more_failed", count=len(uploads.failed) - MOST_NAMED))
    if uploads.large:
        names = _named(uploads.large, language)
        failed.append(say(language, "upload_large", names=names, megabytes=megabytes))
    if uploads.left:
        failed.append(say(language, "upload_left", count=uploads.left, most=most))
    told = [*(element("p", line, class_="note error", role="alert") for line in failed)]
    told.append(_tell_unsupported(uploads.unsupported, language))
    for key, stored in (("upload_saved", uploads.saved), ("upload_known", uploads.known)):
        if stored:
            told.append(element("p", say(language, key, names=_named(stored, language)), role="status"))
    if uploads.cancelled:
        told.append(element("p", say(language, "upload_cancelled", count=uploads.cancelled), role="status"))
    return join(*told) or element("p", say(language, "upload_nothing"), role="status")


def show_tools(language: Language) -> Html:
    """Return what script.js shows in its time: how far an upload is, and whether pasted text is to be kept."""
    uploading = element(
        "div",
        element("p", element("span", say(language, "uploading"), class_="stage"), element("span", class_="figure"),
                element("button", say(language, "sync_stop"), class_="stop-upload"), class_="now"),
        element("progress", max=1, value=0, aria_label=say(language, "uploading")),
        class_="uploading progress", role="status",
    )  # fmt: skip
    title = say(language, "keep_text")
    keep = element(
        "dialog",
        element("h3", title),
        element("p", class_="preview"),
        element("label", say(language, "keep_text_name"), element("input", type="text", maxlength=100)),
        element(
            "div",
            element("button", say(language, "keep_text_yes"), class_="keep"),
            element("button", say(language, "keep_text_no"), class_="leave"),
            class_="choices",
        ),
        class_="keep-text",
        aria_label=title,
    )
    return join(uploading, keep)


def _tell_unsupported(names: Sequence[str], language: Language) -> Html:
    """Name the files of kinds that are not read, or count them by kind where they are many."""
    if not names:
        return join()
    if len(names) <= 2:
        shown, accepted = _named(names, language), " ".join(LOADERS)
        return element("p", say(language, "upload_refused", name=shown, suffixes=accepted), class_="note error")
    counts = Counter(PurePosixPath(name).suffix.lower() or say(language, "no_suffix") for name in names)
    kinds = [f"{excerpt(suffix, 12)} {count}" for suffix, count in counts.most_common(MOST_SUFFIXES)]
    shown = say(language, "sync_comma").join(kinds)
    if len(counts) > MOST_SUFFIXES:
        shown = say(language, "sync_names_more", names=shown)
    return element("p", say(language, "upload_skipped", count=len(names), kinds=shown), class_="note error")


def _named(names: Sequence[str], language: Language) -> str:
    shown = say(language, "sync_comma").join(excerpt(name, NAME_WIDTH) for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else say(language, "upload_many", names=shown, count=len(names))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in _list(value) if isinstance(name, str))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
