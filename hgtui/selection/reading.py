"""Reading a selector's reply: strict row by row while it comes, then, for what is left, in every form that is known."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hgtui.core.base import Value
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.ports import Chosen, How
from hgtui.core.text import clean, one_line
from hgtui.llm.scan import ObjectScanner
from hgtui.llm.thinking import ThinkSplitter

MOST_REASON = 200
"""Characters of a reason that are kept."""
MOST_REPAIRED = 100_000
"""Characters of a reply that are tried to be repaired."""
_MOST_TRIES, _MOST_NESTED, _MOST_DROPPED = 50, 8, 20
_MODEL_KEYS = ("model", "candidate", "model_id", "name")
_TASK_KEYS = ("task_id", "task", "id")


class Reading(Value):
    """What became of a reply. `dropped` says what was left out and why, `left` are the tasks that got no candidate.

    `refused` holds for a task the name that is not on its list. `how` is empty where nothing could be read.
    """

    chosen: tuple[Chosen, ...] = ()
    dropped: tuple[str, ...] = ()
    refused: Mapping[Uid, str] = {}
    left: tuple[Uid, ...] = ()
    how: How = ""


class Sheet:
    """The rows of some tasks as they are filled: each from the list of its own task, the first row that fits counts."""

    def __init__(self, plan: Plan, candidates: Mapping[Uid, tuple[Candidate, ...]]) -> None:
        self._plan, self._candidates = plan, candidates
        self.chosen: dict[Uid, Chosen] = {}
        self.refused: dict[Uid, str] = {}
        self.dropped: list[str] = []
        self._seen: list[dict[str, Any]] = []

    @property
    def left(self) -> tuple[Uid, ...]:
        """The tasks that have no candidate yet."""
        return tuple(uid for uid in self._candidates if uid not in self.chosen)

    def is_row(self, value: Mapping[str, Any]) -> bool:
        """Say whether an object means to choose: it names a model, and a task unless there is only one."""
        return self.model_of(value) is not None and (len(self._candidates) == 1 or self._names_task(value))

    def take(self, row: dict[str, Any]) -> Chosen | None:
        """Fill a row; None, with the reason in `dropped`, where it cannot be."""
        if row in self._seen:
            return None
        self._seen.append(row)
        said = one_line(self.model_of(row) or "", 120)
        uid = self.task_of(row)
        if uid is None:
            self._drop(f"{self._words(row)} is not one of the tasks to choose for: “{said}” was left out.")
            return None
        number = self._plan[uid].id
        if uid in self.chosen:
            if self.chosen[uid].assignment.candidate != said:
                self._drop(f"Task {number} was named again: “{said}” was left out.")
            return None
        candidate = named(said, self._candidates[uid])
        if candidate is None:
            self.refused[uid] = said
            self._drop(f"Task {number}: “{said}” is not on its list.")
            return None
        self.refused.pop(uid, None)
        reason = row.get("reason")
        words = one_line(reason if isinstance(reason, str) else "", MOST_REASON)
        self.chosen[uid] = Chosen(uid=uid, assignment=Assignment.of(candidate, "selector", words))
        return self.chosen[uid]

    def task_of(self, row: Mapping[str, Any]) -> Uid | None:
        """Return the task that a row means: by its number, by a type that only one has, or as the only one."""
        given = [row[key] for key in _TASK_KEYS if key in row and not self._is_model_key(row, key)]
        for value in given:
            uid = self._uid(value)
            if uid is not None:
                return uid
        # A number that is wrong is not the only task meant; a type beside no number may be.
        alone = len(self._candidates) == 1 and not any(_number(value) is not None for value in given)
        return next(iter(self._candidates)) if alone else None

    def _uid(self, value: object) -> Uid | None:
        number = _number(value)
        if number is not None:
            return next((uid for uid in self._candidates if self._plan[uid].id == number), None)
        same = [uid for uid in self._candidates if self._plan[uid].task == value]
        return same[0] if len(same) == 1 else None

    def _names_task(self, row: Mapping[str, Any]) -> bool:
        return any(key in row and not self._is_model_key(row, key) for key in _TASK_KEYS)

    def model_of(self, row: Mapping[str, Any]) -> str | None:
        """Return the model that a row names, None where it names none."""
        found = next((row[key] for key in _MODEL_KEYS if isinstance(row.get(key), str)), None)
        # HuggingGPT's own form has the model under "id".
        return row["id"] if found is None and self._is_model_key(row, "id") else found

    @staticmethod
    def _is_model_key(row: Mapping[str, Any], key: str) -> bool:
        if key != "id" or any(isinstance(row.get(one), str) for one in _MODEL_KEYS):
            return False
        return isinstance(row.get("id"), str) and _number(row["id"]) is None

    def _words(self, row: Mapping[str, Any]) -> str:
        given = next((row[key] for key in _TASK_KEYS if key in row and not self._is_model_key(row, key)), "")
        return f"“{one_line(str(given), 40)}”"

    def _drop(self, words: str) -> None:
        if len(self.dropped) < _MOST_DROPPED:
            self.dropped.append(words)


def _number(value: object) -> int | None:
    """Return the number of a task as 3, "3", "#3" or "task 3" give it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if value == value // 1 else None
    if isinstance(value, str):
        digits = value.strip().lower().removeprefix("task").strip(" #:")
        return int(digits) if digits.isdecimal() and len(digits) < 10 else None
    return None


