"""The language model, where one is set: whether it can be reached, takes the key and answers."""

from __future__ import annotations

from dataclasses import replace

from index.errors import LanguageModelError
from qa.checks.finding import Finding
from qa.language_model import LanguageModel, load_language_model
from qa.language_model_errors import place_of
from qa.settings import Settings

SUBJECT = "language model"
ENOUGH_TOKENS = 16
GREETING = [{"role": "user", "content": "1 + 1 = ?"}]
MEND = "see what it says; until then answers are quoted from the documents"


def look_at_language_model(settings: Settings) -> list[Finding]:
    """Have the model say a word. That costs a few tokens, and is the one sure way to know that it does."""
    model = load_language_model(settings)
    if model is None:
        return [Finding(SUBJECT, True, "none is set: answers are quoted from the documents")]
    endpoint = model.endpoint
    asked = LanguageModel(replace(endpoint, total=endpoint.first_word))
    try:
        asked.complete(GREETING, ENOUGH_TOKENS)
    except LanguageModelError as error:
        # One that thinks before it speaks has used its few tokens up for that; it was reached.
        if "used up its tokens" not in str(error):
            return [Finding(SUBJECT, False, str(error), MEND)]
    finally:
        asked.close()
    return [Finding(SUBJECT, True, f"{endpoint.model} at {place_of(endpoint.base_url)} answers")]
