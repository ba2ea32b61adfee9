"""Open the documents and serve the chat: `python app.py`."""

import os
import sys

from rich.console import Console
from rich.progress import Progress as Bar

from index.datatypes import Progress
from index.errors import WenDangError
from qa.assistant import Assistant
from qa.listening import read_server_settings
from qa.syncing import Syncing


def main() -> int:
    """Serve the page until interrupted, taking in the folder's changes. Returns the exit code."""
    console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        with Bar(console=console, transient=True) as bar:
            task = bar.add_task("opening", total=None)

            def report(progress: Progress) -> None:
                bar.update(task, description=progress.stage, completed=progress.done, total=progress.total)

            syncing = Syncing(Assistant.open(read_server_settings(), report, build=False))
            for progress in syncing.begin():
                report(progress)
        from qa.ui.layout import launch  # Gradio takes seconds to import, and is of no use before this point.

        with syncing:
            launch(syncing, console.print, inbrowser="DISPLAY" in os.environ and "CI" not in os.environ)
    except WenDangError as error:
        console.print(f"wendang: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
