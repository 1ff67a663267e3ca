"""What is malformed gets the answer that the page's error tables name, from the program and from the second implementation alike.

Each case is sent to both. The tables are PROTOCOL section 10 and SIGNALING S9; "drop" is no answer, and all goes on as before.
"""

import os
import secrets
import threading

import pytest

import crypto
import server as servers
import wire
from attack import Guess, TcpStranger, UdpStranger, random_share
from peer import Peer
from victim import Victim

DROP, GONE = "drop", "closed"
BOTH = ["the program", "the second implementation"]


class Threaded:
    """A peer of ours that lives in a thread, for strangers that wait."""

    def __init__(self, peer):
        self.peer, self.over = peer, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.is_set():
            self.peer.step()

    def close(self):
        self.over.set()
        self.thread.join(10)
        self.peer.close()


class Serving:
    """serve by code on tcp or udp, the program's or ours: port and words."""

    def __init__(self, who, carrier, alice, peer):
        self.threaded = None
        if who == BOTH[0]:
            v = Victim(carrier, alice, peer, keep=True)
            self.port, self.words = v.port, v.words
        else:
            ours = Peer(wire.RESPONDER, identity=crypto.X25519(), words="velvet-anchor")
            self.port, self.words = ours.listen(carrier), "velvet-anchor"
            self.threaded = Threaded(ours)

    def close(self):
        if self.threaded:
            self.threaded.close()


