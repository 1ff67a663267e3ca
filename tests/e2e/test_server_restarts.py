"""A signaling server is killed and started again while conversations go through it, which have no other way: none of them ends, and no
line is lost or comes twice. RESTART_TALKS sets how many conversations there are: 32 with each program that serves."""

import itertools
import json
import os
import subprocess
import time

from hosts import DONE, connect, free_port, serve

TALKS, EACH = int(os.environ.get("RESTART_TALKS", 3)), 32
THROUGH = ["--relay-only"]


class Talk:
    """Of a guest with one that serves; both number their lines."""

    def __init__(self, name, host, hall, address):
        self.name, self.hall, self.said = name, hall, 0
        self.guest = connect(host, "lines", "schat connect hall -s " + address, *THROUGH)

    def say(self):
        self.said += 1
        self.guest.say("%s %d" % (self.name, self.said))
        self.hall.run.write(json.dumps({"cmd": "send", "to": self.name, "text": "to %s %d" % (self.name, self.said), "id": "x"}) + "\n")

    def hall_heard(self):
        return [event["text"] for event in self.hall.events("msg") if event["peer"] == self.name]

    def wait_all_heard(self):
        self.guest.run.wait_for(lambda: self.guest.heard() == ["to %s %d" % (self.name, n + 1) for n in range(self.said)], self.name)
        self.hall.run.wait_for(lambda: self.hall_heard() == ["%s %d" % (self.name, n + 1) for n in range(self.said)], self.name)


def start(host, address):
    run = host.start("signal", "-l", address, stdin=subprocess.DEVNULL)
    run.says("listening on ")
    return run


def gather(make_host, count, address):
    """So many talks that have begun."""
    names, talks = ("guest%d" % n for n in itertools.count(1)), []
    while len(talks) < count:
        owner = make_host("hall%d" % len(talks))
        guests = {name: make_host(name) for name in itertools.islice(names, min(EACH, count - len(talks)))}
        for name, guest in guests.items():
            owner.knows(guest)
            guest.knows(owner)
            peers = guest.home / "peers"
            peers.write_text(peers.read_text().replace(owner.name, "hall"))
        hall = serve(owner, "json", "-s", address, *THROUGH, *(word for name in guests for word in ("--allow", name)))
        hall.run.wait_for(lambda: hall.events("listening") or hall.events("waiting"), "waiting")
        for name, guest in guests.items():
            talks.append(Talk(name, guest, hall, address))
    for talk in talks:
        talk.guest.connected()
        talk.say()
    for talk in talks:
        talk.wait_all_heard()
    return talks


def leave(talks):
    for talk in talks:
        assert talk.guest.run.errors.count("connected to ") == 1, talk.name
        talk.guest.leave()
    for talk in talks:
        talk.guest.ends(DONE)
    for hall in {talk.hall for talk in talks}:
        assert len(hall.events("connected")) == len([t for t in talks if t.hall is hall])


def test_twenty_contacts_come_to_one_host(make_host, tmp_path):
    host, address = make_host("server"), "127.0.0.1:%d" % free_port()
    host.env["RUNTIME_DIRECTORY"] = str(tmp_path)
    start(host, address)
    leave(gather(make_host, 20, address))


def test_a_server_restarts_during_conversations(make_host, tmp_path):
    host, address = make_host("server"), "127.0.0.1:%d" % free_port()
    host.env["RUNTIME_DIRECTORY"] = str(tmp_path)
    run = start(host, address)
    talks = gather(make_host, TALKS, address)

    for talk in talks:
        talk.say()
    run.process.kill()
    run.process.wait()
    for talk in talks:
        talk.say()
    run, began = start(host, address), time.monotonic()
    for talk in talks:
        talk.say()
        talk.wait_all_heard()
    print("%d conversations go on %.1f s after the server is back" % (len(talks), time.monotonic() - began))
    leave(talks)


def test_whose_server_is_gone_hears_why_nobody_answers(alice, bob):
    """Killed, the server that all goes through is named beside the peer that isn't heard; it is not taken for the peer that has left."""
    address = "127.0.0.1:%d" % free_port()
    server = start(alice, address)
    a = serve(alice, "lines", "-s", address, *THROUGH)
    b = connect(bob, "lines", a.command(), *THROUGH)
    a.connected()
    b.connected()
    server.stop()
    for talker in (a, b):
        talker.run.says("can't reach the signaling server %s.*; until a server is back, nobody is reached that way" % address)
