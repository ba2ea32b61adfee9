"""The status of syncing in words: how far it is and how long it still takes; what was done, or why it could not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from index.datatypes import Failure
from qa.assistant import Assistant
from qa.library import Changes
from qa.sync_state import MOST_NAMED, SyncState
from qa.ui.actions import Action, button
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.reasons import explain
from qa.ui.texts import TEXTS, Language, say

NAME_WIDTH = 40
MOST_SKIPPED = 100


def show_status(state: SyncState, language: Language, token: str) -> Html:
    """Return the status line: of the sync under way, else of the last one."""
    if state.running:
        return _show_progress(state, language, token)
    if state.stopped:
        return _show_trouble(join(say(language, "sync_stopped")), "sync_resume", language, token)
    if state.error is not None:
        reason = element("span", explain(state.error, language), class_="reason")
        return _show_trouble(join(say(language, "sync_error"), reason), "sync_retry", language, token)
    return _show_done(state, language) if state.report is not None else join()


def show_bar(assistant: Assistant, state: SyncState, language: Language, token: str) -> Html:
    """Return what stands over the whole page: the first sync, or that the index does not follow the folder."""
    if state.running:
        running = element("span", class_="syncing")
        return join(running, _show_progress(state, language, token)) if is_first(assistant, state) else running
    if state.error is None:
        return join()
    reason = say(language, "stale_stopped") if state.stopped else explain(state.error, language)
    key = "sync_resume" if state.stopped else "sync_retry"
    again = button(say(language, key), Action("retry"), token)
    return element("p", element("span", say(language, "stale", reason=reason)), again, class_="stale")


def is_first(assistant: Assistant, state: SyncState) -> bool:
    """Whether the folder is indexed for the first time, so that nothing can be asked yet."""
    return state.running and assistant.generation.number == 0


def _show_progress(state: SyncState, language: Language, token: str) -> Html:
    progress = state.progress
    stage = say(language, "sync_begins") if progress is None else _stage(progress.stage, language)
    parts = [element("span", stage, class_="stage")]
    bar = join()
    if progress is not None and progress.total > 1:
        parts.append(element("span", f"{progress.done:,} / {progress.total:,}", class_="figure"))
        label = f"{stage} {progress.done}/{progress.total}"
        bar = element("progress", value=progress.done, max=progress.total, aria_label=label)
    if state.stopping:
        parts.append(element("span", say(language, "sync_stopping"), class_="left"))
    else:
        left = [element("span", time_left(state.remaining, language), class_="left")] if state.remaining else []
        parts += [*left, button(say(language, "sync_stop"), Action("stop"), token)]
    return element("div", element("p", *parts, class_="now"), bar, _taken_in(state, language), class_="progress")


def _taken_in(state: SyncState, language: Language) -> Html:
    """Return the document in hand or, later on, those that were read in this sync."""
    progress = state.progress
    if progress is not None and progress.document:
        return element("p", excerpt(progress.document, 2 * NAME_WIDTH), class_="file-name")
    if not state.taken_in:
        return join()
    names = _name_some(state.taken_in, state.taken_in_count, language)
    return element("p", say(language, "sync_takes_in", count=state.taken_in_count, names=names), class_="file-name")


def _stage(stage: str, language: Language) -> str:
    key = f"stage_{stage}"
    return say(language, key if key in TEXTS else "stage_other")


def time_left(seconds: float, language: Language) -> str:
    """Return so many seconds as people say it."""
    minutes = round(seconds / 60)
    if seconds < 10:
        return say(language, "left_moment")
    if seconds < 50:
        return say(language, "left_seconds")
    if minutes < 60:
        return say(language, "left_minutes", count=max(1, minutes))
    return say(language, "left_hours", hours=minutes // 60, count=minutes % 60)


def _show_trouble(text: Html, key: str, language: Language, token: str) -> Html:
    again = button(say(language, key), Action("retry"), token)
    return element("div", element("p", text), again, class_="note error", role="status")


def _show_done(state: SyncState, language: Language) -> Html:
    failed = state.report.failed if state.report is not None else ()
    parts = list(_changed(state.changes, {failure.document for failure in failed}, language))
    if failed:
        parts.append(say(language, "sync_failed", count=len(failed)))
    done = say(language, "sync_joint").join(parts) or say(language, "sync_nothing")
    checked = element("span", say(language, "sync_checked", time=f"{state.ended_at:%H:%M:%S}"), class_="aside")
    skipped = _skipped(state.report.skipped if state.report is not None else (), language)
    return join(element("p", done, checked, role="status"), skipped)


def _changed(changes: Changes, failed: set[str], language: Language) -> Iterator[str]:
    """Yield each kind of change with its count and the first names."""
    kinds = (
        ("added", changes.added),
        ("changed", changes.changed),
        ("renamed", tuple(new for _, new in changes.renamed)),
        # What cannot be read any more is out of the index, too, and is told of as such.
        ("removed", tuple(path for path in changes.removed if path not in failed)),
        ("redone", changes.redone),
    )
    for kind, paths in kinds:
        if paths:
            yield say(language, f"sync_{kind}", count=len(paths), names=_name_some(paths, len(paths), language))


def _name_some(paths: Sequence[str], count: int, language: Language) -> str:
    """Return the first few names of so many documents."""
    named = (excerpt(PurePosixPath(path).name, NAME_WIDTH) for path in paths[:MOST_NAMED])
    names = say(language, "sync_comma").join(named)
    return names if count <= MOST_NAMED else say(language, "sync_names_more", names=names)


def _skipped(skipped: Sequence[Failure], language: Language) -> Html:
    """Return the files that were left alone, with the reasons, folded away."""
    if not skipped:
        return join()
    summary = element("summary", say(language, "skipped", count=len(skipped)))
    items = (
        element("li", element("strong", one.document), element("span", explain(one.error, language)))
        for one in skipped[:MOST_SKIPPED]
    )
    return element("details", summary, element("ul", *items), class_="failures")
