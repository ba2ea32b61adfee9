"""Small files in every format, made by this project, and what becomes of them when they are damaged."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.loaders import Parsed
from index.parsing import BROKE_OFF, Job, Parsers
from tests.office_files import docx_of, odt_of, paragraph, pptx_of, shape, slide_of, table, unzipped, zipped
from tests.test_loader_epub import book
from tests.test_loader_mail import whole_mail
from tests.test_loader_mhtml import archive as web_archive
from tests.test_loader_msg import OUTLOOK, compound_file
from tests.test_loader_pdf import Sheet, lines, wrap, write_pdf
from tests.test_loader_sheets import xlsx
from tests.test_loader_web import page

TEXT = "员工每年享有十天带薪年假，工作满十年的享有十五天。年假应当在当年休完。"
ROWS: list[list[object]] = [["姓名", "部门", "电话"], ["张三", "人事处", 5551], ["李四", "财务处", 5552]]
CARS: list[list[object]] = [["车牌", "里程"], ["沪A1", 1200.5]]
CSV = "\n".join(",".join(map(str, row)) for row in ROWS)
MARKDOWN = f"# 休假\n\n{TEXT}\n\n| 姓名 | 部门 |\n|---|---|\n| 张三 | 人事 |\n\n1. 一\n2. 二\n"
HTML = page(f"<h1>休假</h1><p>{TEXT}</p><table><tr><th>姓名</th></tr><tr><td>张三</td></tr></table>")
SEEDS: Mapping[str, Callable[[], bytes]] = {
    ".txt": lambda: f"休假规定\n\n{TEXT}\n".encode("gbk"),
    ".md": MARKDOWN.encode,
    ".csv": CSV.encode,
    ".html": HTML.encode,
    ".mhtml": lambda: web_archive(HTML.encode()),
    ".pdf": lambda: write_pdf([Sheet(lines(wrap(TEXT * 3))), Sheet(lines(wrap(TEXT)))]),
    ".docx": lambda: docx_of(
        paragraph("休假", style="Heading1") + paragraph(TEXT) + table(["姓名", "部门"], ["张三", "人事"])
    ),
    ".odt": lambda: odt_of(f"<text:h text:outline-level='1'>休假</text:h><text:p>{TEXT}</text:p>"),
    ".pptx": lambda: pptx_of(slide_of(shape("休假") + shape(TEXT, 100)), slide_of(shape("加班"))),
    ".xlsx": lambda: xlsx(ROWS, CARS),
    ".epub": book,
    ".eml": whole_mail,
    ".msg": lambda: compound_file(OUTLOOK),
    ".zip": lambda: zipped({"休假.txt": TEXT, "往来/名单.csv": CSV}),
}
NUMBERS = (b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff", b"99999999", b"-1", b"1e309", b"%s%n", b"<", b"]]>", b"&x;")
# What no loader should let through: `parse_worker` catches it, and says its name.
UNTYPED = re.compile(r"it cannot be read \((\w+): ")


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return a file with a few things changed; of zip files half the time inside of a member, which stays whole."""
    if zipfile.is_zipfile(io.BytesIO(data)) and chance.random() < 0.5:
        members = unzipped(data)
        name = chance.choice(sorted(members))
        members[name] = _mutate_bytes(members[name], chance)
        return zipped(members)
    return _mutate_bytes(data, chance)


def _mutate_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not changed:
            break
        at, length = chance.randrange(len(changed)), chance.randint(1, 16)
        kind = chance.randrange(6)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[at : at + length] = chance.randbytes(length)
        elif kind == 2:
            changed[at : at + length] = chance.choice(NUMBERS)
        elif kind == 3:
            del changed[at : at + chance.randint(1, max(1, len(changed) // 4))]
        elif kind == 4:
            other = chance.randrange(len(changed))
            changed[at:at] = changed[other : other + chance.randint(1, 400)]
        else:
            del changed[at:]
    return bytes(changed)


@dataclass(frozen=True, slots=True)
class Damaged:
    """What became of a damaged file: its seed's number, and the error that should not have been, if any."""

    number: int
    was_read: bool
    wrong: str | None


def try_mutations(suffix: str, numbers: range, folder: Path) -> Iterator[Damaged]:
    """Read damaged files in worker processes, as a sync does."""
    seed = SEEDS[suffix]()

    def jobs() -> Iterator[Job]:
        for number in numbers:
            path = folder / f"{number}{suffix}"
            path.write_bytes(mutate(seed, random.Random(f"{suffix} {number}")))
            yield Job(path.name, path)

    with Parsers() as parsers:
        outcomes = (outcome for outcome in parsers.read(jobs()) if outcome is not None)
        for number, outcome in zip(numbers, outcomes, strict=True):
            error = outcome.error or ""
            wrong = error if error == BROKE_OFF or UNTYPED.search(error) or "was stopped" in error else None
            yield Damaged(number, any(isinstance(one, Parsed) for one in outcome.found), wrong)
            outcome.job.file.unlink()


def summary(damaged: Iterator[Damaged]) -> tuple[Counter[str], list[Damaged]]:
    """Return how many files were read and how many refused, and those that went wrong."""
    seen = list(damaged)
    return Counter("read" if one.was_read else "refused" for one in seen), [one for one in seen if one.wrong]
