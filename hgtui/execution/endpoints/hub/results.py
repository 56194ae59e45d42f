"""Answers of providers as results of known types. All raise CallError: unreadable or empty, with the provider's name."""

import asyncio
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hgtui.core.ports import Produced
from hgtui.core.resource import Kind
from hgtui.core.text import one_line
from hgtui.execution.endpoints.hub import shapes
from hgtui.execution.endpoints.hub.about import About
from hgtui.execution.endpoints.hub.faults import empty, unreadable
from hgtui.execution.endpoints.hub.signatures import Signature, looks_like, signature, wav_samples
from hgtui.hub.inference_plain import Blob

JSON = "application/json"
MOST_SOUNDS = 8
MOST_NUMBERS = 1_000_000
"""How long a vector, or a list of vectors, may be in all."""
_NOUN = {Kind.IMAGE: "picture", Kind.AUDIO: "sound", Kind.VIDEO: "video"}
_START_OF_LABEL = 60


def text(value: Any, about: About, data: Any = None, note: str = "") -> Produced:
    """Return a text; `data` is what a program reads of the answer."""
    if not isinstance(value, str):
        raise unreadable(about.provider, "no text")
    found = shapes.words_of(value)
    if not found:
        raise empty(about.provider, "an empty text")
    return Produced(kind=Kind.TEXT, media_type="text/plain", text=found, data=data, note=note)


def text_of(answer: Any, field: str, about: About) -> Produced:
    """Return the text that stands in a field of an answer."""
    if not isinstance(answer, dict):
        raise unreadable(about.provider, "an answer of another form than a text has")
    return text(answer.get(field), about)


def labels(answer: Any, about: About, named: Sequence[str] = ("label",)) -> Produced:
    """Return labels with scores, the likeliest first."""
    found = shapes.labels(answer, named)
    if not found:
        raise empty(about.provider, "no label") if answer == [] else _no_labels(about)
    return of_labels(found)


def of_labels(found: list[dict[str, Any]], note: str = "") -> Produced:
    """Return rows that are labels already."""
    return Produced(kind=Kind.LABELS, media_type=JSON, text=shapes.in_words(found), data=found, note=note)


def entities(answer: Any, about: About) -> Produced:
    """Return the marked words of a text: each label is the word, a colon and its kind, in the order of the text."""
    if answer == []:
        return Produced(kind=Kind.LABELS, media_type=JSON, text="nothing was marked", data=[])
    found = []
    for row in shapes.rows(answer):
        word, kind = shapes.label(row.get("word")), shapes.label(row.get("entity_group") or row.get("entity"))
        if word and kind:
            places = {name: row[name] for name in ("start", "end") if isinstance(row.get(name), int)}
            found.append({"label": f"{word}: {kind}", "score": shapes.score(row.get("score")), **places})
    if not found:
        raise _no_labels(about)
    return of_labels(found[: shapes.MOST_LABELS])


def similarities(answer: Any, about: About) -> Produced:
    """Return how alike each text is: the label is its beginning. The order is that of the texts."""
    texts = about.inputs.texts("context")
    scores = [shapes.score(one) for one in answer] if isinstance(answer, list) else []
    if len(scores) != len(texts) or None in scores:
        raise unreadable(about.provider, "another number of similarities than there are texts")
    return of_labels(
        [{"label": one_line(one, _START_OF_LABEL), "score": found} for one, found in zip(texts, scores, strict=True)]
    )


def of_rows(answer: Any, about: About) -> Produced:
    """Return the label of each row of a table, in their order."""
    names = [shapes.label(one) for one in answer] if isinstance(answer, list) else []
    if not names or not all(names):
        raise empty(about.provider, "no label") if answer == [] else _no_labels(about)
    found = [{"label": name, "score": None, "row": number} for number, name in enumerate(names, 1)]
    return Produced(kind=Kind.LABELS, media_type=JSON, text=shapes.counted(names), data=found)


