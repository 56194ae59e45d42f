"""Every task type of HuggingGPT and the modern ones of the Hub: typed named arguments, output, Hub tag, description."""

from collections.abc import Mapping
from types import MappingProxyType

from hgtui.core.base import Value
from hgtui.core.resource import Kind, reads


class Arg(Value):
    """A named argument of a task type; `many` where it takes a list; `about` says what it is for, in a few words."""

    name: str
    kind: Kind
    required: bool = True
    many: bool = False
    about: str = ""

    def takes(self, given: Kind) -> bool:
        """Say whether a resource of kind `given` fits."""
        return reads(self.kind, given)


class TaskSpec(Value):
    """A task type.

    `output` is the kind of its main result and `also` what comes with it. `tag` is the pipeline tag under which the
    Hub lists its models, None where the Hub has none; `filters` are further tags that a model must have where the
    pipeline tag alone is too wide (ControlNet models are all listed as image-to-image or text-to-image).
    """

    name: str
    args: tuple[Arg, ...]
    output: Kind
    description: str
    also: tuple[Kind, ...] = ()
    tag: str | None = None
    filters: tuple[str, ...] = ()

    def arg(self, name: str) -> Arg | None:
        """Return the argument of that name, None where the task type does not take it."""
        return next((arg for arg in self.args if arg.name == name), None)

    @property
    def required(self) -> tuple[Arg, ...]:
        """The arguments that must be given."""
        return tuple(arg for arg in self.args if arg.required)

    def gives(self, kind: Kind) -> bool:
        """Say whether some result of the task fits an argument of that kind."""
        return any(reads(kind, given) for given in (self.output, *self.also))


def _a(name: str, about: str, *, kind: Kind | None = None, required: bool = True, many: bool = False) -> Arg:
    kinds = {"question": Kind.TEXT, "context": Kind.TEXT, "language": Kind.TEXT, "control": Kind.IMAGE}
    return Arg(name=name, kind=kind or kinds.get(name) or Kind(name), required=required, many=many, about=about)


_TEXT = _a("text", "the text to work on")
_TEXTS = _a("text", "the texts to work on", many=True)
_PROMPT = _a("text", "what the result should show")
_IMAGE = _a("image", "the picture to work on")
_PAGES = _a("image", "the picture to work on, or a PDF, whose pages are read as pictures")
_AUDIO = _a("audio", "the sound to work on")
_VIDEO = _a("video", "the video to work on")
_QUESTION = _a("question", "what is asked")
_LABELS = _a("labels", "the labels to choose from", many=True)
_LOOK_FOR = _a("labels", "what to look for, all that is known if left out", required=False, many=True)
_ABOUT = _a("question", "what is asked about it: its language, its sentiment …", required=False)
_LANGUAGE = _a("language", "an ISO 639-1 code", required=False)
_HOW = _a("text", "what to change", required=False)


def _spec(name: str, args: tuple[Arg, ...], output: Kind, description: str, **more: object) -> TaskSpec:
    return TaskSpec.model_validate(
        {"name": name, "args": args, "output": output, "description": description, "tag": name, **more}
    )


def _control(name: str, what: str) -> TaskSpec:
    return _spec(
        f"{name}-control",
        (_IMAGE,),
        Kind.IMAGE,
        f"Draws the {what} of a picture, as a control picture for {name}-text-to-image.",
        tag=None,
    )


def _controlled(name: str, what: str) -> TaskSpec:
    control = _a("image", f"the control picture: {what}")
    return _spec(
        f"{name}-text-to-image",
        (_PROMPT, control),
        Kind.IMAGE,
        f"Makes a picture from a text, held to the {what} of a control picture (ControlNet).",
        tag="text-to-image",
        filters=("controlnet", name),
    )


def _text_tasks() -> tuple[TaskSpec, ...]:
    text, labels = Kind.TEXT, Kind.LABELS
    source = _a("language", "the language to translate into, an ISO 639-1 code", required=False)
    return (
        _spec("text-classification", (_TEXT, _ABOUT), labels, "Puts a label with a score on a text: its sentiment, its language, its topic."),
        _spec("token-classification", (_TEXT,), labels, "Marks words of a text: names of people, places, dates, parts of speech."),
        _spec("text2text-generation", (_TEXT,), text, "Rewrites a text into another text as an instruction in it says.", tag="text-generation", filters=("text2text-generation",)),
        _spec("summarization", (_TEXTS, _LANGUAGE), text, "Shortens one or more texts to what matters."),
        _spec("translation", (_TEXT, source), text, "Translates a text into another language."),
        _spec("question-answering", (_QUESTION, _a("context", "the text that holds the answer")), text, "Answers a question from a text that is given."),
        _spec("conversational", (_TEXT,), text, "Replies to what a person says, as in a chat.", tag="text-generation", filters=("conversational",)),
        _spec("text-generation", (_TEXT,), text, "Goes on from a text, or writes what a prompt asks for."),
        _spec("sentence-similarity", (_TEXT, _a("context", "the text to compare with", many=True)), labels, "Says how alike texts are in meaning, from 0 to 1."),
        _spec("tabular-classification", (_a("table", "the rows to classify"),), labels, "Puts a label on each row of a table."),
        _spec("zero-shot-classification", (_TEXT, _LABELS), labels, "Chooses among labels that are given with the text."),
        _spec("feature-extraction", (_TEXT,), Kind.VECTOR, "Turns a text into a vector of numbers that stands for its meaning."),
        _spec("fill-mask", (_TEXT,), labels, "Fills the masked word of a sentence."),
        _spec("table-question-answering", (_QUESTION, _a("table", "the table that holds the answer")), text, "Answers a question from a table."),
    )  # fmt: skip


