"""Strangers: the program is the victim, and each test's name says the property that holds.

The letter and number behind a test is its row in docs/SECURITY.md. Longer runs: HOSTILE_SECONDS. Times are printed, never judged.
"""

import itertools
import os
import time

import pytest

import crypto
import server as servers
import wire
from attack import Every, Guess, Line, fragment, guess, random_share, while_read
from victim import CARRIERS, EVE, FLOODS, MALLORY, SECONDS, TRENT, WRONG, contact_connects, first_message, know_each_other, remember


@pytest.mark.parametrize("carrier", CARRIERS)
def test_two_packets_from_a_stranger_do_not_end_serve(carrier, victim):  # C1
    v = victim(carrier)
    stranger, cid = v.stranger(), os.urandom(8)
    share = random_share()
    stranger.send(fragment(cid, share[:1]))
    p = v.honest()
    v.talks(p)
    stranger.send(wire.handshake(wire.NOISE, cid, 0, len(share), 1, share[1:]))
    v.talks(p)
    stranger.close()


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_dead_code_leaves_nothing_that_ends_serve(carrier, victim, alice):  # C1
    kit, me = crypto.X25519(), alice.identity()
    alice.knows("kit", kit)
    v = victim(carrier, keep=True)
    first, cid, share = v.stranger(), os.urandom(8), random_share()
    first.send(fragment(cid, share[:1]))
    held = v.stranger(TRENT)
    late = Guess(held, v.words, v.plate)
    assert late.share()
    for host in (EVE, MALLORY, MALLORY):
        eve = v.stranger(host)
        assert guess(eve, WRONG, v.plate) in (wire.WRONG_CODE, wire.CODE_DEAD)
        eve.close()
    v.run.wait_for(lambda: len(v.guesses) >= 3, "three guesses")
    first.send(wire.handshake(wire.NOISE, cid, 0, len(share), 1, share[1:]))
    assert late.confirm(2) is not True
    rooms = [crypto.hkdf(b"schat room v1", crypto.dh(kit.private, me.public),
                         int(time.time() // 86400).to_bytes(4, "big"), 32)[:16]]
    v.talks(v.honest(identity=kit, psks=[crypto.contact_psk("x25519", me.public)], rooms=rooms))


@pytest.mark.parametrize("what", FLOODS)
def test_a_contact_connects_beside_2000_first_packets_a_second_over_udp(what, victim, alice, bob):  # H1
    know_each_other(alice, bob)
    v = victim("udp", options=["--allow", "bob"] if what != "shares" else [], keep=True)
    with Line(v.port) as line:
        remember(bob, "udp", line.port)
        message0 = None
        if what == "replays":
            contact_connects(v.run, bob)
            message0 = first_message(line)
        eve = v.stranger()
        with Every(2000, while_read(v.port, lambda: eve.send(FLOODS[what](message0)))):
            contact_connects(v.run, bob)
        eve.close()
    assert v.run.alive


@pytest.mark.parametrize("what", ["byte", *FLOODS])
def test_a_contact_connects_beside_100_connections_a_second_over_tcp(what, victim, alice, bob):  # H1
    know_each_other(alice, bob)
    v = victim("tcp", options=["--allow", "bob"] if what != "shares" else [], keep=True)
    many = []
    with Line(v.port) as line:
        remember(bob, "tcp", line.port)
        message0 = None
        if what == "replays":
            contact_connects(v.run, bob)
            message0 = first_message(line)

        def connect():
            s = v.stranger()
            if what == "byte":
                s.sock.sendall(b"\0")
            else:
                s.send(FLOODS[what](message0))
            many.append(s)
            if len(many) > 300:
                many.pop(0).close()

        with Every(100, connect):
            contact_connects(v.run, bob)
    for s in many:
        s.close()
    assert v.run.alive


@pytest.mark.parametrize("what", FLOODS)
def test_a_contact_connects_beside_first_packets_from_a_hundred_addresses(what, victim, alice, bob):  # H1
    """More than there are places: one of them is for who has proved a contact's psk."""
    know_each_other(alice, bob)
    v = victim("udp", options=["--allow", "bob"] if what != "shares" else [], keep=True)
    with Line(v.port) as line:
        remember(bob, "udp", line.port)
        contact_connects(v.run, bob)
        message0 = first_message(line)
        many = [v.stranger("127.0.%d.%d" % (1 + i // 50, 1 + i % 50)) for i in range(100)]
        turn = itertools.cycle(many)
        with Every(500, while_read(v.port, lambda: next(turn).send(FLOODS[what](message0)))):
            contact_connects(v.run, bob)
        for s in many:
            s.close()
    assert v.run.alive


@pytest.mark.parametrize("what", FLOODS)
def test_a_contact_connects_beside_a_flood_through_the_forwarder(what, victim, alice, bob):  # H1
    know_each_other(alice, bob)
    v = victim("signal", keep=True)
    with Line(v.server) as line:
        message0 = None
        if what == "replays":
            contact_connects(v.run, bob, "-s", "127.0.0.1:%d" % line.port)
            message0 = first_message(line)
        eve = v.stranger()
        with Every(100, lambda: eve.send(FLOODS[what](message0))):
            contact_connects(v.run, bob, "-s", "127.0.0.1:%d" % line.port)
        eve.close()
    assert v.run.alive


@pytest.mark.parametrize("what", ["fragments", "shares"])
def test_a_flood_of_strangers_burns_no_code(what, victim):  # H2
    v = victim("udp")
    eve = v.stranger()
    with Every(2000, lambda: eve.send(FLOODS[what](None))), Line(v.port) as line:
        port, v.port = v.port, line.port
        v.talks(v.honest())
        v.port = port
    assert v.guesses == []
    eve.close()


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_share_without_a_confirmation_is_no_guess(carrier, victim):  # H2
    v = victim(carrier)
    for i in range(8):
        eve = v.stranger("127.0.0.%d" % (20 + i))
        assert Guess(eve, WRONG, v.plate).share()
        eve.close()
    v.talks(v.honest())
    assert v.guesses == []


class Introducing(servers.Server):
    """Introduces ever new peers, each with a first packet, to whoever joins."""

    def join(self, via, some):
        join = wire.Join(some)
        self.last = via, join.tag, join.role
        via.send(wire.wait(join.tag, wire.room(123) if join.number else join.token, 123, 20, 3))

    def forward(self, via, some):
        pass

    last = None


@pytest.mark.parametrize("who", ["serve", "connect"])
def test_a_server_that_introduces_thousands_costs_no_memory(who, alice):  # H1, S20
    count = int(250 * SECONDS)
    with Introducing() as server:
        where = "127.0.0.1:%d" % server.port
        run = alice.serve("-s", where) if who == "serve" else \
            alice.start("connect", "123-velvet-anchor@" + where, "--ui", "lines", "--timeout", "0")
        run.wait_for(lambda: server.last, "JOIN")
        via, tag, role = server.last

        def introduce(n):
            for i in range(n):
                pair = os.urandom(8)
                via.send(wire.intro(tag, os.urandom(8), pair, role, os.urandom(4), b"\0" * 18))
                if role == wire.RESPONDER and i % 10 == 0:
                    via.send(bytes([wire.FORWARD]) + pair + FLOODS["shares"](None))
                acked = len(server.came)
                if i % 50 == 49:  # it keeps up
                    run.wait_for(lambda: len(server.came) > acked or not run.alive, "acknowledgments")

        introduce(count // 3)
        before = run.memory()
        introduce(count)
        print("%s: %d introductions: %d KiB before, %d KiB after" % (who, count, before // 1024, run.memory() // 1024))
        assert run.alive and run.memory() - before < 1 << 20
