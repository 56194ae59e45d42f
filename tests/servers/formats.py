"""Servers that differ in which form of a reply they take."""

from dataclasses import dataclass

from tests.servers.exchange import Request
from tests.servers.replies import Answer, Reply, Status

EMPTY_PLAN = Reply("[]")


@dataclass(frozen=True)
class Takes:
    """A script: answers `reply` where the form is one of `forms` (or none is asked for), else 400 or 422 with `message`.

    `{form}` in the message is the form that was asked for.
    """

    forms: tuple[str, ...] = ()
    reply: Answer = EMPTY_PLAN
    status: int = 400
    message: str = "response_format type {form} is not supported"

    def __call__(self, request: Request) -> Answer:
        form = (request.body.get("response_format") or {}).get("type")
        if form is None or form in self.forms:
            return self.reply
        return Status(self.status, self.message.format(form=form))
