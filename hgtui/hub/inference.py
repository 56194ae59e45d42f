"""One call of huggingface_hub's AsyncInferenceClient, with our own choice of provider, and its result as plain data."""

import asyncio
import functools
import importlib.util
import re
import time
import warnings
from collections.abc import Callable
from typing import Any

from hgtui.core.imports import settled
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.hub import inference_mapping
from hgtui.hub.faults import shortened
from hgtui.hub.heard import Heard, heard
from hgtui.hub.inference_plain import check_masks, plain, sent
from hgtui.hub.tasks import CHAT, PROVIDERS
from hgtui.hub.values import ROUTER_URL, Ask, HubCall, HubError
from hgtui.hub.wire import SCOPE, STAND_IN, Scope, Wire, base_of

Told = Callable[[str], None]
"""Takes a word on how far a call is, on the caller's event loop."""

_CHAT = "chat_completion"
_NAMED = frozenset({_CHAT, "text_generation"})
"""Methods that are told the model themselves: a chat has it in its body, text_generation remembers a model's refusals by
it, and would take those of one for those of all."""
_METHODS = frozenset({_CHAT, *(task.replace("-", "_") for task in PROVIDERS if task != CHAT)})
_MODEL = re.compile(r"[\w.-]+(/[\w.-]+)?\Z", re.ASCII)
_FAILED = re.compile(r"\bfailed\b", re.IGNORECASE)
"""How the client words that a provider's queue gave up a job; everything else is an answer that it cannot read."""


async def infer(
    wire: Wire, ask: Ask, seconds: float, tell: Told | None = None, exchanges: list[Heard] | None = None
) -> Any:
    """Run one call of the client and return what came, as dict, list, str, number or Blob.

    Each request that asks for work is put into `exchanges` with its answer, also where the call fails.

    `seconds` bounds all of it: waiting in a provider's queue and fetching the files that its answer names, too. A call
    that is cancelled, or whose time is up, makes no further request. The provider is the one of `ask`, by its mapping;
    the Hub is not asked for another. Raises HubError.
    """
    _check(wire, ask)
    told = _on_this_loop(tell)
    return await wire.run(
        lambda: _ask(ask, seconds, told, exchanges),
        seconds,
        provider=one_line(ask.provider, 40),
        model=one_line(ask.model, 120),
    )


def _check(wire: Wire, ask: Ask) -> None:
    if not wire.place.token:
        message = f"{one_line(ask.provider, 40)} asks for a token."
        raise HubError(Failure.ACCESS, message, "Make one at https://huggingface.co/settings/tokens and set HF_TOKEN.")
    if not _MODEL.match(ask.model) or ".." in ask.model:
        message = f"{one_line(ask.model, 120)} is no name of a model."
        raise HubError(Failure.NO_MODEL, message, "It has the form owner/name.")
    task = _task(ask.method)
    if ask.method not in _METHODS or ask.provider not in PROVIDERS[task]:
        message = f"{one_line(ask.provider, 40)} is no provider for {task} that the Hub's client knows."
        raise HubError(Failure.NO_MODEL, message, "Take another provider.")
    if ask.method == "feature_extraction" and importlib.util.find_spec("numpy") is None:
        message = "numpy is not installed, with which the Hub's client reads vectors."
        raise HubError(Failure.NO_MODEL, message, "pip install 'hgtui[embedded]' brings it.")


def _task(method: str) -> str:
    """Return the Hub's task that a method is for."""
    return CHAT if method == _CHAT else method.replace("_", "-")


async def _ask(ask: Ask, seconds: float, tell: Told | None, exchanges: list[Heard] | None) -> Any:
    scope = SCOPE.get()
    assert scope is not None
    if tell is not None:
        _watch(scope, ask, tell)
    make = _client_class() if _client_class.cache_info().currsize else await asyncio.to_thread(_client_class)
    _set_warnings()
    arguments = {name: sent(value) for name, value in ask.arguments.items()}
    target = inference_mapping.use(ask, _task(ask.method))
    if ask.method in _NAMED:
        arguments["model"] = ask.model if ask.method == _CHAT else target
    client = make(
        model=target,
        provider=ask.provider,
        # The transport puts the real token in its place; one that begins with hf_ is what sends a call to the router.
        api_key=STAND_IN,
        bill_to=scope.place.bill_to or None,
        timeout=seconds,
    )
    client.exchanges = exchanges
    async with client:
        try:
            found = await getattr(client, ask.method)(**arguments)
        except Exception as error:
            raise _given_up(error, scope) or error from None
        # Masks are made PNG anew; all else is at hand.
        return await asyncio.to_thread(plain, found) if ask.method == "image_segmentation" else plain(found)


