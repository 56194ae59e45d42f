"""Environments for tests, made without the network: what hgtui needs is lent by the environment the tests run in."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PARTS = ("hgtui", "styles", "Makefile", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".ci", ".gitignore")

NOT_LENT = ("hgtui", "_hgtui", "pip", "setuptools", "__editable__")


def copy_checkout(to: Path) -> Path:
    """Copy what makes hgtui (no tests, no environments) to the new folder `to`."""
    to.mkdir()
    for part in PARTS:
        here = CHECKOUT / part
        if here.is_dir():
            shutil.copytree(here, to / part, ignore=shutil.ignore_patterns("__pycache__", "hgtui-out"))
        else:
            shutil.copy(here, to / part)
    return to


def lent_packages(folder: Path, but: tuple[str, ...] = ()) -> Path:
    """Make `folder` a path entry with all that this environment has but hgtui itself, the installers and what begins as `but`."""
    folder.mkdir()
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(place).iterdir():
            own = entry.name.lower().startswith((*NOT_LENT, *but))
            if not own and entry.suffix != ".pth":
                (folder / entry.name).symlink_to(entry)
    return folder


def make_environment(folder: Path, lent: Path) -> Path:
    """Make a virtual environment that finds the packages in `lent` too; return its interpreter."""
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    site = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).stdout.strip()
    Path(site, "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    return python


def offline(lent: Path | None = None) -> dict[str, str]:
    """Return an environment in which pip can reach no index and builds with what is there."""
    # For this variable pip reads a false value as "no isolation".
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "MAKE", "MFLAGS"))
    }
    kept |= {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_CONFIG_FILE": os.devnull}
    if lent:
        kept["PYTHONPATH"] = str(lent)
    return kept


def run(
    command: list[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` with no terminal and nothing on stdin; AssertionError with its output where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


PYTHON = Path(sys.executable)
