"""A box that is killed and started again, over and over: the program at the other end lives on, whichever of the two connects, and
knows of every line what became of it. RESTARTS sets how often."""

import json
import os
import signal

import pytest

from hosts import connect, free_port, serve

RESTARTS = int(os.environ.get("RESTARTS", 3))


class Box:
    """Programs of one host, one after the other."""

    def __init__(self, start):
        self.start_one, self.programs = start, []
        self.start()

    def start(self):
        self.programs.append(self.start_one())

    @property
    def program(self):
        return self.programs[-1]

    def kill(self):
        self.program.run.signal(signal.SIGKILL)
        self.program.run.ends(-signal.SIGKILL)

    def heard(self):
        return [text for program in self.programs for text in program.heard()]


def has(talker, kind, count):
    talker.run.wait_for(lambda: len(talker.events(kind)) >= count, "%s %d" % (kind, count))
    return talker.events(kind)[count - 1]


def say(talker, text):
    talker.run.write(json.dumps({"cmd": "send", "conv": talker.events("connected")[-1]["conv"], "text": text}) + "\n")


def confirmed(talker, conv):
    """How many texts of that conversation."""
    return max((event["n"] for event in talker.events("receipt") if event["conv"] == conv), default=0)


@pytest.mark.parametrize("way", ["signal", "tcp", "udp"])
@pytest.mark.parametrize("box_serves", [True, False], ids=["serves", "connects"])
def test_a_box_is_killed_and_started_again(way, box_serves, alice, bob, own_server):
    alice.knows(bob)
    bob.knows(alice)
    where = ["-s", own_server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]
    peers = bob.home / "peers"
    peers.write_text(peers.read_text().rstrip() + (" signal=" + where[1] if way == "signal" else " addr=" + where[0]) + "\n")

    def serves():
        return serve(alice, "json", *where, "--allow", "bob", "--keep")

    def connects():
        return connect(bob, "json", "schat connect alice --keep")

    if box_serves:
        box, stays = Box(serves), connects()
    else:
        stays = serves()
        box = Box(connects)
    said = []
    for n in range(1, RESTARTS + 2):
        event = has(stays, "connected", n)
        assert event["conv"] == n and event.get("again", False) == (n > 1), event
        box.program.connected()
        for who, other, text in ((stays, box.program, "kept %d" % n), (box.program, stays, "box %d" % n)):
            say(who, text)
            other.hears(text)
        stays.run.wait_for(lambda: confirmed(stays, n) >= 1, "receipt in %d" % n)
        said.append("kept %d" % n)
        if n > RESTARTS:
            break
        box.kill()
        box.start()
    assert stays.run.process.poll() is None
    assert [text for text in box.heard() if text in said] == said
    assert [text for text in stays.heard() if text.startswith("box ")] == ["box %d" % n for n in range(1, RESTARTS + 2)]


@pytest.mark.parametrize("way", ["signal", "tcp"])
def test_who_was_met_by_a_code_is_found_again_without_one(way, alice, bob, own_server):
    where = ["-s", own_server.address] if way == "signal" else ["tcp://127.0.0.1:%d" % free_port()]
    box = Box(lambda: serve(alice, "json", *where, "--keep"))
    stays = connect(bob, "json", box.program.command() + " --keep")
    has(stays, "connected", 1)
    box.program.connected()
    box.kill()
    box.start()
    assert has(stays, "connected", 2)["again"]
    say(stays, "still me")
    box.program.hears("still me")
