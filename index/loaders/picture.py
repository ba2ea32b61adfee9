"""Pictures of text (PNG, JPEG, TIFF): wrapped into a PDF of pictures, whose reader does the rest."""

from __future__ import annotations

import io
import warnings
from struct import error as struct_error

from PIL import Image, ImageOps, ImageSequence

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.pdf import extract_pdf
from index.loaders.recognition import find_recogniser

# At which pages are drawn to be recognised, so that every pixel of a picture stays one.
DOTS_AN_INCH = 200
MOST_PIXELS, MOST_PICTURES = 200_000_000, 500
WITHOUT_RECOGNITION = (
    "pictures are read by character recognition, which is not installed. Install it (make ocr, or "
    "pip install -r requirements-ocr.txt), or remove the picture"
)


def read_picture(source: Source) -> Extract:
    """Read a picture, a TIFF with all of its pages. Raises `DocumentError`, also where the extra is not installed."""
    recognise = find_recogniser()
    if recognise is None:
        raise DocumentError(WITHOUT_RECOGNITION)
    return extract_pdf(Source(source.path, as_pdf(source.data), source.report), recognise)


def as_pdf(data: bytes) -> bytes:
    """Return a PDF with a picture a page."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise DocumentError(f"{opened.width} × {opened.height} pixels are too many. Save it smaller")
                pages = []
                for number, frame in enumerate(ImageSequence.Iterator(opened)):
                    if number == MOST_PICTURES:
                        break
                    pages.append(flat(frame))
        target = io.BytesIO()
        pages[0].save(
            target, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS_AN_INCH, quality=95, subsampling=0
        )
    except DocumentError:
        raise
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        struct_error,
        Warning,
        Image.DecompressionBombError,
    ) as error:
        raise DocumentError(f"a damaged picture ({error}). Save it again, or scan it anew") from None
    return target.getvalue()


def flat(frame: Image.Image) -> Image.Image:
    """Return a picture as it is meant to be held, on white where it lets light through."""
    turned = ImageOps.exif_transpose(frame)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        layer = turned.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return turned.convert("RGB")
