from __future__ import annotations

import json
from dataclasses import replace

from index.datatypes import Document, Failure, Hit, Page, Passage, Ranks, Section
from index.sync import SyncReport
from qa.assistant import DocumentEntry
from qa.datatypes import Answer, Citation, Disagreement, Side
from qa.records import answer_record, citation_record, document_record, entry_record, hit_record, sync_record

TEXT = "年假每年十天。"
PASSAGE = Passage(3, "人事/制度.md", "员工手册", 20, 27, TEXT, ("第二章", "休假"), 4)
HIT = Hit(PASSAGE, 1.23456789, Ranks(1, 2, None), 0.912345, 0.934567, 0.0, ("年假",))
CITATION = Citation(1, "人事/制度.md", "员工手册", ("第二章", "休假"), 4, 20, 27, TEXT, True, ((4, 6),))
ANSWER = Answer(
    question="年假几天？",
    text="年假每年**十天**。[1]",
    answered=True,
    mode="extractive",
    citations=(CITATION,),
    hits=(HIT,),
    missing_terms=("婚假",),
    searched="员工 年假几天？",
    confidence=0.8765,
    timings_ms={"embedding": 1.5, "search": 2.5, "answer": 0.5},
)

HIT_RECORD = {
    "document": "人事/制度.md",
    "title": "员工手册",
    "headings": ["第二章", "休假"],
    "page": 4,
    "start": 20,
    "end": 27,
    "text": TEXT,
    "score": 1.2346,
    "dense_rank": 1,
    "sentence_rank": 2,
    "lexical_rank": None,
    "dense_score": 0.9123,
    "sentence_score": 0.9346,
    "lexical_score": 0.0,
    "terms": ["年假"],
}
CITATION_RECORD = {
    "number": 1,
    "document": "人事/制度.md",
    "title": "员工手册",
    "headings": ["第二章", "休假"],
    "page": 4,
    "start": 20,
    "end": 27,
    "quote": TEXT,
    "verified": True,
    "emphasis": [[4, 6]],
    "slide": None,
    "sheet": None,
    "row": None,
    "certainty": None,
    "label": "",
    "about": "",
}


def test_a_hit() -> None:
    assert hit_record(HIT) == HIT_RECORD


def test_a_citation() -> None:
    assert citation_record(CITATION) == CITATION_RECORD


def test_an_answer() -> None:
    assert answer_record("q1", ANSWER) == {
        "id": "q1",
        "question": "年假几天？",
        "answer": "年假每年**十天**。[1]",
        "answered": True,
        "mode": "extractive",
        "confidence": 0.8765,
        "searched": "员工 年假几天？",
        "citations": [CITATION_RECORD],
        "passages": [HIT_RECORD],
        "missing_terms": ["婚假"],
        "deviations": [],
        "unsupported": [],
        "notice": "",
        "written": None,
        "disagreements": [],
        "timings_ms": {"embedding": 1.5, "search": 2.5, "answer": 0.5},
        "scope": [],
    }


def test_a_disagreement_in_an_answer() -> None:
    sides = (Side("60%", 1, ("新.md",), ("问答",)), Side("百分之八十", 2, ("旧.md", "又.md"), ("薪酬", "工资")))
    given = replace(ANSWER, disagreements=(Disagreement(sides, "number", "text"),))
    assert answer_record("q1", given)["disagreements"] == [
        {
            "sides": (
                {"figure": "60%", "citation": 1, "documents": ("新.md",), "titles": ("问答",)},
                {"figure": "百分之八十", "citation": 2, "documents": ("旧.md", "又.md"), "titles": ("薪酬", "工资")},
            ),
            "what": "number",
            "because": "text",
        }
    ]


def test_an_answer_to_a_question_without_identifier() -> None:
    assert answer_record(None, ANSWER)["id"] is None


def test_a_sync() -> None:
    report = SyncReport(
        added=1,
        changed=2,
        renamed=3,
        removed=4,
        unchanged=5,
        failed=(Failure("空.txt", "the file is empty"),),
        skipped=(Failure("图.png", "files of kind .png are not read"),),
        embedded_texts=6,
        documents=7,
        passages=8,
        sentences=9,
        generation=10,
        seconds=0.5,
    )
    assert sync_record(report) == {
        "added": 1,
        "changed": 2,
        "renamed": 3,
        "removed": 4,
        "unchanged": 5,
        "failed": ({"document": "空.txt", "error": "the file is empty"},),
        "skipped": ({"document": "图.png", "error": "files of kind .png are not read"},),
        "embedded_texts": 6,
        "documents": 7,
        "passages": 8,
        "sentences": 9,
        "generation": 10,
        "seconds": 0.5,
    }


def test_a_line_of_the_list_of_documents() -> None:
    entry = DocumentEntry("人事/制度.md", "员工手册", 1200, 5, 3600, "2026-01-02T03:04:05+00:00", (), "人事/制度.md")
    assert entry_record(entry) == {
        "document": "人事/制度.md",
        "path": "人事/制度.md",
        "title": "员工手册",
        "characters": 1200,
        "passages": 5,
        "size": 3600,
        "indexed_at": "2026-01-02T03:04:05+00:00",
        "alike": [],
        "file": "人事/制度.md",
        "notes": [],
    }


def test_a_document() -> None:
    section, page = Section(0, 7, ("休假",)), Page(1, 0, 7)
    assert document_record(Document("制度.md", "员工手册", TEXT, (section,), (page,), "ab12")) == {
        "document": "制度.md",
        "title": "员工手册",
        "text": TEXT,
        "sections": [{"start": 0, "end": 7, "headings": ("休假",)}],
        "pages": [{"number": 1, "start": 0, "end": 7, "name": "", "rows": (), "unsure": ()}],
        "content_hash": "ab12",
        "unit": None,
        "file": "制度.md",
        "notes": [],
    }


def test_a_record_keeps_chinese_and_offsets_through_json() -> None:
    record = json.loads(json.dumps(answer_record("q1", ANSWER), ensure_ascii=False))
    assert record == answer_record("q1", ANSWER)
    cited, passage = record["citations"][0], record["passages"][0]
    assert passage["text"][cited["start"] - passage["start"] : cited["end"] - passage["start"]] == cited["quote"]
