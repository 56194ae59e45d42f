"""Files at addresses of the web: fetched within limits from real servers, and when."""

import asyncio
import gzip
import io
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.problem import Code, Severity
from hgtui.core.problems import problems
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure, Outcome
from hgtui.planning import RulePlanner
from hgtui.session.artifacts import Artifacts
from hgtui.session.fetching import REDIRECTS, FetchError, Limits, fetch
from tests.servers.files import FileServer
from tests.session.staging import ByHand, stage

TEXT = b"The cat sat on the mat. " * 20


def png(side: int = 30) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (side, side), (200, 10, 30)).save(file, format="PNG")
    return file.getvalue()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as one:
        yield one


@pytest.fixture
def secret() -> Iterator[FileServer]:
    """A second server of this machine, which nobody configured."""
    with FileServer() as one:
        one.give("/keys", b"the keys of the machine")
        yield one


@pytest.fixture
async def artifacts(tmp_path: Path) -> AsyncIterator[Artifacts]:
    store = Artifacts(tmp_path / "data")
    yield store
    await store.aclose()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files lie, to see that none stays."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return folder


def left_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def limits(server: FileServer, **more: object) -> Limits:
    return replace(Limits(exempt=frozenset({("127.0.0.1", server.port)})), **more)  # type: ignore[arg-type]


def untold(part: float | None, words: str) -> None:
    pass


async def refused(url: str, artifacts: Artifacts, bounds: Limits) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetch(url, artifacts, bounds, untold)
    assert caught.value.message.endswith(".")
    assert "Traceback" not in caught.value.message
    return caught.value


# What is fetched


async def test_a_file_is_fetched_told_by_its_content_and_kept(
    server: FileServer, artifacts: Artifacts, temporary: Path
) -> None:
    told: list[float | None] = []
    url = server.give("/a/cat?size=3", png(), "image/png")
    fact = await fetch(url, artifacts, limits(server), lambda part, words: told.append(part))
    assert (fact.kind, fact.media_type, fact.remote, fact.path) == (Kind.IMAGE, "image/png", True, url)
    assert await artifacts.read(fact.digest) == png()
    assert told[0] == 0.0 and told[-1] == 1.0
    assert not left_in(temporary)


async def test_a_name_without_a_suffix_leaves_what_is_open_to_the_server(
    server: FileServer, artifacts: Artifacts
) -> None:
    url = server.give("/export", b"a,b\n1,2\n", "text/csv; charset=utf-8")
    assert (await fetch(url, artifacts, limits(server), untold)).kind is Kind.TABLE


async def test_a_page_in_place_of_a_picture_is_told_by_its_content(server: FileServer, artifacts: Artifacts) -> None:
    url = server.give("/cat.png", b"<!DOCTYPE html><p>Sign in</p>", "image/png")
    fact = await fetch(url, artifacts, limits(server), untold)
    assert "cat.png is no picture: its content is text" in fact.error


async def test_a_name_is_resolved_and_asked_by_its_name(server: FileServer, artifacts: Artifacts) -> None:
    server.give("/cat.txt", TEXT)
    bounds = Limits(exempt=frozenset({("cats.example", server.port)}), ask=lambda host, port: ("127.0.0.1",))
    fact = await fetch(f"http://cats.example:{server.port}/cat.txt", artifacts, bounds, untold)
    assert fact.size == len(TEXT)


async def test_what_comes_packed_is_unpacked(server: FileServer, artifacts: Artifacts) -> None:
    url = server.give("/cat.txt", gzip.compress(TEXT), Content_Encoding="gzip")
    assert (await fetch(url, artifacts, limits(server), untold)).size == len(TEXT)


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A server with a certificate for cats.example, which is trusted here."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cats.example -addext subjectAltName=DNS:cats.example"
    subprocess.run([*made.split(), "-keyout", key, "-out", cert], check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with FileServer(context) as one:
        yield one


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    secure: FileServer, artifacts: Artifacts
) -> None:
    secure.give("/cat.txt", TEXT)
    hosts = {("cats.example", secure.port), ("dogs.example", secure.port)}
    bounds = Limits(exempt=frozenset(hosts), ask=lambda host, port: ("127.0.0.1",))
    assert (await fetch(f"https://cats.example:{secure.port}/cat.txt", artifacts, bounds, untold)).size == len(TEXT)
    error = await refused(f"https://dogs.example:{secure.port}/cat.txt", artifacts, bounds)
    assert "certificate" in error.message.lower()


