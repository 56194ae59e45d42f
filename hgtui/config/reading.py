"""Reads the settings in layers: flags, then environment, then file, then defaults."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hgtui.config.errors import ConfigError, of_validation
from hgtui.config.settings import TABLES, Settings

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

VARIABLES = {"default_profile": "HGTUI_PROFILE", "gates": "HGTUI_GATES", "probe": "HGTUI_NO_PROBE"}
FLAGS = {"default_profile": "--profile", "gates": "--gates"}
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def load(path: Path, environ: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings: a flag that is not None, then HGTUI_PROFILE, HGTUI_GATES and HGTUI_NO_PROBE, then the file.

    A missing file says nothing, as does an empty variable. Raises ConfigError.
    """
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    said = _environment(environ or {})
    try:
        if path.exists():
            if not path.is_file():
                raise ConfigError(f"{path} is not a file.", "HGTUI_CONFIG names the configuration file.")
        elif not given and not said:
            return Settings()
        settings = _layered(path, said, given)
    except ValidationError as error:
        top = error.errors(include_url=False, include_input=False)[0]["loc"][:1]
        raise of_validation(error, _source(str(*top), path, said, given), TABLES) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not right TOML: {error}.", "Mend that line.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", "Check who may read it.") from None
    try:
        settings.profile()
    except ConfigError as error:
        where = _source("default_profile", path, said, given)
        raise ConfigError(f"{where}: {error.message[0].lower()}{error.message[1:]}", error.hint) from None
    return settings


def _source(key: str, path: Path, said: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Name what said a top-level setting: the flag, the variable, or the file."""
    if key in given:
        return FLAGS.get(key, key)
    return VARIABLES[key] if key in said else str(path)


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, name in VARIABLES.items():
        if text := environ.get(name, "").strip():
            said[key] = not _truth(name, text) if key == "probe" else text
    return said


def _truth(name: str, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ConfigError(f"{name} must be 1 or 0.", f"Set it to one of them, or unset {name}.")


def _layered(path: Path, said: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
    # 13 ms on top of pydantic (-X importtime), spent only where there is something to lay over the defaults.
    from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

    class Layers(Settings, BaseSettings):
        model_config = SettingsConfigDict(frozen=True, extra="forbid", case_sensitive=True, defer_build=False)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: "type[BaseSettings]",
            init_settings: "PydanticBaseSettingsSource",
            env_settings: "PydanticBaseSettingsSource",
            dotenv_settings: "PydanticBaseSettingsSource",
            file_secret_settings: "PydanticBaseSettingsSource",
        ) -> "tuple[PydanticBaseSettingsSource, ...]":
            environment = InitSettingsSource(settings_cls, dict(said))
            return init_settings, environment, TomlConfigSettingsSource(settings_cls, path)

    layers = Layers(**given)
    return Settings(**{name: getattr(layers, name) for name in Settings.model_fields})
