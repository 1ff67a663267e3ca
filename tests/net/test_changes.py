"""What happens to the network in the middle of a conversation. No line is lost."""

import signal
import time

import pytest

from talk import Pair, check_gaps, talk_for


def test_direct_path_dies(lab, server):
    pair = Pair(lab, server, lab.home("restricted"), lab.home("restricted")).connect()
    pair.wait_paths("direct udp")
    talk_for(pair, 0.3)
    now = time.monotonic()
    lab.cut(pair.a_host, pair.b_host)
    talk_for(pair, 2.5)
    pair.wait_all_heard()
    pair.wait_paths("relay udp")
    check_gaps(pair, now)
    pair.check_path_used()
    lab.mend()
    pair.wait_paths("direct udp")
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_udp_dies(lab, server):
    """From one moment on nothing but TCP passes one of the routers."""
    pair = Pair(lab, server, lab.home("restricted"), lab.home("restricted")).connect()
    pair.wait_paths("direct udp")
    talk_for(pair, 0.3)
    now = time.monotonic()
    lab.cut(pair.a_host, pair.b_host)
    lab.cut(pair.a_host, server)
    talk_for(pair, 1)
    pair.wait_all_heard()
    check_gaps(pair, now)
    pair.check_end()


def test_udp_lives_again(lab, server):
    """At first only TCP passed. When UDP does, the host goes over to it, and nothing that is said gets lost."""
    a, b = lab.home("restricted"), lab.home("restricted")
    lab.cut(a, server)
    pair = Pair(lab, server, a, b, options=["--relay-only"]).connect()
    pair.a.wait_path("relay tcp")
    now = time.monotonic()
    lab.mend()
    while pair.a.path() != "relay udp":
        talk_for(pair, 0.4, 0.2)
    talk_for(pair, 2.4, 0.2)  # until the connection has ended
    pair.wait_all_heard()
    check_gaps(pair, now)
    pair.wait_paths("relay udp")
    pair.check_path_used()
    pair.check_end()


@pytest.mark.parametrize("a, b", [("restricted", "restricted"), ("symmetric", "cone"), ("symmetric", "symmetric")])
def test_mappings_are_lost(lab, server, a, b):
    """The router of one side forgets everything; a symmetric one takes other ports then."""
    pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    pair.wait_paths("direct udp" if b != "symmetric" else "relay udp")
    talk_for(pair, 0.3)
    now = time.monotonic()
    lab.rebind(pair.a_host)
    talk_for(pair, 2)
    pair.wait_all_heard()
    check_gaps(pair, now)
    pair.check_end()


def test_both_lose_their_mappings(lab, server):
    """At the same moment, and all ports are others then: only the server can bring them together again."""
    pair = Pair(lab, server, lab.home("symmetric"), lab.home("symmetric")).connect()
    pair.wait_paths("relay udp")
    talk_for(pair, 0.3)
    now = time.monotonic()
    lab.rebind(pair.a_host)
    lab.rebind(pair.b_host)
    talk_for(pair, 2)
    pair.wait_all_heard()
    check_gaps(pair, now)
    pair.check_end()


def test_new_address(lab, server):
    """One side gets another public address: the other's router lets nothing in from there, and what goes to the old one is lost."""
    pair = Pair(lab, server, lab.home("restricted"), lab.home("restricted")).connect()
    pair.wait_paths("direct udp")
    talk_for(pair, 0.3)
    now = time.monotonic()
    pair.a_host = lab.readdress(pair.a_host)
    talk_for(pair, 2)
    pair.wait_all_heard()
    check_gaps(pair, now)
    pair.wait_paths("direct udp")  # the next round of hole punching
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_asleep(lab, server):
    """One computer sleeps for a while; the other's user is told."""
    pair = Pair(lab, server, lab.home("restricted"), lab.home("symmetric")).connect()
    pair.wait_all_heard()
    pair.b.process.send_signal(signal.SIGSTOP)
    talk_for(pair, 1)
    pair.a.wait_told("(bob is away|no answer from bob since)")
    pair.b.process.send_signal(signal.SIGCONT)
    pair.wait_all_heard()
    pair.check_path_used()
    pair.check_end()


def test_server_restarts(lab):
    """A direct conversation does not notice, a relayed one goes on when the server is back."""
    server = lab.public()
    running = lab.signal(server)
    direct = Pair(lab, server, lab.home("restricted"), lab.home("restricted")).connect()
    relayed = Pair(lab, server, lab.home("symmetric"), lab.home("symmetric")).connect()
    direct.wait_paths("direct udp")
    relayed.wait_paths("relay udp")
    for pair in (direct, relayed):
        pair.wait_all_heard()
    now = time.monotonic()
    running.kill()
    for i in range(20):
        for pair in (direct, relayed):
            pair.say(pair.a, "alice while it is away %d" % i)
            pair.say(pair.b, "bob while it is away %d" % i)
        time.sleep(0.05)
    direct.wait_all_heard()
    check_gaps(direct, now)
    lab.signal(server)
    back = time.monotonic()
    relayed.wait_all_heard()
    print("relayed again after %.2f s" % (time.monotonic() - back))
    for pair in (direct, relayed):
        pair.check_path_used()
        pair.check_end()
