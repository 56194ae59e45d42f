"""Which controller a profile means: what is set, what is found, in which order, and that no key is ever told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.config import ConfigError, KeySource, Limits, Settings, hub_key, hub_router, load, with_offline
from hgtui.llm.address import DEFAULT_BASE_URL
from hgtui.llm.detect import Place
from hgtui.llm.profile import Choice, client_for, options, resolve
from hgtui.llm.remembered import remember_model
from hgtui.llm.router import ROUTER_URL
from tests.llm.asking import ASK, hear
from tests.llm.test_detect import LONG_S, place_of
from tests.servers.chat import ChatServer
from tests.servers.replies import Body, Reply

KEY = "sk-very-secret-0123456789"
TOKEN = "hf_very_secret_0123456789"
URL = "http://127.0.0.1:9/v1"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own, where nothing is set."""
    return {"HOME": str(tmp_path / "home"), "HGTUI_DATA_DIR": str(tmp_path / "data")}


def logged_in(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TOKEN + "\n", encoding="utf-8")


def settings(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


async def chosen(
    environ: Mapping[str, str], said: Settings | None = None, profile: str | None = None, *places: Place
) -> Choice:
    return await resolve(said or Settings(), environ, profile, places=places, within_s=LONG_S)


async def test_with_nothing_set_and_nothing_found_plans_are_made_by_rules(home: dict[str, str]) -> None:
    choice = await chosen(home)
    assert (choice.kind, choice.address, choice.key, choice.also) == ("rules", "", None, ())
    assert all(word in choice.describe() for word in ("OPENAI_BASE_URL", "Hugging Face", "this machine"))
    assert client_for(choice, home) is None


async def test_openai_goes_before_the_router_and_the_router_before_a_server_on_this_machine(
    home: dict[str, str],
) -> None:
    async with ChatServer(models=("m",)) as server:
        place = place_of(server.url, "Ollama")
        environ = {**home, "OPENAI_API_KEY": KEY, "HF_TOKEN": TOKEN}
        first = await chosen(environ, None, None, place)
        assert (first.kind, first.base_url, str(first.key)) == ("openai", DEFAULT_BASE_URL, "OPENAI_API_KEY")
        assert ["router" in first.also[0], server.url in first.also[1]] == [True, True]
        del environ["OPENAI_API_KEY"]
        second = await chosen(environ, None, None, place)
        assert (second.kind, second.base_url, str(second.key)) == ("hub", ROUTER_URL, "HF_TOKEN")
        del environ["HF_TOKEN"]
        third = await chosen(environ, None, None, place)
        assert (third.kind, third.base_url, third.key, third.model) == ("loopback", server.url, None, "m")
        assert "Ollama" in third.why


@given(openai=st.booleans(), token=st.booleans(), stored=st.booleans(), kind=st.sampled_from(["auto", "openai", "hub"]))
async def test_what_is_chosen_is_the_first_that_is_there_of_the_kind_that_is_asked_for(
    openai: bool, token: bool, stored: bool, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("found")
    environ = {"HOME": str(folder), "HGTUI_DATA_DIR": str(folder / "data")}
    environ |= {"OPENAI_BASE_URL": URL} if openai else {}
    environ |= {"HF_TOKEN": TOKEN} if token else {}
    if stored:
        logged_in(folder / ".cache/huggingface/token")
    there = [name for name, is_there in (("openai", openai), ("hub", token or stored)) if is_there]
    fitting = [name for name in there if kind in {"auto", name}]
    if kind != "auto" and not fitting:
        with pytest.raises(ConfigError, match=f"'{kind}' finds no controller"):
            await chosen(environ, None, kind)
        return
    choice = await chosen(environ, None, kind)
    assert choice.kind == (fitting or ["rules"])[0]
    assert len(choice.also) == len(there) - bool(fitting)
    if choice.kind == "hub":
        assert choice.key is not None
        assert bool(choice.key.variable) == token
        assert choice.key.read(environ) == TOKEN


@pytest.mark.parametrize(
    ("variables", "file"),
    [
        ({}, "home/.cache/huggingface/token"),
        ({"XDG_CACHE_HOME": "{0}/caches"}, "caches/huggingface/token"),
        ({"HF_HOME": "{0}/hf"}, "hf/token"),
        ({"HF_HOME": "~/hf"}, "home/hf/token"),
        ({"BASE": "{0}", "HF_HOME": "$BASE/hf"}, "hf/token"),
        ({"HF_HOME": "{0}/hf", "HF_TOKEN_PATH": "{0}/elsewhere"}, "elsewhere"),
    ],
)
async def test_the_stored_login_is_looked_for_where_huggingface_hub_keeps_it(
    variables: dict[str, str], file: str, home: dict[str, str], tmp_path: Path
) -> None:
    logged_in(tmp_path / file)
    environ = home | {name: value.format(tmp_path) for name, value in variables.items()}
    choice = await chosen(environ)
    assert (choice.kind, choice.key) == ("hub", KeySource(file=tmp_path / file))
    assert str(tmp_path / file) in choice.why


async def test_the_router_is_not_used_offline_and_the_login_not_where_it_must_be_named(
    home: dict[str, str], tmp_path: Path
) -> None:
    logged_in(tmp_path / "home/.cache/huggingface/token")
    offline = await chosen({**home, "HF_HUB_OFFLINE": "1"})
    assert offline.kind == "rules"
    assert "HF_HUB_OFFLINE" in offline.also[0]
    explicit = {**home, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "yes"}
    assert (await chosen(explicit)).kind == "rules"
    assert (await chosen({**explicit, "HF_TOKEN": TOKEN})).kind == "hub"


async def test_a_login_that_cannot_be_read_is_told_and_stands_in_nobodys_way(
    home: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    environ = {**home, "HF_TOKEN_PATH": str(tmp_path / "folder"), "OPENAI_BASE_URL": URL}
    choice = await chosen(environ)
    assert choice.kind == "openai"
    assert "cannot be read" in choice.also[0]
    with pytest.raises(ConfigError, match="cannot be read"):
        hub_key(environ)


async def test_the_router_url_can_be_set(home: dict[str, str]) -> None:
    environ = {**home, "HF_TOKEN": TOKEN, "HGTUI_ROUTER_URL": URL + "/"}
    assert (await chosen(environ)).base_url == URL
    broken = await chosen({**environ, "HGTUI_ROUTER_URL": "no address"})
    assert broken.kind == "rules"
    assert "HGTUI_ROUTER_URL" in broken.also[0]


async def test_the_router_gets_the_token_and_a_server_on_this_machine_gets_none(home: dict[str, str]) -> None:
    async with ChatServer(Reply("hello")) as server:
        environ = {**home, "HF_TOKEN": TOKEN, "HGTUI_ROUTER_URL": server.url}
        for name, header in (("hub", f"Bearer {TOKEN}"), ("loopback", None)):
            choice = await chosen(environ, None, name, place_of(server.url))
            chat = client_for(choice, environ)
            assert chat is not None
            assert (await hear(chat)).text == "hello"
            assert server.requests[-1].headers.get("authorization") == header


async def test_the_table_of_the_hub_says_which_router_whose_token_and_who_pays(
    home: dict[str, str], tmp_path: Path
) -> None:
    async with ChatServer(Reply("hello")) as server:
        text = f"""
        [profiles.mine.hub]
        router = "{server.url}"
        token_env = "MY_HUB"
        bill_to = "My-Org"
        [profiles.named.controller]
        base_url = "{server.url}"
        [profiles.named.hub]
        router = "{server.url}"
        bill_to = "My-Org"
        [profiles.own.controller]
        base_url = "{server.url}"
        [profiles.own.hub]
        bill_to = "My-Org"
        """
        said = settings(tmp_path, text)
        environ = {**home, "MY_HUB": TOKEN, "HF_TOKEN": "hf_another_0123456789"}
        seen = {}
        for name in ("mine", "named", "own"):
            chat = client_for(await chosen(environ, said, name), environ)
            assert chat is not None
            async with chat:
                assert (await hear(chat)).text == "hello"
            headers = server.requests[-1].headers
            seen[name] = (headers.get("authorization"), headers.get("x-hf-bill-to"))
    assert seen == {
        "mine": (f"Bearer {TOKEN}", "My-Org"),
        "named": ("Bearer hf_another_0123456789", "My-Org"),
        "own": (None, None),
    }


@pytest.mark.parametrize("router", ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/v1"])
async def test_the_router_is_said_with_and_without_its_v1(router: str, home: dict[str, str], tmp_path: Path) -> None:
    environ = {**home, "HF_TOKEN": TOKEN}
    said = settings(tmp_path, f"[profiles.auto.hub]\nrouter = '{router}'")
    assert (await chosen(environ, said)).base_url == URL
    assert (await chosen({**environ, "HGTUI_ROUTER_URL": router})).base_url == URL
    assert hub_router(said.hub("auto"), environ).value == "http://127.0.0.1:9"


@pytest.mark.parametrize("profile", ["auto", "named"])
@pytest.mark.parametrize("way", ["flag", "environment", "file"])
async def test_offline_the_router_of_the_hub_plans_nothing(
    way: str, profile: str, home: dict[str, str], tmp_path: Path
) -> None:
    table = "offline = true" if way == "file" else ""
    text = f"[profiles.auto.hub]\n{table}\n[profiles.named.controller]\nbase_url = '{ROUTER_URL}'\n[profiles.named.hub]\n{table}"
    said = settings(tmp_path, text)
    online = {**home, "HF_TOKEN": TOKEN}
    environ = {"flag": with_offline(online), "environment": {**online, "HF_HUB_OFFLINE": "1"}, "file": online}[way]
    word = {"flag": "--offline", "environment": "HF_HUB_OFFLINE", "file": "hub table"}[way]
    if profile == "named":
        with pytest.raises(ConfigError, match=word):
            await chosen(environ, said, "named")
    else:
        choice = await chosen(environ, said)
        assert choice.kind == "rules"
        assert word in choice.also[0]


async def test_servers_on_this_machine_are_not_looked_for_where_that_is_off(
    home: dict[str, str], tmp_path: Path
) -> None:
    async with ChatServer() as server:
        place = place_of(server.url)
        for said in (settings(tmp_path, "probe = false"), settings(tmp_path, "", {"HGTUI_NO_PROBE": "1"})):
            choice = await chosen(home, said, None, place)
            assert choice.kind == "rules"
            assert "not looked for" in choice.why
            with pytest.raises(ConfigError, match="not looked for"):
                await chosen(home, said, "loopback", place)
        assert server.connections == 0


async def test_a_profile_with_its_own_server_asks_no_other(home: dict[str, str], tmp_path: Path) -> None:
    said = settings(tmp_path, f"[profiles.work.controller]\nbase_url = '{URL}'")
    async with ChatServer() as server:
        choice = await chosen({**home, "OPENAI_BASE_URL": "http://127.0.0.1:8/v1"}, said, "work", place_of(server.url))
        assert server.connections == 0
    assert (choice.kind, choice.base_url, choice.profile) == ("openai", URL, "work")
    assert "'work'" in choice.why


async def test_a_profile_says_all_that_its_table_says(home: dict[str, str], tmp_path: Path) -> None:
    text = f"""
    default_profile = "work"
    [profiles.work.controller]
    base_url = "{URL}"
    model = "m"
    api_key_env = "WORK_KEY"
    temperature = 0.5
    context = 2048
    price_in = 1.0
    price_out = 2.0
    [profiles.work.limits]
    tokens = 5000
    """
    choice = await chosen({**home, "WORK_KEY": KEY}, settings(tmp_path, text))
    assert (choice.model, choice.temperature, choice.context) == ("m", 0.5, 2048)
    assert (choice.price_in, choice.price_out) == (1.0, 2.0)
    assert choice.limits == Limits(tokens=5000)
    assert choice.key == KeySource(variable="WORK_KEY")


async def test_a_profile_of_limits_alone_and_the_table_of_auto_bound_what_is_found(
    home: dict[str, str], tmp_path: Path
) -> None:
    text = "[profiles.auto.controller]\ntemperature = 0.2\n[profiles.auto.limits]\nusd = 1\n[profiles.slow.limits]\nusd = 2"
    said = settings(tmp_path, text)
    environ = {**home, "OPENAI_BASE_URL": URL}
    auto, slow = await chosen(environ, said), await chosen(environ, said, "slow")
    assert (auto.base_url, auto.limits.usd, auto.temperature) == (URL, 1.0, 0.2)
    assert (slow.base_url, slow.limits.usd, slow.temperature) == (URL, 2.0, None)
    assert (await chosen(home, said, "slow")).limits.usd == 2.0


@pytest.mark.parametrize(
    ("controller", "variables", "key"),
    [
        (f"base_url = '{URL}'", {"OPENAI_API_KEY": KEY, "HF_TOKEN": TOKEN}, None),
        (f"base_url = '{URL}/'", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": URL}, "OPENAI_API_KEY"),
        (f"base_url = '{DEFAULT_BASE_URL}'", {"OPENAI_API_KEY": KEY}, "OPENAI_API_KEY"),
        (f"base_url = '{DEFAULT_BASE_URL}'", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": URL}, None),
        (f"base_url = '{ROUTER_URL}'", {"OPENAI_API_KEY": KEY, "HF_TOKEN": TOKEN}, "HF_TOKEN"),
        (f"base_url = '{URL}'\napi_key_env = 'MINE'", {"OPENAI_API_KEY": KEY, "MINE": KEY}, "MINE"),
    ],
)
async def test_a_key_goes_only_to_the_server_that_it_belongs_to(
    controller: str, variables: dict[str, str], key: str | None, home: dict[str, str], tmp_path: Path
) -> None:
    said = settings(tmp_path, f"[profiles.work.controller]\n{controller}")
    choice = await chosen({**home, **variables}, said, "work")
    assert (None if choice.key is None else str(choice.key)) == key


async def test_a_key_that_is_not_set_is_named_by_its_variable(home: dict[str, str], tmp_path: Path) -> None:
    said = settings(tmp_path, f"[profiles.work.controller]\nbase_url = '{URL}'\napi_key_env = 'WORK_KEY'")
    with pytest.raises(ConfigError, match="WORK_KEY, which is not set"):
        await chosen(home, said, "work")


async def test_a_key_without_a_server_means_the_server_of_the_environment_else_openai(
    home: dict[str, str], tmp_path: Path
) -> None:
    said = settings(tmp_path, "[profiles.work.controller]\napi_key_env = 'MINE'")
    environ = {**home, "MINE": KEY}
    assert (await chosen(environ, said, "work")).base_url == DEFAULT_BASE_URL
    assert (await chosen({**environ, "OPENAI_BASE_URL": URL}, said, "work")).base_url == URL


async def test_a_profile_can_ask_for_rules_where_a_controller_is_there(home: dict[str, str]) -> None:
    choice = await chosen({**home, "OPENAI_BASE_URL": URL}, None, "rules")
    assert choice.kind == "rules"


async def test_a_profile_that_does_not_exist_is_refused(home: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="There is no profile"):
        await chosen(home, None, "wrok\x1b[31m")


async def test_an_address_that_is_none_is_refused_with_its_variable(home: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        await chosen({**home, "OPENAI_BASE_URL": "localhost:8000"})


async def test_with_auto_the_model_of_the_environment_goes_before_the_file_and_with_a_name_after_it(
    home: dict[str, str], tmp_path: Path
) -> None:
    text = "[profiles.auto.controller]\nmodel = 'file'\n[profiles.big.controller]\nmodel = 'big'\n[profiles.any.limits]"
    said, environ = settings(tmp_path, text), {**home, "OPENAI_BASE_URL": URL}
    with_model = {**environ, "OPENAI_MODEL": "environment"}
    assert [(await chosen(with_model, said, name)).model for name in ("auto", "big", "any")] == [
        "environment",
        "big",
        "environment",
    ]
    assert [(await chosen(environ, said, name)).model for name in ("auto", "big", "any")] == ["file", "big", None]


async def test_the_model_that_a_person_chose_is_kept_while_the_server_has_it(home: dict[str, str]) -> None:
    async with ChatServer(models=("a", "b")) as server, ChatServer(models=("c",)) as other:
        place, single = place_of(server.url), place_of(other.url)
        before = await chosen(home, None, None, place)
        assert (before.model, before.models) == (None, ("a", "b"))
        assert "one of 2 models" in before.describe()
        remember_model(home, server.url, "b")
        assert (await chosen(home, None, None, place)).model == "b"
        remember_model(home, server.url, "gone")
        assert (await chosen(home, None, None, place)).model is None
        remember_model(home, other.url, "gone")
        assert (await chosen(home, None, None, single)).model == "c"
        remember_model(home, URL, "kept")
        environ = {**home, "OPENAI_BASE_URL": URL + "/"}
        assert (await chosen(environ)).model == "kept"
        assert (await chosen({**environ, "OPENAI_MODEL": "set"})).model == "set"


async def test_a_server_without_a_model_is_told_and_not_chosen(home: dict[str, str]) -> None:
    async with ChatServer(models_script=Body(b'{"object": "list", "data": []}')) as server:
        choice = await chosen(home, None, None, place_of(server.url, "Ollama"))
    assert choice.kind == "rules"
    assert "without a model" in choice.also[0]


async def test_every_choice_that_can_be_switched_to_is_told_and_why_one_cannot(
    home: dict[str, str], tmp_path: Path
) -> None:
    text = f"[profiles.work.controller]\nbase_url = '{URL}'\n[profiles.locked.controller]\napi_key_env = 'NOT_SET'"
    environ = {**home, "HF_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}
    async with ChatServer() as server, ChatServer() as second:
        places = (place_of(server.url), place_of(second.url))
        told = await options(settings(tmp_path, text), environ, places=places, within_s=LONG_S)
    assert [(one.profile, one.base_url) for one in told.choices] == [
        ("work", URL),
        ("openai", DEFAULT_BASE_URL),
        ("hub", ROUTER_URL),
        ("loopback", server.url),
        ("loopback", second.url),
        ("rules", ""),
    ]
    assert ["NOT_SET" in sentence for sentence in told.unusable] == [True]


async def test_no_key_is_in_anything_that_is_shown(home: dict[str, str], tmp_path: Path) -> None:
    logged_in(tmp_path / "home/.cache/huggingface/token")
    said = settings(tmp_path, f"[profiles.work.controller]\nbase_url = '{URL}'\napi_key_env = 'MINE'")
    environ = {**home, "OPENAI_BASE_URL": f"http://me:{KEY}@127.0.0.1:9/v1", "OPENAI_API_KEY": KEY, "MINE": KEY}
    shown: list[Any] = [said, await options(said, environ, places=())]
    for name in ("auto", "work", "hub", "rules"):
        choice = await chosen(environ, said, name)
        client = client_for(choice, environ)
        shown += [choice, choice.describe(), choice.also, choice.address, client, getattr(client, "base_url", "")]
    assert KEY not in repr(shown)
    assert TOKEN not in repr(shown)


async def test_a_key_that_no_header_takes_is_refused_by_the_name_of_its_place(home: dict[str, str]) -> None:
    environ = {**home, "OPENAI_API_KEY": "two words"}
    with pytest.raises(ConfigError) as caught:
        client_for(await chosen(environ), environ)
    assert "OPENAI_API_KEY" in caught.value.hint
    assert "two words" not in caught.value.message + caught.value.hint


async def test_a_password_in_the_address_still_reaches_the_server(home: dict[str, str]) -> None:
    async with ChatServer(Reply("hello")) as server:
        environ = {**home, "OPENAI_BASE_URL": server.url.replace("//", "//me:pw@")}
        chat = client_for(await chosen(environ), environ)
        assert chat is not None
        assert (await hear(chat)).text == "hello"
    assert server.requests[0].messages[0]["content"] == ASK[0].content


async def test_the_model_of_the_environment_is_the_routers_where_no_server_of_openai_is_set(
    home: dict[str, str],
) -> None:
    token = {"HF_TOKEN": "hf_test_one", "OPENAI_MODEL": "org/chat", "HGTUI_ROUTER_URL": "http://127.0.0.1:1"}
    one = await chosen({**home, **token})
    assert (one.kind, one.model) == ("hub", "org/chat")
    assert one.spends == "credits of HF_TOKEN"
    assert not one.here, "a router on this machine is a proxy"
    beside = await chosen({**home, **token, "OPENAI_API_KEY": KEY}, None, "hub")
    assert (beside.kind, beside.model) == ("hub", None)
    assert "the only model" not in beside.describe()
