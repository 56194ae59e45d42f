"""Where hgtui keeps its data and its configuration."""

from collections.abc import Mapping
from pathlib import Path

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


def cache_dir(environ: Mapping[str, str]) -> Path:
    """Return the folder for what can be fetched again: in ``HGTUI_DATA_DIR``, else the platform's. Makes nothing."""
    import platformdirs

    own = _chosen(environ, DATA_DIR)
    return own / "cache" if own else Path(platformdirs.user_cache_dir(APP, appauthor=False))


def config_path(environ: Mapping[str, str]) -> Path:
    """Return the configuration file: ``HGTUI_CONFIG``, else config.toml in the platform's config folder."""
    if (own := _chosen(environ, CONFIG)) is not None:
        return own
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False), "config.toml")
