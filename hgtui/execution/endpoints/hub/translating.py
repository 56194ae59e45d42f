"""The language of a text that is to be translated: a model for several languages is told both, or answers in any.

The Hub's client takes both languages or none. Told none, a model of several takes its own first pair: T5 answers in German.
"""

import re
from pathlib import Path

from hgtui.core.ports import CallError
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.endpoints.embedded.endpoint import install_hint
from hgtui.execution.endpoints.embedded.language import ENOUGH, LEAST_LETTERS, SURE
from hgtui.execution.endpoints.embedded.languages import language_code, language_name
from hgtui.execution.endpoints.hub.inputs import Inputs
from hgtui.execution.lanes import EngineCall, EngineError, Lanes
from hgtui.hub.values import Model

_PAIR = re.compile(r"opus-mt-(?P<source>[a-z]{2})-(?P<target>[a-z]{2})\Z")
"""How the models of OPUS-MT name their one pair."""
_EVERY = frozenset({"multilingual", "mul"})
_TELLER = cards.card("py3langid")


async def with_source(inputs: Inputs, model: Model, work: Path, lanes: Lanes | None) -> tuple[Inputs, str]:
    """Return the inputs with the language of the text, and how it was told; empty where it was known or is not needed.

    Raises CallError where it cannot be told, or where the model is for another pair of languages: what it answered
    would be in a language that nobody asked for.
    """
    target = language_code(inputs.language())
    if not target:
        return inputs, ""
    name, source = one_line(model.id, 120), language_code(inputs.source_language("text"))
    if pair := _PAIR.search(model.id.lower()):
        if pair["target"] != target or source not in {"", pair["source"]}:
            message = (
                f"{name} translates from {language_name(pair['source'])} into {language_name(pair['target'])} only."
            )
            raise CallError(Failure.NO_MODEL, message, "Choose another model.")
        return inputs.spoken("text", pair["source"]), ""
    if source:
        return inputs, ""
    known = {language_code(one) for one in model.languages}
    among = set() if known & _EVERY else known - {target}
    if len(among) == 1:
        source = next(iter(among))
        note = f"The text was taken for {language_name(source)}, the only other language of {name}."
        return inputs.spoken("text", source), note
    source, share = await _told(inputs.text("text"), among, work, lanes)
    if not source:
        message = f"{name} has to be told the language of the text, which is not known."
        chat = "A model that is told in words what to do, by chat, needs none."
        hint = chat if cards.installed(_TELLER) else f"{install_hint(_TELLER)} brings what tells it. {chat}"
        raise CallError(Failure.NO_MODEL, message, hint)
    note = f"The text was taken for {language_name(source)}, as py3langid tells ({100 * share:.0f} %)."
    return inputs.spoken("text", source), note


async def _told(text: str, among: set[str], work: Path, lanes: Lanes | None) -> tuple[str, float]:
    """Return the language that py3langid tells and how likely it is; "" where it is not installed or not sure."""
    start = text[:ENOUGH]
    if lanes is None or not cards.installed(_TELLER) or (not among and sum(map(str.isalpha, start)) < LEAST_LETTERS):
        return "", 0.0
    given = {"text": {"text": start}, **({"among": {"text": ",".join(sorted(among))}} if among else {})}
    try:
        (found,) = await lanes.run(EngineCall(_TELLER.engine, "text-classification", given, str(work)))
    except EngineError:
        return "", 0.0  # a text without letters; the caller says that it is not known
    score = float(found.data[0]["score"])
    return (str(found.language), score) if score >= SURE else ("", 0.0)