@functools.cache
def _client_class() -> Any:
    """Import the client: 0.5 s the first time, so that it is called on a thread then."""
    from huggingface_hub import AsyncInferenceClient

    class Client(AsyncInferenceClient):
        """The client; answers with masks are looked at before it unpacks them."""

        exchanges: list[Heard] | None = None

        async def _inner_post(self, request_parameters: Any, *, stream: bool = False) -> Any:
            answer = await _posted(super()._inner_post, request_parameters, stream, self.exchanges)
            if request_parameters.task == "image-segmentation" and isinstance(answer, bytes):
                await asyncio.to_thread(check_masks, answer)
            return answer

    settled("huggingface_hub.inference")
    return Client


async def _posted(post: Any, asked: Any, stream: bool, exchanges: list[Heard] | None) -> Any:
    """Make a request and keep it with its answer; what is cancelled is not kept."""
    began = time.monotonic()
    try:
        answer = await post(asked, stream=stream)
    except Exception as error:
        if exchanges is not None:
            said = getattr(error, "message", "") or type(error).__name__
            words = one_line(str(said), 600)
            exchanges.append(await asyncio.to_thread(heard, asked, _real(asked.url), None, _since(began), words))
        raise
    if exchanges is not None and isinstance(answer, bytes):
        exchanges.append(await asyncio.to_thread(heard, asked, _real(asked.url), answer, _since(began)))
    return answer


def _since(began: float) -> float:
    return time.monotonic() - began


def _real(url: str) -> str:
    """Return where a request of the client goes: the router may be another one."""
    scope = SCOPE.get()
    assert scope is not None
    base = base_of(scope.place.router)
    return base + url.removeprefix(ROUTER_URL) if url.startswith(ROUTER_URL) else url


def prepare() -> None:
    """Import what the first call would wait for. To be called on a thread."""
    _client_class()


def _set_warnings() -> None:
    """Have a picture that unpacks to hundreds of megabytes be an error, and no line on the terminal."""
    from PIL import Image

    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    # huggingface_hub 2.4 hands bytes to httpx2 as `data`; nobody who runs this program can change that.
    warnings.filterwarnings("ignore", message="Use 'content=", category=DeprecationWarning)


def _given_up(error: Exception, scope: Scope) -> HubError | None:
    """Return the error for what the client tells in its own words alone: a job that failed, a picture that is a bomb."""
    if type(error).__name__.startswith("DecompressionBomb"):
        message = f"{scope.who} gave a picture that unpacks to more pixels than are taken."
        return HubError(Failure.UNREADABLE, message, "Another model or provider may do better.")
    if type(error) is TimeoutError:  # replicate is waited for at its end, and answers without a result after a minute
        message = f"{scope.who} was not done within the minute that it is waited for."
        return HubError(Failure.TIMEOUT, message, "It may be starting: try again, or take another model.")
    if type(error) in {RuntimeError, ValueError} and _FAILED.search(str(error)):
        message = f"{scope.who} gave the job up: {shortened(str(error), scope)}"
        return HubError(Failure.TRANSPORT, message, "Try again, or take another model.")
    return None


def _watch(scope: Scope, ask: Ask, tell: Told) -> None:
    """Have `tell` say what the call is at, by the exchanges as they end."""
    record, looks = scope.tell, 0
    queue = tuple(f"{base}/{ask.provider}/" for base in (ROUTER_URL, base_of(scope.place.router)))

    def watched(call: HubCall) -> None:
        nonlocal looks
        record(call)
        if call.method == "GET" and call.url.startswith(queue):
            looks += 1
            tell(f"waits in the queue of {ask.provider}" + (f", asked {looks} times" if looks > 1 else ""))
        elif call.received and (call.status or 0) < 400:
            tell(f"{_size(call.received)} came from {ask.provider}")

    scope.tell = watched


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(count / 1e3, 0.1):.1f} KB"


def _on_this_loop(tell: Told | None) -> Told | None:
    """Return `tell` so that the hub's loops and threads can call it."""
    if tell is None:
        return None
    loop = asyncio.get_running_loop()

    def told(word: str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, word)

    return told