def named(said: str, candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Return the candidate that a name means: the exact name, else the only one that is so called in part or in title."""
    word = said.strip().strip("`'\"“”").strip()
    for one in candidates:
        if one.name == word:
            return one
    meant = word.casefold()
    called = [
        one
        for one in candidates
        if meant
        and meant in {text.casefold() for text in (one.name, one.model, one.title, f"{one.endpoint}:{one.model}")}
    ]
    return called[0] if len(called) == 1 else None


def read_selection(text: str, plan: Plan, candidates: Mapping[Uid, tuple[Candidate, ...]]) -> Reading:
    """Read a whole raw reply. Says how it was read, and what was left out of it and why; never raises."""
    sheet = Sheet(plan, {uid: few for uid, few in candidates.items() if few and plan.get(uid)})
    reply = _without_thoughts(clean(text))
    scanner = ObjectScanner(sheet.is_row)
    for found in scanner.feed(reply):
        sheet.take(found.value)
    how = complete(sheet, reply, cut=scanner.open)
    dropped = list(sheet.dropped)
    if not reply.strip():
        dropped.append("The reply is empty.")
    elif not how:
        dropped.append(f"No row could be read of: “{one_line(reply, 200)}”")
    elif how == "cut off":
        dropped.append(
            f"The reply ends in the middle{': “' + one_line(scanner.rest, 120) + '”' if scanner.rest else ''}."
        )
    return Reading(
        chosen=tuple(sheet.chosen.values()),
        dropped=tuple(dropped),
        refused=dict(sheet.refused),
        left=sheet.left,
        how=how,
    )


def complete(sheet: Sheet, reply: str, *, cut: bool) -> How:
    """Read once more, in other forms and repaired, what no strict row has filled; return how the reply was read.

    `cut` says that the reply ends inside an object or a list.
    """

    def took(values: Iterator[Any]) -> bool:
        before = len(sheet.chosen) + len(sheet.refused)
        for value in values:
            for row in _rows(sheet, value):
                # A name that the reply ends in may be the beginning of a longer one.
                if not (cut and reply.rstrip().endswith(sheet.model_of(row) or "\0")):
                    sheet.take(row)
        return len(sheet.chosen) + len(sheet.refused) > before

    read = bool(sheet.chosen or sheet.refused)
    if sheet.left and took(_values(reply)):
        read = True
    if sheet.left and set(sheet.left) - set(sheet.refused) and took(_repaired(reply)):
        return "cut off" if cut else "repaired"
    if cut and read and sheet.left:
        return "cut off"
    return "read" if read or sheet.dropped else ""


def _rows(sheet: Sheet, value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the rows in a value: rows as such, or models (or rows without a task) under the number of their task."""
    if depth > _MOST_NESTED:
        return
    if isinstance(value, list):
        for item in value:
            yield from _rows(sheet, item, depth + 1)
    elif isinstance(value, dict):
        if sheet.is_row(value):
            yield value
            return
        for key, item in value.items():
            if sheet.task_of({"task": key}) is not None and _number(key) is not None and isinstance(item, (str, dict)):
                yield {**item, "task": key} if isinstance(item, dict) else {"task": key, "model": item}
            else:
                yield from _rows(sheet, item, depth + 1)


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON lists and objects that stand in a text as they are."""
    decoder, place = json.JSONDecoder(), 0
    for _ in range(_MOST_TRIES):
        starts = [found for bracket in "{[" if (found := text.find(bracket, place)) >= 0]
        if not starts:
            return
        place = min(starts)
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
        else:
            yield value


def _repaired(text: str) -> Iterator[Any]:
    """Yield what json-repair makes of a text from its first bracket on."""
    import json_repair

    starts = [found for bracket in "{[" if (found := text.find(bracket)) >= 0]
    if not starts or len(text) > MOST_REPAIRED:
        return
    try:
        yield json_repair.loads(text[min(starts) :], skip_json_loads=True)
    except (ValueError, RecursionError):
        return


def _without_thoughts(text: str) -> str:
    """Return a reply without what stands between <think> and </think>, or before a lone </think>."""
    splitter = ThinkSplitter()
    said: list[str] = []
    for piece in (*splitter.feed(text), *splitter.flush()):
        if piece.kind == "retract":
            said.clear()
        elif piece.kind == "text":
            said.append(piece.text)
    return "".join(said)