def _picture_tasks() -> tuple[TaskSpec, ...]:
    text, image, labels, video = Kind.TEXT, Kind.IMAGE, Kind.LABELS, Kind.VIDEO
    document = _a("document", "the document, a PDF or a picture of a page")
    return (
        _spec("object-detection", (_IMAGE, _LOOK_FOR), Kind.BOXES, "Finds things in a picture, with a box, a label and a score for each.", also=(image, text)),
        _spec("image-classification", (_IMAGE,), labels, "Puts labels with scores on a picture."),
        _spec("image-to-image", (_IMAGE, _HOW), image, "Makes a picture from a picture: restyled, sharpened, changed as a text says."),
        _spec("image-to-text", (_PAGES,), text, "Says in words what a picture shows, or reads the text that is on it."),
        _spec("text-to-image", (_PROMPT,), image, "Makes a picture from a text."),
        _spec("text-to-video", (_PROMPT,), video, "Makes a video from a text."),
        _spec("visual-question-answering", (_IMAGE, _QUESTION), text, "Answers a question about a picture."),
        _spec("document-question-answering", (document, _QUESTION), text, "Answers a question about a document, from its text and its layout."),
        _spec("image-segmentation", (_IMAGE, _LOOK_FOR), Kind.MASK, "Cuts a picture into the areas of the things in it, a mask and a label for each.", also=(image, labels)),
        _spec("depth-estimation", (_IMAGE,), image, "Draws how far away each point of a picture is."),
        _spec("image-text-to-text", (_IMAGE, _TEXT), text, "Follows an instruction about a picture and replies in words."),
        _spec("image-to-video", (_IMAGE, _HOW), video, "Makes a video from a picture."),
        _spec("zero-shot-image-classification", (_IMAGE, _LABELS), labels, "Chooses among labels that are given with the picture."),
        _spec("mask-generation", (_IMAGE,), Kind.MASK, "Finds masks for all that stands out in a picture, without labels.", also=(image,)),
    )  # fmt: skip


def _sound_tasks() -> tuple[TaskSpec, ...]:
    return (
        _spec("text-to-speech", (_TEXT, _LANGUAGE), Kind.AUDIO, "Reads a text aloud."),
        _spec("automatic-speech-recognition", (_AUDIO, _LANGUAGE), Kind.TEXT, "Writes down what is said in a recording."),
        _spec("audio-to-audio", (_AUDIO,), Kind.AUDIO, "Changes a recording: takes out noise, parts voices."),
        _spec("audio-classification", (_AUDIO,), Kind.LABELS, "Puts labels with scores on a recording."),
        _spec("video-classification", (_VIDEO,), Kind.LABELS, "Puts labels with scores on a video."),
    )  # fmt: skip


_CONTROLS = {
    "canny": "edges",
    "hed": "soft edges",
    "mlsd": "straight lines",
    "normal": "surface normals",
    "openpose": "poses of people",
    "depth": "depth",
    "seg": "areas",
}


def _all() -> dict[str, TaskSpec]:
    specs = [*_text_tasks(), *_picture_tasks(), *_sound_tasks()]
    # The paper has no depth-control and seg-control: depth-estimation and image-segmentation make those pictures.
    specs += [_control(name, what) for name, what in _CONTROLS.items() if name not in {"depth", "seg"}]
    specs += [_controlled(name, what) for name, what in _CONTROLS.items()]
    return {spec.name: spec for spec in specs}


TASKS: Mapping[str, TaskSpec] = MappingProxyType(_all())
"""Every task type by its name."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "sentiment-analysis": "text-classification",
        "ner": "token-classification",
        "text-to-audio": "text-to-speech",
        "vqa": "visual-question-answering",
        "asr": "automatic-speech-recognition",
        "tts": "text-to-speech",
        "image-captioning": "image-to-text",
        "document-question-answer": "document-question-answering",
        "visual-question-answer": "visual-question-answering",
        "question-answer": "question-answering",
    }
)
"""Other names that planners write for a task type, read but never written."""


def spec_of(name: str) -> TaskSpec | None:
    """Return the task type of that name, None where it is unknown."""
    return TASKS.get(name)


def task_type(text: str) -> str:
    """Return the task type that `text` means: lower case, blanks and underscores as hyphens, aliases resolved."""
    name = "-".join(text.strip().lower().replace("_", " ").split())
    return ALIASES.get(name, name)
