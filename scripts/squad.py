"""A reading-comprehension file in SQuAD form → an evaluation set: one document an article, one question a question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.chunking import split_sentences


def convert(source: Path, target: Path) -> Path:
    """Write the set into the folder `target` and return it. Questions whose answer is not in its place are left out."""
    articles = json.loads(source.read_text("utf-8"))["data"]
    (target / "documents").mkdir(parents=True, exist_ok=True)
    questions: list[dict[str, Any]] = []
    for number, article in enumerate(articles):
        title = article.get("title") or ""
        name = "_".join(filter(None, [f"{number:04d}", re.sub(r"[^\w]", "", title)[:20]])) + ".txt"
        contexts = [paragraph["context"] for paragraph in article["paragraphs"]]
        (target / "documents" / name).write_text("\n\n".join(filter(None, [title, *contexts])), "utf-8")
        for paragraph in article["paragraphs"]:
            questions.extend(_questions(paragraph, name))
    lines = (json.dumps(question, ensure_ascii=False) for question in questions)
    (target / "questions.jsonl").write_text("\n".join(lines), "utf-8")
    return target


def _questions(paragraph: dict[str, Any], document: str) -> Iterator[dict[str, Any]]:
    context = paragraph["context"]
    sentences = split_sentences(context)
    for asked in paragraph["qas"]:
        answer = asked["answers"][0]
        start = answer.get("answer_start", -1)
        if context[start : start + len(answer["text"])] != answer["text"]:
            start = context.find(answer["text"])
        quote = next((context[left:right] for left, right in sentences if left <= start < right), None)
        if quote is not None:
            yield {
                "id": str(asked["id"]),
                "question": asked["question"],
                "answerable": True,
                "answers": sorted({one["text"] for one in asked["answers"]}),
                "evidence": [{"document": document, "quote": quote}],
                "kind": "span",
            }
