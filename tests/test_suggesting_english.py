"""Questions made of English sentences by the rules for duties, payments, deeds and superlatives."""

from __future__ import annotations

import pytest

from qa.suggesting.english_rules import ask_by_rules

LIBRARY = "Oak Hill Library"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Expense claims must be submitted within 60 days of purchase.",
            [("Within how many days must expense claims be submitted?", "number", "60")],
        ),
        (
            "Fire doors should be checked every 6 months.",
            [("How often should fire doors be checked?", "number", "6")],
        ),
        ("These claims must be submitted within 60 days.", []),
        ("Claims of their staff must be submitted within 60 days.", []),
        (
            "Full-time employees are entitled to 25 days of annual leave.",
            [("How many days of annual leave are full-time employees entitled to?", "number", "25")],
        ),
        ("Members receive 4 tickets a year.", [("How many tickets do members receive?", "number", "4")]),
        ("Staff receive 4 tickets a year.", []),
        ("They receive 4 tickets a year.", []),
        ("An adult ticket costs £14.", [("How much does an adult ticket cost?", "number", "£14")]),
        ("Adult tickets cost £14.", [("How much do adult tickets cost?", "number", "£14")]),
        (
            "The Calder Authority now supplies about 3.5 million people.",
            [("How many people does the Calder Authority supply?", "number", "3.5")],
        ),
        ("Larkin Press publishes 40 novels.", [("How many novels does Larkin Press publish?", "number", "40")]),
        ("Larkin Press owns 4 halls.", [("How many halls does Larkin Press own?", "number", "4")]),
        (
            "The Hartwell Museum was founded in 1931 by Edward Larkin.",
            [("Who founded the Hartwell Museum?", "person", "Larkin")],
        ),
        ("Green Fields was written by the poet Ann Moor.", [("Who wrote Green Fields?", "person", "Moor")]),
        ("The oldest tree in Calder is an oak.", [("What is the oldest tree in Calder?", "matter", "oak")]),
        ("The loan period is 21 days.", [("What is the loan period of the Oak Hill Library?", "number", "21")]),
        ("The loan period of Oak Hill Library is 21 days.", []),
        ("Readers like to read.", []),
    ],
)
def test_a_sentence_is_asked_for_what_it_says(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(draft.question, draft.kind, draft.answer) for draft in ask_by_rules(text, LIBRARY)] == expected


@pytest.mark.parametrize(("topic", "expected"), [("", []), ("Hobson K8", ["What is the capacity of Hobson K8?"])])
def test_a_measure_is_of_the_thing_that_the_title_names(topic: str, expected: list[str]) -> None:
    assert [draft.question for draft in ask_by_rules("The capacity is 1.8 litres.", topic)] == expected
