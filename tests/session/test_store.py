"""Records: raw replies are kept as they came, and no secret gets to the disk."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hgtui.session.artifacts import Artifacts
from hgtui.session.store import Records, without

KEY, TOKEN = "sk-abcdef123456", "hf_ABCDEFGHIJ"
ENVIRON = {"OPENAI_API_KEY": KEY, "HF_TOKEN": TOKEN, "HOME": "/home/someone", "SHORT_KEY": "none", "EMPTY_KEY": ""}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_record_gives_back_kind_request_and_the_raw_reply(tmp_path: Path) -> None:
    records = Records(Artifacts(tmp_path), ENVIRON)
    request: dict[str, Any] = {"messages": [{"role": "user", "content": "Grüße \ud800"}], "max_tokens": 5}
    reply = bytes(range(256))
    digest = await records.keep("chat", request, reply)
    assert await records.load(digest) == ("chat", request, reply)
    assert await records.keep("chat", request, reply) == digest


async def test_secrets_of_the_environment_and_headers_are_not_written(tmp_path: Path) -> None:
    records = Records(Artifacts(tmp_path), ENVIRON, secrets=("another-secret",))
    request = {
        "headers": {"Authorization": "Bearer unknown-key", "X-Api-Key": "unknown-key-2", "Accept": "*/*"},
        "pairs": [["authorization", "Bearer unknown-key-3"], ["accept", "a"]],
        "url": f"https://x/?key={KEY}",
        "words": ["another-secret", "nonetheless", "none"],
        TOKEN: TOKEN,
    }
    digest = await records.keep("hub", request, f'{{"echo": "{KEY} {TOKEN}"}}'.encode())
    written = on_disk(tmp_path)
    for secret in (KEY, TOKEN, "unknown-key", "another-secret"):
        assert secret.encode() not in written
    _, kept, reply = await records.load(digest)
    assert kept["url"] == "https://x/?key=[removed]"
    assert kept["headers"]["Accept"] == "*/*"
    assert kept["pairs"] == [["authorization", "[removed]"], ["accept", "a"]]
    assert kept["words"] == ["[removed]", "nonetheless", "[removed]"]
    assert reply == b'{"echo": "[removed] [removed]"}'


def test_a_text_is_masked_as_a_record_is(tmp_path: Path) -> None:
    records = Records(Artifacts(tmp_path), ENVIRON, secrets=("another-secret",))
    assert records.masked(f"none of {KEY}, {TOKEN}, another-secret") == "none of [removed], [removed], [removed]"


async def test_of_two_secrets_that_begin_alike_nothing_is_left(tmp_path: Path) -> None:
    records = Records(Artifacts(tmp_path), {"A_KEY": "sk-12345678", "B_KEY": "sk-12345678-tail"})
    await records.keep("chat", {"text": "sk-12345678-tail"}, b"sk-12345678-tail")
    assert b"tail" not in on_disk(tmp_path)


@given(JSON)
def test_what_has_no_secret_in_it_is_kept_unchanged(data: Any) -> None:
    assert without({"data": data}, (KEY, TOKEN)) == {"data": data}


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_anywhere_in_a_text(before: str, after: str) -> None:
    assert KEY not in without(before + KEY + after, (KEY,))
