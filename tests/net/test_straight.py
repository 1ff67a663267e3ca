"""TCP straight between peers, where no UDP passes: one connects to the other, or their connections cross."""

import time

import pytest

from lab import PATIENCE, has_ipv6
from talk import Pair


def check_leaves_the_relay(pair):
    pair.wait_paths("tcp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


@pytest.mark.parametrize("waits", ["at home", "in the open"])
def test_no_udp_but_a_peer_with_an_address(lab, server, waits):
    """Who has no UDP connects, whoever waits for whom; the lines leave the relay."""
    hosts = [lab.home("noudp"), lab.public()]
    check_leaves_the_relay(Pair(lab, server, *(hosts if waits == "at home" else hosts[::-1])).connect())


@pytest.mark.parametrize("other", ["noudp", "noudp resetting"])
def test_no_udp_and_two_nats_that_keep_ports(lab, server, other):
    """Both connect at once, from the ports of their connections to the server, and these become one."""
    check_leaves_the_relay(Pair(lab, server, lab.home("noudp"), lab.home(other)).connect())


@pytest.mark.skipif(not has_ipv6(), reason="this kernel has no IPv6")
def test_no_udp_and_two_ipv6_firewalls(lab):
    """Both have an address of their own, and nobody gets in who was not written to: their connections cross."""
    server = lab.public(ipv6=True)
    lab.signal(server)
    check_leaves_the_relay(Pair(lab, server, *(lab.home("firewall noudp", ipv6=True) for _ in range(2))).connect())


def test_no_udp_and_a_nat_with_another_port_for_each_address(lab, server):
    """The port that the server sees leads nowhere: that is found out, and the relay goes on."""
    pair = Pair(lab, server, lab.home("noudp symmetric"), lab.home("noudp")).connect()
    pair.wait_paths("relay tcp")
    pair.wait_all_heard()
    end = time.monotonic() + PATIENCE
    while lab.packets_between(pair.a_host, pair.b_host) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert lab.packets_between(pair.a_host, pair.b_host) >= 2, "%s%s" % (pair.a, pair.b)
    pair.check_path_used()
    assert pair.paths() == ("relay tcp", "relay tcp")
    assert lab.packets_between(pair.a_host, pair.b_host) < 60
    pair.check_end()


def test_no_udp_and_the_relay_only(lab, server):
    """Whose user wants the relay only tells no address, and sends nothing to the other's."""
    pair = Pair(lab, server, lab.home("noudp"), lab.home("noudp"), b_options=["--relay-only"]).connect()
    pair.wait_paths("relay tcp")
    pair.wait_all_heard()
    pair.check_path_used()
    assert lab.packets_between(pair.a_host, pair.b_host) == 0
    pair.check_end()
