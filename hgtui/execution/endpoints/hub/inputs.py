"""What goes into a request: texts and files of a call, checked and read before anything is sent."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hgtui.core.ports import Given
from hgtui.core.resource import Kind
from hgtui.core.text import one_line, plural
from hgtui.execution.endpoints.hub.faults import bad_input
from hgtui.execution.endpoints.hub.signatures import signature
from hgtui.hub.inference_plain import Blob

MB = 1_000_000
MOST_TEXT = 1_000_000
"""Characters of all texts of one request; the largest context of a model is about as long."""
LARGEST = {Kind.IMAGE: 20 * MB, Kind.AUDIO: 50 * MB}
"""Bytes of one file that is sent; many providers get it as base64, which is a third longer."""
MOST_ROWS = 5_000
MOST_LABELS = 100
SENT_AS_THEY_ARE = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""The pictures that every provider reads; others are made PNG first."""
_WORDS = {Kind.IMAGE: "a picture", Kind.AUDIO: "a sound"}


class Inputs:
    """The inputs of a call by argument. The methods read files, so that they are called off the loop; all raise CallError."""

    def __init__(self, given: Mapping[str, tuple[Given, ...]]) -> None:
        self.given = given
        length = sum(len(one.text or "") for rows in given.values() for one in rows)
        if length > MOST_TEXT:
            raise bad_input(
                f"The text has {length:,} characters, more than the {MOST_TEXT:,} that are sent.", "Shorten it first."
            )

    def has(self, name: str) -> bool:
        """Say whether an argument was given."""
        return any(one.path or (one.text or "").strip() for one in self.given.get(name, ()))

    def texts(self, name: str) -> list[str]:
        """Return the texts of an argument that say something; at least one."""
        found = [one.text for one in self.given.get(name, ()) if one.text and one.text.strip()]
        if not found:
            raise bad_input(f"There is no text in “{name}”.")
        return found

    def text(self, name: str) -> str:
        """Return the text of an argument, several joined by a blank line."""
        return "\n\n".join(self.texts(name))

    def language(self, name: str = "language") -> str:
        """Return a language code, "" where none is given."""
        return self.text(name).strip() if self.has(name) else ""

    def source_language(self, name: str) -> str:
        """Return the language that a text was found to be in, "" where it is not known."""
        return next((one.language for one in self.given.get(name, ()) if one.language), "")

    def spoken(self, name: str, language: str) -> "Inputs":
        """Return the inputs with the texts of an argument said to be in a language."""
        rows = tuple(one.model_copy(update={"language": language}) for one in self.given.get(name, ()))
        return Inputs({**self.given, name: rows})

    def words(self, name: str) -> list[str]:
        """Return labels: one text with commas, or several texts; [] where none are given."""
        rows = [one.text or "" for one in self.given.get(name, ())]
        found = [word.strip() for row in rows for word in row.replace("\n", ",").split(",") if word.strip()]
        return list(dict.fromkeys(found))[:MOST_LABELS]

    def files(self, name: str) -> tuple[Given, ...]:
        """Return the files of an argument; at least one."""
        found = tuple(one for one in self.given.get(name, ()) if one.path)
        if not found:
            raise bad_input(f"A file is needed as “{name}”.")
        return found

    def pictures(self, name: str) -> list[Blob]:
        """Return the pictures of an argument; several where it was a document."""
        return [_blob(one, Kind.IMAGE) for one in self.files(name)]

    def sound(self, name: str) -> Blob:
        """Return the sound of an argument."""
        return _blob(self.files(name)[0], Kind.AUDIO)

    def table(self, name: str) -> dict[str, list[str]]:
        """Return a table (CSV, TSV or JSON) as its columns."""
        text = self.text(name)
        found = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_rows(text)
        if not found or not any(found.values()):
            raise bad_input("The table has no rows that can be read.", "Give it as CSV with a line of headings.")
        if any(len(column) > MOST_ROWS for column in found.values()):
            raise bad_input(f"The table has more than {plural(MOST_ROWS, 'row')}.", "Give a part of it.")
        return found


def shown(given: Given) -> str:
    """Return what a file is called."""
    return one_line(given.name, 120) or "the file"


def _blob(given: Given, kind: Kind) -> Blob:
    name, most = shown(given), LARGEST[kind]
    try:
        with Path(given.path or "").open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise bad_input(f"{name[:1].upper()}{name[1:]} cannot be read: {error.strerror}.") from error
    if len(data) > most:
        raise bad_input(
            f"{name[:1].upper()}{name[1:]} is larger than the {most // MB} MB that are sent.", "Make it smaller first."
        )
    found = signature(data)
    container = kind is Kind.AUDIO and found.media_type == "video/webm" and given.kind is Kind.AUDIO
    if found.kind is not kind and not container:
        raise bad_input(f"{name[:1].upper()}{name[1:]} is not {_WORDS[kind]} that can be sent.")
    return Blob(data, "audio/webm" if container else found.media_type)


def _from_json(text: str) -> dict[str, list[str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad_input("The table is no JSON that can be read.", "Give it as CSV with a line of headings.") from error
    if isinstance(data, dict):
        lists = all(isinstance(column, list) for column in data.values())
        data = data if lists else {key: [value] for key, value in data.items()}
        return {str(key): [_cell(value) for value in column] for key, column in data.items()}
    rows = [row for row in data if isinstance(row, dict)]
    names = dict.fromkeys(str(key) for row in rows for key in row)
    return {name: [_cell(row.get(name)) for row in rows] for name in names}


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from_rows(text: str) -> dict[str, list[str]]:
    first = text.splitlines()[0]
    mark = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise bad_input(f"The table cannot be read as CSV: {error}.") from error
    if len(rows) < 2:
        return {}
    names = [name.strip() or f"column {number}" for number, name in enumerate(rows[0], 1)]
    return {name: [row[at].strip() if at < len(row) else "" for row in rows[1:]] for at, name in enumerate(names)}