async def test_the_next_address_is_tried_where_the_first_does_not_answer(
    server: FileServer, artifacts: Artifacts
) -> None:
    server.give("/cat.txt", TEXT)
    found = ("127.0.0.9", "127.0.0.1")
    bounds = Limits(exempt=frozenset({("cats.example", server.port)}), ask=lambda host, port: found)
    assert (await fetch(f"http://cats.example:{server.port}/cat.txt", artifacts, bounds, untold)).usable


# What is refused


async def test_this_machine_is_never_asked_but_where_it_is_configured(
    server: FileServer, secret: FileServer, artifacts: Artifacts
) -> None:
    error = await refused(secret.url("/keys"), artifacts, limits(server))
    assert error.failure is Failure.REFUSED
    assert "127.0.0.1 is an address of this machine" in error.message
    assert secret.seen == []


async def test_a_redirect_to_this_machine_is_not_followed(
    server: FileServer, secret: FileServer, artifacts: Artifacts
) -> None:
    server.lead("/two", secret.url("/keys"))
    error = await refused(server.lead("/cat.png", "/two"), artifacts, limits(server))
    assert error.failure is Failure.REFUSED
    assert server.seen == ["/cat.png", "/two"]
    assert secret.seen == []


async def test_a_redirect_to_another_scheme_is_not_followed(server: FileServer, artifacts: Artifacts) -> None:
    error = await refused(server.lead("/cat.png", "file:///etc/passwd"), artifacts, limits(server))
    assert "/etc/passwd" in error.message or "could not be fetched" in error.message


@pytest.mark.parametrize(
    "found", [("127.0.0.1",), ("10.0.0.1",), ("1.1.1.1", "192.168.0.1"), ("::ffff:169.254.169.254",), ("fd00::1",)]
)
async def test_a_name_that_leads_into_a_private_network_is_refused(
    server: FileServer, secret: FileServer, artifacts: Artifacts, found: tuple[str, ...]
) -> None:
    bounds = limits(server, ask=lambda host, port: found)
    error = await refused(f"http://cats.example:{secret.port}/keys", artifacts, bounds)
    assert error.failure is Failure.REFUSED
    assert secret.seen == []


async def test_a_name_that_changes_its_address_is_asked_where_it_was_checked(
    server: FileServer, artifacts: Artifacts
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.7",)

    server.give("/cat.txt", TEXT)
    bounds = Limits(exempt=frozenset({("cats.example", server.port)}), ask=rebinding)
    await fetch(f"http://cats.example:{server.port}/cat.txt", artifacts, bounds, untold)
    assert asked == ["cats.example"]


async def test_redirects_have_a_limit(server: FileServer, artifacts: Artifacts) -> None:
    server.give("/0", TEXT)
    for number in range(1, REDIRECTS + 2):
        server.lead(f"/{number}", f"/{number - 1}")
    assert (await fetch(server.url(f"/{REDIRECTS}"), artifacts, limits(server), untold)).usable
    error = await refused(server.url(f"/{REDIRECTS + 1}"), artifacts, limits(server))
    assert f"more than {REDIRECTS} times" in error.message


async def test_a_file_that_says_that_it_is_too_large_is_not_read(server: FileServer, artifacts: Artifacts) -> None:
    url = server.give("/cat.txt", b"x" * 2_000_000)
    error = await refused(url, artifacts, limits(server, mb=1))
    assert "2.0 MB, the limit for what is fetched is 1 MB" in error.message


async def test_a_file_without_an_end_is_cut_at_the_limit(
    server: FileServer, artifacts: Artifacts, temporary: Path
) -> None:
    error = await refused(server.endless("/cat.txt", b"x" * 65536), artifacts, limits(server, mb=1))
    assert "more than 1 MB" in error.message
    assert not left_in(temporary)
    assert await asyncio.to_thread(server.left.wait, 20)


async def test_a_bomb_that_comes_packed_is_cut_at_the_limit(server: FileServer, artifacts: Artifacts) -> None:
    bomb = gzip.compress(b"\0" * 300_000_000, 9)
    assert len(bomb) < 400_000
    url = server.give("/cat.txt", bomb, Content_Encoding="gzip")
    assert "more than 1 MB" in (await refused(url, artifacts, limits(server, mb=1))).message


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(TEXT)[:-9], gzip.compress(TEXT) + b"more", gzip.compress(TEXT) + b"more" * 1_000_000, b"", b"plain"],
    ids=["cut", "goes on", "goes on for long", "empty", "not packed"],
)
async def test_a_packed_file_that_ends_too_early_or_goes_on_behind_its_end_is_damaged(
    packed: bytes, server: FileServer, artifacts: Artifacts
) -> None:
    url = server.give("/cat.txt", packed, Content_Encoding="gzip")
    error = await refused(url, artifacts, limits(server))
    assert (error.failure, "packed and damaged" in error.message) == (Failure.UNREADABLE, True)


