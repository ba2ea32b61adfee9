"""HTML out of untrusted text: the only place that writes a tag, and everything else is escaped here.

Panels compose `element(...)`; a plain `str` child is text and always escaped, an `Html` child was made here. Escaping
turns every ASCII sign that is no letter, digit or space into a numeric reference. No HTML, Markdown, LaTeX or template
syntax is left for any later layer (Gradio's Markdown, its `${…}` and `{{…}}` templates, a browser) to find.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence

from qa.ui.links import DOWNLOADS, PREFIX

SIGN = re.compile(r"[!-/:-@\[-`{-~]")
# Controls, and marks that turn the reading direction: a name may not rearrange the words around it.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
TAGS = frozenset(
    (
        "a",
        "article",
        "button",
        "data",
        "del",
        "details",
        "dialog",
        "div",
        "em",
        "figure",
        "h2",
        "h3",
        "h4",
        "header",
        "input",
        "ins",
        "label",
        "li",
        "mark",
        "nav",
        "ol",
        "p",
        "progress",
        "section",
        "span",
        "strong",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "time",
        "tr",
        "ul",
    )
)
VOID = frozenset(("input",))
ATTRIBUTES = frozenset(
    (
        *("class", "href", "title", "role", "datetime", "tabindex", "value", "max", "scope", "hidden"),
        *("type", "placeholder", "autocomplete", "maxlength", "download"),
        *("aria-label", "aria-current", "aria-keyshortcuts", "aria-disabled", "aria-expanded"),
        *("aria-hidden", "aria-pressed", "aria-sort"),
        *(
            "data-at",
            "data-start",
            "data-end",
            "data-document",
            "data-version",
            "data-cited",
            "data-opened",
            "data-said",
            "data-failed",
        ),
    )
)
NEW_LINE = "\n"


class Html(str):
    """Markup made in this file; never construct one from a document's text."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Return text as markup that shows exactly this text, on one line or many, in HTML and in Markdown."""
    visible = INVISIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Html(SIGN.sub(lambda sign: f"&#{ord(sign.group())};", visible))


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Html:
    """Return one element. Attribute names take `_` for `-` and a trailing `_` for words that Python keeps.

    Raises `ValueError` for a tag, an attribute or a link that the page has no use for.
    """
    if tag not in TAGS:
        raise ValueError(f"the page does not use <{tag}>; add it to TAGS if it shall")
    written = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return Html(f"<{tag}{written}>" if tag in VOID else f"<{tag}{written}>{join(*children)}</{tag}>")


Boxes = Sequence[tuple[float, float, float, float]]


def picture(jpeg: bytes, size: tuple[int, int], marks: Boxes, label: str, unsure: Boxes = ()) -> Html:
    """Return a picture with boxes over it, which are shares of its width and height from its upper left corner.

    `marks` are cited, `unsure` are those of lines that character recognition is not sure of.
    """
    width, height = size
    boxes = "".join(
        f'<rect class="{name}" x="{left * width:.1f}" y="{top * height:.1f}" '
        f'width="{max(0.0, right - left) * width:.1f}" height="{max(0.0, bottom - top) * height:.1f}"/>'
        for name, those in (("marked", marks), ("unsure", unsure))
        for left, top, right, bottom in those
    )
    source = b64encode(jpeg).decode("ascii")
    return Html(
        f'<svg class="page-picture" role="img" aria-label="{escape(label)}" viewBox="0 0 {width:d} {height:d}">'
        f'<image href="data:image/jpeg;base64,{source}" width="{width:d}" height="{height:d}"/>{boxes}</svg>'
    )


def join(*children: str) -> Html:
    """Put pieces one after another; those that are not markup yet are escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    if name not in ATTRIBUTES:
        raise ValueError(f"the page does not use the attribute {name}; add it to ATTRIBUTES if it shall")
    if name == "href" and not str(value).startswith((PREFIX, DOWNLOADS)):
        raise ValueError(f"links lead inside the page, or to a download of ours, not to {value!r}")
    # A line end in a value is kept, also where the markup around it is put on one line.
    return f" {name}" if value is True else f' {name}="{escape(str(value)).replace(NEW_LINE, "&#10;")}"'


def on_one_line(markup: Html) -> Html:
    """Return markup that Gradio's Markdown passes through as one HTML block: it has no line end to stop at."""
    return Html(markup.replace("\n", " "))


def excerpt(text: str, width: int) -> str:
    """Return the beginning of a text, `width` Latin or half as many Chinese characters wide; an ellipsis if cut."""
    flat = " ".join(text.split())
    for position, character in enumerate(flat):
        width -= 1 if character < "\u2e80" else 2
        if width < 0:
            cut = flat[:position]
            # Not in the middle of a Latin word.
            whole = cut.rpartition(" ")[0] if flat[position - 1 : position + 1].isascii() else cut
            return (whole or cut).rstrip("，、；：,;: ") + "…"
    return flat
