"""A report as plain records: everything that report.json holds. Keys are only ever added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.datatypes import Hit
from qa.measures import BUDGETS as MEASURED_BUDGETS
from qa.measures import FIRST_PASSAGES, evidence_recall, holds_answer, holds_answer_early, is_document_first
from qa.report.groups import Group
from qa.report.header import Header
from qa.report.judging import Judged, missing_quotes
from qa.report.last import LastReport
from qa.report.results import BUDGETS, BaselineResult, Results, SetResult

Record = dict[str, Any]


def report_record(results: Results, header: Header, last: LastReport | None = None, note: str | None = None) -> Record:
    """Return everything that was measured; `note` says why nothing was compared with a last report that is there."""
    return {
        "header": asdict(header),
        "simplified": any(one.in_simplified for one in results.sets),
        "budgets": list(BUDGETS),
        "sets": [set_record(one) for one in results.sets],
        "groups": [group_record(group) for group in results.groups],
        "worst": [{"set": one.set_name, "id": one.question.id, "fault": one.fault} for one in results.worst],
        "last_report": asdict(last) if last else None,
        "note": note,
    }


def set_record(result: SetResult) -> Record:
    return {
        "name": result.name,
        **asdict(result.evaluation),
        "evidence_recall_by_budget": _listed(result.recall),
        "baselines": [_baseline_record(baseline) for baseline in result.baselines],
        "questions": [_question_record(one, result, at) for at, one in enumerate(result.questions)],
    }


def _baseline_record(baseline: BaselineResult) -> Record:
    return {
        "name": baseline.name,
        "measures": baseline.measures,
        "kinds": baseline.kinds,
        "evidence_recall_by_budget": _listed(baseline.recall),
    }


def group_record(group: Group) -> Record:
    """Return one set or several read together; `curve` lists threshold, share answered, share refused."""
    record = asdict(group)
    if group.separation is not None:
        record["separation"]["curve"] = [[p.threshold, p.answered, p.refused] for p in group.separation.curve]
    return record


def _question_record(judged: Judged, result: SetResult, at: int) -> Record:
    question, answer = judged.question, judged.answer
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.text,
        "answerable": question.answerable,
        "searched": answer.searched,
        "confidence": answer.confidence,
        "answered": answer.answered,
        "answer": answer.text,
        "answer_without_threshold": judged.unrefused.text,
        "right_without_threshold": judged.right,
        "fault": judged.fault,
        **_question_measures(judged),
        "answers": list(question.answers),
        "missing_quotes": [asdict(evidence) for evidence in missing_quotes(question, answer)],
        "citations": [citation.quote for citation in answer.citations],
        "passages": [_passage_record(hit) for hit in answer.hits[:FIRST_PASSAGES]],
        "baseline_top_scores": {baseline.name: round(baseline.tops[at], 4) for baseline in result.baselines},
    }


def _question_measures(judged: Judged) -> Record:
    """Return the measures of one question; None where it has nothing to measure them on."""
    question, answer = judged.question, judged.answer
    keyed, evidenced = question.answerable and question.answers, question.answerable and question.evidence
    recalls = {
        f"evidence_recall_{budget}": round(evidence_recall(question, answer.hits, budget), 4) if evidenced else None
        for budget in MEASURED_BUDGETS
    }
    lead = answer.citations[0].quote if answer.citations else ""
    return {
        **recalls,
        "document_at_1": is_document_first(question, answer.hits) if evidenced else None,
        "answer_in_5": holds_answer_early(question, answer.hits) if keyed else None,
        "answer_hit": answer.answered and holds_answer(question, answer.text) if keyed else None,
        "lead_hit": holds_answer(question, lead) if keyed else None,
    }


def _passage_record(hit: Hit) -> Record:
    passage = hit.passage
    return {
        "document": passage.document,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 4),
    }


def _listed(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)
