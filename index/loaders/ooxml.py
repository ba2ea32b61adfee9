"""Packages of Office Open XML (DOCX, PPTX): their parts, how these refer to each other, and passwords."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass

from lxml import etree

from index.errors import DocumentError
from index.loaders.packages import open_package, parse_xml, read_member
from index.loaders.signatures import OLE, kind_of

OFFICE = "http://schemas.openxmlformats.org/"
W = f"{{{OFFICE}wordprocessingml/2006/main}}"
A = f"{{{OFFICE}drawingml/2006/main}}"
P = f"{{{OFFICE}presentationml/2006/main}}"
C = f"{{{OFFICE}drawingml/2006/chart}}"
DGM = f"{{{OFFICE}drawingml/2006/diagram}}"
R = f"{{{OFFICE}officeDocument/2006/relationships}}"
M = f"{{{OFFICE}officeDocument/2006/math}}"
MC = f"{{{OFFICE}markup-compatibility/2006}}"
# The strict form of the standard says the same under other names.
STRICT = b"http://purl.oclc.org/ooxml/"
STRICT_NAMES = tuple(
    (STRICT + strict, OFFICE.encode() + common)
    for strict, common in (
        (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
        (b"drawingml/main", b"drawingml/2006/main"),
        (b"presentationml/main", b"presentationml/2006/main"),
        (b"drawingml/chart", b"drawingml/2006/chart"),
        (b"drawingml/diagram", b"drawingml/2006/diagram"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"officeDocument/math", b"officeDocument/2006/math"),
    )
)
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Relation:
    """A reference from one part to another. `kind` is the last word of its type, as `footnotes` or `slide`."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class OfficePackage:
    """An opened package. `names` leads from a part's name, in lower case and with forward slashes, to its member."""

    archive: zipfile.ZipFile
    names: dict[str, str]

    def part(self, name: str) -> etree._Element:
        """Return a part's root element. Raises `DocumentError` where it is not there or no XML."""
        data = read_member(self.archive, self.names.get(name.lower(), name))
        if STRICT in data:
            for strict, common in STRICT_NAMES:
                data = data.replace(strict, common)
        return parse_xml(data, name)

    def related(self, name: str, kind: str) -> etree._Element | None:
        """Return the root of the first part of a kind that a part refers to, None where there is none to be read."""
        targets = (relation.target for relation in self.relations(name).values() if relation.kind == kind)
        return self.optional(next(targets, ""))

    def optional(self, name: str) -> etree._Element | None:
        """Return a part's root, None where it is missing or broken: what only adorns a document must not cost it."""
        try:
            return self.part(name) if name.lower() in self.names else None
        except DocumentError:
            return None

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to inside of the package, by identifier. What lies outside is left out."""
        folder, file = posixpath.split(name)
        root = self.optional(posixpath.join(folder, "_rels", f"{file}.rels"))
        found: dict[str, Relation] = {}
        for element in () if root is None else root:
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
                kind = element.get("Type", "").rpartition("/")[2]
                found[element.get("Id", "")] = Relation(kind, target)
        return found

    def main_part(self, usual: str) -> str:
        """Return the name of the part that is the document itself."""
        targets = (relation.target for relation in self.relations("").values() if relation.kind == "officeDocument")
        return next((target for target in targets if target.lower() in self.names), usual)


def open_office(data: bytes) -> OfficePackage:
    """Open the bytes of a DOCX or PPTX. Raises `DocumentError` where they are locked, broken or too large."""
    if kind_of(data) == OLE and ENCRYPTED in data:
        raise DocumentError("it is locked with a password. Save a copy without one")
    archive = open_package(data)
    return OfficePackage(archive, {name.replace("\\", "/").lower().lstrip("/"): name for name in archive.namelist()})


def chosen(alternatives: etree._Element) -> etree._Element | None:
    """Return the one of the alternatives (`mc:AlternateContent`) that is shown; the others say the same again."""
    choice = alternatives.find(f"{MC}Choice")
    return choice if choice is not None else alternatives.find(f"{MC}Fallback")


def is_on(element: etree._Element | None) -> bool | None:
    """Return what a switch (`w:b`, `w:vanish`) says: on, off, or None where it is not there."""
    return None if element is None else element.get(f"{W}val", "true") not in ("0", "false", "off")
