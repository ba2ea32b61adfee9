"""How many true statements the citation gate passes, and how many false ones it flags.

Run `python -m benchmarks.gate` (`--count 500`, `--seeds 0 1 2`; folders of documents may be named, without any it is
the sample corpus). Statements are made by `scripts/statements.py`; each cites the passage that it was made from, beside
which others lie, as in an answer. The result goes to benchmarks/results/gate.json.

`tests/data/gate_cases.jsonl` and `gate_lies.jsonl` are measured beside them: statements written by hand, true and
false, of texts invented for them; those with a question are answers to it. Those marked
`held_back` were looked at only when the gate was done.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.library import PROJECT, say
from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from index.embedding import Encoder, load_encoder
from index.generations import Generation
from index.vectors import Vectors
from qa.assistant import Assistant
from qa.gate.check import check_answer
from qa.gate.shelf import Encode, Shelf
from qa.gate.verdicts import judge
from qa.settings import Settings
from scripts.statements import CHANGES, Made, make_statements

CASES = PROJECT / "tests" / "data" / "gate_cases.jsonl"
LIES = PROJECT / "tests" / "data" / "gate_lies.jsonl"
RESULT = PROJECT / "benchmarks" / "results" / "gate.json"
COUNT = 500
OTHERS = 3  # passages that a statement does not come from


class Remembering:
    """Embeds each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, self.encoder.encode_passages(new), strict=True))
        return np.stack([self.known[text] for text in texts])


def flagged(made: Made, generation: Generation, encode: Remembering, chance: random.Random) -> bool:
    """Whether the gate finds that the passage which a statement cites does not say it."""
    own, others = list[Passage](), list[Passage]()
    for passage in generation.index.passages:
        is_own = passage.document == made.document and passage.start < made.end and made.start < passage.end
        (own if is_own else others).append(passage)
    shelf = Shelf([*own, *chance.sample(others, min(OTHERS, len(others)))], encode)
    return not judge(made.text, shelf, range(1, len(own) + 1)).supported


def measure(folder: Path, encoder: Encoder, count: int, seeds: Sequence[int]) -> dict[str, object]:
    """Return the shares of statements that are flagged, in all and by how they were made."""
    with tempfile.TemporaryDirectory() as data:
        assistant = Assistant(replace(Settings(), documents=folder, data=Path(data)), encoder)
        assistant.sync()
        generation = assistant.generation
        encode = Remembering(encoder)
        made: Counter[str] = Counter()
        caught: Counter[str] = Counter()
        for seed in seeds:
            chance = random.Random(seed)
            true, false = make_statements(list(generation.documents.values()), count, seed)
            say(f"{folder.name}, seed {seed}: {len(true)} true statements, {len(false)} false ones")
            encode([one.text for one in (*true, *false)])
            for one in (*true, *false):
                kind = one.change or f"true, {one.form}"
                made[kind] += 1
                caught[kind] += flagged(one, generation, encode, chance)
    false_kinds = [kind for kind in made if kind in CHANGES]
    true_kinds = [kind for kind in made if kind not in CHANGES]
    return {
        "false statements": sum(made[kind] for kind in false_kinds),
        "flagged": round(sum(caught[kind] for kind in false_kinds) / sum(made[kind] for kind in false_kinds), 4),
        "true statements": sum(made[kind] for kind in true_kinds),
        "flagged though true": round(
            sum(caught[kind] for kind in true_kinds) / sum(made[kind] for kind in true_kinds), 4
        ),
        "by kind": {kind: f"{caught[kind]} of {made[kind]} flagged" for kind in sorted(made)},
    }


def measure_cases(encode: Encode, held_back: bool | None = None, file: Path = CASES) -> dict[str, int]:
    """Return how many of the statements written by hand there are, and of how many the gate is wrong.

    `held_back` picks those that were held back or the others, None all.
    """
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    passages = {line["subject"]: _passages(line) for line in lines if "passages" in line}
    shelves = {subject: Shelf(own, encode) for subject, own in passages.items()}
    found = {"false": 0, "false, passed": 0, "true": 0, "true, flagged": 0}
    for line in lines:
        if "text" not in line or held_back not in (None, line["held_back"]):
            continue
        own, shelf = passages[line["subject"]], shelves[line["subject"]]
        if "question" in line:
            supported = not check_answer(line["text"], own, encode, line["question"]).unsupported
        else:
            supported = judge(line["text"], shelf, range(1, len(own) + 1)).supported
        kind, wrong = ("true", "true, flagged") if line["true"] else ("false", "false, passed")
        found[kind] += 1
        found[wrong] += supported != line["true"]
    return found


def _passages(line: dict[str, Any]) -> list[Passage]:
    made = []
    for number, text in enumerate(line["passages"]):
        sentences = tuple(Sentence(number, start, end) for start, end in split_sentences(text))
        made.append(
            Passage(number, line["subject"], line["title"], 0, len(text), text, (), None, sentences),
        )
    return made


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="*", type=Path, default=[PROJECT / "documents"])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    encoder = load_encoder(None, Settings().models)
    found = {
        folder.resolve().name: measure(folder, encoder, options.count, options.seeds) for folder in options.folders
    }
    if options.folders == [PROJECT / "documents"]:
        remembering = Remembering(encoder)
        found["written by hand"] = dict(measure_cases(remembering, held_back=False))
        found["written by hand, held back"] = dict(measure_cases(remembering, held_back=True))
        found["lies"] = dict(measure_cases(remembering, held_back=False, file=LIES))
        found["lies, held back"] = dict(measure_cases(remembering, held_back=True, file=LIES))
        RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for name, result in found.items():
        table = Table("", "", title=name)
        for key, value in result.items():
            if isinstance(value, dict):
                for kind, count in value.items():
                    table.add_row(kind, count)
            else:
                table.add_row(key, str(value))
        Console().print(table)


if __name__ == "__main__":
    main()
