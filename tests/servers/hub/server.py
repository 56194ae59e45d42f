"""A loopback server that is the Hub, its inference router and the providers behind it."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType

from tests.servers.exchange import Exchange
from tests.servers.hub import chats, hf_inference, hubapi, providers
from tests.servers.hub.calls import Call, Choose, Record, Rules
from tests.servers.hub.chats import Script
from tests.servers.hub.faults import Fault, gated, unauthorized, wrong_token
from tests.servers.hub.hubapi import HubApi
from tests.servers.hub.made import Made, Wrong, as_json, refusal
from tests.servers.hub.models import MODELS, Listed
from tests.servers.hub.providers import Wanted
from tests.servers.hub.queues import Queues
from tests.servers.hub.routing import CHAT, Aim, Routing
from tests.servers.listening import Listener
from tests.servers.replies import Answer

TOKEN = "hf_test_token"


class HubServer(Listener):
    """The Hub on a port of its own while the context is open; see `when` and `always` for faults, `calls` for what came.

    `models` is the catalogue. A token must start with `token`; with None nobody needs one. `granted` are the gated models
    that its owner may use (``*``: all). A listing has pages of `page_size`. A queued job is done at poll `polls` (0: at
    once). `result_url` takes the place of the URLs that answers name for their files. `chat` answers chats in place of an
    echo. `listing_s` and `infer_s` are the seconds that the Hub and the providers take.
    """

    def __init__(
        self,
        models: Sequence[Listed] = MODELS,
        *,
        token: str | None = "hf_test",
        granted: Sequence[str] = (),
        page_size: int = 1000,
        polls: int = 1,
        result_url: str | Callable[[str], str] | None = None,
        chat: Script | None = None,
        listing_s: float = 0.0,
        infer_s: float = 0.0,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.result_url, self.chat = result_url, chat
        self.listing_s, self.infer_s = listing_s, infer_s
        self.api = HubApi(models, granted, page_size)
        self._token = token
        self._routing = Routing(models)
        self._queues = Queues(polls, self._keep)
        self._put: dict[str, Answer] = {}
        self._rules, self._record = Rules(), Record()
        self._busy = 0
        self.peak = 0
        """The most task calls that were being answered at one time."""
        self.errors: list[Exception] = []

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def router(self) -> str:
        """What HGTUI_ROUTER_URL is."""
        return self.url

    @property
    def polls(self) -> int:
        """The poll at which a queued job is done."""
        return self._queues.polls

    @polls.setter
    def polls(self, number: int) -> None:
        self._queues.polls = number

    @property
    def calls(self) -> list[Call]:
        """Every call in the order in which they came."""
        return self._record.to("*")

    def to(self, pattern: str) -> list[Call]:
        """The calls that `pattern` means; `Call` says what a pattern is."""
        return self._record.to(pattern)

    async def call(self, pattern: str = "*", number: int = 1) -> Call:
        """Wait for call `number` (from 1) of those that `pattern` means."""
        return await self._record.wait(pattern, number)

    def when(self, pattern: str, *answers: Fault | Choose) -> None:
        """What the first, second, … matching request gets (RIGHT: the right answer); those after them get right answers."""
        self._rules.lay(pattern, answers, forever=False)

    def always(self, pattern: str, answer: Fault | Choose) -> None:
        """What every matching request gets."""
        self._rules.lay(pattern, (answer,), forever=True)

    def well(self) -> None:
        """Take all faults away."""
        self._rules.clear()

    def put(self, path: str, answer: Answer) -> str:
        """Serve `answer` at ``/files/PATH`` and return its URL."""
        full = f"/files/{path}"
        self._put[full] = answer
        return f"{self.url}{full}"

    def _keep(self, data: bytes, media_type: str) -> str:
        suffix = {"image/png": "png", "audio/wav": "wav", "video/mp4": "mp4"}[media_type]
        url = self.put(f"result-{len(self._put) + 1}.{suffix}", Made(data, media_type))
        if self.result_url is None:
            return url
        return self.result_url if isinstance(self.result_url, str) else self.result_url(url)

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, exc, trace)
        if self.errors and exc is None:
            raise ExceptionGroup("the Hub of this test went wrong", self.errors)

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        try:
            aim = self._routing.aim(request)
            self._record.add(aim.call)
            fault = self._rules.choose(aim.call)
            infers = aim.call.route.startswith("infer/")
            if infers:
                self._busy += 1
                self.peak = max(self.peak, self._busy)
            try:
                await asyncio.sleep(self.infer_s if infers else 0 if aim.call.route == "file" else self.listing_s)
                if hasattr(fault, "twist"):
                    await fault.twist(self._right(aim), exchange)
                else:
                    await fault.send(exchange)
            finally:
                self._busy -= infers
        except ConnectionError:
            raise
        except Exception as error:
            self.errors.append(error)
            exchange.reset()
        request.answered.set()

    def _right(self, aim: Aim) -> Answer:
        route = aim.call.route
        if aim.name in self._put:
            return self._put[aim.name]
        if route.startswith(("infer/", "status/", "result/")) and not self._known(aim.call):
            return unauthorized()
        if route.startswith("infer/"):
            return self._inferred(aim)
        if route.startswith(("status/", "result/")):
            return self._queues.polled(aim.provider, aim.name, result=route.startswith("result/"))
        return self._of_hub(aim)

    def _known(self, call: Call) -> bool:
        return self._token is None or call.token.startswith(self._token)

    def _of_hub(self, aim: Aim) -> Answer:
        call, known = aim.call, self._known(aim.call)
        if call.token and not known:
            return wrong_token()
        if call.route == "whoami":
            return hubapi.whoami() if call.token else unauthorized()
        if call.route == "listing":
            return self.api.listing(self.url, call.params, known=known)
        if call.route == "info":
            return self.api.info(aim.name, aim.rest[0] if aim.rest else None, call.params, known=known)
        if call.route == "card":
            return self.api.file(aim.name, *aim.rest, known=known)
        if call.route == "routed":
            return self.api.routed()
        return as_json({"error": "Sorry, we can't find the page you are looking for."}, 404)

    def _inferred(self, aim: Aim) -> Answer:
        model, offer, request = aim.model, aim.offer, aim.call.request
        if request.method != "POST":
            return refusal(405, "Method Not Allowed")
        if model is None or offer is None:
            return refusal(400, f"Model {aim.name} is not supported by provider {aim.provider}")
        if not self.api.may_use(model):
            return gated(model.id)
        if offer.status == "error":
            return refusal(503, "Service Unavailable")
        if aim.task == CHAT:
            return chats.answer(self.chat, request)
        if aim.provider == "hf-inference":
            return hf_inference.answer(request, model, aim.task)
        try:
            return self._provided(aim, model.provider_id(offer))
        except Wrong as wrong:
            return refusal(422, wrong.message)

    def _provided(self, aim: Aim, provider_id: str) -> Answer:
        request = aim.call.request
        is_json = request.headers.get("content-type", "").startswith("application/json")
        body = request.body if is_json else {}
        wanted = Wanted(aim.task, body.get("input", body) if aim.provider == "replicate" else body)
        if aim.provider == "fal-ai":
            if "queue" in aim.call.params.get("_subdomain", ()):
                return self._queues.fal(wanted, provider_id)
            return as_json(providers.fal(wanted, self._keep))
        if aim.provider == "replicate":
            return providers.replicate(wanted, provider_id, self._keep)
        if aim.provider == "novita" and aim.task == "text-to-video":
            url = self._keep(*providers.file(wanted))
            return as_json(
                {"video": {"video_url": url, "video_type": "mp4"}, "task": {"status": "TASK_STATUS_SUCCEED"}}
            )
        queued = {"wavespeed": self._queues.wavespeed, "zai-org": self._queues.zai}
        if aim.provider == "together" and aim.task.endswith("-to-video"):
            queued["together"] = self._queues.together
        return (
            queued[aim.provider](wanted, provider_id) if aim.provider in queued else providers.openai(wanted, request)
        )
