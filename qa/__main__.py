"""The command line: `python -m qa sync | watch | ask | search | documents | evaluate | doctor | backup | restore`."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.errors import WenDangError
from qa.settings import Settings, read_settings

EPILOG = "Settings are read from WENDANG_… in the environment; README.md lists them."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 failed, 2 wrong use."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        # Here, so that a package that is missing is one line too.
        from qa import commands
    except ImportError as error:
        print(f"error: {error}. Install what is missing: pip install -r requirements.txt", file=sys.stderr)
        return 1
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows no Chinese, or half a character in a name, is no reason to stop.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        commands.run(options, _settings(options))
        sys.stdout.flush()
    except WenDangError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BrokenPipeError, SystemExit):
        # The reader went away (| head): nothing is wrong, and nothing more can be said. Rich turns it into SystemExit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("stopped; what was done so far is kept", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 1
    except Exception as error:
        # A fault of ours: one line all the same, and where it happened for whoever turns logging up.
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(f"error: unexpected {type(error).__name__}: {error}. Please report it", file=sys.stderr)
        return 1
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    settings = read_settings()
    documents, data = getattr(options, "documents", None), getattr(options, "data", None)
    return replace(settings, documents=documents or settings.documents, data=data or settings.data)


def _parser() -> argparse.ArgumentParser:
    description = "WenDang 问档: ask your documents."
    parser = argparse.ArgumentParser(prog="python -m qa", description=description, epilog=EPILOG)
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    verb = _verb(verbs, "sync", "bring the index up to the documents folder", folders=True)
    verb.add_argument("--rebuild", action="store_true", help="read and embed everything anew, after a change of model")

    _verb(verbs, "watch", "sync whenever the documents folder changes, until stopped", folders=True)

    verb = _verb(verbs, "ask", "answer a question, or every question of a file", folders=True)
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", metavar="QUESTION")
    what.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="JSON objects, one a line")
    _add_scope(verb)

    verb.add_argument("--no-llm", action="store_true", help="quote from the documents, though a language model is set")

    verb = _verb(verbs, "search", "show the passages found for a question, and why", folders=True)
    verb.add_argument("question", metavar="QUESTION")
    verb.add_argument("--limit", type=_positive, default=10, metavar="N", help="passages at most (10)")
    _add_scope(verb)

    verb = _verb(verbs, "documents", "list the indexed documents, or show one", folders=True)
    actions = verb.add_subparsers(dest="action", metavar="show NAME")
    show = actions.add_parser("show", help="show one document's text")
    show.add_argument("name", metavar="NAME")
    _add_common(show, folders=True)

    verb = _verb(verbs, "evaluate", "measure evaluation sets, and write a report on them", folders=False)
    text = "a folder with documents/ and questions.jsonl; or `feedback`, what people have said of answers on the page"
    verb.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help=text)
    verb.add_argument("--report", type=Path, metavar="DIR", help="write index.html and report.json there")
    verb.add_argument("--llm", action="store_true", help="have the language model of WENDANG_LLM_… write the answers")
    verb.add_argument("--simplified", action="store_true", help="ask the questions in simplified characters")

    verb = _verb(verbs, "doctor", "look at everything and say what mends it", folders=True)
    verb.add_argument("--mend", action="store_true", help="mend what can be mended, then look")
    text = "delete databases that were set aside because they were damaged or replaced, for good, then look"
    verb.add_argument("--delete-kept", action="store_true", help=text)

    verb = _verb(verbs, "backup", "copy documents and index into one file, also while the program runs", folders=True)
    _add_file(verb, "leave the documents out")
    text = "leave out what people have asked and said of answers, as where the file goes to others"
    verb.add_argument("--without-conversations", action="store_true", help=text)

    verb = _verb(verbs, "restore", "put a backup back in service; nothing is overwritten or lost", folders=True)
    _add_file(verb, "leave the documents folder alone")
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, folders: bool
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", epilog=EPILOG)
    _add_common(verb, folders)
    return verb


def _add_file(parser: argparse.ArgumentParser, without_documents: str) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.zip")
    parser.add_argument("--without-documents", action="store_true", help=without_documents)


def _add_scope(parser: argparse.ArgumentParser) -> None:
    text = "only in this folder, this document or what this glob names (规章/, '**/*2023*'); may be repeated"
    parser.add_argument("--in", dest="patterns", action="append", default=[], metavar="PATTERN", help=text)


def _add_common(parser: argparse.ArgumentParser, folders: bool) -> None:
    # SUPPRESS lets `documents --json show NAME` and `documents show NAME --json` mean the same.
    if folders:
        parser.add_argument("--documents", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="documents folder")
        parser.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of built data")
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for programs")


def _positive(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
