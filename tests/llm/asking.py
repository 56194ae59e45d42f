"""What the tests of this room share: a client without waits, and a chat that is read to its end."""

from contextlib import aclosing
from dataclasses import dataclass, field

from hgtui.llm.client import ChatClient
from hgtui.llm.messages import Message
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.values import CallRecord, Chunk, Done, ReasoningDelta, TextDelta, Timeouts

KEY = "sk-very-secret-0123456789"
ASK = [Message("system", "Task planning\nBe brief."), Message("user", "Grüß Gott 👋")]


@dataclass
class Waits:
    """A sleep that passes at once and remembers what it was asked for, in seconds."""

    asked: list[float] = field(default_factory=list)
    told: list[tuple[int, float, str]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)

    def on_retry(self, attempt: int, wait_s: float, reason: str) -> None:
        self.told.append((attempt, wait_s, reason))


def client(
    url: str,
    waits: Waits | None = None,
    *,
    key: str | None = KEY,
    model: str | None = "test-model",
    tries: int = 1,
    timeouts: Timeouts | None = None,
    longest_s: float = 30,
) -> ChatClient:
    policy = RetryPolicy(tries=tries, longest_s=longest_s)
    return ChatClient(url, key, model, timeouts, policy, (waits or Waits()).sleep)


@dataclass
class Heard:
    chunks: list[Chunk]

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, ReasoningDelta))

    @property
    def record(self) -> CallRecord:
        assert isinstance(self.chunks[-1], Done)
        assert sum(isinstance(chunk, Done) for chunk in self.chunks) == 1
        return self.chunks[-1].record


async def hear(chat: ChatClient, **options: object) -> Heard:
    async with chat, aclosing(chat.stream(ASK, **options)) as chunks:  # type: ignore[arg-type]
        return Heard([chunk async for chunk in chunks])
