"""What kind of document a file is, by its suffix, as people call it."""

from __future__ import annotations

from qa.ui.texts import Language, say

# In the order in which they are offered to be chosen from.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "word": (".docx", ".docm", ".doc", ".odt", ".rtf", ".wps"),
    "slides": (".pptx", ".pptm", ".ppsx", ".ppt", ".odp", ".dps"),
    "sheet": (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".tsv"),
    "web": (".html", ".htm", ".xhtml", ".mhtml", ".mht"),
    "book": (".epub",),
    "mail": (".eml", ".msg"),
    "picture": (".png", ".jpg", ".jpeg", ".tif", ".tiff"),
    "archive": (".zip",),
    "markdown": (".md", ".markdown"),
    "text": (".txt",),
    "other": (),
}
KINDS = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}


def kind_of(path: str) -> str:
    """Return the kind of a document, "other" for what is none of those that we know by their suffix."""
    _, dot, suffix = path.rpartition(".")
    return KINDS.get((dot + suffix).lower(), "other")


# Called so in every language.
NAMES = {"pdf": "PDF", "word": "Word", "markdown": "Markdown"}


def name_kind(kind: str, language: Language) -> str:
    """Return what a kind is called."""
    return NAMES.get(kind) or say(language, f"kind_{kind}")
