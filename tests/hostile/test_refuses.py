"""What is malformed gets the answer that the page's error tables name, from the program and from the second implementation alike.

Each case is sent to both. The tables are PROTOCOL section 10 and SIGNALING S9; "drop" is no answer, and all goes on as before.
"""

import os
import re
import threading

import pytest

import crypto
import server as servers
import wire
from attack import Guess, TcpStranger, UdpStranger, random_share
from peer import Peer
from test_attacks import Victim

DROP, GONE, FINE = "drop", "closed", "fine"
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
    stranger.send(b"\xd1\1\1" + cid + b"\0" * 1190)  # 1201 bytes: no packet
    stranger.send(wire.handshake(1, cid, 0, 66, 0, random_share()))
    assert answer(stranger, cid, 5) == ("message", 1)
    stranger.sock.sendall(b"\x04\xd1")  # 1233
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


# ---- inside a session ----

def code_of(run):
    """Words and port of the code an event tells."""
    words, port = re.search(r"([a-z]+-[a-z]+)@[^:]*:(\d+)", run.event("code")["text"]).groups()
    return words, int(port)


@pytest.fixture(params=BOTH)
def talking(request, alice, peer):
    """talking(MODE): our peer, its session by code over tcp, and what the other has heard: a function."""
    def make(mode=wire.CHAT, **more):
        if request.param == BOTH[0]:
            options = ["--pipe"] if mode == wire.PIPE else ["--ui", "json"]
            run = alice.start("serve", "tcp://127.0.0.1:0", *options)
            words, port = (run.code()[0], run.code()[2]) if mode == wire.PIPE else code_of(run)
            beside, heard = [], lambda: "".join(e["text"] + ("" if e.get("more") else "\n") for e in run.events("msg"))
        else:
            words = "velvet-anchor"
            ours = peer(wire.RESPONDER, identity=crypto.X25519(), words=words, mode=mode)
            port, beside = ours.listen("tcp"), [ours]
            heard = lambda: "".join(line + "\n" for s in ours.sessions for line in s.heard)  # noqa: E731
        p = peer(wire.INITIATOR, identity=crypto.X25519(), words=words, mode=more.pop("ours", mode), **more)
        p.beside = beside
        p.tcp("127.0.0.1", port)
        p.heard = heard
        return p
    return make


def varint_long(n):
    return b"\x40" + bytes([n])


BIG = 2**62 - 1
F = wire
FRAMES = [  # what to put into a packet of a session in which nothing was said, and the code of CLOSE, or FINE
    ("an unknown frame", b"\x09", 5), ("another unknown frame", b"\xff\0\0", 5), ("a frame cut short", b"\x03\x01\x00\x05ab", 5),
    ("a stream above 2", F.stream(3, 0, b"x"), 5), ("MAX DATA of a stream above 2", F.max_data(3, 99999), 5),
    ("a varint too long", b"\x03\x02" + varint_long(0) + b"\x01x", 5),
    ("ACK of what was never sent", F.ack([(9999, 9999)]), 5), ("ACK below zero", b"\x02\x00\x00\x00\x05", 5),
    ("ACK with a range below zero", b"\x02\x00\x00\x01\x00\x00\x00", 5),
    ("an offset of 2^62", b"\x03\x02" + F.varint(BIG) + b"\x01x", 5),
    ("data beyond MAX DATA", F.stream(2, 2**40, b"x"), 5),
    ("data beyond the end", F.stream(2, 0, b"abc", True) + F.stream(2, 3, b"d"), 5),
    ("another end", F.stream(2, 0, b"abc", True) + F.stream(2, 0, b"ab", True), 5),
    ("an end before what came", F.stream(2, 5, b"abc") + F.stream(2, 0, b"ab", True), 5),
    ("other bytes for what is held", F.stream(1, 100, b"abc") + F.stream(1, 100, b"abd"), 5),
    ("STREAM END on stream 1", F.stream(1, 0, b"", True), 5), ("a CLOSE text too long", F.close(1, b"x" * 201), 5),
    ("a PATH RESPONSE to nothing", b"\x07" + os.urandom(26), FINE), ("a lower MAX DATA", F.max_data(1, 1), FINE),
    ("no frames", b"", 5), ("padding", b"\0" * 50, FINE), ("a PATH RESPONSE cut short", b"\x07" + os.urandom(20), 5),
    ("a second ACK of nonsense", F.ack([(0, 0)]) + F.ack([(9999, 9999)]), FINE), ("STREAM END on stream 0", F.stream(0, 0, b"", True), FINE),
    ("data on stream 2 in chat", F.stream(2, 0, b"abc"), FINE),
    ("an unknown control", F.stream(0, 0, F.control(99, b"abc")), FINE),
    ("a control of 4101 bytes", F.stream(0, 0, b"\x63\x10\x05"), 5),
    ("CANDIDATES with 13", F.stream(0, 0, F.candidates(1, [(1, "192.0.2.1", 2000)] * 13)), FINE),
    ("CANDIDATES cut short", F.stream(0, 0, F.control(1, b"\1\2" + b"\0" * 19)), FINE),
    ("CANDIDATES of nothing at all", F.stream(0, 0, F.control(1, b"")), FINE),
    ("REKEY of phase 2", F.stream(0, 0, F.control(2, b"\2\0" + os.urandom(48))), FINE),
    ("REKEY number 2 first", F.stream(0, 0, F.control(2, b"\1\2" + os.urandom(48))), FINE),
    ("REKEY of one byte", F.stream(0, 0, F.control(2, b"\1")), FINE),
    ("REKEY that does not verify", F.stream(0, 0, F.control(2, b"\1\0" + os.urandom(48))), 5),
    ("COMMIT in a session by code", F.stream(0, 0, F.control(3, b"\0" * 32)), 5),
    ("NONCE in a session by code", F.stream(0, 0, F.control(4, b"\0" * 32)), 5),
    ("REVEAL in a session by code", F.stream(0, 0, F.control(5, b"\0" * 32)), 5),
]