async def test_another_packing_is_refused(server: FileServer, artifacts: Artifacts) -> None:
    url = server.give("/cat.txt", TEXT, Content_Encoding="br")
    assert "packed as br" in (await refused(url, artifacts, limits(server))).message


async def test_a_server_that_falls_silent_is_left_in_time(
    server: FileServer, artifacts: Artifacts, temporary: Path
) -> None:
    error = await refused(server.silent("/cat.txt", b"abc"), artifacts, limits(server, seconds=0.3))
    assert error.failure is Failure.TIMEOUT
    assert not left_in(temporary)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (404, Failure.BAD_INPUT),
        (401, Failure.ACCESS),
        (403, Failure.ACCESS),
        (429, Failure.QUOTA),
        (500, Failure.TRANSPORT),
        (503, Failure.TRANSPORT),
        (204, Failure.BAD_INPUT),
    ],
)
async def test_an_answer_that_is_no_file_is_a_failure_of_its_class(
    server: FileServer, artifacts: Artifacts, status: int, failure: Failure
) -> None:
    url = server.give("/cat.txt", b"", status=status, Retry_After="7")
    error = await refused(url, artifacts, limits(server))
    assert error.failure is failure
    assert str(status) in error.message
    assert error.retry_after == (7.0 if status == 429 else None)


async def test_a_body_that_breaks_off_is_no_file(server: FileServer, artifacts: Artifacts) -> None:
    url = server.give("/cat.txt", b"abc", length=False, Content_Length="1000")
    assert (await refused(url, artifacts, limits(server))).failure is Failure.TRANSPORT


async def test_nothing_listens(server: FileServer, artifacts: Artifacts) -> None:
    error = await refused("http://127.0.0.1:1/cat.png", artifacts, Limits(exempt=frozenset({("127.0.0.1", 1)})))
    assert error.failure is Failure.TRANSPORT


async def test_offline_nothing_is_asked(server: FileServer, artifacts: Artifacts) -> None:
    error = await refused(server.give("/cat.txt", TEXT), artifacts, limits(server, offline=True))
    assert "offline" in error.message
    assert server.seen == []


async def test_fetching_can_be_cancelled_and_leaves_nothing(
    server: FileServer, artifacts: Artifacts, temporary: Path
) -> None:
    begun = asyncio.Event()
    work = asyncio.create_task(
        fetch(server.silent("/cat.txt", b"abc"), artifacts, limits(server), lambda part, words: begun.set())
    )
    async with asyncio.timeout(20):
        await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not left_in(temporary)


