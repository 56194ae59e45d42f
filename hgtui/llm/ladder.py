"""The ladder of structured output, and what is remembered of each server: JSON schema, JSON object, plain text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hgtui.llm.strict import is_strict


class Rung(StrEnum):
    """How a reply is held to a form, from the firmest down."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


_WORDS = ("response_format", "json_schema", "json_object", "structured", "guided", "grammar")
"""By these words servers name the form in an error: OpenAI, vLLM, llama.cpp, LM Studio, SGLang."""


@dataclass
class ServerMemory:
    """What one model of one server does not take: `fields` of a request, rungs `refused` by an error or `ignored`."""

    fields: list[str] = field(default_factory=list)
    refused: list[Rung] = field(default_factory=list)
    ignored: list[Rung] = field(default_factory=list)

    @property
    def rung(self) -> Rung:
        """The firmest form that is worth asking for."""
        return next((rung for rung in (Rung.SCHEMA, Rung.OBJECT) if not self.knows(rung)), Rung.TEXT)

    def knows(self, rung: Rung) -> bool:
        """Whether it is known that this rung does not hold."""
        return rung in self.refused or rung in self.ignored

    def refuse(self, rung: Rung) -> None:
        """Note that the server answered this rung with an error."""
        if rung not in self.refused:
            self.refused.append(rung)

    def ignore(self, rung: Rung) -> None:
        """Note that the server took this rung and did not keep to it."""
        if rung is not Rung.TEXT and not self.knows(rung):
            self.ignored.append(rung)


_KNOWN: dict[tuple[str, str], ServerMemory] = {}


def memory_of(base_url: str, model: str) -> ServerMemory:
    """Return what this process has learnt of a server and model.

    The model belongs to it: a router has many servers behind one address, and OpenAI's models differ in what they take.
    """
    return _KNOWN.setdefault((base_url, model), ServerMemory())


def forget(base_url: str) -> None:
    """Forget what was learnt of a server, as another one may answer at its address now."""
    for place in [place for place in _KNOWN if place[0] == base_url]:
        del _KNOWN[place]


def format_of(rung: Rung, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the fields of a request that ask for this rung."""
    if rung is Rung.SCHEMA:
        wanted = {"name": name, "schema": dict(schema), "strict": is_strict(schema)}
        return {"response_format": {"type": rung.value, "json_schema": wanted}}
    return {"response_format": {"type": rung.value}} if rung is Rung.OBJECT else {}


def rung_of(sent: Mapping[str, Any]) -> Rung:
    """Return the rung that a request asked for."""
    asked = sent.get("response_format")
    return Rung(asked["type"]) if isinstance(asked, Mapping) else Rung.TEXT


def names_form(words: str) -> bool:
    """Whether an error's words are about the form of the reply."""
    low = words.lower()
    return any(word in low for word in _WORDS)


def keeps_to_json(reply: str) -> bool:
    """Whether a reply may come from a server that held its model to JSON: then it starts as an object or a list."""
    return reply.lstrip()[:1] in {"{", "["}
