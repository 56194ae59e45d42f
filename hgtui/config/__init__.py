"""Where hgtui keeps its data, and what its configuration says: flags, then environment, then file, then defaults."""

from hgtui.config.errors import ConfigError
from hgtui.config.hub import ROUTER_VARIABLE, Hub, Said, hub_endpoint, hub_offline, hub_router, hub_token, with_offline
from hgtui.config.keeping import keep_theme
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
]
