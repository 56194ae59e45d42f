"""Sentiment of English text with VADER (Hutto and Gilbert 2014): a word list and rules."""

import functools
from statistics import fmean
from typing import Any

from hgtui.execution.endpoints.embedded import files, prose
from hgtui.execution.wire import EngineCall, Output, Progress

EDGE = 0.05
"""Compound scores beyond plus or minus this are positive or negative: the thresholds of VADER's README."""


@functools.cache
def load() -> Any:
    """Load the word list once for a process; about 15 ms."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Return the label positive, neutral or negative of `text`.

    The score is no probability. It is the strength of VADER's compound value, 0 to 1, for positive and negative, and one
    minus that strength for neutral. Of several sentences the mean compound is taken, as VADER's README advises.
    """
    text = files.text_of(call, "text")
    if not text.strip():
        raise files.bad_input("There is no text to judge.")
    sentences = prose.sentences(text)
    compound = fmean(load().polarity_scores(sentence)["compound"] for sentence in sentences)
    label = "positive" if compound >= EDGE else "negative" if compound <= -EDGE else "neutral"
    score = round(1 - abs(compound) if label == "neutral" else abs(compound), 4)
    notes: tuple[str, ...] = ("VADER knows English words only.",)
    if len(sentences) > 1:
        notes += (f"The mean of {len(sentences)} sentences.",)
    return [
        Output(
            "labels",
            "application/json",
            text=f"{label} ({score:.2f})",
            data=[{"label": label, "score": score, "compound": round(compound, 4)}],
            notes=notes,
        )
    ]
