"""The conversations: whole as a file, and every answer in it one that can be read."""

from __future__ import annotations

import os

from index.database import BESIDE
from index.errors import StoreError
from qa.checks.environment import may
from qa.checks.finding import Finding, command, mebibytes, named
from qa.history.looking import look
from qa.history.opening import FILE, DamagedConversations
from qa.settings import Settings

SUBJECT = "conversations"


def look_at_conversations(settings: Settings) -> list[Finding]:
    """Look at the file that questions and answers are kept in. Raises `StoreError` where it cannot be opened."""
    file, mend = settings.data / FILE, command(settings, "doctor --mend")
    if not file.exists():
        return [Finding(SUBJECT, True, "none are kept yet")]
    if file.is_file() and not may(file, os.R_OK | os.W_OK):
        # SQLite would make files beside it, which nobody may write then either.
        raise StoreError(f"the conversations in {file} cannot be opened (no right to write {FILE})")
    try:
        seen = look(file)
    except DamagedConversations as error:
        return [Finding(SUBJECT, False, str(error), mend)]
    if seen.faults:
        return [Finding(SUBJECT, False, f"SQLite finds {FILE} damaged: {named(seen.faults)}", mend)]
    if seen.unreadable:
        told = f"{len(seen.unreadable)} hold answers that cannot be read: {named(seen.unreadable)}"
        return [Finding(SUBJECT, False, told, mend)]
    parts = (file.with_name(FILE + suffix) for suffix in BESIDE)
    size = sum(path.stat().st_size for path in parts if path.exists())
    return [Finding(SUBJECT, True, f"{mebibytes(size)}, {seen.conversations} with {seen.questions} questions")]
