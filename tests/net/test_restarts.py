"""A box behind a NAT is killed and started again: the program at the other end, behind a NAT of its own, finds it by itself, whichever
of the two connects, directly or through the server. RESTARTS sets how often. So does who waits when it is the server."""

import os
import re
import signal
import time

import pytest

from test_nat import expected
from talk import Pair

RESTARTS = int(os.environ.get("RESTARTS", 2))


@pytest.mark.parametrize("box_serves", [True, False], ids=["serves", "connects"])
@pytest.mark.parametrize("a, b", [("restricted", "restricted"), ("symmetric", "symmetric")], ids=["direct", "relayed"])
def test_a_box_behind_a_nat_is_killed_and_started_again(lab, server, a, b, box_serves):
    serves, connects = lab.home(a), lab.home(b)
    pair = Pair(lab, server, serves, connects).connect()
    pair.wait_all_heard()
    pair.check_end()

    def start_a():
        return lab.start(serves, "serve", "-v", "-s", server.public, "--keep", "--allow", "bob", name="alice", home=pair.a.home)

    def start_b():
        return lab.start(connects, "connect", "-v", "-s", server.public, "--keep", "alice", name="bob", home=pair.b.home)

    person_a, person_b = start_a(), start_b()
    heard_by_stays = []
    for n in range(RESTARTS + 1):
        box, stays = (person_a, person_b) if box_serves else (person_b, person_a)
        stays.wait(lambda: stays.told_count(": connected to ") == n + 1, 60, "conversation %d" % (n + 1))
        box.wait_told("connected to ")
        box.say("box %d" % n)
        heard_by_stays.append("box %d" % n)
        stays.wait_heard(heard_by_stays)
        stays.say("kept %d" % n)
        box.wait_heard(["kept %d" % n])
        for person in (box, stays):
            person.wait_path(expected(a, b))
        if n == RESTARTS:
            break
        box.kill()
        box.exit_code()
        if box_serves:
            person_a = start_a()
        else:
            person_b = start_b()
    assert stays.process.poll() is None, str(stays)
    assert stays.told_count("has started again") == RESTARTS, str(stays)


def test_who_waits_behind_a_nat_hears_of_a_server_that_was_killed(lab):
    """They would ask again after 18 seconds; the new server calls the roll of the old one, and over TCP they are told by their system.
    docs/SIGNALING.md S5-14, S8-18."""
    vps = lab.public()
    folder = {"RUNTIME_DIRECTORY": str(lab.folder)}

    def start():
        server = lab.start(vps, "signal", env=folder)
        server.wait_told("listening on ")
        return server

    def waiting(server):
        told = server.told_count("waiting ")
        os.kill(server.process.pid, signal.SIGUSR1)
        server.wait(lambda: server.told_count("waiting ") > told, 60, "counts")
        return int(re.search(r"waiting (\d+)", server.told[-1][1]).group(1))

    server = start()
    for kind in "restricted", "symmetric", "noudp":
        lab.start(lab.home(kind), "serve", "-s", vps.public, name=kind).code()
    server.process.kill()
    server.process.wait()
    began = time.monotonic()
    server = start()
    while waiting(server) < 3:
        time.sleep(0.05)
        assert time.monotonic() - began < 15, str(server)
