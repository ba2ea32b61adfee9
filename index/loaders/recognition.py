"""Character recognition of pictures by RapidOCR, where that extra is installed (requirements-ocr.txt, `make ocr`).

Its PP-OCR models for simplified and traditional Chinese and Latin script come in its wheel; nothing is downloaded.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import DocumentError

if TYPE_CHECKING:  # a sync asks whether this is installed; pdfium is for the processes that read files
    from index.loaders.pdf_pages import Image, Recognised, Recogniser

PACKAGE = "rapidocr"
# What is read with less confidence is mostly dirt, lines of tables and stamps.
LEAST_CONFIDENCE = 0.5


def is_installed() -> bool:
    """Whether characters can be recognised here."""
    return find_spec(PACKAGE) is not None and find_spec("onnxruntime") is not None


@cache
def find_recogniser() -> Recogniser | None:
    """Return what reads pictures, None where the extra is not installed. Loading it takes a second."""
    return _RapidOcr() if is_installed() else None


class _RapidOcr:
    """RapidOCR as a `Recogniser`."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR  # an extra

        logging.getLogger("RapidOCR").setLevel(logging.WARNING)
        self._engine = RapidOCR(params={"Global.log_level": "warning"})

    def __call__(self, image: Image) -> Sequence[Recognised]:
        """Return the lines of an image, from top to bottom. Raises `DocumentError` where it cannot be looked at."""
        try:
            found: Any = self._engine(np.ascontiguousarray(image[:, :, ::-1]))  # it wants blue, green, red
        except Exception as error:
            raise DocumentError(f"its picture cannot be looked at ({error}). Save it again, or scan it anew") from error
        if found.boxes is None or found.txts is None:
            return []
        from index.loaders.pdf_pages import Recognised

        height, width = image.shape[:2]
        lines = []
        for corners, text, confidence in zip(found.boxes, found.txts, found.scores, strict=True):
            if confidence < LEAST_CONFIDENCE or not text.strip():
                continue
            (left, top), (right, bottom) = np.min(corners, axis=0), np.max(corners, axis=0)
            box = (float(left) / width, float(top) / height, float(right) / width, float(bottom) / height)
            lines.append(Recognised(text.strip(), box, round(float(confidence), 3)))
        return lines
