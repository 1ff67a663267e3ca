"""Inside a session: what is malformed gets the answer that the page's error table names, from both. (See test_refuses.py.)"""

import os
import re

import pytest

import crypto
import wire

FINE = "fine"
BOTH = ["the program", "the second implementation"]


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
            ours = peer(wire.RESPONDER, identity=crypto.X25519(), words=words, mode=mode, flags=more.get("flags", 0))
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
    ("an unknown frame", b"\x0a", 5), ("another unknown frame", b"\xff\0\0", 5), ("a frame cut short", b"\x03\x01\x00\x05ab", 5),
    ("a stream above 2", F.stream(3, 0, b"x"), 5), ("MAX DATA of a stream above 2", F.max_data(3, 99999), 5),
    ("a stream that we may not open", F.stream(4, 0, b"x"), 5), ("RESET of one", F.reset(4, 0), 5),
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
    ("KEPT with another name", F.record(F.KEPT, b"\1\7" + b"n" * 7, 64), 5), ("KEPT of no text", F.record(F.KEPT, b"\1\x08" + b"n" * 8, 64), []),
    ("KEPT twice", F.record(F.KEPT, b"\x05\x08" + b"n" * 8, 64) + T(2, "x") + F.record(F.KEPT, b"\x06\x08" + b"n" * 8, 64) + T(3, "y"), ["x", "y"]),
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
    check_frames(name, some, wanted, talking())


def check_frames(name, some, wanted, p):
    s = p.talk()
    s.automatic, s.said, s.next[0] = False, 99, 100  # what is in it counts as opened
    s.paths[0].route.send(s.seal(some))
    if wanted == FINE:
        s.out[1].data += wire.text(1, "goes on")
        p.until(lambda: "goes on\n" in p.heard() or s.closed, name)
        assert not s.closed, s.closed
    else:
        p.until(lambda: s.closed, name)
        assert s.closed[0] == wanted


OPENED = [  # the same where both take streams that are opened, and we are the initiator
    ("stream 3", F.stream(3, 0, b"x"), 5), ("one of theirs that is not open", F.stream(5, 0, b"x"), 5),
    ("MAX DATA of one", F.max_data(5, 99999), 5), ("RESET of one", F.reset(5, 0), 5), ("RESET of stream 2", F.reset(2, 0), 5),
    ("RESET of stream 3", F.reset(3, 0), 5), ("one far ahead", F.stream(4 + 64, 0, b"x"), 5), ("2^30", F.stream(2**30, 0, b"x"), 5),
    ("2^62 - 2", F.reset(2**62 - 2, 0), 5), ("a window overrun", F.stream(4, 65536, b"x"), 5),
    ("data beyond the end", F.stream(4, 0, b"", True) + F.stream(4, 0, b"d"), 5), ("a RESET cut short", b"\x09\x04", 5),
    ("32 at once, the last first", F.stream(4 + 62, 0, b"x") + F.stream(4, 0, b"x"), FINE), ("RESET before all else", F.reset(8, 99), FINE),
    ("RESET again and again", F.stream(4, 0, b"x") + F.reset(4, 0) * 50 + F.stream(4, 7, b"y"), FINE),
]


@pytest.mark.parametrize("name,some,wanted", OPENED, ids=[f[0] for f in OPENED])
def test_frames_of_streams_that_are_opened(name, some, wanted, talking):
    check_frames(name, some, wanted, talking(flags=4))


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
        number = {"parts": 5, "KEPT twice": 4}.get(name, 3 if wanted else 2)
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
