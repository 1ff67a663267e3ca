"""The second implementation talks with the program: every suite, every carrier, both roles, chat and pipe."""

import os
import selectors
import socket
import time

import pytest

import crypto
import program
import server as servers
import stamp
import wire
from routes import Udp
from test_vectors import ordered

SUITES = {"noise": wire.NOISE, "hybrid": wire.HYBRID, "rsa": wire.RSA, "pseudo": wire.PSEUDO}
CARRIERS = ["tcp", "udp", "signal"]


class Case:
    """Options of the program, and of our peer, for one suite, carrier and kind of trust."""

    def __init__(self, suite, carrier, trust, mode, home, peer, identities, signaling, role, key=None):
        self.number, self.carrier, self.mode, self.role = SUITES[suite], carrier, mode, role
        self.home, self.mine = home, identities(self.number)[0]
        theirs = identities(self.number)[1]
        self.options = ["-c", suite] + (["--insecure"] if suite == "pseudo" else [])
        self.options += ["--pipe"] if mode == wire.PIPE else ["--ui", "lines"]
        self.options += ["--tofu"] if trust == "tofu" and suite != "pseudo" else []
        if theirs:
            home.give(theirs)
        self.psks, self.words = [], trust == "code"
        kind = theirs.kind if theirs else None
        if trust == "contact":
            home.knows("kit", self.mine)
            owner = theirs if role == wire.INITIATOR else self.mine
            self.psks = [crypto.contact_psk(kind, owner.public)]
        if trust == "tofu":
            self.psks = [crypto.ZERO_PSK]
        self.rooms, self.tcp = None, False
        if carrier == "signal":
            self.port = signaling[1]
            self.key = key
            self.options += ["-s", "127.0.0.1:%d%s" % (self.port, "/" + stamp.text(key) if key else "")]
            if trust == "contact" and suite in ("noise", "hybrid"):
                secret = crypto.dh(self.mine.private, theirs.public)
                self.rooms = [room_of(secret)]
        self.peer = lambda **more: peer(role, self.number, self.mine, mode=mode, psks=self.psks, **more)

    def meet(self):
        """The session, and the run."""
        if self.role == wire.INITIATOR:
            return self.we_connect()
        return self.we_serve()

    def we_connect(self):
        target = [] if self.carrier == "signal" else [self.carrier + "://127.0.0.1:0"]
        allow = ["--allow", "kit"] if self.psks and self.psks[0] != crypto.ZERO_PSK else []
        run = self.home.start("serve", *target, *self.options, *allow)
        words, plate, port = None, 0, None
        if self.words:
            words, plate, port = run.code()
        elif self.carrier == "signal" and self.rooms is None:
            plate = int(run.says(r"schat connect .*?(\d+)@").group(1))
        elif self.carrier != "signal":
            port = int(run.says(r"listening on 127.0.0.1:(\d+)").group(1))
        p = self.peer(words=words, nameplate=plate)
        if self.carrier == "tcp":
            p.tcp("127.0.0.1", port)
        elif self.carrier == "udp":
            p.udp_to("127.0.0.1", port)
        else:
            p.open_udp()
            p.meet("127.0.0.1", self.port, self.rooms or [wire.room(plate)], self.tcp, self.key)
        return p, run

    def we_serve(self):
        words = "velvet-anchor" if self.words else None
        p, plate = self.peer(words=words), 0
        prefix = ""
        if self.carrier == "signal":
            p.open_udp()
            p.meet("127.0.0.1", self.port, self.rooms or [None], self.tcp, self.key)
            if not self.rooms:
                plate = p.nameplate = p.until(lambda: p.server.nameplate, "a nameplate")
                prefix = "%d-" % plate if words else str(plate)
            target = "kit" if self.rooms else prefix + (words or "")
        else:
            port = program.free_port()
            contact = self.psks and self.psks[0] != crypto.ZERO_PSK
            if contact:
                self.pair_at(port)
            p.listen(self.carrier, port)
            target = "kit" if contact else "%s://%s127.0.0.1:%d" % (self.carrier, words + "@" if words else "", port)
        return p, self.home.start("connect", target, *self.options)


    def pair_at(self, port):
        """The program learns our address in a first meeting by code there."""
        self.home.run("peers", "forget", "kit")
        first = self.peer(words="velvet-anchor")
        first.listen(self.carrier, port)
        run = self.home.start("connect", "%s://velvet-anchor@127.0.0.1:%d" % (self.carrier, port), *self.options)
        first.talk().leave()
        first.end()
        first.outlives(run, 0)
        first.close()


