"""Where hgtui keeps its data and reads its configuration."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from hgtui.core.base import Value

APP = "hgtui"
DATA_DIR = "HGTUI_DATA_DIR"
CONFIG = "HGTUI_CONFIG"


def _chosen(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "")
    if not text:
        return None
    path = Path(text)
    if path.parts[:1] == ("~",):
        path = path.expanduser()
    return path.absolute()


def data_dir(environ: Mapping[str, str]) -> Path:
    """Return the folder for runs and artifacts: ``HGTUI_DATA_DIR``, else the platform's data folder. Makes nothing."""
    import platformdirs

    return _chosen(environ, DATA_DIR) or Path(platformdirs.user_data_dir(APP, appauthor=False))


def config_path(environ: Mapping[str, str]) -> Path:
    """Return the configuration file: ``HGTUI_CONFIG``, else config.toml in the platform's config folder."""
    import platformdirs

    return _chosen(environ, CONFIG) or Path(platformdirs.user_config_dir(APP, appauthor=False), "config.toml")


class ConfigError(ValueError):
    """The configuration file cannot be used; the message names the file and the place."""


class Limits(Value):
    """Bounds of a run: `task_seconds` for one try of a task."""

    task_seconds: float = Field(default=600.0, gt=0, le=86_400)


class Settings(Value):
    """What the configuration file says; a missing file says nothing.

    `gates`: "merged" for one gate before anything runs, "none" to run a plan without errors at once.
    """

    gates: Literal["merged", "none"] = "merged"
    limits: Limits = Limits()


TEMPLATE = """\
# hgtui's configuration. Every line is a default; take the # away to change it.

# One gate for the plan and its models before anything runs ("merged"), or none ("none").
# gates = "merged"

[limits]
# How long one try of a task may take, in seconds.
# task_seconds = 600.0
"""


def load(path: Path) -> Settings:
    """Read the configuration file; defaults where there is none. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not right TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {place}: {first['msg']}.") from None
