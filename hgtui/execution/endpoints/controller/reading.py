"""What the controller replied to a task, as results: a text, or labels with scores."""

import json
from typing import Any

from hgtui.core.ports import CallError, Produced
from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line

MOST_LABELS = 100


def as_text(reply: str) -> Produced:
    """Return a reply as a text. Raises CallError (empty) where there is none."""
    text = clean(reply).strip()
    if not text:
        raise CallError(Failure.EMPTY, "The controller replied nothing.")
    return Produced(kind=Kind.TEXT, media_type="text/plain", text=text)


def as_labels(reply: str) -> Produced:
    """Return the labels of a reply, alone or in a fence or prose. Raises CallError (unreadable) where there are none."""
    rows = _rows(reply)
    labels = [(one_line(str(row["label"]), 200), _score(row.get("score"))) for row in rows]
    if not labels:
        raise CallError(
            Failure.UNREADABLE,
            f"The controller was asked for labels and replied: {one_line(reply, 120) or 'nothing'}",
            "Retry, or choose another model.",
        )
    words = ", ".join(_words(label, score) for label, score in labels[:3])
    data = [{"label": label, "score": score} for label, score in labels]
    return Produced(kind=Kind.LABELS, media_type="application/json", text=words, data=data)


def _words(label: str, score: float | None) -> str:
    return label if score is None else f"{label} ({score:.2f})"


def _score(data: Any) -> float | None:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        return None
    return round(min(max(float(data), 0.0), 1.0), 4)


def _rows(reply: str) -> list[dict[str, Any]]:
    """Return the first list of labels that stands in a reply as JSON."""
    decoder = json.JSONDecoder()
    at = 0
    while (at := min((found for found in (reply.find("[", at), reply.find("{", at)) if found >= 0), default=-1)) >= 0:
        try:
            data, _ = decoder.raw_decode(reply, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        rows = _labelled(data)
        if rows:
            return rows[:MOST_LABELS]
        at += 1
    return []


def _labelled(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        inner = next((value for value in data.values() if isinstance(value, list)), None)
        data = [data] if "label" in data else inner
    if not isinstance(data, list):
        return []
    rows = [{"label": row} if isinstance(row, str) else row for row in data]
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("label"), str) and row["label"].strip()]
