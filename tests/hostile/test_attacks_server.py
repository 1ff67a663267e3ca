"""Attacks on schat signal, by a signaling server, and from addresses that prove nothing. (See test_attacks.py.)

Longer runs: HOSTILE_PACKETS (spoofed and real ones, for the memory).
"""

import os
import socket
import time

import pytest

import crypto
import server as servers
import wire
from attack import Guess, TcpStranger, UdpStranger
from peer import PATIENCE
from victim import EVE, Victim
from test_second import room_of

PACKETS = int(os.environ.get("HOSTILE_PACKETS", 4000))


def join_many(port, hosts, tries):
    """Each host asks for nameplates: how many JOINs were answered by WAIT, and by which ERRORs."""
    waits, errors = 0, {}
    for host in hosts:
        eve = UdpStranger(port, host)
        for _ in range(tries):
            eve.raw(wire.join(eve.cookie, bytes(16), os.urandom(8), wire.RESPONDER, number=True))
            some = eve.receive(0.3)
            if some and some[0] == wire.WAIT:
                waits += 1
            elif some and some[0] == wire.ERROR:
                errors[some[2]] = errors.get(some[2], 0) + 1
                if waits and sum(errors.values()) > 20 * len(hosts):
                    break
        eve.close()
    return waits, errors


def test_the_addresses_of_one_network_share_one_allowance(signaling):  # M2
    """Twenty addresses of a /24 ask for nameplates as fast as they can: they get what a few hosts would, and another network is served."""
    run, port = signaling
    waits, errors = join_many(port, ["127.0.7.%d" % i for i in range(1, 21)], 70)
    print("20 addresses of one /24: %d members made, errors %s" % (waits, errors))
    assert waits < 20 * 64
    waits, errors = join_many(port, ["127.0.8.1"], 10)
    assert waits == 10, "another network: %d, %s" % (waits, errors)
    assert run.alive


def test_seventeen_silent_addresses_do_not_shut_the_tcp_port(signaling):  # M3
    """64 connections each, which say nothing; then a client comes over TCP."""
    run, port = signaling
    held = []
    for i in range(17):
        for _ in range(64):
            sock = socket.socket()
            sock.settimeout(2)
            sock.bind(("127.0.0.%d" % (100 + i), 0))
            try:
                sock.connect(("127.0.0.1", port))
            except OSError:
                sock.close()
                continue
            held.append(sock)
    begun = time.monotonic()
    for attempt in range(40):
        try:
            client = TcpStranger(port, "127.0.0.99")
        except OSError:
            time.sleep(0.25)
            continue
        client.send(wire.hello(b"12345678"))
        some = client.receive(2)
        if some and some[0] == wire.COOKIE:
            cookie = wire.Cookie(some)
            client.send(wire.join(cookie.value, os.urandom(16), os.urandom(8), wire.INITIATOR))
            answer = client.receive(5)
            if answer and answer[0] == wire.WAIT:
                break
        client.close()
    else:
        raise AssertionError("no client got in beside %d silent connections" % len(held))
    print("a client was served over TCP after %.2f s and %d tries beside %d silent connections" %
          (time.monotonic() - begun, attempt + 1, len(held)))
    client.close()
    for sock in held:
        sock.close()
    assert run.alive


# ---- what a server may say ----

