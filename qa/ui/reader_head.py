"""What stands over a document that is open: the way back and on, its title and place, its file, a box to search it."""

from __future__ import annotations

from pathlib import PurePosixPath

from index.datatypes import Document
from index.errors import DocumentError
from qa.assistant import Assistant
from qa.history.words import place_words
from qa.originals import find_original, has_changed
from qa.ui.links import VIEW_CHAT, Link, OriginalLink
from qa.ui.markup import Html, element, join
from qa.ui.places import show_path
from qa.ui.shelf import Shelf, Source
from qa.ui.standing import Quoted
from qa.ui.texts import Language, say
from qa.ui.why import explain_hit


def show_head(
    assistant: Assistant, document: Document, at: int, language: Language, shelf: Shelf | None, source: Source | None
) -> Html:
    """Return what stands over a document that is open at an offset, as a source of an answer or by itself."""
    hit = source.hit if source is not None else None
    lines = [element("h2", document.title, tabindex=-1)]
    if hit is not None:
        lines.append(show_path(hit.passage.headings, document.spot(at), language))
    lines.append(element("p", document.path, class_="file-name"))
    if hit is not None:
        lines.append(explain_hit(hit, language))
    deeds = [_copy(source.quoted, language)] if source is not None else []
    deeds.append(_download(assistant, document, language))
    return element("header", _tools(shelf, source, deeds, language), *lines)


def show_lost_head(shelf: Shelf, source: Source) -> Html:
    """Return the same for a document that is gone."""
    quoted, language = source.quoted, shelf.language
    title = element("h2", quoted.title, tabindex=-1)
    where = show_path(quoted.headings, quoted.spot, language)
    name = element("p", quoted.document, class_="file-name")
    tools = _tools(shelf, source, [_copy(quoted, language)], language)
    return element("header", tools, title, where, name)


def show_unread_head(assistant: Assistant, path: str, language: Language) -> Html:
    """Return the same for a file that could not be read, which is handed out as far as there is one."""
    try:
        deeds = [_original(path, find_original(assistant, path).name, language)]
    except DocumentError:
        deeds = []
    title = element("h2", PurePosixPath(path).name, tabindex=-1)
    return element("header", _tools(None, None, deeds, language), title, element("p", path, class_="file-name"))


def show_find(language: Language) -> Html:
    """Return the box to search a document with, its count, and the buttons to the matches before and after."""
    label = say(language, "find_in")
    box = element("input", type="search", placeholder=label, aria_label=label, autocomplete="off", maxlength=200)
    count = element("span", class_="found-count", role="status", data_said=say(language, "find_none"))
    before, after = say(language, "find_before"), say(language, "find_after")
    return element(
        "div",
        element("span", box, count, class_="find-box"),
        element("button", "↑", class_="find-step", value="-1", title=before, aria_label=before, hidden=True),
        element("button", "↓", class_="find-step", value="1", title=after, aria_label=after, hidden=True),
        class_="find",
        role="search",
    )


def refer_to(quoted: Quoted, language: Language) -> str:
    """Return a quote with where it stands, as text to be put into a text of one's own."""
    where = [*quoted.headings, *place_words(quoted.spot, language, quoted.headings)]
    if language == "zh":
        # Chinese puts a title inside a title into single marks.
        title = quoted.title.replace("《", "〈").replace("》", "〉")
        place = "，".join(where)
        return f"“{quoted.quote}”\n——《{title}》{place}（{quoted.document}）"
    return f"“{quoted.quote}”\n— {', '.join([quoted.title, *where])} ({quoted.document})"


def _tools(shelf: Shelf | None, source: Source | None, deeds: list[Html], language: Language) -> Html:
    # Only a phone hides the answer, and only there the way back is shown.
    back = join()
    if shelf is not None:
        label = say(language, "back_to_answer")
        back = element("a", say(language, "back_label"), href=VIEW_CHAT, class_="back", aria_label=label)
    steps = _steps(shelf, source.link) if shelf is not None and source is not None else join()
    # What a deed has to say: that it was copied, or why there is no file.
    said = element("span", class_="deed-said", role="status", data_failed=say(language, "reader_failed"))
    return element("div", back, steps, said, element("span", *deeds, class_="deeds"), class_="tools")


def _steps(shelf: Shelf, opened: Link) -> Html:
    """Return the way to the sources before and after the one that is open, and which of them it is."""
    links = [source.link for source in shelf.sources()]
    if opened not in links or len(links) < 2:
        return join()
    at, language = links.index(opened), shelf.language
    spoken = say(language, "source_of", number=at + 1, count=len(links))
    return element(
        "nav",
        _step(links[at - 1] if at else None, "‹", "source_before", "ArrowLeft", language),
        element("span", f"{at + 1} / {len(links)}", class_="step-count", aria_label=spoken, role="img"),
        _step(links[at + 1] if at + 1 < len(links) else None, "›", "source_after", "ArrowRight", language),
        class_="steps",
        aria_label=say(language, "source_steps"),
    )


def _step(link: Link | None, sign: str, key: str, shortcut: str, language: Language) -> Html:
    label = say(language, key)
    if link is None:
        return element("span", sign, class_="step none", aria_label=label, role="link", aria_disabled="true")
    return element(
        "a", sign, href=str(link), class_=f"step {key}", title=label, aria_label=label, aria_keyshortcuts=shortcut
    )


def _copy(quoted: Quoted, language: Language) -> Html:
    return element(
        "button",
        say(language, "copy_quote"),
        class_="copy-quote",
        value=refer_to(quoted, language),
        title=say(language, "copy_quote_hint"),
        data_said=say(language, "copied"),
        data_failed=say(language, "copy_failed"),
    )


def _download(assistant: Assistant, document: Document, language: Language) -> Html:
    link = _original(document.path, document.owner, language)
    if not has_changed(assistant, document.path):
        return link
    return join(link, element("span", say(language, "download_changed"), class_="file-changed"))


def _original(path: str, owner: str, language: Language) -> Html:
    return element(
        "a",
        say(language, "download"),
        href=str(OriginalLink(path)),
        class_="original",
        download=True,
        title=say(language, "download_hint", name=owner),
        data_said=say(language, "download_failed"),
    )
