"""Where two hosts can be: behind one NAT, behind none, where no UDP passes, in the IPv6 internet; and servers that relay nothing."""

import time

import pytest

from lab import has_ipv6
from talk import PUNCHING, Pair


def test_behind_one_nat(lab, server):
    """The NAT does not let packets in that come back from its own hosts, so it has to be the local network."""
    a, b = lab.home("restricted", hosts=2)
    pair = Pair(lab, server, a, b).connect()
    pair.wait_paths("same network, direct udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_behind_one_nat_but_apart(lab, server):
    """As in a guest network: the hosts are kept from each other."""
    a, b = lab.home("restricted", hosts=2)
    lab.isolate(a.router, 2)
    pair = Pair(lab, server, a, b).connect()
    pair.wait_all_heard()
    time.sleep(PUNCHING)
    pair.wait_paths("relay udp")
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_without_nat(lab, server):
    pair = Pair(lab, server, lab.public(), lab.public()).connect()
    pair.wait_paths("direct udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


@pytest.mark.parametrize("a, b", [("noudp", "restricted"), ("cone", "noudp"), ("noudp", "noudp"), ("refusing", "restricted")])
def test_no_udp(lab, server, a, b):
    pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    if (a, b) == ("noudp", "noudp"):
        pair.wait_paths("tcp")  # their connections cross
    else:
        pair.a.wait_path("relay tcp" if a in ("noudp", "refusing") else "relay udp")
        pair.b.wait_path("relay tcp" if b == "noudp" else "relay udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


@pytest.mark.parametrize("udp", ["blocked", "refused icmp"])
def test_only_the_web_passes(lab, udp):
    """TCP to port 443 alone, which nobody has named, on both sides: neither -s nor the command that connects has a port."""
    server = lab.public()
    lab.signal(server, "-l", "7242,443")
    pair = Pair(lab, server, *(lab.home("nat=port filter=port delay=10ms tcp=443 udp=" + udp) for _ in range(2))).connect()
    assert pair.a.code().endswith("@" + server.public)
    pair.wait_paths("relay tcp")
    pair.wait_all_heard()
    print(pair.account())
    pair.check_end()


@pytest.fixture
def server_without_relay(lab):
    server = lab.public()
    lab.signal(server, "--relay=0")
    return server


def test_direct_without_relay(lab, server_without_relay):
    pair = Pair(lab, server_without_relay, lab.home("restricted"), lab.home("restricted")).connect()
    pair.wait_paths("direct udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_ipv6_firewalls(lab):
    if not has_ipv6():
        pytest.skip("this kernel has no IPv6")
    server = lab.public(ipv6=True)
    lab.signal(server)
    pair = Pair(lab, server, lab.home("firewall", ipv6=True), lab.home("firewall", ipv6=True)).connect()
    pair.wait_paths("direct udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_narrow_line(lab, server):
    """No packet is larger than what IPv6 asks of any line."""
    a, b = lab.home("restricted"), lab.home("restricted")
    for host in a, b:
        lab.narrow(host, 1280)
    pair = Pair(lab, server, a, b).connect()
    pair.wait_paths("direct udp")
    for i in range(8):
        pair.say(pair.a, ("%d" % i).ljust(12000, "a"))
        pair.say(pair.b, ("%d" % i).ljust(12000, "b"))
    pair.wait_all_heard()
    pair.check_path_used()
    pair.check_end()


def test_relay_only(lab, server):
    """Hosts that could reach each other, of which one does not want its address known: not one packet goes between them."""
    pair = Pair(lab, server, lab.public(), lab.public(), b_options=["--relay-only"]).connect()
    pair.wait_all_heard()
    time.sleep(PUNCHING)
    pair.check_path_used()
    assert pair.used()[0] == 0, "%s%s" % (pair.a, pair.b)
    pair.check_end()


def test_contacts_across_nats(lab, server):
    """The second time needs no code: by name, with the server it was saved with."""
    a, b = lab.home("restricted"), lab.home("restricted")
    first = Pair(lab, server, a, b).connect()
    first.wait_all_heard()
    first.check_end()
    second = Pair(lab, server, a, b, a_home=first.a.home, b_home=first.b.home, target="alice").connect()
    second.wait_paths("direct udp")
    second.wait_all_heard()
    second.check_path_used()
    print(second.account())
    second.check_end()


@pytest.mark.parametrize("why", ["--relay=0", "--no-relay"])
def test_neither_direct_nor_relay(stranded, why):
    """Nothing of what was typed is sent, and both users are told why."""
    for person in (stranded[why].a, stranded[why].b):
        assert person.exit_code(30) == 3, str(person)
        person.wait_told("no direct path")
        assert not person.heard, str(person)
        print(person)
