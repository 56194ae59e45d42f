"""Which task types the Hub's client can run, by which provider and by which kind of model. Pure: nothing is asked here."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hgtui.core.base import Value
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.hub.values import HF_INFERENCE, Model, Served

CHAT = "conversational"
LIVE = "live"
SEEING = frozenset(
    {
        "image-text-to-text",
        "any-to-any",
        "image-to-text",
        "visual-question-answering",
        "document-question-answering",
    }
)
"""Pipeline tags of models that take pictures in a chat."""
_ONLY_HF = frozenset({HF_INFERENCE})

PROVIDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        CHAT: frozenset(
            [
                "baseten",
                "cerebras",
                "cohere",
                "deepinfra",
                "featherless-ai",
                "fireworks-ai",
                "groq",
                "hf-inference",
                "novita",
                "nscale",
                "openai",
                "ovhcloud",
                "publicai",
                "scaleway",
                "together",
                "zai-org",
            ]
        ),
        "text-generation": frozenset(["deepinfra", "featherless-ai", "hf-inference", "novita", "together"]),
        "text-to-image": frozenset(
            ["fal-ai", "hf-inference", "nscale", "replicate", "together", "wavespeed", "zai-org"]
        ),
        "image-to-image": frozenset(["fal-ai", "hf-inference", "replicate", "together", "wavespeed"]),
        "text-to-video": frozenset(["fal-ai", "novita", "replicate", "together", "wavespeed"]),
        "image-to-video": frozenset(["fal-ai", "together", "wavespeed"]),
        "text-to-speech": frozenset(["deepinfra", "fal-ai", "hf-inference", "replicate", "together"]),
        "automatic-speech-recognition": frozenset(["deepinfra", "fal-ai", "hf-inference", "replicate"]),
        "feature-extraction": frozenset(["deepinfra", "hf-inference", "scaleway", "together"]),
        "image-segmentation": frozenset(["fal-ai", "hf-inference"]),
        **dict.fromkeys(
            [
                "audio-classification",
                "audio-to-audio",
                "document-question-answering",
                "fill-mask",
                "image-classification",
                "image-to-text",
                "object-detection",
                "question-answering",
                "sentence-similarity",
                "summarization",
                "table-question-answering",
                "tabular-classification",
                "text-classification",
                "token-classification",
                "translation",
                "visual-question-answering",
                "zero-shot-classification",
                "zero-shot-image-classification",
            ],
            _ONLY_HF,
        ),
    }
)
"""Hub task -> the providers that the client can speak to for it (the PROVIDERS table of huggingface_hub 2.4)."""

ADAPTERS = frozenset({"fal-ai", "replicate"})
"""The providers for which the client names the weights of an adapter (a LoRA); others would run the base model alone."""


class Way(Value):
    """One way to run a task type: a method of the client for the Hub task `task`, on models whose mapping says `said`.

    `tags` are the pipeline tags under which the Hub lists such models; `chat` is by a chat with instructions, where
    `sees` asks for a model that takes pictures; `only` narrows the providers, empty: all that `PROVIDERS` names.
    """

    task: str
    said: tuple[str, ...]
    tags: tuple[str, ...]
    chat: bool = False
    sees: bool = False
    only: frozenset[str] = frozenset()

    def takes(self, tag: str, served: Served) -> bool:
        """Say whether a model with pipeline tag `tag` can be run this way by a provider's offer."""
        return (
            served.task in self.said
            and served.provider in (self.only or PROVIDERS[self.task])
            and served.provider in PROVIDERS[self.task]
            and (not self.sees or tag in SEEING)
            and (not served.adapter or (served.provider in ADAPTERS and bool(served.weights)))
        )


_TEXT_CHAT = Way(task=CHAT, said=(CHAT,), tags=("text-generation",), chat=True)
_PICTURE_CHAT = Way(task=CHAT, said=(CHAT,), tags=("image-text-to-text",), chat=True, sees=True)


_SILENT: Mapping[str, frozenset[str]] = MappingProxyType({"text-to-speech": frozenset({"together"})})
"""The providers that the client can speak to for a task and whom we cannot call right: together asks for a `voice` that
each of its models names otherwise and the Hub does not tell (huggingface_hub 2.4, inference/_providers/together.py). For
the others (deepinfra, fal-ai, hf-inference, replicate) the text is enough; their models have a voice of their own."""


def _own(task: str) -> Way:
    return Way(task=task, said=(task,), tags=(task,), only=PROVIDERS[task] - _SILENT.get(task, frozenset()))


def _near(task: str, other: str) -> Way:
    # hf-inference runs the two on the same models (huggingface_hub, hf_inference._check_supported_task).
    return Way(task=task, said=(other,), tags=(other,), only=_ONLY_HF)


