"""A process of its own that reads files for `index.parsing`, under limits: what breaks it breaks nothing else.

Run as `python -m index.parse_worker BYTES`, BYTES being the most memory that it may use. Each line on standard input
asks for a file; answers are lines of JSON on standard output, as `index.parsing` reads them.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from index.datatypes import Failure
from index.errors import DocumentError
from index.loaders import Parsed, parse_file
from index.loaders.extract import Source


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="surrogatepass")
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit_memory(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _answer(request["path"], Path(request["file"]), answers)


def limit_memory(most: int) -> None:
    """Have the system refuse more memory than that, and write no core files, where it can."""
    if sys.platform == "win32":
        return
    import resource

    for what, limit in ((resource.RLIMIT_DATA, most), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (wanted, hard))


def _answer(path: str, file: Path, answers: TextIO) -> None:
    def say(**record: Any) -> None:
        answers.write(json.dumps(record, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        source = Source(path, file.read_bytes(), lambda done, total: say(done=done, total=total))
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


def as_record(parsed: Parsed) -> dict[str, Any]:
    return {"document": asdict(parsed.document), "lines": [asdict(line) for line in parsed.lines]}


if __name__ == "__main__":
    main()
