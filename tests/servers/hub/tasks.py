"""What models of hf-inference answer to texts and tables: computed from the input, so that a test can tell its own."""

import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.servers.hub.made import Made, Wrong, as_json
from tests.servers.hub.models import Listed

BAD = {"bad", "hate", "terrible", "awful", "not", "worst", "sad", "poor"}
DIMENSIONS = 8
WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Given:
    """What a model was asked: `inputs` as JSON, or `data` where the input is a file; `extra` is the rest of the body."""

    model: Listed
    task: str
    inputs: Any = None
    data: bytes = b""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        if not isinstance(self.inputs, str):
            raise Wrong(f"inputs must be a string, not {type(self.inputs).__name__}")
        return self.inputs

    def part(self, name: str) -> Any:
        """A field of inputs that are an object."""
        if not isinstance(self.inputs, Mapping) or name not in self.inputs:
            raise Wrong(f"inputs needs the field {name}")
        return self.inputs[name]


Task = Callable[[Given], Made]


def scored(labels: Sequence[str], given: Given, first: float = 0.9) -> list[dict[str, Any]]:
    """Labels with scores that fall by half, cut at top_k; at least one."""
    rows = [{"label": label, "score": round(first / 2**place, 4)} for place, label in enumerate(labels)]
    return rows[: given.parameters.get("top_k") or 5]


def words(text: str) -> list[str]:
    return WORDS.findall(text.lower())


def text_classification(given: Given) -> Made:
    labels = sorted(given.model.labels, key=lambda label: "neg" in label.lower())
    if BAD & set(words(given.text)):
        labels.reverse()
    return as_json([scored(labels or ["LABEL_0", "LABEL_1"], given)])


def token_classification(given: Given) -> Made:
    """Every run of words with a capital is an entity; the first one of a text too."""
    found = re.finditer(r"\b[A-Z]\w+(?: [A-Z]\w+)*", given.text)
    kinds = ("PER", "LOC", "ORG")
    return as_json(
        [
            {
                "entity_group": kinds[place % 3],
                "score": 0.98,
                "word": match[0],
                "start": match.start(),
                "end": match.end(),
            }
            for place, match in enumerate(found)
        ]
    )


def zero_shot(given: Given) -> Made:
    labels = given.parameters.get("candidate_labels")
    if not labels:
        raise Wrong("candidate_labels is needed")
    said = set(words(given.inputs)) if isinstance(given.inputs, str) else set()
    return as_json(scored(sorted(labels, key=lambda label: not set(words(label)) & said), given))


def summarization(given: Given) -> Made:
    return as_json([{"summary_text": re.split(r"(?<=[.!?])\s", given.text.strip())[0]}])


def translation(given: Given) -> Made:
    language = given.parameters.get("tgt_lang") or given.model.languages[-1]
    return as_json([{"translation_text": f"({language}) {given.text}"}])


def question_answering(given: Given) -> Made:
    question, context = set(words(given.part("question"))), given.part("context")
    sentences = list(re.finditer(r"[^.!?]+", context)) or list(re.finditer(r".*", context))
    best = max(sentences, key=lambda match: len(question & set(words(match[0]))))
    answer = best[0].strip()
    start = context.index(answer)
    row = {"score": 0.8, "start": start, "end": start + len(answer), "answer": answer}
    top = given.parameters.get("top_k") or 1
    return as_json(row if top == 1 else [row] * top)


def table_question_answering(given: Given) -> Made:
    asked, table = set(words(given.part("query"))), given.part("table")
    if not isinstance(table, Mapping) or not table:
        raise Wrong("table must be an object of columns")
    column = next((place for place, name in enumerate(table) if set(words(name)) & asked), 0)
    columns = list(table.values())
    row = next(
        (place for place in range(len(columns[0])) for cells in columns if set(words(str(cells[place]))) & asked), 0
    )
    cell = str(columns[column][row])
    return as_json({"answer": cell, "coordinates": [[row, column]], "cells": [cell], "aggregator": "NONE"})


def _rows(given: Given) -> list[tuple[Any, ...]]:
    table = given.extra.get("table")
    if not isinstance(table, Mapping) or not table:
        raise Wrong("table must be an object of columns")
    table = table.get("data", table)
    return list(zip(*table.values(), strict=True))


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return 0.0


def tabular_classification(given: Given) -> Made:
    return as_json(["high" if sum(map(_number, row)) > 10 else "low" for row in _rows(given)])


def tabular_regression(given: Given) -> Made:
    return as_json([sum(map(_number, row)) for row in _rows(given)])


def vector(text: str) -> list[float]:
    """A unit vector that depends on the words of a text and not on their order."""
    counts = [0.0] * DIMENSIONS
    for word in words(text):
        counts[zlib.crc32(word.encode()) % DIMENSIONS] += 1
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [round(count / length, 6) for count in counts]


def feature_extraction(given: Given) -> Made:
    return as_json([vector(text) for text in given.inputs] if isinstance(given.inputs, list) else vector(given.text))


def sentence_similarity(given: Given) -> Made:
    source = set(words(given.part("source_sentence")))
    others = [set(words(sentence)) for sentence in given.part("sentences")]
    return as_json([round(len(source & other) / (len(source | other) or 1), 4) for other in others])


def fill_mask(given: Given) -> Made:
    hole = next((mark for mark in ("[MASK]", "<mask>") if mark in given.text), None)
    if hole is None:
        raise Wrong("No mask_token ([MASK]) found on the input")
    fillings = given.parameters.get("targets") or ["good", "new", "small"]
    return as_json(
        [
            {
                "score": round(0.6 / 2**place, 4),
                "token": 2000 + place,
                "token_str": word,
                "sequence": given.text.replace(hole, word),
            }
            for place, word in enumerate(fillings[: given.parameters.get("top_k") or 5])
        ]
    )


def continued(prompt: str) -> str:
    """What every completing model makes of a prompt."""
    return f"{prompt.strip().rpartition(' ')[2]} and so on."


def text_generation(given: Given) -> Made:
    text = continued(given.text)
    whole = f"{given.text}{text}" if given.parameters.get("return_full_text") else text
    details = {
        "finish_reason": "eos_token",
        "generated_tokens": len(text.split()),
        "prefill": [],
        "tokens": [],
        "seed": None,
    }
    return as_json([{"generated_text": whole, **({"details": details} if given.parameters.get("details") else {})}])


TEXT_TASKS: dict[str, Task] = {
    "text-classification": text_classification,
    "token-classification": token_classification,
    "zero-shot-classification": zero_shot,
    "summarization": summarization,
    "translation": translation,
    "question-answering": question_answering,
    "table-question-answering": table_question_answering,
    "tabular-classification": tabular_classification,
    "tabular-regression": tabular_regression,
    "feature-extraction": feature_extraction,
    "sentence-similarity": sentence_similarity,
    "fill-mask": fill_mask,
    "text-generation": text_generation,
}