@pytest.fixture(params=BOTH)
def serving(request, alice, peer):
    """serving(CARRIER), for each of both."""
    made = []

    def make(carrier):
        made.append(Serving(request.param, carrier, alice, peer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def answer(stranger, cid, wait=0.15):
    """What comes to a packet: ('refuse', n), ('message', n), ('error', n), GONE or DROP."""
    some = stranger.receive(wait)
    if some == b"":
        return GONE
    if not some:
        return DROP
    if some[0] == wire.REFUSE:
        assert some[3:11] == cid and some[1] == 1 and some[2] == wire.NOISE and len(some) == 12
        return "refuse", some[11]
    if some[0] == wire.ERROR:
        return "error", some[2]
    assert some[0] == wire.HANDSHAKE
    return "message", some[11]


def dropped(stranger):
    """Whether what was sent last has no answer, though what comes next has. (A moment more, since key agreements may take one.)"""
    after = os.urandom(8)
    stranger.send(wire.handshake(1, after, 0, 66, 0, b"\x02" * 66))
    some = stranger.receive(5)
    return some and some[0] == wire.REFUSE and some[3:11] == after and not stranger.receive(0.06)


def first_messages():
    """(name, packet for a connection id, answer) before there is a handshake. The responder has a code, and no first use."""
    point = random_share()
    shake = wire.handshake

    def whole(message, suite=wire.NOISE, version=1):
        return lambda cid: shake(suite, cid, 0, len(message), 0, message, version)

    return [
        ("a good share", whole(point), ("message", 1)),
        ("another version", whole(point, version=2), ("refuse", wire.NO_VERSION)),
        ("another suite", whole(point, suite=wire.RSA), ("refuse", wire.NO_SUITE)),
        ("an unknown suite", whole(point, suite=9), ("refuse", wire.NO_SUITE)),
        ("an unknown form", whole(b"\x02" + point[1:]), ("refuse", wire.NO_KEY)),
        ("plain, under the zero psk", whole(b"\0" + crypto.Noise(0, crypto.prologue(1, 0), crypto.ZERO_PSK, crypto.X25519(),
                                                                b"").write()), ("refuse", wire.NO_KEY)),
        ("plain, of noise's length", whole(b"\0" + os.urandom(48)), ("refuse", wire.NO_KEY)),
        ("no point of the curve", whole(b"\x01\x04" + b"\x11" * 64), DROP),
        ("a compressed point", whole(b"\x01\x02" + point[2:]), DROP),
        ("a share too short", whole(point[:65]), DROP),
        ("a share too long", whole(point + b"\0"), DROP),
        ("number 0 not whole", lambda cid: shake(1, cid, 0, 66, 0, point[:65]), DROP),
        ("number 0 at offset 1", lambda cid: shake(1, cid, 0, 66, 1, point[1:]), DROP),
        ("beyond its total", lambda cid: shake(1, cid, 0, 65, 0, point), DROP),
        ("a total of 0", lambda cid: shake(1, cid, 0, 0, 0, b"\1"), DROP),
        ("a total of 4097", lambda cid: shake(1, cid, 0, 4097, 0, point), DROP),
        ("no fragment", lambda cid: shake(1, cid, 0, 66, 0, b""), DROP),
        ("number 1", lambda cid: shake(1, cid, 1, 66, 0, point), DROP),
        ("number 2", lambda cid: shake(1, cid, 2, 66, 0, point), DROP),
        ("a REFUSE", lambda cid: wire.refuse(1, cid, 3), DROP),
        ("a SEALED of nobody", lambda cid: b"\xe0" + os.urandom(60), DROP),
        ("an unknown first byte", lambda cid: b"\xd3" + os.urandom(60), DROP),
    ]


@pytest.mark.parametrize("carrier", ["tcp", "udp"])
def test_first_messages(carrier, serving):
    serve = serving(carrier)
    open_one = TcpStranger if carrier == "tcp" else UdpStranger
    for i, (name, packet, wanted) in enumerate(first_messages()):
        stranger, cid = open_one(serve.port, "127.0.0.%d" % (20 + i)), os.urandom(8)
        stranger.send(packet(cid))
        if wanted != DROP:
            assert answer(stranger, cid, 5) == wanted, name
        else:
            assert dropped(stranger), name
        stranger.close()


def test_frames_of_a_connection(serving):
    serve = serving("tcp")
    stranger, cid = TcpStranger(serve.port), os.urandom(8)
    stranger.sock.sendall(b"\0\0\0\0")
    stranger.send(b"\xd1\1\1" + cid + b"\0" * 16342)  # 16353 bytes: no packet
    stranger.send(wire.handshake(1, cid, 0, 66, 0, random_share()))
    assert answer(stranger, cid, 5) == ("message", 1)
    stranger.sock.sendall(b"\x40\x01")  # 16385
    assert answer(stranger, cid, 5) == GONE


def test_open(serving):
    serve = serving("udp")
    share, cid = random_share(), os.urandom(8)
    packet = wire.handshake(1, cid, 0, 66, 0, share)
    for name, make, wanted in (
            ("a bare HANDSHAKE", lambda s: packet, DROP),
            ("a bad cookie", lambda s: b"\xc6\1" + os.urandom(16) + packet, ("error", wire.BAD_COOKIE)),
            ("a bad cookie, 56 bytes", lambda s: (b"\xc6\1" + os.urandom(16) + packet)[:56], ("error", wire.BAD_COOKIE)),
            ("a bad cookie, 55 bytes", lambda s: (b"\xc6\1" + os.urandom(16) + packet)[:55], DROP),
            ("another version", lambda s: b"\xc6\2" + s.cookie + packet, DROP),
            ("a good cookie with nothing", lambda s: b"\xc6\1" + s.cookie, DROP),
            ("a cookie of another port", lambda s: b"\xc6\1" + UdpStranger(serve.port).cookie + packet, ("error", wire.BAD_COOKIE)),
            ("HELLO of 95 bytes", lambda s: wire.hello(os.urandom(8), 95), DROP),
            ("HELLO of version 2", lambda s: wire.hello(os.urandom(8), 96, version=2), DROP),
            ("all good", lambda s: b"\xc6\1" + s.cookie + packet, ("message", 1))):
        stranger = UdpStranger(serve.port)
        got = fenced(stranger, make(stranger))
        assert [("error", g[2]) if g[0] == wire.ERROR else ("message", g[11]) for g in got] == ([] if wanted == DROP else [wanted]) \
            or wanted[0] == "message" and answer(stranger, cid, 5) == wanted, name
        stranger.close()


def second_messages(words):
    """(name, what to do with message 2 of a good Guess, answer)."""
    flip = lambda m, at: m[:at] + bytes([m[at] ^ 1]) + m[at + 1:]  # noqa: E731
    whole = lambda g, m: wire.fragments(1, g.cid, 2, m)  # noqa: E731
    return [
        ("a wrong confirmation", lambda g, m: whole(g, flip(m, 0)), ("refuse", wire.WRONG_CODE)),
        ("a right one, and a message 0 that does not open", lambda g, m: whole(g, flip(m, 79)), DROP),
        ("a right one, and nothing", lambda g, m: whole(g, m[:32]), DROP),
        ("a right one, and a message 0 too long", lambda g, m: whole(g, m + b"\0"), DROP),
        ("other bytes for the same offset", lambda g, m: [wire.handshake(1, g.cid, 2, 80, 0, flip(m, 0)[:40]), *whole(g, m)], DROP),
        ("another total", lambda g, m: [wire.handshake(1, g.cid, 2, 81, 0, m[:40]), *whole(g, m)], DROP),
        ("another suite", lambda g, m: [wire.handshake(2, g.cid, 2, 80, 0, m)], DROP),
        ("number 4", lambda g, m: [wire.handshake(1, g.cid, 4, 80, 0, m)], DROP),
        ("fragments, overlapping and out of order", lambda g, m: [wire.handshake(1, g.cid, 2, 80, 30, m[30:]),
                                                                  wire.handshake(1, g.cid, 2, 80, 0, m[:50])], ("message", 3)),
    ]


@pytest.mark.parametrize("case", range(9))
def test_second_messages(case, serving):
    serve = serving("tcp")
    name, make, wanted = second_messages(serve.words)[case]
    stranger = TcpStranger(serve.port)
    guess = Guess(stranger, serve.words)
    assert guess.share()
    for packet in make(guess, guess.agreement.take(guess.theirs)):
        stranger.send(packet)
    if wanted == DROP:
        assert dropped(stranger), name
    else:
        assert answer(stranger, guess.cid, 5) == wanted, name


# ---- a signaling server ----

@pytest.fixture(params=BOTH)
def server_port(request):
    if request.param == BOTH[0]:
        yield request.getfixturevalue("signaling")[1]
    else:
        with servers.Server() as server:
            yield server.port


def fenced(stranger, some):
    """What comes to a datagram, before a HELLO sent after it is answered."""
    nonce, got = os.urandom(8), []
    stranger.raw(some)
    stranger.raw(wire.hello(nonce, 96))
    while True:
        back = stranger.receive(5)
        assert back, "no COOKIE"
        if back[0] == wire.COOKIE and back[2:10] == nonce:
            return got
        got.append(back)


def test_what_a_server_answers(server_port):
    tag, token = os.urandom(8), os.urandom(16)

    def join(s, **more):
        fields = dict(value=s.cookie, token=token, tag=tag, role=0, **more)
        return wire.join(**fields)

    cases = [
        ("HELLO of 95", lambda s: wire.hello(os.urandom(8), 95), None), ("HELLO of 96", lambda s: wire.hello(os.urandom(8), 96), 0xC1),
        ("HELLO of version 2", lambda s: wire.hello(os.urandom(8), 96, version=2), None),
        ("JOIN of 71", lambda s: join(s)[:71], None), ("JOIN of version 2", lambda s: join(s, version=2), None),
        ("JOIN with a bad cookie", lambda s: wire.join(b"\1" * 16, token, tag, 0), (0xC5, wire.BAD_COOKIE)),
        ("a leaving one with a bad cookie", lambda s: wire.join(b"\1" * 16, token, tag, 0, leave=True), (0xC5, wire.BAD_COOKIE)),
        ("an initiator that asks for a nameplate", lambda s: wire.join(s.cookie, b"\0" * 16, tag, 0, number=True), None),
        ("a nameplate and a token", lambda s: wire.join(s.cookie, token, tag, 1, number=True), None),
        ("neither", lambda s: wire.join(s.cookie, b"\0" * 16, tag, 1), None),
        ("leaving a room it is not in", lambda s: join(s, leave=True), None),
        ("JOIN", join, 0xC3), ("JOIN in the other role", lambda s: wire.join(s.cookie, token, tag, 1), None),
        ("JOIN, longer", lambda s: join(s, size=200), 0xC3),
        ("FORWARD of 8", lambda s: b"\xf0" + b"\1" * 7, None), ("FORWARD of 11", lambda s: b"\xf0" + b"\1" * 10, None),
        ("FORWARD of 16385", lambda s: b"\xf0" + b"\1" * 16384, None), ("FORWARD of 12", lambda s: b"\xf0" + b"\1" * 11, (0xC5, wire.NO_PAIR)),
        ("FORWARD again", lambda s: b"\xf0" + b"\1" * 11, None),
        ("COOKIE", lambda s: wire.cookie(os.urandom(8), b"\0" * 18, s.cookie), None), ("WAIT", lambda s: wire.wait(tag, token, 0, 20, 0), None),
        ("INTRO", lambda s: wire.intro(tag, tag, tag, 0, b"\0\0\0\1", b"\0" * 18), None), ("ERROR", lambda s: wire.error(1), None),
        ("OPEN", lambda s: b"\xc6\1" + s.cookie + b"\xd1" * 60, None), ("an unknown type", lambda s: b"\xc8\1" + b"\0" * 100, None),
        ("KEEP of 11", lambda s: b"\xc7\1\1\0" + tag[:7], None), ("KEEP of version 2", lambda s: b"\xc7\2\1\0" + tag, None),
        ("KEEP of nobody", lambda s: b"\xc7\1\1\0" + os.urandom(8), (0xC5, wire.BAD_COOKIE)),
        ("KEEP of who does not send it", lambda s: b"\xc7\1\1\0" + tag, (0xC5, wire.BAD_COOKIE)),
        ("JOIN of who sends KEEP", lambda s: join(s, keeps=True), 0xC3),
        ("KEEP", lambda s: b"\xc7\1\0\0" + tag, None), ("KEEP, to be sent back", lambda s: b"\xc7\1\1\0" + tag, 0xC7),
        ("KEEP of it and of nobody", lambda s: b"\xc7\1\0\0" + tag + os.urandom(8), (0xC5, wire.BAD_COOKIE)),
    ]
    stranger = UdpStranger(server_port, "127.0.0.9")
    for name, make, wanted in cases:
        got = fenced(stranger, make(stranger))
        some = got[0] if got else None
        got = some and ((some[0], some[2]) if some[0] == 0xC5 else some[0])
        assert got == wanted, (name, got)
    stranger.close()


@pytest.mark.parametrize("contacts", [False, True])
def test_a_full_room(server_port, contacts):
    """Each member is of another network, so that nobody has to make room for a newcomer of its own. In a room of contacts
    somebody always has."""
    token = os.urandom(16) if contacts else wire.room(4_000_000_000 + secrets.randbelow(1000))
    answers = []
    for i, role in enumerate((0, 0, 0, 0, 1, 1)):
        stranger = UdpStranger(server_port, "127.0.%d.1" % (20 + i))
        stranger.raw(wire.join(stranger.cookie, token, os.urandom(8), role))
        some = stranger.receive(5)
        answers.append((some[0], some[2] if some[0] == 0xC5 else 0))
    full = (0xC3, 0) if contacts else (0xC5, wire.FULL)
    assert answers == [(0xC3, 0)] * 3 + [full, (0xC3, 0), full]


def test_a_connection_to_a_server(server_port):
    client = TcpStranger(server_port)
    client.sock.sendall(b"\0\0")
    client.send(wire.hello(b"12345678"))
    assert client.receive()[0] == wire.COOKIE
    client.sock.sendall(b"\x40\x01")
    assert client.receive(5) == b""

