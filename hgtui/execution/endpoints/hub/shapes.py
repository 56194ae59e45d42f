"""Rows of a provider's answer, made safe: labels cleaned, scores and boxes finite, no more of them than can be read."""

import math
from collections.abc import Sequence
from typing import Any

from hgtui.core.text import clean, one_line, plural

MOST_LABELS, MOST_BOXES, MOST_AREAS = 100, 200, 60
LONGEST_LABEL = 200
SAID = 3
"""How many labels are said in words."""


def number(value: Any) -> float | None:
    """Return a finite number, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def score(value: Any) -> float | None:
    """Return a score with four digits, None for what is none."""
    found = number(value)
    return None if found is None else round(found, 4)


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the objects of an answer that is a list of them, or a list of such a list, or one; else []."""
    if isinstance(answer, dict):
        return [answer]
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
        answer = answer[0]
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


def label(value: Any) -> str:
    """Return a label on one line, "" for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value), LONGEST_LABEL)


def labels(answer: Any, named: Sequence[str] = ("label",)) -> list[dict[str, Any]]:
    """Return label and score of each row, the likeliest first; `named` are the fields of which the first is the label."""
    found: list[dict[str, Any]] = []
    for row in rows(answer):
        name = next((text for field in named if (text := label(row.get(field)))), "")
        if name:
            found.append({"label": name, "score": score(row.get("score"))})
    found.sort(key=lambda row: -(row["score"] if row["score"] is not None else -math.inf))
    return found[:MOST_LABELS]


def boxes(answer: Any) -> list[dict[str, Any]]:
    """Return label, score and box (xmin, ymin, xmax, ymax in pixels) of each row, the likeliest first."""
    found: list[dict[str, Any]] = []
    for row in rows(answer):
        box = row.get("box")
        sides = [number(box.get(side)) for side in ("xmin", "ymin", "xmax", "ymax")] if isinstance(box, dict) else []
        if not sides or None in sides or not (name := label(row.get("label"))):
            continue
        left, top, right, bottom = (min(max(side or 0.0, -1e6), 1e6) for side in sides)
        corners = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        box = {side: round(at) for side, at in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)}
        found.append({"label": name, "score": score(row.get("score")), "box": box})
    found.sort(key=lambda row: (-(row["score"] or 0.0), row["label"]))
    return found[:MOST_BOXES]


def in_words(found: Sequence[dict[str, Any]]) -> str:
    """Say the first labels with their scores."""
    parts = [row["label"] if row["score"] is None else f"{row['label']} ({row['score']:.2f})" for row in found[:SAID]]
    more = len(found) - SAID
    return ", ".join(parts) + (f" and {plural(more, 'more label')}" if more > 0 else "")


def counted(names: Sequence[str]) -> str:
    """Say how often each name is there: "2 × cat, remote"."""
    numbers = {name: names.count(name) for name in dict.fromkeys(names)}
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in numbers.items())


def wanted(name: str, asked: Sequence[str]) -> bool:
    """Say whether a label is among those asked for, in the singular or the plural; all are where none was asked for."""
    plain = _plain(name)
    return not asked or any(_plain(one) == plain or _plain(one) in plain.split() for one in asked)


def _plain(text: str) -> str:
    word = " ".join(text.casefold().replace("-", " ").replace("_", " ").replace(",", " ").split())
    return word.removesuffix("s") if len(word) > 3 else word


def words_of(value: Any) -> str:
    """Return a text of an answer, cleaned; "" for what is none."""
    return clean(value).strip() if isinstance(value, str) else ""
