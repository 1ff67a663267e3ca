"""Garbage at every open port: nothing crashes, nothing is amplified, and who comes after it honestly is served."""

import random
import select
import socket
import struct

import pytest

from hosts import connect, free_port, serve

LARGE = 65507  # the largest UDP payload
IDLE = 12  # connections of strangers that stay: a host that waits keeps 16 of them for ten seconds each


def packets(own):
    """What a stranger might send: noise of every size, and known first bytes with nonsense behind them."""
    chance = random.Random(7)
    for size in (0, 1, 2, 3, 4, 8, 15, 16, 17, 20, 28, 40, 64, 100, 548, 1199, 1200, 1201, 1472, 1500, 9000, LARGE):
        yield chance.randbytes(size)
        yield bytes(size)
        yield b"\xff" * size
    for first in range(256):
        yield bytes([first]) + chance.randbytes(chance.choice((3, 7, 19, 31, 63, 255, 1199)))
    for first in own:
        for size in [*range(1, 70), 1196, 1197, 1198]:
            yield bytes(first) + chance.randbytes(size)


# The types of docs/PROTOCOL.md section 2, each with the version behind it, and a byte more.
TYPES = [*range(0xc0, 0xc7), 0xd1, 0xd2, *range(0xe0, 0xe4), 0xf0]
FIRST = [bytes([kind, *more]) for kind in TYPES for more in ((), (1,), (1, 1), (1, 2))]


def pour_udp(port):
    """Everything at a UDP port. All answers to a packet together are not larger than it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
        sent = answered = 0
        for packet in packets(FIRST):
            s.send(packet)
            sent += len(packet)
            while select.select([s], [], [], 0)[0]:
                answered += len(s.recv(LARGE))
            assert answered <= sent, "%d bytes of answers to %d" % (answered, sent)


def pour_udp_one_by_one(port):
    """Packets of which each is alone: its answers are not larger than it."""
    for packet in list(packets(FIRST))[::17]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("127.0.0.1", port))
            s.send(packet)
            answered = 0
            while select.select([s], [], [], 0.002)[0]:
                answered += len(s.recv(LARGE))
            assert answered <= len(packet), "%d bytes in answer to %d" % (answered, len(packet))


def pour_tcp(port):
    """Connections that say nothing, nonsense, a huge frame, half a frame; most of them left open to the end."""
    chance = random.Random(8)
    stay = []
    for data in (b"", b"\x00", b"GET / HTTP/1.1\r\n\r\n", chance.randbytes(100000), bytes(100000), b"\xff" * 100000,
                 struct.pack(">H", 65535) + b"x" * 65535, struct.pack(">H", 1200) + b"x" * 600,
                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                 *(struct.pack(">H", n) + chance.randbytes(n) for n in range(0, 200, 7)),
                 *(struct.pack(">H", len(f) + 40) + f + chance.randbytes(40) for f in FIRST)):
        s = socket.create_connection(("127.0.0.1", port), 10)
        s.settimeout(0.5)
        try:
            s.sendall(data)
        except OSError:  # it has hung up, or reads no more
            pass
        stay.append(s)
    answered = 0
    for s in stay:
        while select.select([s], [], [], 0)[0]:
            try:
                some = s.recv(65536)
            except OSError:
                break
            answered += len(some)
            if not some:
                break
    assert answered < 10000
    for s in stay[IDLE:]:
        s.close()
    return stay[:IDLE]


def honest_talk(alice, bob, a, line):
    b = connect(bob, "lines", line)
    a.connected()
    b.say("an honest word")
    a.hears("an honest word")
    b.leave()
    b.ends()
    a.ends()
    assert a.heard() == ["an honest word"]


@pytest.mark.parametrize("suite", ["noise", "rsa"])
def test_serve_udp(suite, alice, bob, with_rsa):
    """At a host that waits by UDP."""
    if suite == "rsa":
        with_rsa(alice, bob)
    port = free_port()
    a = serve(alice, "lines", "udp://127.0.0.1:%d" % port, "-c", suite)
    line = a.command()
    pour_udp(port)
    pour_udp_one_by_one(port)
    honest_talk(alice, bob, a, line)


@pytest.mark.parametrize("suite", ["noise", "rsa"])
def test_serve_tcp(suite, alice, bob, with_rsa):
    """At a host that waits by TCP, with the connections of strangers still open."""
    if suite == "rsa":
        with_rsa(alice, bob)
    port = free_port()
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % port, "-c", suite)
    line = a.command()
    stay = pour_tcp(port)
    honest_talk(alice, bob, a, line)
    for s in stay:
        s.close()


def test_signal(alice, bob, own_server):
    """At a signaling server, UDP and TCP, while somebody waits there."""
    a = serve(alice, "lines", "-s", own_server.address)
    line = a.command()
    pour_udp(own_server.port)
    pour_udp_one_by_one(own_server.port)
    stay = pour_tcp(own_server.port)
    honest_talk(alice, bob, a, line)
    for s in stay:
        s.close()
    assert own_server.run.process.poll() is None


def test_in_a_conversation(alice, bob):
    """Garbage from others does not disturb who talks."""
    port = free_port()
    a = serve(alice, "lines", "udp://127.0.0.1:%d" % port)
    b = connect(bob, "lines", a.command())
    a.connected()
    b.connected()
    pour_udp(port)
    b.say("still here")
    a.hears("still here")
    a.say("me too")
    b.hears("me too")
    b.leave()
    b.ends()
    a.ends()