async def test_a_proxy_of_the_environment_is_used_and_the_text_of_the_address_is_checked(
    server: FileServer, secret: FileServer, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy is asked for the whole URL, so that it is a path of the server here.
    server.give("http://cats.example/cat.txt", TEXT)
    monkeypatch.setenv("http_proxy", server.url(""))
    fact = await fetch("http://cats.example/cat.txt", artifacts, Limits(), untold)
    assert fact.size == len(TEXT)
    assert (await refused("http://192.168.1.1/cat.txt", artifacts, Limits())).failure is Failure.REFUSED
    assert server.seen == ["http://cats.example/cat.txt"]


# When it is fetched


async def read(path: str | None) -> bytes:
    return await asyncio.to_thread(Path(path or "").read_bytes)


def reads(url: str, uid: str = "t1") -> Task:
    return Task(uid=uid, id=int(uid[1:]), task="image-to-text", args={"image": Input.text(url)})


def told_of(server: FileServer) -> frozenset[tuple[str, int]]:
    return frozenset({("127.0.0.1", server.port)})


async def test_an_address_in_the_request_is_fetched_when_it_is_seen(server: FileServer, tmp_path: Path) -> None:
    url = server.give("/cat?id=1", png(), "image/png")
    async with stage(tmp_path, RulePlanner(), exempt_hosts=told_of(server)) as here:  # type: ignore[arg-type]
        gate = await here.gate(f"Detect the objects in {url}")
        assert server.seen == ["/cat?id=1"]
        assert (here.run.files[url].kind, bool(here.run.files[url].digest)) == (Kind.IMAGE, True)
        assert [one.args["image"].literal for one in here.run.plan] == [url]
        assert gate.approvable
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert await read(here.work.calls[0].inputs["image"][0].path) == png()
        # What was approved is what ran: it is not asked for a second time.
        assert server.seen == ["/cat?id=1"]
        assert (await here.reopened()).files[url].remote


async def test_an_address_that_only_the_planner_named_is_fetched_when_the_task_starts(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.give("/cat.png?told=everything", png(), "image/png")
    plan = Plan(tasks=(reads(url, "t1"), reads(url, "t2")))
    async with stage(tmp_path, ByHand(plan), exempt_hosts=told_of(server)) as here:
        gate = await here.gate("Describe the cat")
        assert server.seen == []
        assert here.run.files[url].pending
        found = [one for one in problems(here.run.plan, here.run.facts) if one.code is Code.FETCHES]
        assert {one.severity for one in found} == {Severity.WARNING}
        # The whole of it: what a planner puts behind the question mark is sent too.
        assert f"Task 1 fetches {url} when it starts" in found[0].message
        assert gate.approvable
        here.approve()
        end = await here.end()
        assert end.outcome is Outcome.ANSWERED
        assert server.seen == ["/cat.png?told=everything"]
        assert here.run.files[url].digest
        paths = [call.inputs["image"][0].path for call in here.work.calls]
        assert [await read(path) for path in paths] == [png(), png()]
        assert (await here.reopened()).files[url].digest


async def test_an_address_of_this_machine_that_a_planner_named_is_an_error_of_the_plan(
    server: FileServer, secret: FileServer, tmp_path: Path
) -> None:
    async with stage(tmp_path, ByHand(Plan(tasks=(reads(secret.url("/keys")),))), exempt_hosts=told_of(server)) as here:
        gate = await here.gate("Describe the cat")
        assert not gate.approvable
        assert "this machine" in here.run.files[secret.url("/keys")].error
        assert secret.seen == []


async def test_an_address_in_a_plan_that_is_brought_waits_for_the_approval(server: FileServer, tmp_path: Path) -> None:
    url = server.give("/cat.png", png())
    async with stage(tmp_path, exempt_hosts=told_of(server)) as here:
        await here.gate(f"Describe {url}", plan=Plan(tasks=(reads(url),)))
        assert server.seen == []
        here.approve()
        await here.end()
        assert server.seen == ["/cat.png"]


async def test_yes_covers_what_a_brought_plan_fetches(server: FileServer, tmp_path: Path) -> None:
    url = server.give("/cat.png", png())
    async with stage(tmp_path, exempt_hosts=told_of(server), approve_by="--yes", attended=False) as here:
        here.send(cmd.Submit(request="go", plan=Plan(tasks=(reads(url),))))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert server.seen == ["/cat.png"]


async def test_a_file_that_cannot_be_fetched_is_an_error_of_the_plan_and_not_of_the_program(
    server: FileServer, tmp_path: Path
) -> None:
    url = server.url("/nothing.png")
    async with stage(tmp_path, ByHand(Plan(tasks=(reads(url),))), exempt_hosts=told_of(server)) as here:
        gate = await here.gate(f"Describe {url}")
        assert not gate.approvable
        assert "404" in here.run.files[url].error


async def test_what_turns_out_to_be_of_another_kind_fails_the_task_in_words(server: FileServer, tmp_path: Path) -> None:
    url = server.give("/cat", b"just words")
    async with stage(tmp_path, ByHand(Plan(tasks=(reads(url),))), exempt_hosts=told_of(server), attended=False) as here:
        assert (await here.gate("Describe the cat")).approvable
        here.approve()
        assert (await here.end()).outcome is Outcome.FAILED
        assert "takes image" in here.run.status("t1").message
        assert here.work.calls == []


async def test_a_server_that_fails_at_first_is_asked_again(server: FileServer, tmp_path: Path) -> None:
    url = server.give("/cat.png", b"", status=503)

    async def mended(_: float) -> None:
        server.give("/cat.png", png())

    plan = ByHand(Plan(tasks=(reads(url),)))
    async with stage(tmp_path, plan, exempt_hosts=told_of(server), sleep=mended) as here:
        await here.gate("Describe the cat")
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [one.failure for one in here.all(ev.TaskRetrying)] == [Failure.TRANSPORT]


async def test_stopping_while_a_file_is_fetched_ends_at_once(server: FileServer, tmp_path: Path) -> None:
    url = server.silent("/cat.png", png()[:20])
    async with stage(tmp_path, exempt_hosts=told_of(server)) as here:
        here.send(cmd.Submit(request=f"Describe {url}"))
        await here.until(lambda: any("fetching" in one.text for one in here.all(ev.Logged)))
        here.send(cmd.Stop())
        assert (await here.end()).outcome is Outcome.INTERRUPTED


# What of this machine is read


async def test_a_folder_that_was_allowed_is_read_and_links_out_of_it_are_not(tmp_path: Path) -> None:
    other, away = tmp_path / "other", tmp_path / "away"
    for folder in (other, away):
        folder.mkdir()
        (folder / "cat.png").write_bytes(png())
    (other / ".hidden.png").write_bytes(png())
    (other / "link.png").symlink_to(away / "cat.png")
    paths = [
        other / "cat.png",
        away / "cat.png",
        other / ".hidden.png",
        other / "link.png",
        other / ".." / "away" / "cat.png",
    ]
    plan = Plan(tasks=tuple(reads(str(path), f"t{number}") for number, path in enumerate(paths, 1)))
    async with stage(tmp_path, ByHand(plan), allowed=(other,)) as here:
        await here.gate("Describe the cat")
        assert [here.run.files[str(path)].usable for path in paths] == [True, False, False, False, False]
        assert "--allow" in here.run.files[str(paths[1])].error


async def test_an_artifact_may_be_read_by_its_path(tmp_path: Path) -> None:
    store = Artifacts(tmp_path)
    digest, _ = await store.put(png())
    path = str(store.path(digest))
    await store.aclose()
    other = tmp_path / "artifacts" / "other.png"
    other.write_bytes(png())
    async with stage(tmp_path, ByHand(Plan(tasks=(reads(path), reads(str(other), "t2"))))) as here:
        await here.gate("Describe the cat")
        assert here.run.files[path].usable
        assert not here.run.files[str(other)].usable


def test_what_is_not_fetched_yet_is_pending_and_what_failed_is_not() -> None:
    url = "https://example.com/a.png"
    assert FileFact(path=url, remote=True).pending
    assert not FileFact(path=url, remote=True, digest="ab").pending
    assert not FileFact(path=url, remote=True, error="No.").pending
    assert not FileFact(path="a.png").pending
