from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from index.datatypes import Document, Page
from index.errors import DocumentError
from index.loaders.extract import Line
from index.parsing import Renderer
from index.store import IndexedDocument, Store, StoredFile
from qa.pages import PageView, PageViewer, boxes_of
from tests.test_parts import LEAVE, archive

TEXT = "第一页说年假十天。\n第二页说婚假三天。"
LINES = (
    Line(0, 9, 1, (0.1, 0.2, 0.55, 0.25)),
    Line(10, 14, 2, (0.1, 0.1, 0.3, 0.15)),
    Line(14, 19, 2, (0.1, 0.2, 0.35, 0.25)),
)


def pdf(*colours: str) -> bytes:
    """Return a PDF with one page a colour, A5."""
    pages = [Image.new("RGB", (420, 595), colour) for colour in colours]
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:])
    return target.getvalue()


def document(data: bytes, path: str = "规定.pdf") -> Document:
    pages = (Page(1, 0, 10), Page(2, 10, len(TEXT)))
    return Document(path, "规定", TEXT, (), pages, hashlib.sha256(data).hexdigest(), unit="page")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "规定.pdf").write_bytes(pdf("red", "blue"))
    return tmp_path


@pytest.fixture
def viewer(folder: Path) -> Iterator[PageViewer]:
    opened = PageViewer(folder, folder / "data")
    yield opened
    opened.close()


