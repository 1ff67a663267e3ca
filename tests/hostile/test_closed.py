"""Closed signaling servers (docs/SIGNALING.md S14): what strangers get there, and what those who have a key."""

import os
import signal

import pytest

import program
import server as servers
import stamp
import wire
from attack import TcpStranger, UdpStranger
from test_second import Case

KEY, OTHER = bytes(range(16)), bytes(range(1, 17))


@pytest.fixture
def closed(home):
    """closed(LINES): schat signal with these keys: (run, port, file)."""
    def make(*lines):
        port, own = program.free_port(), home("signal")
        file = own.folder / "access"
        write(file, *lines)
        run = own.start("signal", "-l", "127.0.0.1:%d" % port, "--access", str(file))
        run.says("listening on .*; %d key" % len(lines))
        return run, port, file
    return make


def write(file, *lines):
    file.write_text("".join(line + "\n" for line in lines))
    file.chmod(0o600)


def line(name, key, limits=""):
    return "%s %s %s" % (name, stamp.text(key), limits)


def say(eve, some):
    eve.raw(some) if isinstance(eve, UdpStranger) else eve.send(some)


def hears_first(eve, keys):
    """A HELLO with each of these keys (None: without), in this order: whose COOKIE comes first?"""
    nonces = {os.urandom(8): key for key in keys}
    for nonce, key in nonces.items():
        say(eve, stamp.put(wire.hello(nonce), key))
    some = eve.receive()
    return nonces[wire.Cookie(some).nonce]


