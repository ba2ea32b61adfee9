"""What is measured of a language model's answers."""

from __future__ import annotations

from dataclasses import replace

from qa.datatypes import Answer, Written
from qa.model_measures import MODEL_MEASURES, measure_model

PLAIN = Answer("问", "答", True, "extractive", (), (), (), "问", 0.9)


def test_without_a_model_there_is_nothing_to_measure() -> None:
    assert measure_model([PLAIN, PLAIN]) == dict.fromkeys(MODEL_MEASURES)


def test_every_measure() -> None:
    wrote = replace(PLAIN, mode="llm", written=Written(4, 3, 1, 2, first_word_ms=500.0))
    refused = replace(wrote, answered=False, written=Written(first_word_ms=1_500.0))
    failed = replace(PLAIN, written=Written(failure="silent"))
    made_up = replace(PLAIN, written=Written(2, 0, 0, 1, "unsupported", 900.0))
    assert measure_model([wrote, refused, failed, made_up, PLAIN]) == {
        "model_answers": 0.25,
        "model_refusals": 0.25,
        "model_failures": 0.5,
        "supported_sentences": 0.5,
        "moved_citations": 0.5,
        "dropped_citations": 1.5,
        "seconds_to_first_word": 0.9,
    }


def test_a_model_that_never_spoke() -> None:
    measures = measure_model([replace(PLAIN, written=Written(failure="unreachable"))])
    assert (measures["model_failures"], measures["supported_sentences"], measures["seconds_to_first_word"]) == (
        1.0,
        None,
        None,
    )
