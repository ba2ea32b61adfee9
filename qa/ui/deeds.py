"""What is done about a press of a button in the documents panel, and what is said about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index.errors import WenDangError
from qa.library import failures_of
from qa.removed import REMOVED, PutBack, Removal, put_back, remove_documents
from qa.scope import Scope
from qa.sync_state import Wish
from qa.syncing import Syncing
from qa.ui.actions import Action, button
from qa.ui.markup import Html, element, join
from qa.ui.reasons import explain
from qa.ui.texts import Language, say

# So many of what went wrong are told one by one.
MOST_TOLD = 5


def carry_out(
    syncing: Syncing, action: Action | None, language: Language, token: str = "", picked: Sequence[str] = ()
) -> Html:
    """Do what a button asks for, and return what there is to be said; `picked` are the patterns that are ticked."""
    try:
        return _carry_out(syncing, action, language, token, picked)
    except WenDangError as error:
        return element("p", explain(str(error), language), class_="note error", role="alert")


def _carry_out(syncing: Syncing, action: Action | None, language: Language, token: str, picked: Sequence[str]) -> Html:
    match action:
        case Action("stop"):
            syncing.stop()
        case Action("retry"):
            syncing.retry()
        case Action("rebuild"):
            syncing.request(Wish(rebuild=True))
        case Action("reindex", path):
            syncing.request(Wish(again=frozenset({path})))
        case Action("reindex_picked") if picked:
            syncing.request(Wish(again=Scope(tuple(picked)).select(syncing.assistant.generation.records)))
        case Action("retry_failed"):
            failed = frozenset(failure.document for failure in failures_of(syncing.assistant))
            syncing.request(Wish(again=failed))
        case Action("remove", path):
            return _remove(syncing, [path], language, token)
        case Action("remove_picked") if picked:
            selected = Scope(tuple(picked)).select(syncing.assistant.generation.records)
            return _remove(syncing, files_of(syncing, selected), language, token)
        case Action("put_back", batch):
            said = _tell_put_back(put_back(syncing.assistant, batch), language)
            syncing.request()
            return said
        case _:
            return element("p", say(language, "expired"), class_="note")
    return join()


def files_of(syncing: Syncing, selected: Collection[str]) -> list[str]:
    """Return the files of some documents; of a mail or an archive of which only parts are among them, those parts."""
    records = syncing.assistant.generation.records
    owners = {path: record.document.owner for path, record in records.items()}
    in_part = {owner for path, owner in owners.items() if path not in selected}
    return sorted({path if owners[path] in in_part else owners[path] for path in selected})


def _remove(syncing: Syncing, paths: Sequence[str], language: Language, token: str) -> Html:
    removal = remove_documents(syncing.assistant, paths)
    if done := (*removal.kept, *removal.gone):
        # Named, so that their rows say that they are waited for until they are out of the index.
        syncing.request(Wish(again=frozenset(done)))
    return join(*_refused("remove_failed", removal.refused, language), _tell_removal(removal, language, token))


def _tell_removal(removal: Removal, language: Language, token: str) -> Html:
    parts = []
    if removal.kept:
        named = {"name": removal.kept[0], "count": len(removal.kept)}
        key = "remove_done" if len(removal.kept) == 1 else "remove_done_many"
        undo = button(say(language, "undo"), Action("put_back", removal.batch), token, "undo")
        place = element("span", say(language, "remove_place", place=f"{REMOVED}/{removal.batch}"), class_="aside")
        parts.append(element("p", say(language, key, **named), " ", undo, place, role="status", class_="undoable"))
    if removal.gone:
        names = say(language, "sync_comma").join(removal.gone[:MOST_TOLD])
        parts.append(element("p", say(language, "remove_gone", name=names), role="status"))
    return join(*parts)


def _tell_put_back(done: PutBack, language: Language) -> Html:
    same = [old for old, new in done.back if old == new]
    parts = [*_refused("put_back_failed", done.refused, language)]
    if len(same) > MOST_TOLD:
        parts.append(element("p", say(language, "put_back_many", count=len(same)), role="status"))
    elif same:
        names = say(language, "sync_comma").join(same)
        parts.append(element("p", say(language, "put_back", name=names), role="status"))
    moved = [(old, new) for old, new in done.back if old != new]
    parts += [element("p", say(language, "put_back_as", name=old, new=new), role="status") for old, new in moved]
    parts += [element("p", say(language, "put_back_there", name=name), role="status") for name in done.there]
    return join(*parts)


def _refused(key: str, refused: Sequence[tuple[str, str]], language: Language) -> list[Html]:
    told = [
        element("p", say(language, key, name=name, error=explain(error, language)), class_="note error", role="alert")
        for name, error in refused[:MOST_TOLD]
    ]
    if len(refused) > MOST_TOLD:
        told.append(element("p", say(language, "more_failed", count=len(refused) - MOST_TOLD), class_="note error"))
    return told
