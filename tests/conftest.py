"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import Encoder, load_encoder

MODELS = Path(__file__).resolve().parent.parent / ".wendang" / "models"


@pytest.fixture(scope="session")
def default_encoder() -> Encoder:
    """The embedded default model, built once per checkout."""
    return load_encoder(None, MODELS)
