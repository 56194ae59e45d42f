"""Where hgtui keeps its data, and what its configuration says: flags, then environment, then file, then defaults."""

from hgtui.config.errors import ConfigError
from hgtui.config.places import APP, CONFIG, DATA_DIR, config_path, data_dir
from hgtui.config.reading import load
from hgtui.config.settings import AUTO, FOUND, RULES, Controller, Limits, Profile, Settings
from hgtui.config.template import TEMPLATE

__all__ = [
    "APP",
    "AUTO",
    "CONFIG",
    "DATA_DIR",
    "FOUND",
    "RULES",
    "TEMPLATE",
    "ConfigError",
    "Controller",
    "Limits",
    "Profile",
    "Settings",
    "config_path",
    "data_dir",
    "load",
]