def colour(jpeg: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(jpeg)) as opened:
        pixel = opened.convert("RGB").getpixel((opened.width // 2, opened.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(round(one / 255) for one in pixel)


def put(folder: Path, one: Document) -> bytes:
    """Store a document with its lines, and return its digest."""
    store = Store.open(folder / "data")
    with store.transaction():
        store.add(IndexedDocument(StoredFile(one.path, 1, 2, one.content_hash, "now"), one, (), (), (), LINES))
    digest = store.digests()[one.path]
    assert store.lines(one.path) == list(LINES)
    store.close()
    return digest


# The place on the page


def test_the_box_of_a_line_that_is_quoted_whole() -> None:
    assert boxes_of(LINES, 1, (0, 9)) == ((0.1, 0.2, 0.55, 0.25),)


def test_the_box_of_a_part_of_a_line() -> None:
    (box,) = boxes_of(LINES, 1, (4, 8))
    assert box == pytest.approx((0.3, 0.2, 0.5, 0.25))


def test_a_quote_over_two_lines_has_two_boxes_and_none_on_another_page() -> None:
    assert [round(box[0], 3) for box in boxes_of(LINES, 2, (5, 16))] == [0.1, 0.1]
    assert len(boxes_of(LINES, 1, (5, 16))) == 1
    assert boxes_of(LINES, 3, (5, 16)) == ()


def test_what_only_touches_a_line_is_not_marked() -> None:
    assert boxes_of(LINES, 2, (14, 19)) == ((0.1, 0.2, 0.35, 0.25),)
    assert boxes_of((), 1, (0, 9)) == ()


# The page


def test_the_page_of_a_quote_is_drawn_and_marked(folder: Path, viewer: PageViewer) -> None:
    one = document((folder / "规定.pdf").read_bytes())
    digest = put(folder, one)
    first, second = (viewer.view(one, digest, at, (at, at + 4)) for at in (0, 14))
    assert first is not None and first.picture is not None and second is not None and second.picture is not None
    assert (first.number, first.before, first.after) == (1, None, 10)
    assert (second.number, second.before, second.after) == (2, 0, None)
    assert (colour(first.picture.jpeg), colour(second.picture.jpeg)) == ((1, 0, 0), (0, 0, 1))
    assert first.boxes == boxes_of(LINES, 1, (0, 4)) and second.boxes == boxes_of(LINES, 2, (14, 18))
    assert (first.picture.width, first.picture.height) == pytest.approx((1200, 1700), abs=2)


def test_lines_that_were_hardly_recognised_are_shown(folder: Path, viewer: PageViewer) -> None:
    one = document((folder / "规定.pdf").read_bytes())
    one = replace(one, pages=(one.pages[0], replace(one.pages[1], unsure=((14, 19, 0.7),))))
    digest = put(folder, one)
    first, second = (viewer.view(one, digest, at, None) for at in (0, 14))
    assert first is not None and second is not None
    assert (first.unsure, second.unsure) == ((), (LINES[2].box,))
    assert second.boxes == ()


def test_without_a_quote_nothing_is_marked(folder: Path, viewer: PageViewer) -> None:
    one = document((folder / "规定.pdf").read_bytes())
    view = viewer.view(one, put(folder, one), 0, None)
    assert view is not None and view.boxes == ()


def test_lines_of_another_state_mark_nothing(folder: Path, viewer: PageViewer) -> None:
    one = document((folder / "规定.pdf").read_bytes())
    put(folder, one)
    view = viewer.view(one, b"another", 0, (0, 4))
    assert view is not None and view.boxes == ()


def test_of_a_file_that_has_changed_the_page_has_no_picture(folder: Path, viewer: PageViewer) -> None:
    one = document((folder / "规定.pdf").read_bytes())
    digest = put(folder, one)
    (folder / "规定.pdf").write_bytes(pdf("green"))
    check_undrawn(viewer.view(one, digest, 0, (0, 4)))
    (folder / "规定.pdf").unlink()
    check_undrawn(viewer.view(one, digest, 0, (0, 4)))


def check_undrawn(view: PageView | None) -> None:
    """Check that a page has no picture, but what leads to the others."""
    assert view is not None and (view.number, view.picture, view.before, view.after) == (1, None, None, 10)


def test_what_is_no_part_of_its_file_has_no_picture(folder: Path, viewer: PageViewer) -> None:
    check_undrawn(viewer.view(replace(document((folder / "规定.pdf").read_bytes()), file="规定.pdf"), b"", 0, None))


@pytest.mark.parametrize("change", [{"pages": ()}, {"path": "规定.docx"}], ids=["no pages", "no picture"])
def test_what_has_no_pages_to_draw_is_not_shown(folder: Path, viewer: PageViewer, change: dict[str, object]) -> None:
    one = replace(document((folder / "规定.pdf").read_bytes()), **change)  # type: ignore[arg-type]
    assert viewer.view(one, b"", 0, None) is None


@pytest.mark.parametrize("path", ["资料.zip/规定.pdf", "往来.zip/三月/资料.zip/规定.pdf"])
def test_a_part_of_an_archive_is_shown(folder: Path, viewer: PageViewer, path: str) -> None:
    data = (folder / "规定.pdf").read_bytes()
    owner, _, inner = path.partition("/")
    while ".zip/" in inner:
        outer, _, inner = inner.partition(".zip/")
        data = archive({inner: data})
        inner = f"{outer}.zip"
    (folder / owner).write_bytes(archive({"规定.txt": LEAVE, inner: data, "别的.pdf": pdf("green")}))
    one = replace(document((folder / "规定.pdf").read_bytes(), path), file=owner)
    view = viewer.view(one, put(folder, one), 14, (14, 18))
    assert view is not None and view.picture is not None and colour(view.picture.jpeg) == (0, 0, 1)
    assert view.boxes == boxes_of(LINES, 2, (14, 18))
    (folder / owner).write_bytes(archive({"规定.txt": LEAVE}))
    check_undrawn(viewer.view(one, b"", 0, None))


# Drawing


def test_pages_are_drawn_once(folder: Path) -> None:
    renderer = Renderer()
    data = (folder / "规定.pdf").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    first = renderer.draw("规定.pdf", folder / "规定.pdf", digest, 1)
    (folder / "规定.pdf").unlink()
    assert renderer.draw("规定.pdf", folder / "规定.pdf", digest, 1) is first
    with pytest.raises(DocumentError, match="cannot be read"):
        renderer.draw("规定.pdf", folder / "规定.pdf", digest, 2)
    renderer.close()


def test_a_page_that_is_not_there(folder: Path) -> None:
    renderer = Renderer()
    data = (folder / "规定.pdf").read_bytes()
    for page in (0, 3):
        with pytest.raises(DocumentError, match=f"^page {page} cannot be drawn .there are 2"):
            renderer.draw("规定.pdf", folder / "规定.pdf", hashlib.sha256(data).hexdigest(), page)
    renderer.close()


@pytest.mark.parametrize("data", [b"%PDF-1.7 broken", b"%PDF-1.7\n" + bytes(range(256)) * 20, pdf("red")[:700]])
def test_a_broken_file_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    renderer = Renderer()
    with pytest.raises(DocumentError, match="page 1 cannot be drawn"):
        renderer.draw("a.pdf", tmp_path / "a.pdf", hashlib.sha256(data).hexdigest(), 1)
    renderer.close()


def test_a_page_of_odd_size_is_drawn_small(tmp_path: Path) -> None:
    target = io.BytesIO()
    Image.new("RGB", (10, 2000), "red").save(target, "PDF")
    (tmp_path / "a.pdf").write_bytes(target.getvalue())
    renderer = Renderer()
    drawn = renderer.draw("a.pdf", tmp_path / "a.pdf", hashlib.sha256(target.getvalue()).hexdigest(), 1)
    assert drawn.height <= 6000 and drawn.width <= 1200
    renderer.close()


def test_a_photograph_is_shown_as_it_was_held_and_a_clear_one_on_white(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    pictures = {"a.jpg": Image.new("RGB", (600, 400), "blue"), "b.png": Image.new("RGBA", (60, 40), (0, 0, 0, 0))}
    drawn = []
    renderer = Renderer()
    for name, picture in pictures.items():
        picture.save(tmp_path / name, exif=exif if name == "a.jpg" else None)
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        drawn.append(renderer.draw(name, tmp_path / name, digest, 1))
    renderer.close()
    assert (drawn[0].width, drawn[0].height) == (400, 600)
    assert colour(drawn[1].jpeg) == (1, 1, 1)


def test_pictures_are_shown_as_they_are(tmp_path: Path) -> None:
    target = io.BytesIO()
    Image.new("RGB", (3000, 1500), "blue").save(target, "PNG")
    (tmp_path / "a.png").write_bytes(target.getvalue())
    renderer = Renderer()
    drawn = renderer.draw("a.png", tmp_path / "a.png", hashlib.sha256(target.getvalue()).hexdigest(), 1)
    assert (drawn.width, drawn.height, colour(drawn.jpeg)) == (1200, 600, (0, 0, 1))
    renderer.close()