def answers(answer: Any, about: About) -> Produced:
    """Return the likeliest of several answers to a question, and all as data."""
    found = shapes.labels(answer, ("answer",))
    if not found:
        raise empty(about.provider, "no answer") if shapes.rows(answer) or answer == [] else _no_labels(about)
    rows = [{"answer": row["label"], "score": row["score"]} for row in found]
    longest = next((row for row in shapes.rows(answer) if shapes.label(row.get("answer")) == found[0]["label"]), {})
    return text(str(longest.get("answer", found[0]["label"])), about, data=rows)


async def vector(answer: Any, about: About) -> Produced:
    """Return one vector, in a file; where there is one for each token, their mean."""
    depth, rows = 0, answer
    while isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], list) and depth < 3:
        rows, depth = rows[0], depth + 1
    note = ""
    if isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows):
        note = f"The mean of {len(rows)} vectors, one for each token."
        rows = _mean(rows)
    numbers = [shapes.number(one) for one in rows] if isinstance(rows, list) and len(rows) <= MOST_NUMBERS else []
    if not numbers or None in numbers:
        raise unreadable(about.provider, "no vector of numbers")
    await asyncio.to_thread((about.work / "vector.json").write_text, json.dumps(numbers), "utf-8")
    said = f"a vector of {len(numbers)} numbers"
    return Produced(
        kind=Kind.VECTOR, media_type=JSON, path="vector.json", text=said, data={"length": len(numbers)}, note=note
    )


def _mean(rows: list[list[Any]]) -> list[Any]:
    length = len(rows[0])
    if any(len(row) != length for row in rows) or length * len(rows) > MOST_NUMBERS:
        return []
    if any(shapes.number(one) is None for row in rows for one in row):
        return []
    return [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]


async def file(answer: Any, about: About, kind: Kind, stem: str, name: str = "", text: str | None = None) -> Produced:
    """Return a picture, a sound or a video, known by its content, in a file of the work folder."""
    blob, found = checked(answer, about, kind)
    path = about.work / f"{stem}{found.suffix}"
    await asyncio.to_thread(path.write_bytes, blob.data)
    media_type = "audio/webm" if kind is Kind.AUDIO and found.media_type == "video/webm" else found.media_type
    data = {"width": blob.width, "height": blob.height} if blob.width else None
    return Produced(kind=kind, media_type=media_type, path=path.name, name=name or path.name, data=data, text=text)


def checked(answer: Any, about: About, kind: Kind) -> tuple[Blob, Signature]:
    """Return a file and what its bytes say that it is."""
    noun = _NOUN[kind]
    if not isinstance(answer, Blob):
        raise unreadable(about.provider, f"no {noun}")
    if not answer.data:
        raise empty(about.provider, f"an empty {noun}")
    found = signature(answer.data)
    fits = found.kind is kind
    fits |= kind is Kind.VIDEO and found.media_type == "image/gif"
    # A container for pictures and sound is also what holds a sound alone.
    fits |= kind is Kind.AUDIO and found.media_type in {"video/webm", "video/mp4"}
    if not fits:
        seems = looks_like(answer.data)
        raise unreadable(about.provider, f"no {noun}" + (f" but {seems}" if seems else ""))
    if found.media_type == "audio/wav":
        samples = wav_samples(answer.data)
        if samples is None:
            raise unreadable(about.provider, "a WAV file that is damaged")
        if samples <= 0:
            raise empty(about.provider, "a WAV file without any sound")
    return answer, found


async def sounds(answer: Any, about: About) -> tuple[Produced, ...]:
    """Return the sounds that a recording was made into, each with its label."""
    found = [row for row in shapes.rows(answer) if isinstance(row.get("blob"), Blob)]
    if not found:
        raise empty(about.provider, "no sound") if answer == [] else unreadable(about.provider, "no sound")
    made = []
    for number, row in enumerate(found[:MOST_SOUNDS], 1):
        name = shapes.label(row.get("label")) or f"part {number}"
        made.append(await file(row["blob"], about, Kind.AUDIO, f"sound-{number}", name=name, text=name))
    return tuple(made)


def relative(path: str | None, work: Path) -> str | None:
    """Return a path that a lane wrote as one inside the work folder."""
    return None if path is None else str(Path(path).resolve().relative_to(work.resolve()))


def _no_labels(about: About) -> Any:
    return unreadable(about.provider, f"an answer of another form than {about.task.task} has")