def room_of(secret, day=None):
    day = int(time.time() // 86400) if day is None else day
    return crypto.hkdf(b"schat room v1", secret, day.to_bytes(4, "big"), 32)[:16]


def converse(p, run, mode):
    """A short conversation or a pipe both ways, to its good end."""
    s = p.talk()
    assert s.payload[1] == mode
    if mode == wire.PIPE:
        there, back = os.urandom(150_000), os.urandom(150_000)
        s.pour(there, end=True)
        run.write(back[:1000])
        p.until(lambda: s.poured == back[:1000], "the first bytes")
        run.write(back[1000:50000])
        p.until(lambda: s.poured == back[:50000], "the next bytes")
        run.write(back[50000:100000])
        p.until(lambda: s.poured == back[:100000], "more bytes")
        run.write(back[100000:])
        run.close()
        p.until(lambda: s.poured == back, "all bytes")
        assert p.end() == wire.DONE
        p.outlives(run, 0)
        assert bytes(run.out) == there
    else:
        s.say("hello, program")
        p.sees(run, "hello, program\n")
        run.write("hello, kit\n")
        p.until(lambda: s.heard == ["hello, kit"], "their line")
        s.leave()
        assert p.end() == wire.DONE
        p.outlives(run, 0)
    return s


CASES = [(suite, carrier, trust, role)
         for suite, trusts in (("noise", ("code", "contact", "tofu")), ("hybrid", ("code", "contact", "tofu")), ("rsa", ("code", "contact")), ("pseudo", ("none",)))
         for carrier in CARRIERS for trust in trusts for role in (wire.INITIATOR, wire.RESPONDER)
         if not (suite == "rsa" and carrier == "signal" and trust == "contact")]


@pytest.mark.parametrize("suite,carrier,trust,role", CASES,
                         ids=["%s-%s-%s-%s" % (*c[:3], ("we connect", "we serve")[c[3]]) for c in CASES])
def test_chat(suite, carrier, trust, role, alice, peer, identities, request):
    signaling = request.getfixturevalue("signaling") if carrier == "signal" else None
    if suite == "pseudo":
        trust = "tofu"
    case = Case(suite, carrier, trust, wire.CHAT, alice, peer, identities, signaling, role)
    p, run = case.meet()
    s = converse(p, run, wire.CHAT)
    assert suite == "pseudo" or s.peer == identities(case.number)[1].public


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("role", [wire.INITIATOR, wire.RESPONDER], ids=["we connect", "we serve"])
def test_pipe(carrier, role, alice, peer, identities, request):
    signaling = request.getfixturevalue("signaling") if carrier == "signal" else None
    case = Case("noise", carrier, "code", wire.PIPE, alice, peer, identities, signaling, role)
    converse(*case.meet(), wire.PIPE)


@pytest.mark.parametrize("suite", SUITES)
def test_two_programs_meet_through_our_server(suite, alice, bob, rsa_identities):
    """By code, then as contacts; rsa has no rooms of contacts before a first meeting, noise has."""
    options = ["-c", suite] + (["--insecure"] if suite == "pseudo" else ["--ui", "lines"])
    if suite == "rsa":
        alice.give(rsa_identities[0])
        bob.give(rsa_identities[1])
    with servers.Server() as server:
        for again in (False, True) if suite != "pseudo" else (False,):
            one = alice.start("serve", "-s", "127.0.0.1:%d" % server.port, *options)
            if again:
                target = "alice"
            elif suite == "pseudo":
                target = one.says(r"schat connect .*?(\d+@[0-9.:]+)").group(1)
            else:
                target = one.says(r"schat connect .*?(\S+@[0-9.:]+)").group(1)
            two = bob.start("connect", target, *options)
            two.write("good day\n")
            one.prints("good day")
            one.write("and to you\n")
            two.prints("and to you")
            two.close()
            two.ends(0)
            one.ends(0)
            print("again:", again, two.errors)


def code_case(alice, peer, carrier, **more):
    run = alice.serve(carrier + "://127.0.0.1:0")
    words, _, port = run.code()
    p = peer(wire.INITIATOR, identity=crypto.X25519(), words=words, **more)
    p.tcp("127.0.0.1", port) if carrier == "tcp" else p.udp_to("127.0.0.1", port)
    return p, run, port


@pytest.mark.parametrize("suite", ["noise", "rsa"])
@pytest.mark.parametrize("role", [wire.INITIATOR, wire.RESPONDER], ids=["we connect", "we serve"])
def test_comparison_words_are_the_same_on_both_sides(suite, role, alice, peer, identities):
    number = SUITES[suite]
    mine, theirs = identities(number)
    alice.give(theirs)
    p = peer(role, number, mine, psks=[crypto.ZERO_PSK])
    options = ["-c", suite, "--tofu", "--ui", "json"]
    if role == wire.INITIATOR:
        run = alice.start("serve", "tcp://127.0.0.1:0", *options)
        p.tcp("127.0.0.1", int(run.event("listening")["text"].rsplit(":", 1)[1]))
    else:
        run = alice.start("connect", "tcp://127.0.0.1:%d" % p.listen("tcp"), *options)
    s = p.talk()
    p.until(lambda: run.events("connected"), "connected: " + run.story())
    p.until(lambda: s.compare.words, "the kit's own words")
    words = run.events("connected")[0]["words"].split()
    assert len(words) == 3
    ordered(list(zip(s.compare.words, words)))


@pytest.mark.parametrize("flags", [0, 1])
def test_both_ciphers_and_keys_anew(flags, alice, peer):
    """The initiator's rekey: three in a row would come a minute apart each, so one is enough here."""
    p, run, _ = code_case(alice, peer, "udp", flags=flags)
    s = p.talk()
    print("flags: ours %d, the program's %d" % (flags, s.payload[0]))
    s.say("before")
    p.sees(run, "before")
    s.rekey()
    p.until(lambda: s.phase == 1, "the next phase")
    s.say("after")
    p.sees(run, "after")
    run.write("still there\n")
    p.until(lambda: s.heard == ["still there"], "their line")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(run, 0)


def test_streams_that_nobody_knows_are_reset(alice, peer):
    """More of them than may be open at once, one after the other, beside a conversation."""
    p, run, _ = code_case(alice, peer, "udp", flags=4)
    s = p.talk()
    for i in range(100):
        number = s.open()
        s.out[number].data += b"\xff what is this?"
        s.out[number].ended = i % 2 == 0
        p.until(lambda: s.resets.get(number) == 2, "RESET 2 of stream %d" % number)
    s.say("and a line")
    p.sees(run, "and a line")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(run, 0)


def test_we_move_to_another_address(alice, peer):
    """The peer that moved is followed: a packet from a new address, a challenge, and the conversation goes on there."""
    p, run, port = code_case(alice, peer, "udp")
    s = p.talk()
    s.say("from here")
    p.sees(run, "from here")
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.8", 0))
    other.setblocking(False)
    p.selector.register(other, selectors.EVENT_READ, p.from_udp)
    s.paths[0].route.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # the old address is gone, also for sending
    s.paths[0].route.sock.close()
    p.selector.unregister(p.udp)
    moved = s.add_path(Udp(other, ("127.0.0.1", port)))
    s.challenge(moved)
    p.until(lambda: moved.validated, "the new path")
    s.paths = [moved]
    s.say("from there")
    p.sees(run, "from there")
    run.write("I see you\n")
    p.until(lambda: s.heard == ["I see you"], "their line there")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(run, 0)
    p.selector.unregister(other)
    other.close()


def test_a_broken_connection_is_taken_up_again(alice, peer):
    """tcp://: the initiator opens another connection, and the session goes on in it. Of those that it opens beside this one, all are
    closed but two (6.6-17), and never the last."""
    p, run, port = code_case(alice, peer, "tcp")
    s = p.talk()
    s.say("first")
    p.sees(run, "first")
    p.drop(p.tcps[0])
    route = p.adopt(socket.create_connection(("127.0.0.1", port)))
    path = s.add_path(route)
    s.challenge(path)
    p.until(lambda: path.validated, "the new connection")
    s.say("second")
    p.sees(run, "second")
    for opened in range(1, 7):
        further = s.add_path(p.adopt(socket.create_connection(("127.0.0.1", port))))
        s.challenge(further)
        p.until(lambda: further.validated and len(p.tcps) <= 2, "connection %d, and no more than two" % opened)
        s.paths = [x for x in s.paths if not x.route.broken]
        assert further in s.paths
    s.say("third")
    p.sees(run, "third")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(run, 0)


@pytest.mark.parametrize("role", [wire.INITIATOR, wire.RESPONDER], ids=["we connect", "we serve"])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_from_the_forwarder_to_a_direct_path(role, tcp, alice, peer, identities, signaling):
    case = Case("noise", "signal", "code", wire.CHAT, alice, peer, identities, signaling, role)
    case.tcp = tcp
    p, run = case.meet()
    s = p.talk()
    path = p.until(lambda: next((x for x in s.paths if x.validated and x.route.key[0] == "udp"), None), "a direct path")
    assert s.path is path
    s.say("directly")
    p.sees(run, "directly")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(run, 0)


@pytest.mark.parametrize("role", [wire.INITIATOR, wire.RESPONDER], ids=["we connect", "we serve"])
def test_peers_that_lost_each_other_meet_again(role, alice, peer, identities):
    """6.9: both join a room of the session's own. We come there from a new address, all others of ours being gone."""
    with servers.Server() as server:
        case = Case("noise", "signal", "code", wire.CHAT, alice, peer, identities, (None, server.port), role)
        p, run = case.meet()
        p.punch = False
        s = p.talk()
        s.say("here")
        p.sees(run, "here")
        token = s.first.export(b"schat rejoin v1")[:16]
        p.until(lambda: any(m.token == token for m in list(server.members)), "the program in the room of the session")
        p.selector.unregister(p.udp)
        p.udp.close()
        p.udp = None
        p.meet("127.0.0.1", server.port, [token], tcp=True)
        p.until(lambda: p.again, "an introduction")
        if role == wire.INITIATOR:
            s.challenge(s.add_path(p.again))
        path = p.until(lambda: next((x for x in s.paths if x.route.key == p.again.key and x.validated), None), "the pair as a path")
        s.paths = [path]
        s.say("there")
        p.sees(run, "there")
        s.leave()
        assert p.end() == wire.DONE
        p.outlives(run, 0)