T = wire.text
RECORDS = [  # records of a chat after TEXT 1 ("one"), and the code of CLOSE, or the lines to be heard after it
    ("size 63", b"\0\x3d\1" + b"\0" * 60, 5), ("size 100", F.record(9, b"", 100), 5), ("size 17408", F.record(9, b"", 17408), 5),
    ("size 2", b"\0\0" + b"\0" * 62, 5),
    ("a number again", T(1, "x"), 5), ("a number left out", T(3, "x"), 5),
    ("a text beyond its record", F.record(F.TEXT, F.varint(2) + F.varint(200) + b"x", 64), 5),
    ("a text of 16001 bytes", F.record(F.TEXT, F.varint(2) + F.varint(16001) + b"x" * 16001), 5),
    ("padding that is not zero", T(2, "x")[:-1] + b"\1", 5),
    ("RECEIPT of what was not said", F.counted(F.RECEIPT, 7), 5), ("WRITTEN in a chat", F.counted(F.WRITTEN, 0), 5),
    ("BYE with another count", F.counted(F.BYE, 2), 5), ("a second BYE", F.counted(F.BYE, 1) * 2, 5),
    ("TEXT after BYE", F.counted(F.BYE, 1) + T(2, "x"), 5), ("BYE within a text", T(2, "x", F.TEXT_PART) + F.counted(F.BYE, 2), 5),
    ("a varint too long", F.record(F.TEXT, varint_long(2) + b"\1x"), 5),
    ("an unknown type", F.record(9, b"\xff" * 40), []), ("type 0", F.record(0, b"\xff" * 40), []),
    ("RECEIPT 0", F.counted(F.RECEIPT, 0), []), ("an empty text", T(2, ""), [""]), ("16000 bytes", T(2, "x" * 16000), ["x" * 16000]),
    ("a text that is not UTF-8", T(2, b"a\xffb"), ["a\ufffdb"]), ("a larger record than needed", F.record(F.TEXT, b"\2\1x", 1024), ["x"]),
    ("parts", T(2, "a", F.TEXT_PART) + T(3, "", F.TEXT_PART) + T(4, "b"), ["ab"]),
]

PIPES = [  # records of a pipe in which nothing was said
    ("TEXT", T(1, "x"), 5), ("TEXT PART", T(1, "x", F.TEXT_PART), 5), ("RECEIPT", F.counted(F.RECEIPT, 0), 5),
    ("WRITTEN of what was not said", F.counted(F.WRITTEN, 1), 5), ("BYE before the end", F.counted(F.BYE, 0), 5),
    ("WRITTEN 0", F.counted(F.WRITTEN, 0), FINE), ("an unknown type", F.record(9, b""), FINE),
]


