"""The buttons that choose what to upload, where there is no document yet."""

from __future__ import annotations

from qa.ui.markup import Html, element
from qa.ui.texts import Language, say


def show_choices(language: Language) -> Html:
    """Return them in one row; script.js has the browser ask for files or a folder when one is pressed."""
    return element(
        "div",
        element("button", say(language, "upload_label"), value="files", class_="choose first"),
        element("button", say(language, "upload_folder"), value="folder", class_="choose"),
        class_="choices",
    )
