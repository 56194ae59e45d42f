"""The Hub in the settings: the flag, then the environment, then the profile's table, then the Hub's own."""

from itertools import product

import pytest

from hgtui.config import (
    ConfigError,
    Hub,
    KeySource,
    Settings,
    hub_endpoint,
    hub_offline,
    hub_router,
    hub_token,
    with_offline,
)

TOKEN = "hf_test_token_0123456789"


@pytest.mark.parametrize(
    ("look", "variable", "setting"),
    [(hub_endpoint, "HF_ENDPOINT", "endpoint"), (hub_router, "HGTUI_ROUTER_URL", "router")],
)
def test_an_address_of_the_environment_goes_before_that_of_the_table(look, variable: str, setting: str) -> None:  # type: ignore[no-untyped-def]
    own = Hub(**{setting: "http://own:1/"})
    environ = {variable: " http://environ:2/ "}
    assert (look(None, {}).value, look(None, {}).by) == ("", "")
    assert look(own, {}).value == "http://own:1"
    assert (look(own, environ).value, look(own, environ).by) == ("http://environ:2", variable)
    assert look(own, {variable: " "}).value == "http://own:1"
    with pytest.raises(ConfigError, match=f"{variable} is not an http"):
        look(own, {variable: "nowhere"})


def test_offline_is_said_by_the_flag_then_the_environment_then_the_table() -> None:
    words = {"1": True, "yes": True, "0": False, "off": False, "": None}
    for flag, (said, of_environ), of_file in product((True, False), words.items(), (True, False, None)):
        environ = with_offline({"HF_HUB_OFFLINE": said}, flag)
        expected = flag or (of_environ if of_environ is not None else bool(of_file))
        assert bool(hub_offline(Hub(offline=of_file), environ)) is expected
    assert hub_offline(None, {"TRANSFORMERS_OFFLINE": "1"}) == "TRANSFORMERS_OFFLINE"
    assert hub_offline(None, {"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"}) == ""
    assert with_offline({"A": "b"}, False) == {"A": "b"}


def test_a_profile_that_names_a_variable_takes_no_other_token() -> None:
    hub = Hub(token_env="MINE")
    environ = {"HF_TOKEN": TOKEN, "HOME": "/nowhere"}
    assert hub_token(None, environ) == hub_token(Hub(), environ) == KeySource(variable="HF_TOKEN")
    assert hub_token(hub, {**environ, "MINE": TOKEN}) == KeySource(variable="MINE")
    with pytest.raises(ConfigError, match="MINE, which is not set"):
        hub_token(hub, environ)


def test_a_kind_of_controller_without_a_table_is_as_auto_has_it_and_rules_are_not() -> None:
    hub = Hub(bill_to="My-Org")
    said = Settings(profiles={"auto": {"hub": hub}, "loopback": {}})  # type: ignore[dict-item]
    found = {name: said.hub(name) for name in (None, "auto", "hub", "openai", "loopback", "rules")}
    assert found == {None: hub, "auto": hub, "hub": hub, "openai": hub, "loopback": None, "rules": None}
