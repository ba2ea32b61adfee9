"""Answers, hits and reports as plain records: the JSON that outside programs rely on. Keys are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from index.datatypes import Document, Hit
from index.sync import SyncReport
from qa.assistant import DocumentEntry
from qa.backup import BackupReport
from qa.datatypes import Answer, Citation
from qa.restore import RestoreReport
from qa.retrieval import Retrieval

Record = dict[str, Any]


def sync_record(report: SyncReport) -> Record:
    """Return what `sync --json` prints."""
    return asdict(report)


def answer_record(identifier: str | None, answer: Answer) -> Record:
    """Return what `ask --json` prints for one question."""
    return {
        "id": identifier,
        "question": answer.question,
        "answer": answer.text,
        "answered": answer.answered,
        "mode": answer.mode,
        "confidence": answer.confidence,
        "searched": answer.searched,
        "citations": [citation_record(citation) for citation in answer.citations],
        "passages": [hit_record(hit) for hit in answer.hits],
        "missing_terms": list(answer.missing_terms),
        "deviations": [asdict(deviation) for deviation in answer.deviations],
        "unsupported": list(answer.unsupported),
        "notice": answer.notice,
        "written": asdict(answer.written) if answer.written else None,
        "disagreements": [asdict(disagreement) for disagreement in answer.disagreements],
        "timings_ms": answer.timings_ms,
        "scope": list(answer.scope),
    }


def citation_record(citation: Citation) -> Record:
    record = asdict(citation)
    record["headings"] = list(citation.headings)
    record["emphasis"] = [list(span) for span in citation.emphasis]
    return record


def search_record(question: str, retrieval: Retrieval, confidence: float, scope: Sequence[str] = ()) -> Record:
    """Return what `search --json` prints; `parts` are the questions that it was split into."""
    return {
        "question": question,
        "passages": [hit_record(hit) for hit in retrieval.hits],
        "missing_terms": list(retrieval.query.missing_terms),
        "confidence": round(confidence, 4),
        "parts": [part.question for part in retrieval.query.parts],
        "scope": list(scope),
    }


def hit_record(hit: Hit) -> Record:
    """Return one ranked passage with why it was found."""
    passage = hit.passage
    return {
        "document": passage.document,
        "title": passage.title,
        "headings": list(passage.headings),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(hit.score, 4),
        "dense_rank": hit.ranks.dense,
        "sentence_rank": hit.ranks.sentence,
        "lexical_rank": hit.ranks.lexical,
        "dense_score": round(hit.dense, 4),
        "sentence_score": round(hit.sentence, 4),
        "lexical_score": round(hit.lexical, 4),
        "terms": list(hit.terms),
    }


def entry_record(entry: DocumentEntry) -> Record:
    """Return one line of the list of documents."""
    return {"document": entry.path, **asdict(entry), "alike": list(entry.alike), "notes": list(entry.notes)}


def document_record(document: Document) -> Record:
    """Return a whole document, its text being what citations point into."""
    return {
        "document": document.path,
        "title": document.title,
        "text": document.text,
        "sections": [asdict(section) for section in document.sections],
        "pages": [asdict(page) for page in document.pages],
        "content_hash": document.content_hash,
        "unit": document.unit,
        "file": document.owner,
        "notes": list(document.notes),
    }


def backup_record(report: BackupReport) -> Record:
    """Return what `backup --json` prints."""
    return {**asdict(report), "file": str(report.file)}


def restore_record(report: RestoreReport) -> Record:
    """Return what `restore --json` prints."""
    return {**asdict(report), "file": str(report.file), "kept": str(report.kept) if report.kept else None}
