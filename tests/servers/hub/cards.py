"""Model cards in Markdown with front matter, and the facts that the Hub takes out of them."""

from typing import Any

import yaml

from tests.servers.hub.models import HOSTILE, HOSTILE_CARD, LONG_CARD, Listed

LONG_BYTES = 200_000


def data(model: Listed) -> dict[str, Any]:
    """The front matter, which is cardData in the API."""
    facts: dict[str, Any] = {"license": model.licence, "language": list(model.languages), "pipeline_tag": model.tag}
    if model.library is not None:
        facts["library_name"] = model.library
    return {**facts, "tags": list(model.tags)}


def text(model: Listed) -> str:
    """README.md of a model that has one."""
    front = yaml.safe_dump(data(model), allow_unicode=False, sort_keys=False)
    return f"---\n{front}---\n\n# {model.id.rpartition('/')[2]}\n\n{_body(model)}\n"


def _body(model: Listed) -> str:
    about = (
        f"This model does **{model.tag.replace('-', ' ')}**. It was made for the languages {', '.join(model.languages)}.\n\n"
        f'## Intended use\n\nUse it with [{model.library}](https://huggingface.co/docs): `pipeline("{model.tag}")`.\n\n'
        "## Limits\n\nIt can be wrong.\n"
    )
    if model.card == LONG_CARD:
        line = "\nIt was trained on many documents, of which this paragraph is one.\n"
        return about + line * (LONG_BYTES // len(line))
    if model.card == HOSTILE_CARD:
        return f"{about}\n## {HOSTILE}\n\n```\n{HOSTILE}\n```\n\n<script>alert(1)</script>\n"
    return model.card or about