def _ways() -> dict[str, tuple[Way, ...]]:
    ways: dict[str, tuple[Way, ...]] = {task: (_own(task),) for task in PROVIDERS if task in TASKS and task != CHAT}
    for task in ("summarization", "translation", "question-answering", "table-question-answering", "text-generation"):
        ways[task] += (_TEXT_CHAT,)
    for task in ("image-to-text", "visual-question-answering", "document-question-answering"):
        ways[task] += (_PICTURE_CHAT,)
    generation = _own("text-generation")
    ways["text2text-generation"] = (generation, _near("text-generation", "text2text-generation"), _TEXT_CHAT)
    ways[CHAT] = (_TEXT_CHAT,)
    ways["image-text-to-text"] = (_PICTURE_CHAT,)
    for task, other in (("sentence-similarity", "feature-extraction"), ("feature-extraction", "sentence-similarity")):
        ways[task] += (_near(task, other),)
    return ways


WAYS: Mapping[str, tuple[Way, ...]] = MappingProxyType(_ways())
"""Our task type -> how it can be run, the way that is made for it first."""

_NO_METHOD = "The Hub's client has no call for it, and no provider offers one."
_CONTROL = "A control picture is drawn by an algorithm, which no provider of the Hub runs."
_CONTROLNET = "No provider of the Hub takes a control picture beside a prompt (ControlNet)."
UNSERVED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("depth-estimation", "video-classification", "mask-generation"), _NO_METHOD),
        **{task: _CONTROL for task in TASKS if task.endswith("-control")},
        **{task: _CONTROLNET for task in TASKS if task.endswith("-text-to-image")},
    }
)
"""The task types that nobody runs behind the Hub's client, and why."""


def tags(task: str) -> tuple[str, ...]:
    """Return the pipeline tags under which the Hub lists models for a task type, its own first."""
    return tuple(dict.fromkeys(tag for way in WAYS.get(task, ()) for tag in way.tags))


def way_of(task: str, tag: str, served: Served) -> Way | None:
    """Return how a task type is run on a model with a pipeline tag by a provider's offer, None where it is not."""
    return next((way for way in WAYS.get(task, ()) if way.takes(tag, served)), None)


def serves(task: str, tag: str, served: Served) -> bool:
    """Say whether a provider's offer runs a task type, whatever its status."""
    return way_of(task, tag, served) is not None


def offers(model: Model, task: str, preferred: Sequence[str] = ()) -> tuple[Served, ...]:
    """Return the offers that run a task type: live, then staging, then error; in each those preferred, then the Hub's order."""
    order = {name: number for number, name in enumerate(preferred)}
    able = [served for served in model.served if serves(task, model.tag, served)]
    state = {LIVE: 0, "staging": 1}
    return tuple(sorted(able, key=lambda one: (state.get(one.status, 2), order.get(one.provider, len(order)))))


def choose_provider(model: Model, task: str, preferred: Sequence[str] = ()) -> Served | None:
    """Return the live offer for a task type that is preferred most, None where none is live."""
    return next((served for served in offers(model, task, preferred) if served.status == LIVE), None)


def by_provider(model: Model, task: str, provider: str) -> Served | None:
    """Return what a provider offers for a task type, in any state: it was named by a person; None where it does not."""
    return next((served for served in offers(model, task) if served.provider == provider), None)


def why_not(model: Model, task: str, provider: str = "") -> str:
    """Say in a sentence why a model cannot be run for a task type, by a provider where one is named."""
    name = one_line(model.id, 120)
    if task in UNSERVED:
        return f"{task} cannot be run through the Hub. {UNSERVED[task]}"
    if not model.served:
        return f"No provider of the Hub runs {name}."
    rows = [served for served in model.served if not provider or served.provider == provider]
    if not rows:
        others = ", ".join(dict.fromkeys(one_line(served.provider, 40) for served in model.served))
        return f"{one_line(provider, 40)} does not run {name}; {others} could."
    if rows and all(served.provider in _SILENT.get(task, ()) and served.task == task for served in rows):
        who = ", ".join(dict.fromkeys(served.provider for served in rows))
        return f"{who} runs {name} only with the name of a voice of its own, which the Hub does not tell."
    able = [served for served in rows if serves(task, model.tag, served)]
    if able:
        states = ", ".join(f"{one_line(one.provider, 40)}: {one_line(one.status, 20)}" for one in able)
        return f"No provider runs {name} now ({states})."
    tasks = ", ".join(dict.fromkeys(f"{one_line(row.provider, 40)} for {one_line(row.task, 40)}" for row in rows))
    return f"{name} is not run for {task} ({tasks})."