def test_the_published_vectors_of_siphash():
    """Of its reference implementation: vectors_sip128, the first, the ninth and the last."""
    for size, want in ((0, "a3817f04ba25a8e66df67214c7550293"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
                       (63, "5150d1772f50834a503e069a973fbd7c")):
        assert stamp.siphash(bytes(range(16)), bytes(range(size))).hex() == want


def test_the_example_of_the_page():
    hello = wire.hello(bytes(range(8)))
    assert stamp.key_id(KEY).hex() == "aee1f0980368ab09" and stamp.text(KEY) == "aaaqeayeaudaocajbifqydiob4"
    assert stamp.put(hello, KEY)[53:69].hex() == "d35d86d52d6b60a46cdcd301edb2cfea"
    join = wire.join(bytes(a ^ 0xa0 for a in (0, 0x61, 2, 0x63, 4, 0x65, 6, 0x67, 8, 0x69, 10, 0x6b, 12, 0x6d, 14, 0x6f)), wire.room(107),
                     bytes(range(0xa0, 0xa8)), wire.INITIATOR)
    assert stamp.put(join, KEY)[51:67].hex() == "493d561939eac9e8a483a291a0a8f7ae"


@pytest.mark.parametrize("way", ["udp", "tcp"])
def test_a_stranger_gets_nothing(way, closed):  # S14-2, S14-4
    """Every message without a stamp, with that of an unknown key, and with a tag that is wrong in one bit; KEEP, FORWARD, and messages
    of the server. The first thing that comes is the answer to a HELLO with the key, which was sent last."""
    run, port, _ = closed(line("alice", KEY))
    eve = UdpStranger(port, to="127.0.0.1", cookie=False) if way == "udp" else TcpStranger(port, to="127.0.0.1")
    cookie, tag = os.urandom(16), os.urandom(8)
    hello, join = wire.hello(b"notgood!"), wire.join(cookie, os.urandom(16), tag, wire.INITIATOR)
    for some in (hello, join, wire.hello(b"notgood!", 1200), wire.join(cookie, b"\0" * 16, tag, wire.RESPONDER, number=True)):
        say(eve, some)
        say(eve, stamp.put(some, OTHER))
        good, at = stamp.put(some, KEY), stamp.AT[some[0]]
        for bit in (0, 63, 64, 191):
            say(eve, good[:at + bit // 8] + bytes([good[at + bit // 8] ^ 1 << bit % 8]) + good[at + bit // 8 + 1:])
        say(eve, good[:10] + bytes([good[10] ^ 1]) + good[11:])
        say(eve, good[:at + 24 - 1])
    for kind in range(0xC0, 0xC8):
        say(eve, bytes([kind, 1]) + os.urandom(94))
    say(eve, bytes([wire.KEEP, 1, 1, 0]) + tag)
    say(eve, bytes([wire.FORWARD]) + os.urandom(300))
    assert hears_first(eve, [KEY]) == KEY
    assert run.alive


def test_a_repeated_hello_opens_no_room(closed):  # S13
    """Who overhears a HELLO gets a COOKIE for it at their own address; a JOIN with that, and with the stamp of the HELLO, is dropped."""
    run, port, _ = closed(line("alice", KEY))
    eve = UdpStranger(port, to="127.0.0.1", cookie=False)
    heard = stamp.put(wire.hello(os.urandom(8)), KEY)
    eve.raw(heard)
    value = wire.Cookie(eve.receive()).value
    join = wire.join(value, os.urandom(16), os.urandom(8), wire.INITIATOR)
    eve.raw(join)
    eve.raw(join[:43] + heard[45:69] + join[67:])
    assert hears_first(eve, [KEY]) == KEY
    eve.raw(stamp.put(join, KEY))
    assert wire.Wait(eve.receive()).tag == join[34:42]


def test_keys_are_read_again(closed):  # S14-5
    """SIGHUP: a key that is gone opens nothing from then on, and its members are gone; a file with a mistake, without a key, or which is
    gone or no file any more changes nothing, and is complained of."""
    run, port, file = closed(line("alice", KEY))
    eve = UdpStranger(port, to="127.0.0.1", cookie=False)
    assert hears_first(eve, [OTHER, KEY]) == KEY
    write(file, line("bob", OTHER), "carol not-a-key")
    run.process.send_signal(signal.SIGHUP)
    run.says("access:2: a line is NAME KEY.*; the keys stay as they were")
    assert hears_first(eve, [OTHER, KEY]) == KEY
    for change, why in ((lambda: write(file), "access has no key in it"), (file.unlink, "can't read .*No such file or directory"),
                        (lambda: os.mkfifo(file, 0o600), "can't read .*it isn't a regular file")):
        change()
        run.process.send_signal(signal.SIGHUP)
        run.says(why + "; the keys stay as they were")
    assert hears_first(eve, [OTHER, KEY]) == KEY
    file.unlink()
    write(file, line("bob", OTHER))
    run.process.send_signal(signal.SIGHUP)
    run.says("read .*access again: 1 key")
    assert hears_first(eve, [KEY, OTHER]) == OTHER


def test_two_programs_meet_through_our_closed_server(alice, bob):  # S14-1, S14-8
    """By code, then as contacts. Each HELLO and JOIN that the programs send bears the right stamp, whichever part of them sends it; what
    they show of the server has no key in it, but for the command that invites."""
    with servers.Server() as server:
        server.keys = [KEY]
        for again in (False, True):
            one = alice.start("serve", "-v", "-s", "127.0.0.1:%d/%s" % (server.port, stamp.text(KEY)), "--ui", "lines")
            target = "alice" if again else one.says(r"schat connect -c noise (\d+-\S+@[0-9.:]+/%s)" % stamp.text(KEY)).group(1)
            two = bob.start("connect", target, "-v", "--ui", "lines")
            two.write("good day\n")
            one.prints("good day")
            one.write("and to you\n")
            two.prints("and to you")
            two.close()
            two.ends(0)
            one.ends(0)
            assert stamp.text(KEY) not in two.errors
            assert one.errors.count(stamp.text(KEY)) == one.errors.count("schat connect ")
        asked = [some for _, some in server.came if some[0] in stamp.AT]
        assert len(asked) > 8 and all(stamp.good(some, [KEY]) for some in asked)


@pytest.mark.parametrize("role", [wire.INITIATOR, wire.RESPONDER], ids=["we connect", "we serve"])
def test_a_peer_of_ours_meets_a_program_at_a_closed_server(role, closed, alice, peer, identities):
    run, port, _ = closed(line("both", KEY, "members=8"))
    case = Case("noise", "signal", "code", wire.CHAT, alice, peer, identities, (run, port), role, KEY)
    p, one = case.meet()
    s = p.talk()
    s.say("good day")
    p.sees(one, "good day")
    s.leave()
    assert p.end() == wire.DONE
    p.outlives(one, 0)


def test_an_open_server_takes_a_key(signaling):  # S14-3
    _, port = signaling
    eve = UdpStranger(port, to="127.0.0.1", cookie=False)
    assert hears_first(eve, [KEY]) == KEY
