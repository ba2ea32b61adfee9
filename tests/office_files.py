"""Office files made of hand-written XML, and broken ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from hypothesis import strategies as st

OFFICE = "http://schemas.openxmlformats.org/"
RELATIONS = f"{OFFICE}officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{OFFICE}wordprocessingml/2006/main" xmlns:r="{RELATIONS}" '
    f'xmlns:m="{OFFICE}officeDocument/2006/math" xmlns:mc="{OFFICE}markup-compatibility/2006" '
    f'xmlns:a="{OFFICE}drawingml/2006/main" xmlns:p="{OFFICE}presentationml/2006/main" '
    f'xmlns:c="{OFFICE}drawingml/2006/chart" xmlns:dgm="{OFFICE}drawingml/2006/diagram" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
OPEN_SPACES = (
    f'xmlns:office="{OPEN}office:1.0" xmlns:text="{OPEN}text:1.0" xmlns:table="{OPEN}table:1.0" '
    f'xmlns:style="{OPEN}style:1.0" xmlns:draw="{OPEN}drawing:1.0" xmlns:fo="{OPEN}xsl-fo-compatible:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:math="http://www.w3.org/1998/Math/MathML"'
)
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def relations(*links: tuple[str, str, str]) -> str:
    """Return a part that refers to others, each given as identifier, kind and target."""
    inner = "".join(
        f'<Relationship Id="{identifier}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for identifier, kind, target in links
    )
    return f'<Relationships xmlns="{OFFICE}package/2006/relationships">{inner}</Relationships>'


def docx_of(body: str, charts: Mapping[str, str] = MappingProxyType({}), /, **parts: str) -> bytes:
    """Return a DOCX with a body, charts by their name, and by their kind styles, numbering, footnotes, endnotes."""
    roots = {"styles": "w:styles", "numbering": "w:numbering", "footnotes": "w:footnotes", "endnotes": "w:endnotes"}
    links = [(f"rId{kind}", kind, f"{kind}.xml") for kind in parts]
    links += [(name.split("/")[-1], "chart", f"/{name}") for name in charts]
    return zipped(
        {
            "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
            "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(*links),
            **{f"word/{kind}.xml": f"<{roots[kind]} {SPACES}>{xml}</{roots[kind]}>" for kind, xml in parts.items()},
            **charts,
        }
    )


def paragraph(*texts: str, style: str = "", properties: str = "", run: str = "") -> str:
    """Return a paragraph with a run for each text; what begins with < goes in as it is."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = "".join(
        text if text.startswith("<") else f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
        for text in texts
    )
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def table(*rows: list[str]) -> str:
    """Return a table; a cell that begins with < goes in as it is."""
    inner = "".join(
        f"<w:tr>{''.join(c if c.startswith('<') else f'<w:tc>{paragraph(c)}</w:tc>' for c in row)}</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{inner}</w:tbl>"


def odt_of(body: str, automatic: str = "", styles: str = "", **parts: str) -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {OPEN_SPACES}><office:automatic-styles>{automatic}"
            f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {OPEN_SPACES}><office:styles>{styles}</office:styles>"
            "</office:document-styles>",
            **parts,
        }
    )


def slide_of(shapes: str, attributes: str = "") -> str:
    return f"<p:sld {SPACES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def shape(text: str, top: int = 0, left: int = 0, placeholder: str = "", hidden: bool = False) -> str:
    """Return a shape with a line of text, or with the paragraphs that a text beginning with < is."""
    inner = text if text.startswith("<") else f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x" hidden="{int(hidden)}"/><p:cNvSpPr/>'
        f"<p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>"
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="9" cy="9"/></a:xfrm></p:spPr>'
        f"<p:txBody>{inner}</p:txBody></p:sp>"
    )


def pptx_of(*slides: str, parts: Mapping[str, str] | None = None, links: Mapping[int, str] | None = None) -> bytes:
    """Return a PPTX with slides, further parts, and by a slide's number what it refers to (a part of relations)."""
    numbers = range(1, len(slides) + 1)
    shown = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    return zipped(
        {
            "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {SPACES}><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                *((f"rId{n}", "slide", f"slides/slide{n}.xml") for n in numbers)
            ),
            **{f"ppt/slides/slide{n}.xml": slide for n, slide in enumerate(slides, 1)},
            **{f"ppt/slides/_rels/slide{n}.xml.rels": xml for n, xml in (links or {}).items()},
            **(parts or {}),
        }
    )


@st.composite
def mutations(draw: st.DrawFn, data: bytes) -> bytes:
    """Return a file with some bytes of it, or of one of its parts, changed, doubled, or cut out."""
    parts = unzipped(data)
    name = draw(st.sampled_from(["", *sorted(parts)]))
    content = parts[name] if name else data
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        end = start + draw(st.integers(0, 60))
        put = draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from([b"", b"<", b'"', b"999999999999999999999999", b"-1", content[start:end] * 2]),
            )
        )
        content = content[:start] + put + content[end:]
    if not name:
        return content
    return zipped({**parts, name: content})
