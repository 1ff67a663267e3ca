"""Hosts and routers go from one network to another in the middle of a conversation, again and again. No line is lost, and what was
direct is direct again, the eighth time as well."""

import time

import pytest

from talk import Pair, check_gaps, talk_for

EVERY = 0.2  # seconds from line to line: the server carries 64 kbit/s for a pair
KINDS = [("restricted", "cone"), ("restricted", "restricted"), ("symmetric", "cone"), ("symmetric", "symmetric")]


def path_of(a, b):
    return "relay udp" if (a, b) == ("symmetric", "symmetric") else "direct udp"


def heals(pair, path, since):
    """Both talk on over this path, and nobody waited for long."""
    talk_for(pair, 0.6, EVERY)
    pair.wait_all_heard()
    pair.wait_paths(path)
    talk_for(pair, 0.4, EVERY)
    pair.wait_all_heard()
    print("%.2f s after: %s" % (time.monotonic() - since, pair.paths()))
    check_gaps(pair, since)


@pytest.mark.parametrize("a, b", KINDS)
def test_eight_changes(lab, server, a, b):
    """By turns one host is in another network, the other's router has another address, the host has another address at home, and its
    router has lost all it knew."""
    pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    pair.wait_paths(path_of(a, b))
    for i in range(8):
        now = time.monotonic()
        if i % 4 == 0:
            pair.a_host = lab.move(pair.a_host, a)
        elif i % 4 == 1:
            pair.b_host = lab.readdress(pair.b_host)
        elif i % 4 == 2:
            lab.renumber(pair.a_host, 70 + i)
        else:
            lab.rebind(pair.a_host)
        heals(pair, path_of(a, b), now)
    pair.check_path_used()
    pair.check_end()


@pytest.mark.parametrize("a, b", KINDS)
def test_outage_and_then_a_move(lab, server, a, b):
    """Nothing passes for a while, which neither host can see; then one of them is in another network. The outage must not be taken for
    a round trip."""
    pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    pair.wait_paths(path_of(a, b))
    talk_for(pair, 0.4, EVERY)
    lab.unplug(pair.a_host)
    talk_for(pair, 6, 1)
    lab.plug(pair.a_host)
    heals(pair, path_of(a, b), time.monotonic())
    now = time.monotonic()
    pair.a_host = lab.move(pair.a_host, a)
    heals(pair, path_of(a, b), now)
    pair.check_path_used()
    pair.check_end()
