"""Zip files that hold a document (OOXML, ODF, EPUB) or documents: opened only where they unpack to a bearable size."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import partial

from lxml import etree

from index.errors import DocumentError

# What is unpacked at a time, or for LZMA is read to be unpacked: `zipfile` has no bound on what comes of that.
STEP, LZMA_STEP = 1024 * 1024, 4096
LARGEST_UNPACKED = 200 * 1024 * 1024
# A ratio says nothing of small files: a sheet of empty rows packs well.
LARGEST_RATIO, LEAST_SUSPECT = 100, 10 * 1024 * 1024
MOST_MEMBERS = 100_000
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError)


def open_package(data: bytes, largest: int = LARGEST_UNPACKED) -> zipfile.ZipFile:
    """Open a zip file. Raises `DocumentError` where it is broken or its members unpack to more than `largest` bytes.

    What a member says of its own size is checked by `unpack`.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except BROKEN as error:
        raise DocumentError(f"its archive is broken ({error}). Save the file again in the program it is from") from None
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > largest or len(members) > MOST_MEMBERS:
        raise DocumentError(
            f"it unpacks to {unpacked:,} bytes in {len(members):,} parts; at most {largest:,} in {MOST_MEMBERS:,} are "
            "read. Split the document, or take pictures out of it"
        )
    if unpacked > LEAST_SUSPECT and unpacked > LARGEST_RATIO * packed:
        raise DocumentError(
            f"it unpacks to {unpacked // packed} times its size, which no real document does. Remove it, or save it "
            "again in the program it is from"
        )
    return package


def read_member(package: zipfile.ZipFile, name: str) -> bytes:
    """Return a member of a package. Raises `DocumentError` where it is not there, broken or locked."""
    try:
        member = package.getinfo(name)
        if member.flag_bits & 1:
            raise DocumentError("it is locked with a password. Save a copy without one")
        return unpack(package, member)
    except BROKEN as error:
        raise DocumentError(f"its part {name} cannot be read ({error}). Save the file again") from None


def unpack(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member of a package, step by step: `ZipFile.read` unpacks all that is packed, whatever size was said.

    Raises one of `BROKEN`, also for bzip2, of which 600 bytes make 600 MB at a single step.
    """
    if member.compress_type == zipfile.ZIP_BZIP2:
        raise NotImplementedError("it is packed with bzip2, which is not read")
    step = LZMA_STEP if member.compress_type == zipfile.ZIP_LZMA else STEP
    with package.open(member) as file:
        return b"".join(iter(partial(file.read, step), b""))


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse XML that nobody vouches for: nothing is fetched, no entity is expanded. Raises `DocumentError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"its part {name} is no readable XML ({error}). Save the file again") from None