def goes_on(p, s, words, before=""):
    s.say(words)
    p.until(lambda: before + words + "\n" in p.heard(), "%r, heard %r" % (words, p.heard()))
    assert not s.closed and not s.closing


@pytest.mark.parametrize("name,some,wanted", FRAMES, ids=[f[0] for f in FRAMES])
def test_frames(name, some, wanted, talking):
    p = talking()
    s = p.talk()
    s.automatic, s.said = False, 99
    s.paths[0].route.send(s.seal(some))
    if wanted == FINE:
        s.out[1].data += wire.text(1, "goes on")
        p.until(lambda: "goes on\n" in p.heard() or s.closed, name)
        assert not s.closed, s.closed
    else:
        p.until(lambda: s.closed, name)
        assert s.closed[0] == wanted


@pytest.mark.parametrize("name,some,wanted", RECORDS, ids=[r[0] for r in RECORDS])
def test_records(name, some, wanted, talking):
    p = talking()
    s = p.talk()
    goes_on(p, s, "one")
    s.automatic, s.said = False, 99
    s.out[1].data += some
    if wanted == 5:
        p.until(lambda: s.closed, name)
        assert s.closed[0] == wanted
    else:
        number = {"parts": 5}.get(name, 3 if wanted else 2)
        s.out[1].data += wire.text(number, "goes on")
        whole = "one\n" + "".join(line + "\n" for line in wanted) + "goes on\n"
        p.until(lambda: p.heard() == whole or s.closed, "%s: %r" % (name, p.heard()[-200:]))
        assert not s.closed


@pytest.mark.parametrize("name,some,wanted", PIPES, ids=[r[0] for r in PIPES])
def test_records_of_a_pipe(name, some, wanted, talking):
    p = talking(wire.PIPE)
    s = p.talk()
    s.automatic = False
    s.out[1].data += some
    s.pour(b"some bytes")
    p.until(lambda: s.closed or s.delivered and wanted == FINE, name)
    if wanted == FINE:
        p.quiet(0.2)
        assert not s.closed
    else:
        assert s.closed[0] == wanted


def test_another_mode(talking):
    """Both say CLOSE 7, or one answers the other. (A connection that is reset may lose one of them.)"""
    p = talking(ours=wire.PIPE)
    p.until(lambda: p.sessions and (p.sessions[0].closed or p.sessions[0].closing), "CLOSE")
    s = p.sessions[0]
    assert (s.closed or s.closing)[0] == wire.MODE
    p.until(lambda: s.closed or s.path.route.broken, "theirs, or the end of the connection")
    assert not s.closed or s.closed[0] == wire.MODE


@pytest.mark.parametrize("nick", [b"\xff\xfe", b"", b"n" * 32], ids=["not UTF-8", "none", "32 bytes"])
def test_nicks(nick, talking):
    p = talking(nick=nick)
    goes_on(p, p.talk(), "hello")


def test_a_nick_too_long_is_none(talking):
    p = talking()
    p.payload = wire.payload(0, wire.CHAT, b"n" * 33)
    p.shakes.clear()
    p.begin(p.tcps[0])
    goes_on(p, p.talk(), "hello")


@pytest.mark.parametrize("payload,good", [(b"", False), (b"\0\1\3kit" + b"x" * 123, True), (b"\0\1\3kit" + b"x" * 124, False)],
                         ids=["empty", "129 bytes", "130 bytes"])
def test_payloads(payload, good, talking):
    p = talking()
    p.shakes.clear()
    p.payload = payload
    agreement = p.agreement()
    if not payload:  # enough for our own code to go on
        agreement.finish = lambda: agreement.inner.keys(0)
        p.payload = payload = b""
    shake = p.begin(p.tcps[0]) if payload else None
    if good:
        goes_on(p, p.talk(), "hello")
        return
    if not shake:
        p.agreement = lambda: crypto.Agreement(p.role, p.suite, p.identity, Empty(), p.psks, p.words, p.nameplate)
        p.begin(p.tcps[0])
    p.until(lambda: p.sessions, "keys at our side")
    p.quiet(0.5)
    assert not p.session


class Empty(bytes):
    """A payload of nothing, in which our own code still finds flags and mode."""

    def __getitem__(self, at):
        return b"\0\1\0"[at] if isinstance(at, int) else bytes.__getitem__(self, at)