@pytest.mark.parametrize("day", [1, 99999])
def test_a_server_with_a_wrong_day_gets_no_constant_room(day, alice):  # M4
    kit, me = crypto.X25519(), alice.identity()
    alice.knows("kit", kit)
    secret = crypto.dh(kit.private, me.public)
    with servers.Server(day=day) as server:
        run = alice.serve("-s", "127.0.0.1:%d" % server.port, "--allow", "kit", "-v")
        today = int(time.time() // 86400)
        good = {room_of(secret, d) for d in (today - 1, today, today + 1)}
        run.wait_for(lambda: any(some[0] == wire.JOIN for _, some in list(server.came)), "a JOIN")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not {wire.Join(s).token for _, s in list(server.came) if s[0] == wire.JOIN} & good:
            time.sleep(0.05)
        tokens = {wire.Join(some).token for _, some in list(server.came) if some[0] == wire.JOIN}
        assert room_of(secret, day) not in tokens and tokens & good
        print(run.errors)


def test_a_day_within_one_of_ours_is_taken(alice):  # M4
    kit, me = crypto.X25519(), alice.identity()
    alice.knows("kit", kit)
    tomorrow = int(time.time() // 86400) + 1
    with servers.Server(day=tomorrow) as server:
        run = alice.serve("-s", "127.0.0.1:%d" % server.port, "--allow", "kit")
        token = room_of(crypto.dh(kit.private, me.public), tomorrow)
        run.wait_for(lambda: any(some[0] == wire.JOIN and wire.Join(some).token == token for _, some in list(server.came)), "JOIN")


# ---- addresses that have proved nothing: answers are no larger, and nothing is kept ----

def ask(sock, some):
    """Bytes that come back for one datagram: all that comes before a HELLO sent after it is answered."""
    nonce, back = os.urandom(8), 0
    sock.settimeout(PATIENCE)
    sock.send(some)
    sock.send(wire.hello(nonce, 96))
    while True:
        got = sock.recv(4096)
        if got[0] == wire.COOKIE and got[2:10] == nonce:
            return back
        back += len(got)


def unproved():
    """(name, datagram): every message of either page, from an address without a cookie, in short, drawn and long."""
    bad = b"\x55" * 16
    some = [
        ("HELLO", wire.hello(os.urandom(8), 96)), ("HELLO long", wire.hello(os.urandom(8), 1200)),
        ("HELLO short", wire.hello(os.urandom(8), 95)), ("HELLO of version 2", wire.hello(os.urandom(8), 96, version=2)),
        ("COOKIE", wire.cookie(os.urandom(8), wire.address("192.0.2.1", 1), bad)),
        ("JOIN", wire.join(bad, os.urandom(16), os.urandom(8), 0)), ("JOIN long", wire.join(bad, os.urandom(16), os.urandom(8), 0, size=1200)),
        ("JOIN short", wire.join(bad, os.urandom(16), os.urandom(8), 0, size=71)[:71]),
        ("JOIN for a nameplate", wire.join(bad, b"\0" * 16, os.urandom(8), 1, number=True)),
        ("JOIN that leaves", wire.join(bad, os.urandom(16), os.urandom(8), 0, leave=True)),
        ("WAIT", wire.wait(os.urandom(8), os.urandom(16), 0, 20, 1)),
        ("INTRO", wire.intro(os.urandom(8), os.urandom(8), os.urandom(8), 0, b"\0\0\0\1", wire.address("192.0.2.1", 1))),
        ("ERROR", wire.error(1)), ("FORWARD empty", b"\xf0" + os.urandom(8)), ("FORWARD of 11", b"\xf0" + os.urandom(10)),
        ("FORWARD of 12", b"\xf0" + os.urandom(11)), ("FORWARD long", b"\xf0" + os.urandom(1200)),
    ]
    packets = [("HANDSHAKE", wire.handshake(1, os.urandom(8), 0, 66, 0, b"\1" + os.urandom(65))),
               ("HANDSHAKE of version 2", wire.handshake(1, os.urandom(8), 0, 66, 0, b"\1" * 66, version=2)),
               ("HANDSHAKE of suite 9", wire.handshake(9, os.urandom(8), 0, 66, 0, b"\1" * 66)),
               ("HANDSHAKE of one byte", wire.handshake(1, os.urandom(8), 0, 66, 0, b"\1")),
               ("REFUSE", wire.refuse(1, os.urandom(8), 3)), ("SEALED", b"\xe0" + os.urandom(60))]
    some += packets
    some += [("OPEN of " + name, b"\xc6\1" + bad + packet) for name, packet in packets]
    some += [("OPEN of 55", b"\xc6\1" + bad + b"\xd1" * 37), ("OPEN of 56", b"\xc6\1" + bad + b"\xd1" * 38), ("OPEN empty", b"\xc6\1" + bad)]
    some += [("unknown %02x" % first, bytes([first]) + os.urandom(99)) for first in (0, 0x7F, 0x80, 0xC7, 0xD0, 0xE4, 0xF1, 0xFF)]
    return some


@pytest.mark.parametrize("who", ["signal", "serve"])
def test_no_answer_to_an_unproved_address_is_larger_than_its_question(who, signaling, alice, peer):  # C1..H1, S23
    if who == "serve":
        v = Victim("udp", alice, peer)
        run, port = v.run, v.port
    else:
        run, port = signaling
    ratio = {}
    for name, some in unproved():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((EVE, 0))
            sock.connect(("127.0.0.1", port))
            back = ask(sock, some)
        ratio[name] = (len(some), back)
        assert back <= len(some), "%s: %d bytes brought %d" % (name, len(some), back)
    print("%s: bytes in and out: %s" % (who, {k: v for k, v in ratio.items() if v[1]}))
    assert run.alive


@pytest.mark.parametrize("who", ["signal", "serve"])
def test_memory_stays_flat_under_packets_from_anybody(who, signaling, alice, peer):  # H1, M2, S20
    """Spoofed ones, from 200 addresses, none of which has a cookie; in between one that has, and is a nuisance."""
    if who == "serve":
        v = Victim("udp", alice, peer)
        run, port = v.run, v.port
    else:
        run, port = signaling
    kinds = [some for _, some in unproved()]
    socks = []
    for i in range(200):
        socks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        socks[-1].bind(("127.0.%d.%d" % (1 + i // 100, 1 + i % 100), 0))
        socks[-1].setblocking(False)
    eve = UdpStranger(port, EVE)

    def burst(count):
        for i in range(count):
            some = kinds[i % len(kinds)]
            try:
                if i % 3 == 0 and who == "serve":
                    eve.send(wire.handshake(1, os.urandom(8), 0, 66, 0, b"\1" + os.urandom(65)))
                elif i % 3 == 0:
                    eve.raw(wire.join(eve.cookie, os.urandom(16), os.urandom(8), i & 1))
                else:
                    socks[i % 200].sendto(some, ("127.0.0.1", port))
            except OSError:
                pass
            if i % 500 == 499:
                UdpStranger(port, EVE).close()  # it has taken what was sent, as far as it was not dropped

    burst(PACKETS // 4)
    before = run.memory()
    burst(PACKETS)
    after = run.memory()
    print("%s: %d packets: %d KiB before, %d KiB after" % (who, PACKETS, before // 1024, after // 1024))
    assert run.alive and after - before < 2 << 20
    for sock in socks:
        sock.close()
    eve.close()
    if who == "serve":
        v.talks(v.honest())
        assert v.guesses == []


def test_a_guess_through_the_server_costs_the_code_one_of_three(alice, peer, signaling):  # 4.1-5
    """What a guess is at the other side of the table: one, told, and the code still good."""
    v = Victim("signal", alice, peer, signaling)
    eve = v.stranger()
    one = Guess(eve, "zoo-zoo", v.plate)
    assert one.share() and one.confirm() == wire.WRONG_CODE
    v.run.wait_for(lambda: v.guesses, "the guess")
    assert v.guesses == [1]
    v.talks(v.honest())
