"""The questions to begin with as a file in the data folder, so that they are there at once after a restart."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.generations import Generation
from qa.suggesting.datatypes import Suggestion

logger = logging.getLogger(__name__)
NAME = "suggestions.json"
# Raised whenever questions are made in another way.
FORM = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """Questions with the generation that they were made from."""

    database: str
    generation: int
    questions: tuple[Suggestion, ...]

    def is_of(self, generation: Generation) -> bool:
        """Whether they were made from a generation."""
        return (self.database, self.generation) == (generation.database, generation.number)


NOTHING = Kept("", 0, ())


def read_kept(data: Path) -> Kept:
    """Return what is kept in a data folder; nothing where there is none, or none that can be read."""
    try:
        read = json.loads((data / NAME).read_text("utf-8"))
        if read["form"] != FORM:
            return NOTHING
        questions = tuple(Suggestion(**one) for one in read["questions"])
        return Kept(str(read["database"]), int(read["generation"]), questions)
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.info("the questions kept in %s cannot be read (%s); they are made anew", data, error)
        return NOTHING


def write_kept(data: Path, kept: Kept) -> None:
    """Keep questions in a data folder, whole or not at all. A full disk costs them only the next start."""
    content = {"form": FORM, **asdict(kept)}
    temporary = data / f"{NAME}.{os.getpid()}.new"
    try:
        temporary.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        temporary.replace(data / NAME)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        logger.info("the questions to begin with are not kept: %s", error)


def still_standing(questions: Sequence[Suggestion], generation: Generation) -> tuple[Suggestion, ...]:
    """Return the questions whose places read as they did when the questions were made."""
    return tuple(
        one
        for one in questions
        if (document := generation.documents.get(one.document)) is not None
        and document.text[one.start : one.end] == one.place
    )