@pytest.mark.parametrize("who", BOTH)
def test_an_unknown_key_under_the_contacts_psk(who, alice, peer):
    friend, stranger = crypto.X25519(), crypto.X25519()
    beside = []
    if who == BOTH[0]:
        me = alice.identity()
        alice.knows("kit", friend)
        run = alice.serve("tcp://127.0.0.1:0", "--allow", "kit", "--keep", ui="json")
        port = int(run.event("listening")["text"].rsplit(":", 1)[1])
    else:
        me = crypto.X25519()
        beside = [peer(wire.RESPONDER, identity=me, psks=[crypto.contact_psk("x25519", me.public)], knows=[friend.public])]
        port = beside[0].listen("tcp")
    p = peer(wire.INITIATOR, identity=stranger, psks=[crypto.contact_psk("x25519", me.public)])
    p.beside = beside
    p.tcp("127.0.0.1", port)
    p.until(lambda: p.sessions and p.sessions[0].closed, "CLOSE")
    assert p.sessions[0].closed[0] == wire.NOT_TRUSTED


def test_sealed_packets(talking):
    """Repeated, changed, of a phase without keys, of no session: dropped."""
    p = talking()
    s = p.talk()
    goes_on(p, s, "one")
    route = s.paths[0].route
    good = s.seal(wire.stream(1, 64, wire.text(2, "two")))
    s.out[1].data += wire.text(2, "two")
    s.out[1].next = len(s.out[1].data)
    s.said += 1
    for packet in (good[:-1] + bytes([good[-1] ^ 1]), good[:20] + bytes([good[20] ^ 1]) + good[21:], good[:32],
                   bytes([0xE1]) + good[1:], good[:1] + os.urandom(8) + good[9:], good[:9] + b"\x40" + good[10:]):
        route.send(packet)
    p.quiet(0.2)
    assert p.heard() == "one\n"
    for _ in range(3):
        route.send(good)
    p.until(lambda: p.heard() == "one\ntwo\n", "two, once")
    goes_on(p, s, "three")
    assert p.heard() == "one\ntwo\nthree\n"


def test_a_close_of_an_unknown_code_ends_it(talking):
    p = talking()
    s = p.talk()
    goes_on(p, s, "one")
    s.close(77, b"why")
    p.until(lambda: s.closed, "the answer")
    assert s.closed[0] == 77


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
        ("FORWARD of 1233", lambda s: b"\xf0" + b"\1" * 1232, None), ("FORWARD of 12", lambda s: b"\xf0" + b"\1" * 11, (0xC5, wire.NO_PAIR)),
        ("FORWARD again", lambda s: b"\xf0" + b"\1" * 11, None),
        ("COOKIE", lambda s: wire.cookie(os.urandom(8), b"\0" * 18, s.cookie), None), ("WAIT", lambda s: wire.wait(tag, token, 0, 20, 0), None),
        ("INTRO", lambda s: wire.intro(tag, tag, tag, 0, b"\0\0\0\1", b"\0" * 18), None), ("ERROR", lambda s: wire.error(1), None),
        ("OPEN", lambda s: b"\xc6\1" + s.cookie + b"\xd1" * 60, None), ("an unknown type", lambda s: b"\xc7\1" + b"\0" * 100, None),
    ]
    stranger = UdpStranger(server_port, "127.0.0.9")
    for name, make, wanted in cases:
        got = fenced(stranger, make(stranger))
        some = got[0] if got else None
        got = some and ((some[0], some[2]) if some[0] == 0xC5 else some[0])
        assert got == wanted, (name, got)
    stranger.close()


def test_a_full_room(server_port):
    """Each member is of another network, so that nobody has to make room for a newcomer of its own."""
    token, answers = os.urandom(16), []
    for i, role in enumerate((0, 0, 0, 0, 1, 1)):
        stranger = UdpStranger(server_port, "127.0.%d.1" % (20 + i))
        stranger.raw(wire.join(stranger.cookie, token, os.urandom(8), role))
        some = stranger.receive(5)
        answers.append((some[0], some[2] if some[0] == 0xC5 else 0))
    full = (0xC5, wire.FULL)
    assert answers == [(0xC3, 0)] * 3 + [full, (0xC3, 0), full]


def test_a_connection_to_a_server(server_port):
    client = TcpStranger(server_port)
    client.sock.sendall(b"\0\0")
    client.send(wire.hello(b"12345678"))
    assert client.receive()[0] == wire.COOKIE
    client.sock.sendall(b"\x04\xd1")
    assert client.receive(5) == b""

