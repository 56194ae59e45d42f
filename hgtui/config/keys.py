"""Where a key is kept: an environment variable or the stored login of Hugging Face; never the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from hgtui.config.errors import ConfigError

HUB_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_TRUE = {"1", "ON", "YES", "TRUE"}


@dataclass(frozen=True, slots=True)
class KeySource:
    """A variable or a file that holds a key; as text and as repr it names only the place."""

    variable: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        return self.variable or str(self.file)

    def read(self, environ: Mapping[str, str]) -> str:
        """Return the key without blanks around it, "" where there is none. Raises ConfigError for an unreadable file."""
        if self.file is None:
            return environ.get(self.variable, "").strip()
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, UnicodeDecodeError):
            message = f"The login of Hugging Face in {self.file} cannot be read."
            raise ConfigError(message, "Set HF_TOKEN, or log in again: hf auth login.") from None


def true(environ: Mapping[str, str], name: str) -> bool:
    """Say whether a variable of huggingface_hub is on, by the words that huggingface_hub takes for it."""
    return environ.get(name, "").strip().upper() in _TRUE


def hub_key(environ: Mapping[str, str]) -> KeySource | None:
    """Return where the token of Hugging Face is, None where there is none.

    As huggingface_hub has it: HF_TOKEN, else the file HF_TOKEN_PATH, HF_HOME/token or ~/.cache/huggingface/token; the
    file not with HF_HUB_DISABLE_IMPLICIT_TOKEN. Raises ConfigError for a file that cannot be read.
    """
    for name in HUB_VARIABLES:
        if environ.get(name, "").strip():
            return KeySource(variable=name)
    if true(environ, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return None
    stored = KeySource(file=_token_file(environ))
    return stored if stored.read(environ) else None


def _token_file(environ: Mapping[str, str]) -> Path:
    def folder(name: str) -> Path | None:
        text = Template(environ.get(name, "")).safe_substitute(environ)
        if not text:
            return None
        home = environ.get("HOME", "")
        return Path(home, text[2:]) if home and text.startswith("~/") else Path(text).expanduser()

    caches = folder("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home(), ".cache")
    return folder("HF_TOKEN_PATH") or (folder("HF_HOME") or caches / "huggingface") / "token"
