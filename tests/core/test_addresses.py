"""What may be asked for on the web: the form of a URL, and which IP addresses are public."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.addresses import (
    Place,
    Refused,
    checked,
    exemptions,
    is_address,
    is_public,
    place,
    shown,
    why_not,
    why_not_found,
    why_not_host,
)

PUBLIC_4 = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"]
PUBLIC_6 = ["2606:4700:4700::1111", "2a00:1450:4001::1", "2002:808:808::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
NOT_PUBLIC = [
    ("0.0.0.0", "this machine"),
    ("127.0.0.1", "this machine"),
    ("127.255.255.254", "this machine"),
    ("::1", "this machine"),
    ("::", "this machine"),
    ("10.0.0.1", "private"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.1.1", "private"),
    ("fc00::1", "private"),
    ("fd12:3456::1", "private"),
    ("169.254.1.1", "link-local"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("169.254.169.254", "cloud"),
    ("168.63.129.16", "cloud"),
    ("100.100.100.200", "cloud"),
    ("100.64.0.1", "share"),
    ("100.127.255.255", "share"),
    ("224.0.0.1", "multicast"),
    ("ff02::1", "multicast"),
    ("240.0.0.1", "private|reserved"),
    ("255.255.255.255", "private|reserved"),
    ("192.0.2.1", "private"),
    ("198.18.0.1", "private"),
    ("2001:db8::1", "private"),
    ("fec0::1", "reserved"),
    ("4000::1", "reserved"),
    ("2001::1", "private"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "private"),
    ("::ffff:127.0.0.1", "this machine"),
    ("::ffff:10.0.0.1", "private"),
    ("::127.0.0.1", "reserved"),
    ("::ffff:0:127.0.0.1", "reserved"),
    ("2002:7f00:1::1", "this machine"),
    ("2002:a9fe:a9fe::1", "cloud"),
    ("2002:c0a8:101::", "private"),
    ("64:ff9b::7f00:1", "this machine"),
    ("64:ff9b::a9fe:a9fe", "cloud"),
    ("64:ff9b:1::1", "private|reserved"),
]


@pytest.mark.parametrize("address", [*PUBLIC_4, *PUBLIC_6])
def test_an_address_of_the_public_web_is_public(address: str) -> None:
    assert is_public(address)
    assert why_not_found("cats.example", [address]) == ""


@pytest.mark.parametrize(("address", "words"), NOT_PUBLIC)
def test_an_address_that_is_not_public_says_what_it_is(address: str, words: str) -> None:
    assert not is_public(address)
    why = why_not_found("cats.example", ["1.1.1.1", address])
    assert any(word in why for word in words.split("|")), why
    assert why.startswith("cats.example is not asked: ")
    assert why.endswith(".")


@pytest.mark.parametrize("text", ["", "cats.example", "127.1", "2130706433", "0x7f.1", "127.0.0.01", "1.1.1.1 "])
def test_what_is_no_ip_address_is_never_public(text: str) -> None:
    assert not is_public(text)
    assert why_not_found("cats.example", [text])


@given(st.ip_addresses(v=4))
def test_every_way_to_write_an_ipv4_address_in_ipv6_is_judged_as_that_address(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    verdicts = {is_public(str(one)) for one in (inner, mapped, six_to_four, translated)}
    assert len(verdicts) == 1


@given(st.ip_addresses())
def test_a_public_address_is_global_and_of_no_special_kind(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )
    embedded = isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None or address in ipaddress.ip_network("64:ff9b::/96")
    )
    if is_public(str(address)):
        assert embedded or not special


@given(st.ip_addresses(), st.booleans())
def test_a_url_with_an_ip_address_is_judged_as_the_address(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, secure: bool
) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    url = f"{'https' if secure else 'http'}://{host}/cat.png"
    assert (why_not(url) == "") == is_public(str(address))
    assert place(url) == Place(str(address), 443 if secure else 80)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "HTTP://", "ftp://", "http://[", "http://a@"]))
def test_any_text_is_taken_or_refused_with_a_sentence(text: str, lead: str) -> None:
    why = why_not(lead + text)
    assert why == "" or why.endswith(".")
    assert not any(char < " " or char in "\x7f\x1b\u202e" for char in why)
    assert shown(lead + text) == shown(lead + text).strip()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/cat.png", Place("example.com", 443)),
        ("http://EXAMPLE.com.:8080", Place("example.com", 8080)),
        ("HTTPS://example.com", Place("example.com", 443)),
        ("http://bücher.example/", Place("xn--bcher-kva.example", 80)),
        ("http://[2606:4700::1111]:81/", Place("2606:4700::1111", 81)),
        ("http://a_b.example/", Place("a_b.example", 80)),
    ],
)
def test_a_url_leads_to_a_host_and_a_port(url: str, expected: Place) -> None:
    assert place(url) == expected
    assert is_address(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/a.png", "only http"),
        ("file:///etc/passwd", "only http"),
        ("javascript:alert(1)", "only http"),
        ("//example.com/a.png", "only http"),
        ("cat.png", "only http"),
        ("http:///a.png", "names no host"),
        ("http://:80/", "names no host"),
        ("http://example.com:0/", "names no port"),
        ("http://example.com:99999/", "can be read"),
        ("http://example.com:port/", "can be read"),
        ("http://[::1/", "can be read"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://user:secret@example.com/", "user name"),
        ("http://user@example.com/", "user name"),
        ("http://example.com\\@127.0.0.1/", "blanks or other"),
        ("http://example.com/a b", "blanks or other"),
        ("http://exa\tmple.com/", "blanks or other"),
        ("http://example.com/\n", "blanks or other"),
        ("http://2130706433/", "odd spelling"),
        ("http://0x7f000001/", "odd spelling"),
        ("http://0x7f.0.0.1/", "odd spelling"),
        ("http://0177.0.0.1/", "odd spelling"),
        ("http://127.1/", "odd spelling"),
        ("http://127.0.0.1.5/", "odd spelling"),
        ("http://127%2e0%2e0%2e1/", "no name"),
        ("http://a..b/", "no name"),
        ("http://" + "a" * 64 + ".example/", "no name"),
        ("http://127.0.0.1/", "this machine"),
        ("http://127.0.0.1./", "this machine"),
        ("http://１２７.０.０.１/", "this machine"),
        ("http://127。0。0。1/", "this machine"),
        ("http://localhost/", "own network"),
        ("http://LOCALHOST./", "own network"),
        ("http://metadata.google.internal/", "own network"),
        ("http://printer.local/", "own network"),
        ("http://169.254.169.254/latest/meta-data/", "cloud"),
        ("http://" + "a" * 9_000 + ".example/", "too long"),
    ],
)
def test_a_url_that_is_not_fetched_says_why(url: str, words: str) -> None:
    why = why_not(url)
    assert words in why
    assert why.endswith(".")
    assert "secret" not in why


def test_what_is_configured_may_be_private_on_its_port_only_and_only_in_good_form() -> None:
    exempt = exemptions(["http://127.0.0.1:8000/v1", "http://GPU.local", "no address", "https://[::1]:8443/"])
    assert exempt == {("127.0.0.1", 8000), ("gpu.local", 80), ("::1", 8443)}
    assert why_not("http://127.0.0.1:8000/a.png", exempt) == ""
    assert why_not("http://gpu.local./a.png", exempt) == ""
    assert "this machine" in why_not("http://127.0.0.1:8001/a.png", exempt)
    assert "user name" in why_not("http://me:pw@127.0.0.1:8000/a.png", exempt)
    assert "odd spelling" in why_not("http://0x7f.1:8000/a.png", exempt)


def test_what_may_be_a_secret_in_a_url_is_not_shown() -> None:
    assert shown("https://me:pw@example.com/a/cat.png?sig=abc#x") == "https://example.com/a/cat.png?…"
    assert "sig" not in shown("http://[broken?sig=abc")


def test_the_addresses_that_were_checked_are_those_to_connect_to() -> None:
    asked: list[tuple[str, int]] = []

    def ask(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["1.1.1.1", "2606:4700::1111"]

    assert checked("CATS.example.", 443, (), ask) == ["1.1.1.1", "2606:4700::1111"]
    assert asked == [("cats.example", 443)]


def test_a_name_is_not_even_resolved_where_it_tells_that_it_is_private() -> None:
    def ask(host: str, port: int) -> list[str]:
        raise AssertionError("asked")

    for host in ("localhost", "127.0.0.1", "[::1]", "db.internal"):
        with pytest.raises(Refused):
            checked(host, 80, (), ask)


def test_a_host_by_name_may_be_public_until_it_is_resolved() -> None:
    assert why_not_host("intranet") == ""
    assert "private" in why_not_found("intranet", ["10.0.0.8"])
