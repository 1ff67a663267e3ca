"""The program as a victim: serve on a carrier, a contact that connects to it, and what floods it."""

import json
import os
import re
import time

import crypto
import peer as peers
import wire
from attack import RoomStranger, TcpStranger, UdpStranger, random_share

SECONDS = float(os.environ.get("HOSTILE_SECONDS", 2))
CARRIERS = ["tcp", "udp", "signal"]
EVE, MALLORY, TRENT = "127.0.0.9", "127.0.0.10", "127.0.0.11"
WRONG = "zoo-zoo"


class Victim:
    """serve on a carrier, strangers of any host, and honest peers."""

    def __init__(self, carrier, home, peer, signaling=None, options=(), ui="json", keep=False):
        self.carrier, self.home, self.make_peer = carrier, home, peer
        self.server = signaling[1] if signaling else None
        target = ["-s", "127.0.0.1:%d" % self.server] if carrier == "signal" else [carrier + "://127.0.0.1:0"]
        self.run = home.serve(*target, *options, *(["--keep"] if keep else []), ui=ui)
        self.words, self.plate, self.port = None, 0, None
        if "--allow" in options:
            self.port = int(re.search(r":(\d+)$", self.run.event("listening")["text"]).group(1)) if carrier != "signal" else None
        else:
            self.new_code()

    def new_code(self, nth=0):
        """(words, nameplate, port) of the nth code of the run."""
        self.run.wait_for(lambda: len(self.run.events("code")) > nth, "a code")
        text = self.run.events("code")[nth]["text"]
        found = re.search(r"(?:(\d+)-)?([a-z]+(?:-[a-z]+)+)@127\.0\.0\.1(?::(\d+))?", text)
        self.words, self.plate, self.port = found.group(2), int(found.group(1) or 0), int(found.group(3) or 7242)

    def stranger(self, host=EVE):
        if self.carrier == "tcp":
            return TcpStranger(self.port, host)
        if self.carrier == "udp":
            return UdpStranger(self.port, host)
        return RoomStranger(self.server, wire.room(self.plate), host)

    def honest(self, **more):
        """An initiator on its way; by the code unless psks are given."""
        more.setdefault("identity", crypto.X25519())
        if "psks" not in more:
            more.update(words=self.words, nameplate=self.plate)
        rooms = more.pop("rooms", [wire.room(self.plate)])
        p = self.make_peer(wire.INITIATOR, **more)
        if self.carrier == "tcp":
            p.tcp("127.0.0.1", self.port)
        elif self.carrier == "udp":
            p.udp_to("127.0.0.1", self.port)
        else:
            p.meet("127.0.0.1", self.server, rooms)
        return p

    @property
    def guesses(self):
        return [e["n"] for e in self.run.events("guess")]

    def talks(self, p):
        """A line both ways: it is alive, and this is the conversation."""
        s = p.talk()
        s.say("are you there")
        p.sees(self.run, "are you there")
        said = len(s.heard)
        fields = {"cmd": "send", "text": "I am"}
        events = self.run.events("connected")
        if events and "conv" in events[-1]:
            fields["conv"] = events[-1]["conv"]
        self.run.write(json.dumps(fields) + "\n")
        p.until(lambda: s.heard[said:] == ["I am"], "its line: " + self.run.story())
        return s


def know_each_other(alice, bob):
    alice.knows("bob", bob.identity())
    bob.knows("alice", alice.identity())


def remember(home, carrier, port):
    """Its one contact is at this address."""
    file = home.folder / "peers"
    file.write_text(file.read_text().rstrip("\n") + " addr=%s://127.0.0.1:%d\n" % (carrier, port))


def contact_connects(alice_run, bob, *options):
    """bob connects by name, says a line, leaves; how long the first took."""
    begun = time.monotonic()
    run = bob.start("connect", "alice", *options, "--ui", "json", "--timeout", "60")
    run.event("connected", seconds=max(60, peers.PATIENCE))  # by then it has given up by itself
    seconds = time.monotonic() - begun
    before = len(alice_run.events("msg"))
    run.write('{"cmd":"send","text":"beside the flood","conv":1}\n')
    alice_run.wait_for(lambda: len(alice_run.events("msg")) > before, "its line")
    run.write('{"cmd":"quit"}\n')
    run.ends(0)
    print("a contact connected in %.2f s" % seconds)
    return run


FLOODS = {  # packets that try to take a place
    "fragments": lambda message0: wire.handshake(wire.NOISE, os.urandom(8), 0, 49, 0, b"\0"),
    "shares": lambda message0: wire.handshake(wire.NOISE, os.urandom(8), 0, 66, 0, random_share()),
    "replays": lambda message0: message0[:3] + os.urandom(8) + message0[11:],
}


def first_message(line):
    """The contact's message 0 as a listener sees it: a HANDSHAKE, number 0."""
    for some in line.packets:
        at = {wire.OPEN: 18, wire.FORWARD: 9}.get(some[0], 2)  # else: a stream of TCP, which begins with a length
        if at == 2 and some[0] > 7:
            continue
        if some[at:at + 1] == bytes([wire.HANDSHAKE]) and some[at + 11] == 0:
            f = wire.Fragment(some[at:at + 16 + int.from_bytes(some[at + 12:at + 14], "big")])
            return wire.handshake(f.suite, f.cid, 0, f.total, 0, f.bytes)
    raise AssertionError("no message 0 seen")
