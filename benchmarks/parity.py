"""Whether a document is found as well in other formats as it is in plain text.

Run `python -m benchmarks.parity [FOLDER...]` (without folders: jinshan and dragonball-finance of ../shared/eval;
`--formats pdf docx odt html gbk doc ocr`; `ocr` needs the extra, and takes seconds a page). LibreOffice (`soffice`)
turns each set's texts into the format; the same questions are asked of each, and the evidence that they find is
compared with that found in the plain text, in one run. The result is printed and written to
benchmarks/results/parity.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
from rich.console import Console
from rich.table import Table

from benchmarks.library import PROJECT, say
from benchmarks.office import turn_into
from index.loaders import load_document
from index.loaders.libreoffice import find_libreoffice
from qa.assistant import load_models
from qa.evaluate import answer_all, evaluation_of, open_set, read_set
from qa.settings import read_settings

RESULT = PROJECT / "benchmarks" / "results" / "parity.json"
SETS = (PROJECT.parent / "shared" / "eval" / "jinshan", PROJECT.parent / "shared" / "eval" / "dragonball-finance")
FORMATS = ("pdf", "docx", "odt", "html", "gbk")
SHOWN = ("evidence_recall_1500", "evidence_recall_600", "document_at_1", "answer_hit")
SCANNED_AT = 150  # dots an inch


def convert(texts: Path, target: Path, form: str) -> None:
    """Write each `.txt` of a folder in another format into another one."""
    target.mkdir(parents=True)
    files = sorted(texts.glob("*.txt"))
    if form in ("txt", "gbk"):
        for file in files:
            encoding = "gb18030" if form == "gbk" else "utf-8"
            (target / file.name).write_bytes(file.read_text("utf-8").encode(encoding))
        return
    if form == "ocr":
        with tempfile.TemporaryDirectory() as name:
            convert(texts, Path(name) / "pdf", "pdf")
            for file in sorted((Path(name) / "pdf").iterdir()):
                scan(file, target / file.name)
        return
    turn_into(form, files, target, "--infilter=Text (encoded):UTF8")


def scan(file: Path, target: Path) -> None:
    """Write a PDF's pages as pictures, as a scanner does."""
    document = pypdfium2.PdfDocument(file)
    pages = [page.render(scale=SCANNED_AT / 72).to_pil().convert("L") for page in document]
    document.close()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=SCANNED_AT)


def make_set(folder: Path, root: Path, form: str) -> Path:
    """Return an evaluation set with a set's documents in another format."""
    plain, made = root / "plain" / folder.name, root / form / folder.name
    if not plain.exists():
        plain.mkdir(parents=True)
        for file in sorted((folder / "documents").iterdir()):
            # Markdown is text with marks, which only its own loader takes out.
            (plain / f"{file.stem}.txt").write_text(load_document(folder / "documents", file.name).text, "utf-8")
    convert(plain, made / "documents", form)
    suffix = {"txt": ".txt", "gbk": ".txt", "ocr": ".pdf"}.get(form, f".{form}")
    lines = []
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        for evidence in question.get("evidence", []):
            evidence["document"] = Path(evidence["document"]).stem + suffix
        lines.append(json.dumps(question, ensure_ascii=False))
    (made / "questions.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return made


def measure(folders: Sequence[Path], formats: Sequence[str], root: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return the measures by set and format."""
    encoder, reader = load_models(read_settings())
    found: dict[str, dict[str, dict[str, float]]] = {}
    for folder in folders:
        for form in ("txt", *formats):
            say(f"{folder.name} as {form}")
            made = make_set(folder, root, form)
            settings = replace(read_settings(), data=root / "data" / form)
            assistant = open_set(made, settings, encoder, reader=reader)
            questions = read_set(made)
            answers = list(answer_all(assistant, questions))
            measures = evaluation_of(made, list(zip(questions, answers, strict=True))).measures
            kept = {name: value for name in SHOWN if (value := measures.get(name)) is not None}
            found.setdefault(folder.name, {})[form] = {**kept, "failed": float(len(assistant.failures()))}
            shutil.rmtree(root / "data" / form, ignore_errors=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="*", type=Path, default=SETS)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    options = parser.parse_args()
    if find_libreoffice() is None:
        sys.exit("error: LibreOffice is needed to make the files: apt-get install libreoffice-writer-nogui")
    with tempfile.TemporaryDirectory() as root:
        found = measure(options.folders, options.formats, Path(root))
    before = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    for name, rows in found.items():
        # Other formats stay as they were measured; the plain text is that of this run.
        found[name] = {**{form: row for form, row in before.get(name, {}).items() if form != "txt"}, **rows}
    found = {**before, **found}
    RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for name, rows in found.items():
        names = [key for key in (*SHOWN, "failed") if any(key in row for row in rows.values())]
        table = Table("format", *names, title=name)
        for form, row in rows.items():
            table.add_row(form, *(f"{row[key]:.4f}" if key in row else "" for key in names))
        Console().print(table)


if __name__ == "__main__":
    main()
