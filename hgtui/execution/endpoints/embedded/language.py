"""The language of a text with py3langid (after Lui and Baldwin 2012)."""

import functools
from typing import Any

from hgtui.execution.endpoints.embedded import files
from hgtui.execution.endpoints.embedded.languages import language_name
from hgtui.execution.wire import EngineCall, Output, Progress

ENOUGH = 10_000
"""Characters that are looked at: more change nothing."""
SHOWN = 3
LEAST_LETTERS = 20
"""Of fewer letters py3langid is often sure and wrong."""
SURE = 0.9
"""The least probability with which a language that was told decides something: the voice, what a translator is told."""


@functools.cache
def load() -> Any:
    """Load the model once for a process; about 1 s."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Return the likeliest languages of `text`, best first, with probabilities among all that the model knows.

    `among` (ISO 639-1 codes) leaves only these to choose from, as far as the model knows them.
    """
    text = files.text_of(call, "text")[:ENOUGH]
    if not any(char.isalpha() for char in text):
        raise files.bad_input("There are no letters to tell a language from.")
    labels = [
        {"label": str(code), "name": language_name(str(code)), "score": round(float(score), 4)}
        for code, score in _ranked(text, frozenset(files.words_of(call, "among")))[:SHOWN]
    ]
    best = labels[0]
    return [
        Output(
            "labels",
            "application/json",
            text=f"{best['name']} ({best['label']}), {100 * float(str(best['score'])):.1f} %",
            data=labels,
            language=str(best["label"]),
        )
    ]


def _ranked(text: str, among: frozenset[str]) -> list[tuple[str, float]]:
    rows = [(str(code), float(score)) for code, score in load().rank(text)]
    few = [(code, score) for code, score in rows if code in among]
    total = sum(score for _, score in few)
    return [(code, score / total) for code, score in few] if total > 0 else rows
