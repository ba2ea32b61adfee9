"""Where the page's script sends files: streamed into the documents folder within limits, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from index.errors import DocumentError
from index.loaders import LOADERS
from qa.placing import HALF_COPIED, clear_away, place
from qa.settings import Settings
from qa.ui.allowance import MEGABYTE, Allowance, TooMuch
from qa.ui.reasons import explain
from qa.ui.texts import language_of
from qa.ui.uploads import cannot_be_written, safe_path

# In one go: so many files, and so many times the largest one altogether.
MOST_FILES, MOST_TIMES = 2_000, 20
# Only a page of our own can send it: to a script of another site the browser refuses a header like that. Its value is
# the name of the upload that a file belongs to.
SIGN, LONGEST_SIGN = "x-wendang", 100
LEFT_FREE = 50 * MEGABYTE  # the index needs room as well


class TooLarge(DocumentError):
    """More bytes than one upload may have."""


def allow(settings: Settings) -> Allowance:
    """Return the counter of what uploads bring in."""
    return Allowance(MOST_FILES, MOST_TIMES * settings.max_upload_mb * MEGABYTE)


def limits(settings: Settings, allowance: Allowance) -> JSONResponse:
    """Return what script.js asks before it sends anything."""
    largest = settings.max_upload_mb * MEGABYTE
    return JSONResponse(
        {"suffixes": list(LOADERS), "bytes": largest, "files": allowance.files, "total": allowance.bytes},
        headers={"Cache-Control": "no-store"},
    )


async def receive(request: Request, settings: Settings, allowance: Allowance) -> JSONResponse:
    """Take in one file, whose name or path is `path` in the address, and say where it went or why it did not."""
    if not is_own_page(request):
        return JSONResponse({"error": "only this page itself may upload"}, status_code=403)
    try:
        placed = await _take_in(request, settings, allowance)
    except (TooLarge, TooMuch) as error:
        return JSONResponse({"error": explain(str(error), language_of(request))}, status_code=413)
    except DocumentError as error:
        return JSONResponse({"error": explain(str(error), language_of(request))}, status_code=422)
    except ClientDisconnect:
        return JSONResponse({"error": "broken off"}, status_code=400)
    return JSONResponse(placed)


def is_own_page(request: Request) -> bool:
    """Whether a request comes from a page that this server has sent, or from a program that is no browser."""
    if SIGN not in request.headers or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    hosts = {request.headers.get("host"), request.headers.get("x-forwarded-host")}
    return origin is None or urlsplit(origin).netloc in hosts


async def _take_in(request: Request, settings: Settings, allowance: Allowance) -> dict[str, str | bool]:
    folder, largest = settings.documents, settings.max_upload_mb * MEGABYTE
    path = safe_path(request.query_params.get("path", ""))
    declared = request.headers.get("content-length", "")
    upload = request.headers[SIGN][:LONGEST_SIGN]
    try:
        if allowance.begin(upload):
            await run_in_threadpool(clear_away, folder)
        _check_room(folder, int(declared) if declared.isdigit() else 0, largest)
        # A leading dot keeps the half-copied file out of any sync that runs meanwhile.
        with tempfile.NamedTemporaryFile(dir=folder, prefix=HALF_COPIED, delete=False) as temporary:
            half = Path(temporary.name)
            try:
                await _write(request, temporary, largest, partial(allowance.take, upload))
                half.chmod(0o644)
                placed = await run_in_threadpool(place, half, folder, path)
            finally:
                half.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_be_written(folder, error) from None
    return {"path": placed.path, "was_there": placed.was_there}


async def _write(request: Request, file: IO[bytes], largest: int, take: Callable[[int], None]) -> None:
    written = 0
    async for chunk in request.stream():
        written += len(chunk)
        if written > largest:
            raise _too_large(largest)
        take(len(chunk))
        await run_in_threadpool(file.write, chunk)
    file.flush()


def _check_room(folder: Path, size: int, largest: int) -> None:
    """Raise where a file has more bytes than it may, or than there is room for."""
    if size > largest:
        raise _too_large(largest)
    if shutil.disk_usage(folder).free < size + LEFT_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"larger than {largest // MEGABYTE:,} MB, the most for one upload. Split it into smaller files")
