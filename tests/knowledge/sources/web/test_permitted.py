"""Which hosts and addresses may be fetched from."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import NotFetched
from knowledge.sources.web.permitted import Permitted

INTERNAL = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "0.0.0.0", "255.255.255.255",
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1", "240.0.0.1",
    "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "nonsense", "",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"]


def refusal(permitted: Permitted, *arguments) -> str:
    """The reason for which a host is refused, empty for none."""
    try:
        permitted.check_host(*arguments)
    except NotFetched as error:
        return error.parameters["reason"]
    return ""


def address_refusal(permitted: Permitted, address: str, port: int = 80) -> str:
    """The reason for which an address is refused, empty for none."""
    try:
        permitted.check_address("host.example", address, port)
    except NotFetched as error:
        return error.parameters["reason"]
    return ""


@pytest.mark.parametrize("address", INTERNAL)
def test_no_internal_address_is_reached_unless_it_is_named(address: str) -> None:
    """Private, loopback, link-local, metadata, multicast, reserved, and IPv4 in IPv6's clothes."""
    assert address_refusal(Permitted(["*"]), address) == "address"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    """A named host may lead anywhere on the public internet."""
    assert address_refusal(Permitted(["docs.example.com"]), address) == ""


def test_a_named_network_is_reached_and_no_other() -> None:
    """Also in IPv4-mapped notation; with a port at that port alone."""
    permitted = Permitted(["wiki.internal", "10.1.0.0/16", "[fd00::/8]:8080"])
    assert [address_refusal(permitted, each) for each in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1")] == [
        "",
        "",
        "address",
    ]
    assert [address_refusal(permitted, "fd00::1", port) for port in (8080, 80)] == ["", "address"]


def test_hosts_are_named_whole_below_or_all() -> None:
    """`example.com` isn't `evilexample.com`, and `*.example.com` isn't `example.com`."""
    permitted = Permitted(["docs.example.com", "*.example.org"])
    hosts = ["docs.example.com", "a.example.org", "a.b.example.org"]
    assert [refusal(permitted, "https", host, None) for host in hosts] == ["", "", ""]
    others = [
        "example.com",
        "evildocs.example.com",
        "docs.example.com.evil.test",
        "example.org",
        "xexample.org",
    ]
    assert {refusal(permitted, "https", host, None) for host in others} == {"host"}
    assert refusal(Permitted(["*"]), "http", "anything.example", None) == ""


def test_ports_are_the_scheme_s_own_or_named() -> None:
    """A page must not be a way to the machine's other services."""
    permitted = Permitted(["a.example", "b.example:8443", "127.0.0.1:9000"])
    assert (
        refusal(permitted, "http", "a.example", None) == refusal(permitted, "https", "a.example", 443) == ""
    )
    assert (
        refusal(permitted, "http", "a.example", 22)
        == refusal(permitted, "https", "b.example", None)
        == "port"
    )
    assert (
        refusal(permitted, "https", "b.example", 8443) == refusal(permitted, "http", "127.0.0.1", 9000) == ""
    )
    assert refusal(permitted, "http", "127.0.0.1", 9001) == "port"


def test_only_the_web_is_fetched() -> None:
    """No files, no other protocols, and no host that is none."""
    permitted = Permitted(["*"])
    assert {refusal(permitted, scheme, "a.example", None) for scheme in ("file", "ftp", "gopher", "")} == {
        "scheme"
    }
    assert {
        refusal(permitted, "http", host, None) for host in ("", "a b", "a%20b", "[::1", "a..b", "-a.b")
    } == {"malformed"}


def test_an_address_as_a_host_has_to_be_named_or_public() -> None:
    """`*` means any public host, also one that is an address."""
    assert refusal(Permitted(["*"]), "http", "8.8.8.8", None) == ""
    assert refusal(Permitted(["docs.example"]), "http", "8.8.8.8", None) == "host"
    assert refusal(Permitted(["*"]), "http", "10.0.0.1", None) == "host"
    assert refusal(Permitted(["10.0.0.0/8"]), "http", "10.0.0.1", None) == ""
    assert refusal(Permitted(["10.0.0.0/8"]), "http", "intranet", None) == "host"


@pytest.mark.parametrize(
    "pattern",
    ["", "a b", "*x.com", "a.*.com", "a:0", "a:70000", "a:b", "10.0.0.1/8", "[::1", "http://a", "*.", "a/b"],
)
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    """A slip in the setting must not open more, or less, than it seems to."""
    with pytest.raises(ValueError, match=r"."):
        Permitted([pattern or " ."])


def test_names_in_other_scripts_are_compared_as_they_are_asked_for() -> None:
    """In punycode."""
    assert refusal(Permitted(["예시.한국", "*.예시.한국"]), "http", "xn--vv4b11d.xn--3e0b707e", None) == ""
    assert refusal(Permitted(["*.예시.한국"]), "http", "a.xn--vv4b11d.xn--3e0b707e", None) == ""


def test_nothing_is_permitted_where_nothing_is_named() -> None:
    """Off is off."""
    assert not Permitted([])
    assert refusal(Permitted([]), "http", "a.example", None) == "host"


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_every_notation(address: ipaddress.IPv4Address) -> None:
    """What carries an IPv4 address is never reached when the address itself isn't."""
    plain = address_refusal(Permitted(["*"]), str(address))
    assert address_refusal(Permitted(["*"]), f"::ffff:{address}") == plain
    number = int(address)
    for carrier in ((0x2002 << 112) | (number << 80), (0x64FF9B << 96) | number, number):
        assert address_refusal(Permitted(["*"]), str(ipaddress.IPv6Address(carrier))) == "address"


@given(st.ip_addresses())
def test_only_what_the_registry_calls_global_is_public(address) -> None:
    """Whatever else is looked at, no address is reached that isn't global by Python's table."""
    if not address_refusal(Permitted(["*"]), str(address)):
        assert (getattr(address, "ipv4_mapped", None) or address).is_global
        assert not address.is_multicast
