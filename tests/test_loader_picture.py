"""Pictures of text, and pages that are pictures, with a recogniser that reads what the test has written."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from index.errors import DocumentError
from index.loaders import pdf, picture, recognition
from index.loaders.extract import Extract, Source
from index.loaders.pdf import INSTALL_RECOGNITION, read_pdf
from index.loaders.pdf_pages import Image, Recognised
from index.loaders.picture import WITHOUT_RECOGNITION, as_pdf, read_picture
from index.loaders.structure import assemble, lay_pages
from index.sync import sync
from tests.fakes import FakeEncoder
from tests.mutations import mutate

FIRST, SECOND = "员工每年享有十天带薪年假，工作满十年的享有十五天；年假应当在当年", "休完。"
SEEN: list[tuple[int, ...]] = []


def recogniser(image: Image) -> Sequence[Recognised]:
    """Read two lines off every image that has some black on it."""
    SEEN.append(image.shape)
    if image.min() > 100:
        return []
    return [Recognised(FIRST, (0.1, 0.1, 0.9, 0.14), 0.98), Recognised(SECOND, (0.1, 0.15, 0.2, 0.19), 0.7)]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.clear()
    for module in (pdf, picture):
        monkeypatch.setattr(module, "find_recogniser", lambda: recogniser)
    monkeypatch.setattr(pdf, "is_installed", lambda: True)


def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pdf, picture):
        monkeypatch.setattr(module, "find_recogniser", lambda: None)
    monkeypatch.setattr(pdf, "is_installed", lambda: False)


def page(colour: str = "black", size: tuple[int, int] = (800, 1000), mode: str = "RGB") -> Pictures.Image:
    drawn = Pictures.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0))
    ImageDraw.Draw(drawn).rectangle((100, 100, 700, 140), fill=colour)
    return drawn


def saved(image: Pictures.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def read(data: bytes, name: str = "扫描.png") -> Extract:
    return read_picture(Source(name, data))


@pytest.mark.parametrize(("form", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("TIFF", ".tif")])
def test_lines_of_a_picture_are_joined_and_know_their_place(form: str, suffix: str) -> None:
    extract = read(saved(page(), form), "扫描" + suffix)
    (block,) = extract.blocks
    assert block.text == FIRST + SECOND
    assert extract.unit == "page"
    assert [(line.page, line.confidence) for line in block.lines] == [(1, 0.98), (1, 0.7)]
    assert [block.text[line.start : line.end] for line in block.lines] == [FIRST, SECOND]
    assert block.lines[0].box == pytest.approx((0.1, 0.1, 0.9, 0.14), abs=0.01)


def test_lines_that_were_hardly_recognised_are_told() -> None:
    extract = read(saved(page(), "TIFF", save_all=True, append_images=[page()]), "传真.tiff")
    first, second = lay_pages(extract.blocks, {})
    text, _ = assemble(extract.blocks, None)
    assert [text[start:end] for start, end, _ in first.unsure + second.unsure] == [SECOND, SECOND]
    assert [sure for _, _, sure in first.unsure] == [0.7]
    assert first.start <= first.unsure[0][0] < first.end <= second.start < second.unsure[0][0]
    assert extract.notes == ("2 of 4 recognised lines are uncertain (pages 1, 2). Compare them with the picture",)


def test_every_pixel_of_a_picture_is_looked_at() -> None:
    read(saved(page(size=(803, 1207)), "PNG"))
    assert SEEN == [(1207, 803, 3)]


def test_each_page_of_a_tiff_is_read() -> None:
    told: list[tuple[int, int]] = []
    data = saved(page(), "TIFF", save_all=True, append_images=[page(), page("white"), page()])
    extract = read_picture(Source("传真.tiff", data, lambda done, total: told.append((done, total))))
    assert {line.page for block in extract.blocks for line in block.lines} == {1, 2, 4}
    assert told[-1] == (4, 4)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "CMYK", "I;16", "LA"])
def test_pictures_of_every_kind_are_read(mode: str) -> None:
    drawn = page().convert("L").convert(mode) if mode != "RGBA" else page(mode="RGBA")
    form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    assert read(saved(drawn, form), "扫描." + form.lower()).blocks


def test_a_picture_is_turned_as_its_camera_says() -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 6  # held upright
    read(saved(page(size=(600, 400)), "JPEG", exif=exif), "照片.jpg")
    assert SEEN == [(600, 400, 3)]


def test_a_picture_without_text_is_refused() -> None:
    with pytest.raises(DocumentError, match="1 of 1 pages are pictures without text .page 1.. No characters were"):
        read(saved(page("white"), "PNG"))


def test_without_the_extra_a_picture_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    not_installed(monkeypatch)
    with pytest.raises(DocumentError) as caught:
        read(saved(page(), "PNG"))
    assert str(caught.value) == WITHOUT_RECOGNITION
    assert "make ocr" in WITHOUT_RECOGNITION


def test_a_scanned_pdf_is_read_where_the_extra_is_and_says_so_where_not(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_pdf(saved(page(), "PNG"))
    (block,) = read_pdf(Source("扫描.pdf", data)).blocks
    assert block.text == FIRST + SECOND
    not_installed(monkeypatch)
    with pytest.raises(DocumentError) as caught:
        read_pdf(Source("扫描.pdf", data))
    assert str(caught.value) == f"1 of 1 pages are pictures without text (page 1). {INSTALL_RECOGNITION}"


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"\xff\xd8\xff" + b"a" * 99]
)
def test_a_broken_picture_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="^a damaged picture"):
        read(data)


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MOST_PIXELS", 1000)
    with pytest.raises(DocumentError, match="800 × 1000 pixels are too many"):
        read(saved(page(), "PNG"))
    monkeypatch.setattr(Pictures, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(DocumentError, match="a damaged picture|too many"):
        read(saved(page(), "PNG"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_damaged_pictures_are_read_or_refused(form: str) -> None:
    seed = saved(page(size=(60, 80)), form)
    refused = 0
    for number in range(300):
        try:
            read(mutate(seed, random.Random(number)))
        except DocumentError:
            refused += 1
    assert 0 < refused < 300


def test_an_error_of_the_engine_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(recognition._RapidOcr):
        def __init__(self) -> None:
            self._engine: Any = self.fail

        def fail(self, image: Image) -> None:
            raise RuntimeError("no more memory")

    with pytest.raises(DocumentError, match="cannot be looked at .no more memory"):
        Broken()(np.zeros((9, 9, 3), np.uint8))


def test_what_could_not_be_read_is_read_once_the_extra_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = tmp_path / "文档", tmp_path / "数据"
    folder.mkdir()
    (folder / "扫描.png").write_bytes(saved(page(), "PNG"))
    (folder / "年假.txt").write_text("年假十天。", encoding="utf-8")
    monkeypatch.setattr("index.sync.is_installed", lambda: False)
    calls: list[str] = []
    from index import parsing

    def here(job: parsing.Job) -> parsing.Outcome:
        calls.append(job.path)
        return parsing.read_here(parsing.Job(job.path, job.file, job.file.read_bytes()))

    monkeypatch.setattr(parsing.Parsers, "_read", lambda self, job: here(job))
    not_installed(monkeypatch)
    assert [one.document for one in sync(folder, data, FakeEncoder()).failed] == ["扫描.png"]
    calls.clear()
    assert sync(folder, data, FakeEncoder()).failed and calls == []
    for module in (pdf, picture):
        monkeypatch.setattr(module, "find_recogniser", lambda: recogniser)
    monkeypatch.setattr("index.sync.is_installed", lambda: True)
    report = sync(folder, data, FakeEncoder())
    assert (report.added, report.failed, calls) == (1, (), ["扫描.png"])
    calls.clear()
    assert (sync(folder, data, FakeEncoder()).unchanged, calls) == (2, [])


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra is not installed: make ocr")
def test_the_engine_reads_chinese() -> None:
    fonts = [path for path in (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),) if path.exists()]
    if not fonts:
        pytest.skip("no fonts-noto-cjk")
    drawn = Pictures.new("RGB", (1200, 200), "white")
    ImageDraw.Draw(drawn).text((40, 60), "员工每年享有十天带薪年假", "black", ImageFont.truetype(str(fonts[0]), 48))
    engine = recognition._RapidOcr()
    (line,) = engine(np.asarray(drawn))
    assert (line.text, line.confidence > 0.9) == ("员工每年享有十天带薪年假", True)
