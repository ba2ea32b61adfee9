"""The rows of the list of documents: what each says, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from index.loaders import is_supported
from qa.ui.actions import Action, button
from qa.ui.items import Item
from qa.ui.kinds import kind_of, name_kind
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join
from qa.ui.reasons import explain
from qa.ui.texts import Language, say
from qa.ui.tree import FolderRow, Row
from qa.ui.view import View, step

# Of a form letter there may be hundreds.
MOST_ALIKE = 3
DEEPEST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Manner:
    """What all rows have in common."""

    view: View
    language: Language
    token: str


def show_row(row: Row, manner: Manner) -> Html:
    """Return one row of the table."""
    return _folder(row, manner) if isinstance(row, FolderRow) else _document(row.item, row.depth, manner)


def confirmed(label: str, question: str, yes: Html, no: str) -> Html:
    """Return a button that opens a question first; script.js closes it again."""
    leave = element("button", no, class_="no")
    box = element("div", element("p", question), yes, leave, class_="question", role="alertdialog", aria_label=question)
    return element("details", element("summary", label), box, class_="confirmed")


def show_size(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def tick_value(pattern: str) -> str:
    """Return the value of the box in front of a document or a folder."""
    return quote(pattern, safe="", errors="surrogateescape")


def _folder(row: FolderRow, manner: Manner) -> Html:
    language = manner.language
    counted = [element("span", say(language, "folder_count", count=row.documents), class_="count")]
    if row.failed:
        counted.append(element("span", say(language, "folder_failed", count=row.failed), class_="count failed"))
    name: Html = element("span", row.name, class_="folder-name")
    if not manner.view.is_chosen:
        verb = step("close" if row.is_open else "open", row.path)
        name = element("button", row.name, value=verb, class_="view fold", aria_expanded=str(row.is_open).lower())
    return element(
        "tr",
        _tick(f"{row.path}/", row.path, row.documents > row.failed, manner),
        element("td", element("div", name, *counted, _deeds_of_file(row, manner), class_="folder-line"), class_="name"),
        element("td", name_kind(kind_of(row.path), language) if row.is_file else "", class_="kind"),
        *_figures(row.passages, row.size, row.date, language),
        class_=f"folder {_depth(row.depth)}",
    )


def _document(item: Item, depth: int, manner: Manner) -> Html:
    language = manner.language
    # What cannot be asked yet, or not at all, can be no part of a scope.
    is_asked = bool(item.passages)
    # What could not be read opens as well: it says why.
    is_opened = is_asked or item.state == "failed"
    title = element("a", item.title, href=str(DocumentLink(item.path))) if is_opened else element("strong", item.title)
    below = [_file_name(item, manner), _deeds(item, manner)]
    return element(
        "tr",
        _tick(item.path, item.title, is_asked, manner),
        element(
            "td",
            element("div", title, _state(item, language), class_="title-line"),
            element("div", *below, class_="row-end"),
            element("div", explain(item.error, language), class_="reason") if item.state == "failed" else "",
            *(element("div", explain(note, language), class_="aside") for note in item.notes),
            _alike(item, language),
            class_="name",
        ),
        element("td", name_kind(item.kind, language), class_="kind"),
        *_figures(item.passages, item.size, item.date, language),
        class_=f"{item.state} {_depth(depth)}",
    )


def _depth(depth: int) -> str:
    return f"depth-{min(depth, DEEPEST_SHOWN)}"


def _tick(pattern: str, name: str, is_asked: bool, manner: Manner) -> Html:
    if not is_asked:
        return element("td", class_="tick")
    label = say(manner.language, "tick", name=name)
    box = element("input", type="checkbox", value=tick_value(pattern), aria_label=label)
    return element("td", box, class_="tick")


def _figures(passages: int, size: int | None, date: str, language: Language) -> tuple[Html, Html, Html]:
    # Where there is no room for heads, a figure must tell by itself what it counts.
    unit = element("span", say(language, "passages_unit"), class_="unit")
    return (
        element("td", f"{passages:,}", unit, class_="figure") if passages else element("td", class_="figure"),
        element("td", "" if size is None else show_size(size), class_="figure"),
        element("td", _show_date(date), class_="figure"),
    )


def _show_date(moment: str) -> Html:
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return join()
    # The year tells more than the hour of what is older than this one.
    form = "%m-%d %H:%M" if local.year == datetime.now().year else "%Y-%m-%d"
    return element("time", f"{local:{form}}", datetime=moment, title=f"{local:%Y-%m-%d %H:%M:%S}")


def _state(item: Item, language: Language) -> Html:
    if item.state == "waiting":
        # script.js fills the bar with what the status line says.
        bar = element("progress", max=1, aria_hidden="true")
        return element("span", say(language, "state_waiting"), bar, class_="state waiting")
    if item.state == "failed":
        return element("span", say(language, "state_failed"), class_="state failed")
    return join()


def _file_name(item: Item, manner: Manner) -> Html:
    # In its folder a file is known by its name alone.
    name = item.path if manner.view.is_flat or manner.view.is_chosen else item.path.rpartition("/")[2]
    return element("span", name, class_="file-name") if name != item.title else join()


def _deeds(item: Item, manner: Manner) -> Html:
    """Return the buttons of a row; a part of a file is not removed by itself, what is waited for is left alone."""
    if item.state == "waiting":
        return join()
    label = say(manner.language, "again_failed" if item.state == "failed" else "again")
    deeds = [button(label, Action("reindex", item.path), manner.token)]
    # A sub-folder that cannot be opened is told of like a file, but is none.
    if is_supported(item.path) and not item.is_part:
        deeds.append(button(say(manner.language, "remove"), Action("remove", item.path), manner.token))
    return element("span", *deeds, class_="deeds")


def _deeds_of_file(row: FolderRow, manner: Manner) -> Html:
    """Return the buttons of a mail or an archive; of a folder there are none: its documents can be picked."""
    if not row.is_file:
        return join()
    again = button(say(manner.language, "again"), Action("reindex", row.path), manner.token)
    remove = button(say(manner.language, "remove"), Action("remove", row.path), manner.token)
    return element("span", again, remove, class_="deeds")


def _alike(item: Item, language: Language) -> Html:
    """Name the documents that are nearly the same, each a link to it."""
    if not item.alike:
        return join()
    links = [element("a", path, href=str(DocumentLink(path))) for path in item.alike[:MOST_ALIKE]]
    named = [part for link in links for part in (say(language, "sync_comma"), link)][1:]
    more = len(item.alike) - len(links)
    rest = [say(language, "alike_more", count=more)] if more else []
    return element("div", say(language, "alike"), *named, *rest, class_="alike")
