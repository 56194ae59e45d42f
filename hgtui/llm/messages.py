"""Messages of a chat: a text, or texts and pictures, as they go over the wire and as they are recorded."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hgtui.core.hiding import hidden

Role = Literal["system", "user", "assistant"]
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
IMAGE_TOKENS = 765
"""Tokens of one picture: what OpenAI counts for 1024x1024 at high detail, 85 and four tiles of 170 each."""
MESSAGE_TOKENS = 3
"""What the marks around a message take in OpenAI's chat format; other templates are near it."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text beside pictures in one message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """The bytes of a PNG or JPEG file. Raises ValueError where they are neither."""

    data: bytes

    def __post_init__(self) -> None:
        if not self.data.startswith((PNG, JPEG)):
            raise ValueError("A picture for the controller has to be a PNG or a JPEG.")

    @property
    def media_type(self) -> str:
        """Told by the first bytes, not by a file name."""
        return "image/png" if self.data.startswith(PNG) else "image/jpeg"


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class Source:
    """What words were made of: the name of a template, the file that it was read from, its variables as plain JSON."""

    template: str
    file: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat; `content` is a text, or parts in the order in which the model reads them.

    `sources` are the templates that its words came from; two messages with the same words are the same.
    """

    role: Role
    content: str | tuple[Part, ...]
    sources: tuple[Source, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The words of the message, without its pictures."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def images(self) -> int:
        """How many pictures it holds."""
        return 0 if isinstance(self.content, str) else sum(isinstance(part, ImagePart) for part in self.content)

    def wire(self) -> dict[str, Any]:
        """Return the message as it is sent: pictures as data: URLs."""
        if isinstance(self.content, str):
            return {"role": self.role, "content": self.content}
        return {"role": self.role, "content": [_sent(part) for part in self.content]}

    def noted(self) -> dict[str, Any]:
        """Return the message as it is recorded: a picture by media type, SHA-256 and size in bytes."""
        if isinstance(self.content, str):
            return {"role": self.role, "content": self.content}
        return {"role": self.role, "content": [_noted(part) for part in self.content]}

    def without(self, secrets: Iterable[str], instead: str) -> "Message":
        """Return the message with every secret in its words replaced."""
        if isinstance(self.content, str):
            return Message(self.role, hidden(self.content, secrets, instead), self.sources)
        parts = (
            TextPart(hidden(part.text, secrets, instead)) if isinstance(part, TextPart) else part
            for part in self.content
        )
        return Message(self.role, tuple(parts), self.sources)


def _sent(part: Part) -> Mapping[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    coded = base64.b64encode(part.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{part.media_type};base64,{coded}"}}


def _noted(part: Part) -> Mapping[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    digest = hashlib.sha256(part.data).hexdigest()
    return {"type": "image", "media_type": part.media_type, "sha256": digest, "size": len(part.data)}


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text as a quarter of its UTF-8 bytes, rounded up.

    OpenAI's rule of thumb is four characters of English for a token; counting bytes gives a token or so for a
    character of other scripts, which is nearer to what tokenizers do there.
    """
    return -(-len(text.encode("utf-8", "replace")) // 4)


def estimate_prompt(messages: Iterable[Message]) -> int:
    """Estimate the tokens of a whole chat, pictures and the marks around messages included."""
    return sum(estimate_tokens(one.text) + one.images * IMAGE_TOKENS + MESSAGE_TOKENS for one in messages)


def least_tokens(messages: Iterable[Message]) -> int:
    """Return a number of tokens that no usual tokenizer gets below for these words; pictures are not counted.

    A token does not reach over a blank between words, and holds more than eight bytes of text only by exception.
    """
    texts = [message.text for message in messages]
    words = [word for text in texts for word in text.split()]
    return max(len(words), sum(len(word.encode("utf-8", "replace")) for word in words) // 8)
