"""Where the prompt of a picture ends and what it is held to begins: "a castle from the edges of photo.png"."""

import re

from hgtui.planning.rules.words import TOKEN

_SHAPE = (
    r"(?:(?:soft |canny |straight |body |surface )?(?:edges?|outlines?|contours?|lines|poses?|skeleton|depth(?: map)?|normals?(?: map)?|"
    r"segments|segmentation|areas|line segments|summary|translation|text|description|caption))"
)
_SOURCE = (
    rf"(?:it|that|this|them|these|those|(?:the |that |this )?results?|(?:the |its |these |those |this |that |their |same |exact )+{_SHAPE}"
    rf"(?: (?:of|in|as|from|on|is|was)\b.{{0,120}})?|(?:the (?:picture|photo|image|file|drawing|text in|text of) )?{TOKEN}"
    r"|(?:the|this|that) (?:picture|photo|image|drawing|sketch))"
)
_HELD = re.compile(
    rf"(?P<prompt>.*?)\s*\b(?:from|based on|out of|using|with|in|following|guided by|by|according to|that has|which has|having|keeping|held to)"
    rf"\s+(?P<source>{_SOURCE})\s*$",
    re.I | re.DOTALL,
)


def held_to(prompt: str) -> tuple[str, str] | None:
    """Return what a picture shows and what it is made from, None where the prompt names no such thing."""
    found = _HELD.match(prompt[:2_000]) if len(prompt) <= 2_000 else None
    return (found["prompt"].strip(" ,"), found["source"]) if found else None
