"""Markup of the report: the only place in it that writes a tag, and everything else is escaped here."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

# Controls, and marks that turn the reading direction: a document may not rearrange the words around it.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
EMPTY = frozenset(("meta", "link", "br"))
"""Elements that have no end."""


class Markup(str):
    """Markup made in this file; never construct one from a document's text."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """Return text as markup that shows it; � stands for what cannot be shown safely."""
    return Markup(html.escape(INVISIBLE.sub("\ufffd", text), quote=True))


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """Return one element: plain strings among its children are text and escaped, `Markup` stands as it is.

    `_` in an attribute's name stands for `-`, one at its end is dropped (`class_`); None leaves the attribute out.
    """
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    assert all(NAME.fullmatch(one) for one in (name, *given)), (name, given)
    written = "".join(f' {key}="{escape(_plain(value))}"' for key, value in given.items())
    inside = join(children)
    return Markup(f"<{name}{written}>" if name in EMPTY else f"<{name}{written}>{inside}</{name}>")


def join(children: Sequence[str]) -> Markup:
    """Return pieces one after the other, text among them escaped."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def page(title: str, style: str, *body: str, lang: str = "en") -> str:
    """Return a whole page that asks no host for anything; `style` is a stylesheet of ours, `lang` its language."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", title),
        element("style", Markup(style)),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body), lang=lang) + "\n"
