"""`python -m tests.servers.chat`: a deterministic controller LLM to drive hgtui against by hand."""

import argparse
import contextlib
import threading
from pathlib import Path

from tests.servers.chat import ChatServer
from tests.servers.exchange import Request
from tests.servers.media import all_routes
from tests.servers.replies import Answer, Reply, Status

PLANNING, RESPONSE = "Task planning", "Response generation"


class Planner:
    """Answers by the stage that the first line of the system prompt names, else with `reply`."""

    def __init__(self, reply: str | None, plan: str | None, answer: str, first_s: float, gap_s: float) -> None:
        self._reply, self._plan, self._answer = reply, plan, answer
        self._first_s, self._gap_s = first_s, gap_s

    def __call__(self, request: Request) -> Answer:
        text = self._reply
        if request.system.startswith(PLANNING) and self._plan is not None:
            text = self._plan
        elif request.system.startswith(RESPONSE):
            text = self._answer
        if text is None:
            return Status(400, "this server was started with no --reply for such a request")
        return Reply(text, first_s=self._first_s, gap_s=self._gap_s)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.chat", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--reply", type=Path, help="file with the reply to every request that no other option answers")
    parser.add_argument("--plan", type=Path, help='file with the reply to a system prompt that starts "Task planning"')
    parser.add_argument("--answer", default="Here is the answer.", help='reply to "Response generation"')
    parser.add_argument("--first", type=float, default=0, help="seconds before the first token")
    parser.add_argument("--gap", type=float, default=0, help="seconds between tokens")
    parser.add_argument("--model", action="append", help="a model of /v1/models, can be repeated")
    parser.add_argument("--media", action="store_true", help="has the routes for speech, transcription and pictures")
    options = parser.parse_args()
    reply, plan = (None if path is None else path.read_text("utf-8") for path in (options.reply, options.plan))
    script = Planner(reply, plan, options.answer, options.first, options.gap)
    models, routes = options.model or ("test-model",), all_routes() if options.media else {}
    with (
        ChatServer(script, port=options.port, models=models, routes=routes) as server,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(server.url, flush=True)
        threading.Event().wait()
