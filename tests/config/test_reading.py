"""What flags, environment and file say together, and what is said of a file that cannot be used."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.config import TEMPLATE, ConfigError, Controller, Hub, Limits, Settings, load

KEY = "sk-very-secret-0123456789"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> ConfigError:
    path = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(path) in caught.value.message
    assert KEY not in caught.value.message + caught.value.hint + repr(caught.value)
    return caught.value


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()
    assert load(tmp_path / "no" / "folder" / "none.toml", {"HGTUI_GATES": " "}, {"gates": None}) == Settings()


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load(written(tmp_path, "# nothing\n")) == Settings()


def test_a_profile_has_a_controller_and_limits(tmp_path: Path) -> None:
    text = """
    [profiles.work.controller]
    base_url = "http://127.0.0.1:8000/v1/"
    model = "org/name"
    api_key_env = "WORK_KEY"
    temperature = 1
    context = 8192
    price_in = 0
    price_out = 2.5
    [profiles.work.limits]
    tokens = 1000
    seconds = 60
    usd = 0.5
    task_seconds = 30
    download_mb = 5
    [profiles.work.hub]
    enabled = true
    endpoint = "http://127.0.0.1:8001/"
    router = "http://127.0.0.1:8002/v1/"
    token_env = "WORK_HF"
    providers = ["hf-inference", "fal-ai"]
    bill_to = "My-Org"
    offline = false
    """
    profile = load(written(tmp_path, text)).profile("work")
    assert profile.controller == Controller(
        base_url="http://127.0.0.1:8000/v1",
        model="org/name",
        api_key_env="WORK_KEY",
        temperature=1.0,
        context=8192,
        price_in=0.0,
        price_out=2.5,
    )
    assert profile.limits == Limits(tokens=1000, seconds=60.0, usd=0.5, task_seconds=30.0, download_mb=5.0)
    assert profile.hub == Hub(
        enabled=True,
        endpoint="http://127.0.0.1:8001",
        router="http://127.0.0.1:8002",
        token_env="WORK_HF",
        providers=("hf-inference", "fal-ai"),
        bill_to="My-Org",
        offline=False,
    )


SAID = st.fixed_dictionaries(
    {},
    optional={
        "default_profile": st.sampled_from(["auto", "rules", "hub", "a", "b"]),
        "gates": st.sampled_from(["merged", "none"]),
        "probe": st.booleans(),
    },
)


@given(flags=SAID, environment=SAID, file=SAID)
def test_a_flag_goes_before_the_environment_the_environment_before_the_file_and_the_file_before_the_default(
    flags: dict[str, Any], environment: dict[str, Any], file: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [f"{key} = {str(value).lower() if key == 'probe' else repr(value)}" for key, value in file.items()]
    text = "\n".join([*lines, "[profiles.a.limits]", "[profiles.b.limits]"])
    names = {"default_profile": "HGTUI_PROFILE", "gates": "HGTUI_GATES"}
    environ = {names[key]: value for key, value in environment.items() if key != "probe"}
    if "probe" in environment:
        environ["HGTUI_NO_PROBE"] = "0" if environment["probe"] else "1"
    settings = load(written(tmp_path_factory.mktemp("layers"), text), environ, flags)
    expected = {"default_profile": "auto", "gates": "merged", "probe": True} | file | environment | flags
    assert {key: getattr(settings, key) for key in expected} == expected
    assert type(settings) is Settings


def test_the_template_as_it_is_changes_nothing(tmp_path: Path) -> None:
    assert load(written(tmp_path, TEMPLATE)) == Settings()


def test_the_template_is_right_and_whole_when_every_setting_in_it_is_uncommented(tmp_path: Path) -> None:
    settings = load(written(tmp_path, re.sub(r"^# ", "", "\n".join(_settings(TEMPLATE)), flags=re.M)))
    work, auto = settings.profile("work"), settings.profile("auto")
    assert work.controller.model_fields_set == set(Controller.model_fields)
    assert work.hub is not None
    assert work.hub.model_fields_set == set(Hub.model_fields)
    assert auto.limits.model_fields_set == set(Limits.model_fields)
    assert settings.model_fields_set == set(Settings.model_fields)
    assert (settings.default_profile, settings.gates, settings.probe) == ("auto", "merged", True)


def _settings(text: str) -> list[str]:
    """The lines of the template but its explanations: what is left must be settings, each behind one "# "."""
    lines = [line for line in text.splitlines()[2:] if line and not line.startswith("## ")]
    assert all(line.startswith("# ") for line in lines)
    return lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gate = 1", ("'gate'", "nearest is 'gates'")),
        ("Gates = 'none'", ("'Gates'", "nearest is 'gates'")),
        ("[profiles.a.controller]\ntemprature = 1", ("[profiles.a.controller]", "nearest is 'temperature'")),
        ("[profiles.a.controler]", ("[profiles.a]", "nearest is 'controller'")),
        ("[profiles.a.limits]\ntask_second = 1", ("[profiles.a.limits]", "nearest is 'task_seconds'")),
        ("[profiles.a.hub]\nprovider = ['together']", ("[profiles.a.hub]", "nearest is 'providers'")),
        ("[profiles.a.hub]\nrouters = 'http://h'", ("[profiles.a.hub]", "nearest is 'router'")),
        ("[profiles.a.limits]\ndownload = 1", ("[profiles.a.limits]", "nearest is 'download_mb'")),
        ("[limits]\ntask_seconds = 1", ("[profiles.NAME.limits]",)),
        ("[hub]\noffline = true", ("[profiles.NAME.hub]",)),
        ("zzz = 1", ("'zzz' in the file.",)),
    ],
)
def test_an_unknown_key_is_named_with_its_file_and_the_nearest_known_one(
    text: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    error = refused(tmp_path, text)
    assert all(word in error.message for word in words), error.message


@pytest.mark.parametrize(
    "text",
    [
        "[profiles.a.local]\nfolders = []",
        "[[profiles.a.workers]]\nname = 'w'",
    ],
)
def test_what_nothing_reads_yet_is_refused_and_not_ignored(text: str, tmp_path: Path) -> None:
    assert "is not read by this version" in refused(tmp_path, text).message


def test_gates_that_there_are_not_are_refused_with_those_that_there_are(tmp_path: Path) -> None:
    message = refused(tmp_path, 'gates = "none of them"').message
    assert all(name in message for name in ("merged", "split", "none"))


@pytest.mark.parametrize(
    "line",
    [
        f"api_key = '{KEY}'",
        f"api-key = '{KEY}'",
        f"token = '{KEY}'",
        f"api_key_env = '{KEY}'",
        f"api_key_env = '{KEY.replace('-', '_')}'",
        f"base_url = 'https://me:{KEY}@host/v1'",
        f"base_url = 'https://host/v1?key={KEY}'",
        f"temperature = '{KEY}'",
        f"api_key_env = '{KEY}",
    ],
)
def test_a_key_in_the_file_is_refused_and_never_repeated(line: str, tmp_path: Path) -> None:
    refused(tmp_path, f"[profiles.a.controller]\n{line}\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"token = '{KEY}'", "token_env"),
        (f"hf_token = '{KEY}'", "token_env"),
        (f"token_env = '{KEY}'", "the name of an environment variable"),
        (f"endpoint = 'https://me:{KEY}@host'", "token_env"),
        (f"router = 'https://host?key={KEY}'", "http or https address"),
        (f"bill_to = '{KEY} '", "organization"),
        (f"providers = ['{KEY.upper()}']", "providers"),
    ],
)
def test_a_token_in_the_table_of_the_hub_is_refused_and_never_repeated(line: str, words: str, tmp_path: Path) -> None:
    error = refused(tmp_path, f"[profiles.a.hub]\n{line}\n")
    assert words in error.message + error.hint


@pytest.mark.parametrize(
    "text",
    [
        "gates = 'sometimes'",
        "default_profile = 3",
        "probe = 'perhaps'",
        "profiles = 3",
        "[profiles]\na = 3",
        "[profiles.a]\ncontroller = 3",
        "[profiles.'a b'.limits]",
        '[profiles."\\u001b[31m".limits]',
        "[profiles.auto.controller]\nbase_url = 'http://host/v1'",
        "[profiles.rules.controller]\nmodel = 'm'",
        "[profiles.a.controller]\nbase_url = 'host:8000'",
        "[profiles.a.controller]\nbase_url = 'http://h:99999/v1'",
        "[profiles.a.controller]\nmodel = ''",
        '[profiles.a.controller]\nmodel = "a\\u001b"',
        "[profiles.a.controller]\ntemperature = nan",
        "[profiles.a.controller]\ntemperature = true",
        "[profiles.a.controller]\ncontext = 0",
        "[profiles.a.controller]\nprice_in = 1.0",
        "[profiles.a.controller]\nprice_in = -1.0\nprice_out = 1.0",
        "[profiles.a.limits]\nseconds = inf",
        "[profiles.a.limits]\ntokens = 1.5",
        "[profiles.a.limits]\ntask_seconds = 0",
        "[profiles.a.limits]\ndownload_mb = 0",
        "[profiles.a.limits]\ndownload_mb = 'much'",
        "[profiles.a]\nhub = 3",
        "[profiles.a.hub]\nendpoint = 'host'",
        "[profiles.a.hub]\nrouter = 'ftp://host'",
        "[profiles.a.hub]\noffline = 1",
        "[profiles.a.hub]\nenabled = 'yes'",
        "[profiles.a.hub]\nproviders = 'together'",
        "[profiles.a.hub]\nproviders = [3]",
        "[profiles.a.hub]\nproviders = ['together', 'together']",
        '[profiles.a.hub]\nproviders = ["\\u001b[31m"]',
        "default_profile = 'nowhere'",
        "x",
    ],
)
def test_a_wrong_value_is_one_plain_sentence_that_names_the_file(text: str, tmp_path: Path) -> None:
    error = refused(tmp_path, text)
    assert error.message.endswith(".")
    assert error.hint
    assert "\x1b" not in error.message + error.hint
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("environ", "flags", "culprit"),
    [
        ({"HGTUI_GATES": "splitt"}, {}, "HGTUI_GATES"),
        ({"HGTUI_PROFILE": "wrok"}, {}, "HGTUI_PROFILE"),
        ({"HGTUI_NO_PROBE": "maybe"}, {}, "HGTUI_NO_PROBE"),
        ({"HGTUI_PROFILE": "work"}, {"default_profile": "wrok"}, "--profile"),
    ],
)
def test_a_wrong_variable_or_flag_is_named_and_not_the_file(
    environ: dict[str, str], flags: dict[str, Any], culprit: str, tmp_path: Path
) -> None:
    path = written(tmp_path, "[profiles.work.limits]")
    with pytest.raises(ConfigError) as caught:
        load(path, environ, flags)
    assert caught.value.message.startswith(culprit)
    assert str(path) not in caught.value.message


def test_what_is_no_readable_text_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    folder, binary = tmp_path / "folder", tmp_path / "binary.toml"
    folder.mkdir()
    binary.write_bytes(b"gates = '\xff'")
    for path in (folder, binary):
        with pytest.raises(ConfigError, match=path.name):
            load(path)


def test_a_profile_that_does_not_exist_names_those_that_do(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "[profiles.work.limits]"))
    with pytest.raises(ConfigError, match="nearest is 'work'") as caught:
        settings.profile("wrok")
    assert {"work", "auto", "rules"} <= set(re.findall(r"\w+", caught.value.hint))


def test_reading_no_file_and_no_setting_does_not_import_pydantic_settings(tmp_path: Path) -> None:
    code = "import sys\nfrom pathlib import Path\nfrom hgtui.config import load\nload(Path(sys.argv[1]), {})\n"
    code += "print('pydantic_settings' in sys.modules)"

    def imported(path: Path) -> str:
        run = [sys.executable, "-c", code, str(path)]
        return subprocess.run(run, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout.strip()

    assert imported(tmp_path / "none.toml") == "False"
    assert imported(written(tmp_path, "gates = 'none'")) == "True"
