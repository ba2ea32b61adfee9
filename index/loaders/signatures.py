"""What a file is by its first bytes, compared with what its name says."""

from __future__ import annotations

from index.errors import DocumentError
from index.loaders.extract import Source

PDF, ZIP, OLE, PNG, JPEG, TIFF, RTF, PROGRAM, GZIP, GIF, HTML = (
    *("PDF", "ZIP", "OLE", "PNG", "JPEG", "TIFF", "RTF", "a program", "a gzip archive", "a GIF image", "a web page"),
)
PDF_MARK, BLANKS = b"%PDF-", b"\xef\xbb\xbf\x00\t\n\x0c\r "
STARTS = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"{\\rtf", RTF),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\x1f\x8b", GZIP),
    (b"GIF8", GIF),
)
# What files of a suffix may begin with. Text of any kind is told apart by whether it can be decoded.
WANTED: dict[str, tuple[str, ...]] = {
    ".pdf": (PDF,),
    # Locked ones are OLE files; their readers say so.
    ".docx": (ZIP, OLE),
    ".docm": (ZIP, OLE),
    ".pptx": (ZIP, OLE),
    ".pptm": (ZIP, OLE),
    ".ppsx": (ZIP, OLE),
    ".xlsx": (ZIP, OLE),
    ".xlsm": (ZIP, OLE),
    ".ods": (ZIP,),
    ".odt": (ZIP,),
    ".odp": (ZIP,),
    ".epub": (ZIP,),
    ".zip": (ZIP,),
    ".png": (PNG,),
    ".jpg": (JPEG,),
    ".jpeg": (JPEG,),
    ".tif": (TIFF,),
    ".tiff": (TIFF,),
    ".msg": (OLE,),
    # Web systems export pages and tables of text under these names, and newer programs save newer forms.
    ".xls": (OLE, ZIP, HTML, ""),
    ".doc": (OLE, ZIP, RTF, HTML, ""),
    ".wps": (OLE, ZIP, RTF, HTML),
    ".et": (OLE, ZIP),
    ".dps": (OLE, ZIP),
    ".ppt": (OLE, ZIP),
    ".rtf": (RTF,),
}
# Where the suffix asks for text: these bytes are none, though some of them can be decoded.
NO_TEXT = (PDF, ZIP, OLE, PNG, JPEG, TIFF, PROGRAM, GZIP, GIF)


def kind_of(data: bytes) -> str:
    """Return what a file is by its first bytes, "" where they tell nothing."""
    if data[:1024].lstrip(BLANKS).startswith(PDF_MARK):
        return PDF
    known = next((kind for start, kind in STARTS if data.startswith(start)), "")
    if not known and any(mark in data[:1024].lower() for mark in (b"<!doctype html", b"<html")):
        return HTML
    return known


def check_content(source: Source) -> None:
    """Raise `DocumentError` where a file is plainly something else than its name says."""
    wanted = WANTED.get(source.suffix)
    if wanted == (PDF,) and PDF_MARK in source.data[:1024]:
        # Readers of PDF look for it so far. Elsewhere it means nothing there: an archive holds PDFs, a text may tell
        # of them.
        return
    kind = kind_of(source.data)
    if kind not in wanted if wanted is not None else kind in NO_TEXT:
        told = (
            f"it is {kind}" if kind.startswith("a ") else f"it is a {kind} file" if kind else "its first bytes differ"
        )
        raise DocumentError(f"not a {source.suffix} file: {told}. Give it the right name, or remove it")
