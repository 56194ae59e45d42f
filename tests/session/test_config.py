"""Where data and configuration are."""

from pathlib import Path

import platformdirs

from hgtui.config import config_path, data_dir


def test_a_variable_names_the_data_folder_and_the_configuration(tmp_path: Path) -> None:
    environ = {"HGTUI_DATA_DIR": str(tmp_path / "d"), "HGTUI_CONFIG": str(tmp_path / "c.toml")}
    assert data_dir(environ) == tmp_path / "d"
    assert config_path(environ) == tmp_path / "c.toml"


def test_without_a_variable_or_with_an_empty_one_the_platform_decides() -> None:
    for environ in ({}, {"HGTUI_DATA_DIR": "", "HGTUI_CONFIG": ""}):
        assert data_dir(environ) == Path(platformdirs.user_data_dir("hgtui", appauthor=False))
        assert config_path(environ).name == "config.toml"


def test_a_relative_folder_and_the_home_sign_become_whole_paths() -> None:
    assert data_dir({"HGTUI_DATA_DIR": "data"}) == Path.cwd() / "data"
    assert data_dir({"HGTUI_DATA_DIR": "~/data"}) == Path.home() / "data"
