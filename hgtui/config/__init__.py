"""Where hgtui keeps its data, and what its configuration says: flags, then environment, then file, then defaults.

Each name is imported when it is first asked for: where the file lies is needed before the first frame of the workbench, and
pydantic, which reads it, takes a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hgtui.config.errors import ConfigError
    from hgtui.config.hub import (
        ROUTER_VARIABLE,
        Hub,
        Said,
        hub_endpoint,
        hub_offline,
        hub_router,
        hub_token,
        with_offline,
    )
    from hgtui.config.keeping import keep_theme, write_template
    from hgtui.config.keys import KeySource, hub_key
    from hgtui.config.places import APP, CONFIG, DATA_DIR, cache_dir, config_path, data_dir
    from hgtui.config.reading import load
    from hgtui.config.settings import AUTO, FOUND, RULES, Controller, Limits, Profile, Settings
    from hgtui.config.template import TEMPLATE

__all__ = [
    "APP",
    "AUTO",
    "CONFIG",
    "DATA_DIR",
    "FOUND",
    "ROUTER_VARIABLE",
    "RULES",
    "TEMPLATE",
    "ConfigError",
    "Controller",
    "Hub",
    "KeySource",
    "Limits",
    "Profile",
    "Said",
    "Settings",
    "cache_dir",
    "config_path",
    "data_dir",
    "hub_endpoint",
    "hub_key",
    "hub_offline",
    "hub_router",
    "hub_token",
    "keep_theme",
    "load",
    "with_offline",
    "write_template",
]

_HOMES = {
    "errors": ("ConfigError",),
    "hub": ("ROUTER_VARIABLE", "Hub", "Said", "hub_endpoint", "hub_offline", "hub_router", "hub_token", "with_offline"),
    "keeping": ("keep_theme", "write_template"),
    "keys": ("KeySource", "hub_key"),
    "places": ("APP", "CONFIG", "DATA_DIR", "cache_dir", "config_path", "data_dir"),
    "reading": ("load",),
    "settings": ("AUTO", "FOUND", "RULES", "Controller", "Limits", "Profile", "Settings"),
    "template": ("TEMPLATE",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
