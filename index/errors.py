"""Every error that WenDang raises on purpose.

    WenDangError
    ├── SettingsError        a setting is unknown or out of range
    ├── QuestionError        a question cannot be asked as it stands
    │   └── ScopeError       no document is where it was to be asked
    ├── DocumentError        one file cannot be read; the others go on
    ├── ModelError           the embedding model is missing or cannot be built
    ├── LanguageModelError   the language model did not answer; there is an answer without it
    ├── ReportError          an evaluation report cannot be written or read
    └── StoreError           the built index cannot be used
        ├── ModelMismatch    it was built with another embedding model
        ├── DamagedStore     it is not what was written
        ├── MissingVectors   vectors are not there or not what was written
        ├── SyncStopped      a sync was cancelled; what it embedded is kept
        └── StoreLocked      another process is writing it

Each message says what was seen and what to do next; it is shown to people as it stands.
"""

from __future__ import annotations

from typing import Literal

ModelFailure = Literal[
    "unreachable", "key", "unknown", "busy", "status", "slow", "silent", "broken", "nothing", "too_much", "too_long",
    "filtered", "allowance", "key_sent_back",
]  # fmt: skip
"""What can go wrong with a language model."""


class WenDangError(Exception):
    """The root of the tree: catch this at the edge."""


class SettingsError(WenDangError):
    """A setting is unknown or out of range."""


class QuestionError(WenDangError):
    """A question cannot be asked as it stands."""


class ScopeError(QuestionError):
    """A question was to be asked where no document is."""


class DocumentError(WenDangError):
    """One file cannot be read; the others go on."""


class ModelError(WenDangError):
    """The embedding model is missing or cannot be built."""


class LanguageModelError(WenDangError):
    """The language model did not answer: the answer without one is given.

    `kind` is for those who say it in another language.
    """

    def __init__(self, message: str, kind: ModelFailure = "broken") -> None:
        super().__init__(message)
        self.kind = kind


class ReportError(WenDangError):
    """An evaluation report cannot be written or read."""


class StoreError(WenDangError):
    """The built index cannot be used."""


class ModelMismatch(StoreError):
    """The index was built with another embedding model."""


class StoreLocked(StoreError):
    """Another process is writing the index."""


class DamagedStore(StoreError):
    """The built index is not what was written: the next sync builds it anew."""


class MissingVectors(StoreError):
    """Vectors are not there or not what was written: they are embedded anew."""


class SyncStopped(StoreError):
    """A sync was cancelled: the old index is in service, and what was embedded is kept."""
