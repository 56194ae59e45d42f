"""What an installed hgtui holds: a wheel built through the sdist, and an editable install, both used from /."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.packaging.environments import CHECKOUT, PYTHON, copy_checkout, lent_packages, make_environment, offline, run

ROOT = Path("/")
WHERE = "from hgtui import paths, samples; print(paths.styles()); print(samples.folder())"


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lent_packages(tmp_path_factory.mktemp("lent") / "packages")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, lent: Path) -> Path:
    return make_environment(tmp_path_factory.mktemp("installed") / "env", lent)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("checkout") / "hgtui")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """The wheel, built from the sdist as `python -m build` does it."""
    dist = tmp_path_factory.mktemp("dist")
    run([PYTHON, "-m", "build", "--no-isolation", "--outdir", dist, checkout], env=offline())
    (built,) = dist.glob("*.whl")
    return built


def install(python: Path, what: list[str | Path]) -> None:
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", *what], env=offline())


def places(python: Path) -> tuple[Path, Path]:
    styles, samples = run([python, "-c", WHERE], cwd=ROOT, env=offline()).stdout.splitlines()
    return Path(styles), Path(samples)


def stylesheets(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.tcss")}


def test_a_wheel_built_through_the_sdist_brings_its_styles_and_samples(python: Path, wheel: Path) -> None:
    install(python, [wheel])
    styles, samples = places(python)
    assert styles.is_relative_to(python.parent.parent)
    assert styles.name == "styles"
    assert styles.parent.name == "hgtui"
    assert stylesheets(styles) == stylesheets(CHECKOUT / "styles")
    assert (samples / "page.png").read_bytes() == (CHECKOUT / "hgtui/samples/page.png").read_bytes()
    assert (samples / "notes.txt").is_file()


def test_a_wheel_holds_only_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"hgtui"}
    assert [name for name in names if "hgtui-out" in name or name.endswith(".pyc")] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_an_editable_install_uses_the_styles_of_the_checkout_and_no_stale_copy(python: Path, checkout: Path) -> None:
    install(python, ["--editable", checkout])
    (checkout / "styles" / "later.tcss").write_text("Screen { color: red; }\n", encoding="utf-8")
    try:
        styles, samples = places(python)
        assert styles == checkout / "styles"
        assert "later.tcss" in stylesheets(styles)
        assert samples == checkout / "hgtui" / "samples"
    finally:
        (checkout / "styles" / "later.tcss").unlink()


def test_an_installed_hgtui_starts_as_a_command_and_as_a_module(python: Path, wheel: Path) -> None:
    install(python, [wheel])
    version = wheel.name.split("-")[1]
    for command in ([python.with_name("hgtui")], [python, "-m", "hgtui"]):
        assert version in run([*command, "--version"], cwd=ROOT, env=offline()).stdout


def test_a_package_without_its_styles_says_so(python: Path, wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path, [name for name in archive.namelist() if "/styles/" not in name])
    code = "from hgtui import paths; paths.styles()"
    done = subprocess.run([PYTHON, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "The stylesheets of hgtui are missing" in done.stderr


ENGINES = ("rapidocr", "onnxruntime", "cv2", "opencv", "vadersentiment", "py3langid", "pypdfium2", "espeakng")


def test_without_the_extras_it_starts_works_and_says_which_extra_would_run_what(wheel: Path, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "env", lent_packages(tmp_path / "few", but=ENGINES))
    install(python, [wheel])
    hgtui = python.with_name("hgtui")
    doctor = run([hgtui, "doctor"], cwd=tmp_path, env=offline()).stdout
    for model, extra in (("rapidocr", "embedded"), ("vader", "embedded"), ("espeak-ng", "speech")):
        (row,) = [line for line in doctor.splitlines() if f"embedded:{model}" in line]
        assert not row.startswith("ok")
        assert f"hgtui[{extra}]" in row
    notes = CHECKOUT / "hgtui" / "samples" / "notes.txt"
    answer = run([hgtui, "run", f"Summarize {notes}", "--yes"], cwd=tmp_path, env=offline()).stdout
    assert "carpenter" in answer
