"""A process of its own that reads files for `index.parsing`, under limits: what breaks it breaks nothing else.

Run as `python -m index.parse_worker BYTES`, BYTES being the most memory that it may use. Each line on standard input
asks for a file; answers are lines of JSON on standard output, as `index.parsing` reads them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from index.datatypes import Failure
from index.errors import DocumentError
from index.loaders import Parsed, find_part, parse_file
from index.loaders.extract import Source


def main() -> None:
    """Answer requests until standard input ends."""
    # Half characters (lone surrogates), as UTF-7 in mails makes them, become question marks: no index takes them.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit_memory(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        _answer(json.loads(line), answers)


def limit_memory(most: int) -> None:
    """Have the system refuse more memory than that, and write no core files, where it can."""
    if sys.platform == "win32":
        return
    import resource

    for what, limit in ((resource.RLIMIT_DATA, most), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (wanted, hard))


def _answer(request: dict[str, Any], answers: TextIO) -> None:
    def say(**record: Any) -> None:
        answers.write(json.dumps(record, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        data = Path(request["file"]).read_bytes()
        source = Source(request["path"], data, lambda done, total: say(done=done, total=total))
        if "part" in request:
            source = find_part(source, request["part"])
        if "page" in request:
            say(**_draw(source, request["page"], request["sha256"]))
            say(end=True)
            return
        for one in parse_file(source):
            say(**({"failure": asdict(one)} if isinstance(one, Failure) else as_record(one)))
        say(end=True)
    except DocumentError as error:
        say(error=str(error))
    except OSError as error:
        say(error=f"cannot be read ({error.strerror or error}). Check that it is there and readable")
    except MemoryError:
        # What is left of the memory is not to be trusted.
        say(error="it needs more memory than one file may have. Split it into smaller ones", is_last=True)
    except RecursionError:
        say(error="it is nested too deeply. Save it again in the program it is from")
    except Exception as error:
        say(error=f"it cannot be read ({type(error).__name__}: {error}). Save it again in the program it is from")


def _draw(source: Source, page: int, digest: str) -> dict[str, Any]:
    from index.loaders.rendering import draw_page  # most processes draw nothing

    if hashlib.sha256(source.data).hexdigest() != digest:
        raise DocumentError("the file has changed since it was indexed. It is drawn again after the next sync")
    jpeg, width, height = draw_page(source, page)
    return {"picture": b64encode(jpeg).decode("ascii"), "width": width, "height": height}


def as_record(parsed: Parsed) -> dict[str, Any]:
    return {"document": asdict(parsed.document), "lines": [asdict(line) for line in parsed.lines]}


if __name__ == "__main__":
    main()
