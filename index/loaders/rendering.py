"""One page of a PDF, or a picture, as a JPEG to look at."""

from __future__ import annotations

import io
import warnings

import pypdfium2
from PIL import Image

from index.errors import DocumentError
from index.loaders.extract import PICTURES, Source
from index.loaders.picture import flat

WIDTH, TALLEST = 1200, 6000  # pixels: small print can be read, and a page has some 200 KB
MOST_PIXELS = 200_000_000
QUALITY = 80


def draw_page(source: Source, number: int) -> tuple[bytes, int, int]:
    """Return a page, counted from 1, as a JPEG with its width and height. Raises `DocumentError`."""
    try:
        picture = _picture(source, number) if source.suffix in PICTURES else _page(source, number)
    except (pypdfium2.PdfiumError, OSError, ValueError, IndexError, SyntaxError, EOFError, Warning) as error:
        raise DocumentError(f"page {number} cannot be drawn ({error}). Open the file itself") from None
    target = io.BytesIO()
    picture.convert("RGB").save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue(), picture.width, picture.height


def _page(source: Source, number: int) -> Image.Image:
    document = pypdfium2.PdfDocument(source.data)
    try:
        if not 1 <= number <= len(document):
            raise IndexError(f"there are {len(document)}")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), TALLEST / max(height, 1))
        drawn: Image.Image = page.render(scale=scale).to_pil()
        return drawn
    finally:
        document.close()


def _picture(source: Source, number: int) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(source.data)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValueError(f"it has {opened.width} × {opened.height} pixels")
            opened.seek(number - 1)
            picture = flat(opened)  # as it was looked at when it was read, so that its lines are where they were
    picture.thumbnail((WIDTH, TALLEST))
    return picture
