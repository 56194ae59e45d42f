"""Sources: what the tasks, the request and the person have said, and whether a path or an address is in it."""

import re
from collections.abc import Mapping

from hgtui.core.ports import Answering

_SUFFIXES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "bmp",
        "tif",
        "tiff",
        "svg",
        "ico",
        "heic",
        "pdf",
        "txt",
        "md",
        "rst",
        "csv",
        "tsv",
        "json",
        "jsonl",
        "xml",
        "html",
        "htm",
        "yaml",
        "yml",
        "toml",
        "ini",
        "log",
        "wav",
        "mp3",
        "flac",
        "ogg",
        "opus",
        "m4a",
        "aac",
        "mp4",
        "mov",
        "avi",
        "mkv",
        "webm",
        "zip",
        "gz",
        "tar",
        "7z",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "odt",
        "ods",
        "epub",
        "rtf",
        "srt",
        "vtt",
        "py",
        "ipynb",
        "sh",
        "npy",
        "npz",
        "parquet",
        "safetensors",
        "onnx",
    ]  # as a list it would take sixty lines
)
_ROOTED = re.compile(r"(?:~|\.{1,2})?/[^/]*[^\W_]|[A-Za-z]:[\\/]|\\\\\w")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){1,5}(?:[a-z]{2,12}/|(?:com|org|net|io|ai|dev|edu|gov|info|app)(?:[:?#]|\Z))", re.IGNORECASE
)
_WEB = re.compile(r"https?://", re.IGNORECASE)
# An address goes on behind these, so that "example.org/a" is not found in "example.org/ab" or in "example.org/a.png".
_URL_ENDS = r"(?!/?(?:[\w%#?&=+~@$-]|[.,;:!*'()]+[\w%#?&=/]))"
_URL_BEGINS = r"(?:(?<=//)|(?<![\w./=&?%#@:-]))"
_PATH_BEGINS, _PATH_ENDS = r"(?<![\w.-])", r"(?![\w-]|\.\w)"


def is_url(word: str) -> bool:
    """Say whether a word is the address of something on a network."""
    return bool(_SCHEME.match(word) or (_HOST.match(word) and not _has_suffix(word)))


def is_path(word: str) -> bool:
    """Say whether a word is a file's name or path: rooted, or with a suffix that files have."""
    return bool(_ROOTED.match(word) or _has_suffix(word))


def _has_suffix(word: str) -> bool:
    stem, _, suffix = word.rpartition(".")
    return suffix.lower() in _SUFFIXES and any(char.isalnum() for char in stem)


class Sources:
    """What an answer may name: what tasks gave and were given, the request, the person's changes, files of earlier turns.

    What a model wrote of itself (reasons, earlier answers) is no source.
    """

    def __init__(self, about: Answering, texts: Mapping[str, str]) -> None:
        words = [about.request, *about.changes, *texts.values()]
        for finding in about.findings:
            words += [finding.text, finding.inputs, finding.candidate, finding.message, *finding.files]
        for turn in about.earlier:
            words += [turn.request, *turn.files]
        self._texts = [text for text in words if text]

    def names(self, word: str) -> bool:
        """Say whether a path or an address stands in a source: a path also by its end or its folder, an address whole."""
        if is_url(word) and not word.lower().startswith("file://"):
            bare = _WEB.sub("", word, count=1).rstrip("/")
            return self._has(_URL_BEGINS, bare, _URL_ENDS)
        path = re.sub(r"\A(?:file://|(?:\./)+)", "", word).rstrip("/\\")
        return self._has(_PATH_BEGINS, path, _PATH_ENDS)

    def _has(self, begins: str, words: str, ends: str) -> bool:
        if not words:
            return False
        pattern = re.compile(f"{begins}{re.escape(words)}{ends}")
        # The plain search is many times quicker and says no most of the time.
        return any(words in text and pattern.search(text) is not None for text in self._texts)
