"""Where the files lie that are no Python: the same from a wheel, from a checkout and from any working directory."""

from pathlib import Path

# The package's own file, not a search of site-packages: an editable install leaves a stale copy of the styles there.
_PACKAGE = Path(__file__).resolve().parent


def styles() -> Path:
    """Return the folder of the .tcss stylesheets: inside the package (a wheel), else beside it (a checkout).

    Raises FileNotFoundError where neither is there, which is a broken installation.
    """
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The stylesheets of hgtui are missing beside {_PACKAGE}; install hgtui again.")
