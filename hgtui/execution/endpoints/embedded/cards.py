"""The catalogue of the embedded engines: what each is, what it can do, how well, under which licence. Nothing heavy."""

import functools
import importlib.metadata
import importlib.util
from dataclasses import dataclass

ENDPOINT = "embedded"


@dataclass(frozen=True, slots=True)
class Card:
    """One embedded engine.

    `engine` is its name in `lanes.EMBEDDED`; `languages` are ISO 639-1 codes (empty: language does not matter); `labels`
    what it can look for or tell; `extra` the extra of hgtui that brings it (empty: always there); `modules` what must be
    importable; `package` the distribution whose version is its revision; `size_mb` on disk with what it needs.
    """

    model: str
    engine: str
    tasks: tuple[str, ...]
    title: str
    licence: str
    quality: str
    languages: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    extra: str = ""
    modules: tuple[str, ...] = ()
    package: str = ""
    size_mb: float = 0.0

    @property
    def name(self) -> str:
        """The candidate's name, such as ``embedded:rapidocr``."""
        return f"{ENDPOINT}:{self.model}"


_LANGID = """
af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi
hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk ml mn mr ms mt my ne nl nn no
oc om or pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi
vo wa xh yo zh zu ace ary arz bcl crh ext fuv gcf gcr gom grc gug guw hbo kab kik lij ltg nso pcm sdh uzs
vec wuu yue
"""
LANGID_LANGUAGES = tuple(_LANGID.split())
"""The 139 languages of the model in py3langid 0.4; three letters where ISO 639-1 has no code."""

_ESPEAK = """
af am an ar as az ba be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gd gn gu he hi hr ht hu
hy ia id io is it ja ka kk kl kn ko ku ky la lb lt lv mi mk ml mr ms mt my nb ne nl no om or pa pl pt qu ro
ru sd si sk sl sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi zh
"""
ESPEAK_LANGUAGES = tuple(_ESPEAK.split())
"""The ISO 639-1 codes among the voices of espeak-ng 1.52 (``espeak-ng-data/lang``) that also have a dictionary."""

_OPENCV = {"extra": "embedded", "modules": ("cv2",), "package": "opencv-python-headless", "size_mb": 220.0}

CARDS: tuple[Card, ...] = (
    Card(
        model="rapidocr",
        engine="ocr",
        tasks=("image-to-text",),
        title="RapidOCR (PP-OCRv6)",
        licence="Apache-2.0",
        quality="Reads upright printed text well, in Latin letters and Chinese; it reads no handwriting and does not "
        "describe a picture.",
        languages=("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "pl", "cs", "tr", "zh"),
        labels=("text",),
        extra="embedded",
        modules=("rapidocr", "onnxruntime", "cv2", "PIL", "pypdfium2"),
        package="rapidocr",
        size_mb=344.0,
    ),
    Card(
        model="opencv-haar-face",
        engine="vision",
        tasks=("object-detection",),
        title="OpenCV Haar cascade, frontal faces",
        licence="Apache-2.0",
        quality="Finds upright faces that look at the camera; it misses faces from the side, tilted or partly hidden.",
        labels=("face",),
        **_OPENCV,  # type: ignore[arg-type]
    ),
    Card(
        model="opencv-hog-person",
        engine="vision",
        tasks=("object-detection",),
        title="OpenCV HOG, people",
        licence="Apache-2.0",
        quality="Finds people who stand upright and are seen whole, as in a street; on other pictures it often misses "
        "them and sometimes sees people where there are none.",
        labels=("person",),
        **_OPENCV,  # type: ignore[arg-type]
    ),
    Card(
        model="opencv-qr",
        engine="vision",
        tasks=("object-detection",),
        title="OpenCV QR code reader",
        licence="Apache-2.0",
        quality="Reads QR codes exactly or not at all; blurred, curved or very small ones are missed.",
        labels=("qr code",),
        **_OPENCV,  # type: ignore[arg-type]
    ),
    Card(
        model="opencv-canny",
        engine="vision",
        tasks=("canny-control",),
        title="OpenCV Canny edges",
        licence="Apache-2.0",
        quality="The exact Canny algorithm, with thresholds set by the picture's median brightness.",
        labels=("edges",),
        **_OPENCV,  # type: ignore[arg-type]
    ),
    Card(
        model="vader",
        engine="sentiment",
        tasks=("text-classification",),
        title="VADER (word list and rules)",
        licence="MIT",
        quality="Good on short, plain English such as reviews and posts; blind to irony and to words not in its list.",
        languages=("en",),
        labels=("sentiment", "positive", "neutral", "negative"),
        extra="embedded",
        modules=("vaderSentiment",),
        package="vaderSentiment",
        size_mb=3.0,
    ),
    Card(
        model="py3langid",
        engine="language",
        tasks=("text-classification",),
        title="py3langid",
        licence="BSD-3-Clause",
        quality="Sure on a sentence or more in one of 139 languages; a few words or a mixture can mislead it.",
        languages=LANGID_LANGUAGES,
        labels=("language",),
        extra="embedded",
        modules=("py3langid",),
        package="py3langid",
        size_mb=63.0,
    ),
    Card(
        model="espeak-ng",
        engine="speech",
        tasks=("text-to-speech",),
        title="eSpeak NG",
        licence="GPL-3.0-or-later",
        quality="A robotic but clear voice in 93 languages; it does not sound like a person. Where no language is given it "
        "takes that of the text.",
        languages=ESPEAK_LANGUAGES,
        extra="speech",
        modules=("espeakng_loader",),
        package="espeakng-loader",
        size_mb=21.0,
    ),
    Card(
        model="lexrank",
        engine="summary",
        tasks=("summarization",),
        title="LexRank (extractive)",
        licence="Apache-2.0",
        quality="Picks the most central sentences of the text as they stand; it writes nothing of its own.",
        modules=("networkx",),
        package="networkx",
        size_mb=0.0,
    ),
)

_BY_MODEL = {card.model: card for card in CARDS}


def card(model: str) -> Card:
    """Return the card of `model`; KeyError where there is none."""
    return _BY_MODEL[model]


def missing(card: Card) -> tuple[str, ...]:
    """Return the modules that `card` needs and that cannot be found; none of them is imported."""
    return tuple(name for name in card.modules if not _findable(name))


def installed(card: Card) -> bool:
    """Say whether `card` can run here; imports nothing."""
    return not missing(card)


def revision(card: Card) -> str | None:
    """Return the version of the engine that is installed, None where it is not."""
    try:
        return importlib.metadata.version(card.package) if card.package else None
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.cache
def _findable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
