"""Attacks by a genuine peer, by who listens to one, and on what is stored. (See test_attacks.py.)

Not to be seen from outside, and so shown by unit tests: that spent keys are wiped (L6, half of it), that the generator takes
fresh entropy at each handshake (L7).
"""

import os
import selectors
import socket
import time

import pytest

import crypto
import wire
from routes import Udp
from program import free_port
from victim import SECONDS
from test_second import code_case


@pytest.fixture
def session(alice, peer):
    """session(CARRIER): (our peer, its session by code, the program, its port)."""
    def make(carrier, **more):
        p, run, port = code_case(alice, peer, carrier, **more)
        s = p.talk()
        s.say("ready")
        p.sees(run, "ready")
        return p, s, run, port
    return make


def alive(p, s, run):
    """The conversation goes on."""
    p.count = getattr(p, "count", 0) + 1
    words = "still here %d" % p.count
    s.say(words)
    p.sees(run, words)


# ---- streams ----

def said(p, s, some):
    """A packet of these frames has been acknowledged."""
    number = s.send(some)
    p.until(lambda: number not in s.flying or s.closed, "an acknowledgment")
    assert not s.closed, s.closed


def test_streams_opened_filled_and_reset_cost_no_memory(session):  # S20
    """Thousands, opened and reset in one packet; then as many as there can be, each with all that its window takes."""
    p, s, run, _ = session("tcp", flags=4)
    before, first, s.next[0] = run.memory(), 4, 2**29
    for _ in range(120):
        ids = range(first, first + 32, 2)
        said(p, s, b"".join(wire.stream(i, 0, b"\xff") + wire.reset(i, 0) for i in ids) + wire.reset(ids[-1], 1))
        first += 32
    alive(p, s, run)
    for kind in (b"\xff", b"\x01"):
        for i in range(first, first + 64, 2):
            for at in range(0, 65536, 1024):
                s.send(wire.stream(i, at, kind * 1024))
        first += 64
        alive(p, s, run)
    after = run.memory()
    print("%d KiB before, %d KiB after" % (before // 1024, after // 1024))
    assert after - before < 4 << 20


# ---- paths ----

def test_a_peer_that_moves_is_followed_after_packets_from_forty_addresses(session):  # M1
    """Genuine packets of 34 bytes from addresses that answer no challenge; then the peer itself has a new address."""
    p, s, run, port = session("udp")
    for i in range(40):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.%d" % (20 + i), 0))
            sock.sendto(s.seal(bytes([wire.PING])), ("127.0.0.1", port))
    alive(p, s, run)
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.8", 0))
    other.setblocking(False)
    p.selector.register(other, selectors.EVENT_READ, p.from_udp)
    begun, moved = time.monotonic(), s.add_path(Udp(other, ("127.0.0.1", port)))
    while not moved.validated and time.monotonic() - begun < 20:
        s.challenge(moved)
        p.quiet(0.3)
    assert moved.validated, "not answered at its new address"
    print("answered at the new address after %.2f s" % (time.monotonic() - begun))
    p.selector.unregister(p.udp)
    s.paths = [moved]
    alive(p, s, run)
    p.selector.unregister(other)
    other.close()


class Target:
    """Twelve ports of somebody who has nothing to do with it."""

    def __init__(self, host="127.0.0.77"):
        self.socks = []
        for _ in range(12):
            self.socks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self.socks[-1].bind((host, 0))
            self.socks[-1].setblocking(False)

    def addresses(self):
        return [s.getsockname() for s in self.socks]

    def read(self):
        """Datagrams for each port."""
        counts = []
        for sock in self.socks:
            counts.append(0)
            while True:
                try:
                    sock.recv(2048)
                    counts[-1] += 1
                except BlockingIOError:
                    break
        return counts

    def close(self):
        for sock in self.socks:
            sock.close()


def test_candidates_bring_a_third_party_ten_probes_each_and_sixty_a_minute(alice, peer, signaling):  # L1
    """CANDIDATES round after round, all naming one victim, as an own address and as one a server saw."""
    run = alice.serve("-s", "127.0.0.1:%d" % signaling[1])
    words, plate, _ = run.code()
    p = peer(wire.INITIATOR, identity=crypto.X25519(), words=words, nameplate=plate)
    p.punch = False
    p.meet("127.0.0.1", signaling[1], [wire.room(plate)])
    s = p.talk()
    target, counts = Target(), [0] * 12
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        number += 1
        s.control(wire.candidates(number % 256, [(1 + number % 2, *a) for a in target.addresses()]))
        p.quiet(1.3)
        counts = [a + b for a, b in zip(counts, target.read())]
    print("%d rounds; probes to the ports of a third party: %s, %d in all" % (number, counts, sum(counts)))
    minutes = -(-(SECONDS + 2) // 60)
    assert max(counts) <= 10 and sum(counts) <= 60 * minutes
    alive(p, s, run)
    target.close()


def test_candidates_with_low_ports_are_not_probed(alice, peer, signaling):  # L1
    """Port 53 and its like belong to services. Where they may be bound they are listened at; else nothing is to be seen."""
    run = alice.serve("-s", "127.0.0.1:%d" % signaling[1])
    words, plate, _ = run.code()
    p = peer(wire.INITIATOR, identity=crypto.X25519(), words=words, nameplate=plate)
    p.punch = False
    p.meet("127.0.0.1", signaling[1], [wire.room(plate)])
    s = p.talk()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as low:
        try:
            low.bind(("127.0.0.1", 1023))
        except PermissionError:
            pytest.skip("only root may listen at a low port")
        s.control(wire.candidates(1, [(1, *low.getsockname())]))
        p.quiet(1.5)
        low.setblocking(False)
        with pytest.raises(BlockingIOError):
            low.recv(2048)
    alive(p, s, run)


# ---- acknowledgments, keys ----

def test_only_the_first_ack_of_a_packet_counts(session):  # L2
    """The second one here is malformed in its meaning (numbers never sent), which alone would end the session."""
    p, s, run, _ = session("udp")
    s.send(s.acks() + wire.ack([(10**6, 10**6)]))
    alive(p, s, run)
    assert not s.closed


def test_a_packet_full_of_acks_costs_no_more_than_another(session):  # L2
    """With much in flight: 400 packets of ACK frames; what they cost is printed."""
    p, s, run, _ = session("udp")
    frames = s.acks()
    many = frames * ((wire.PACKET - 33) // len(frames))
    before = run.cpu()
    for _ in range(400):
        s.send(many)
    alive(p, s, run)
    print("400 packets of %d ACK frames each: %.2f s of processor" % (len(many) // len(frames), run.cpu() - before))


@pytest.mark.parametrize("suite", ["noise", "rsa"])
def test_keys_are_made_anew_once_a_minute_at_most(suite, alice, peer, identities):  # L3
    """The initiator's second message 0 within a minute is ignored; the first was answered."""
    number = {"noise": wire.NOISE, "rsa": wire.RSA}[suite]
    mine, theirs = identities(number)
    alice.give(theirs)
    run = alice.serve("tcp://127.0.0.1:0", "-c", suite)
    words, _, port = run.code()
    p = peer(wire.INITIATOR, number, mine, words=words)
    p.tcp("127.0.0.1", port)
    s = p.talk()
    s.rekey()
    p.until(lambda: s.phase == 1, "the next phase")
    alive(p, s, run)
    before, cpu = len(s.controls), run.cpu()
    s.rekey_came = lambda body: None
    for _ in range(int(10 * SECONDS)):
        s.rekey()
        p.quiet(0.01)
    alive(p, s, run)
    p.quiet(0.5)
    answers = [c for c in s.controls[before:] if c[0] == wire.REKEY]
    print("%d more message 0 in %g s: %d answers, %.2f s of processor" % (10 * SECONDS, SECONDS, len(answers), run.cpu() - cpu))
    assert not answers and s.phase == 1


# ---- rsa: who listens, who waits ----

def test_who_listens_to_rsa_sees_no_long_term_key(alice, peer, identities):  # M5
    mine, theirs = identities(wire.RSA)
    alice.give(theirs)
    run = alice.serve("tcp://127.0.0.1:0", "-c", "rsa")
    words, _, port = run.code()
    p = peer(wire.INITIATOR, wire.RSA, mine, words=words)
    p.tcp("127.0.0.1", port)
    alive(p, p.talk(), run)
    heard = b"".join(packet for _, packet in p.packets)
    message1 = b"".join(wire.Fragment(packet).bytes for _, packet in p.packets if packet[0] == wire.HANDSHAKE)
    for key in (theirs.public, mine.public):
        for at in range(0, len(key) - 16, 16):
            assert key[at:at + 16] not in heard and key[at:at + 16] not in message1


def test_a_session_pair_of_rsa_serves_one_session(alice, peer, identities):  # L6
    """Two handshakes are offered the same S; when one of them is proved, the other ends."""
    mine, theirs = identities(wire.RSA)
    alice.give(theirs)
    alice.knows("kit", mine)
    run = alice.serve("tcp://127.0.0.1:0", "-c", "rsa", "--allow", "kit", ui="json")
    port = int(run.event("listening")["text"].rsplit(":", 1)[1])
    psk = crypto.contact_psk("rsa", theirs.public)
    peers = [peer(wire.INITIATOR, wire.RSA, mine, psks=[psk]) for _ in range(2)]
    held = []

    def hold(route, f, honest=peers[0].handshake):
        held.append((honest, route, f))

    peers[0].handshake = hold
    peers[0].tcp("127.0.0.1", port)
    peers[0].until(lambda: held, "message 1")
    peers[1].tcp("127.0.0.1", port)
    s = peers[1].talk()
    s.say("first")
    peers[1].sees(run, "first")
    for honest, route, f in list(held):
        honest(route, f)
    del peers[0].handshake
    peers[0].quiet(1.5)
    assert not peers[0].session
    print("the other one was told: REFUSE", peers[0].refusals)
    s.say("goes on")
    peers[1].sees(run, "goes on")


# ---- first use ----

def test_words_are_bound_to_a_commitment(alice, peer):  # H4
    """Our responder reveals something else than it committed to: CLOSE 5, and no words are shown."""
    p = peer(wire.RESPONDER, identity=crypto.X25519(), psks=[crypto.ZERO_PSK])
    port = p.listen("tcp")
    run = alice.start("connect", "tcp://127.0.0.1:%d" % port, "--tofu", "--ui", "json")
    p.until(lambda: p.sessions, "keys")
    s = p.sessions[0]
    s.compare.r = os.urandom(32)
    p.until(lambda: s.closed, "CLOSE")
    assert s.closed[0] == wire.PROTOCOL
    p.outlives(run)
    assert not run.events("connected")


def test_a_responder_of_first_use_has_three_tries(alice, peer):  # H4
    """It commits, takes the nonce, computes the words, and goes away because it does not like them."""
    p = peer(wire.RESPONDER, identity=crypto.X25519(), psks=[crypto.ZERO_PSK])
    port, nonces, done = p.listen("tcp"), [], set()
    run = alice.start("connect", "tcp://127.0.0.1:%d" % port, "--tofu", "--ui", "json", "--timeout", "30")

    def dislike():
        for s in p.sessions:
            if s in done or not s.compare:
                continue
            original = s.compare.came

            def came(kind, body, s=s, original=original):
                if kind != wire.NONCE:
                    return original(kind, body)
                nonces.append(body)
                p.drop(s.paths[0].route)
                return True

            s.compare.came = came
            done.add(s)
        return not run.alive or len(nonces) > 3

    p.until(dislike, "the end of its patience, or a fourth nonce", 40)
    print("%d nonces out of one connect --tofu" % len(nonces))
    assert len(nonces) <= 3
    p.outlives(run, 4)


def test_tries_at_the_words_are_never_hidden_from_who_serves(alice, peer):  # H4
    """Our initiators end it the moment they have REVEAL, without acknowledging it: each of them is told."""
    run = alice.serve("tcp://127.0.0.1:0", "--tofu", "--keep", ui="json")
    port = int(run.event("listening")["text"].rsplit(":", 1)[1])
    for i in range(3):
        p = peer(wire.INITIATOR, identity=crypto.X25519(), psks=[crypto.ZERO_PSK], nick=b"eve%d" % i)
        p.tcp("127.0.0.1", port)
        p.until(lambda: p.sessions, "keys")
        s = p.sessions[0]
        original, over = s.compare.came, []

        def came(kind, body):
            good = original(kind, body)
            if kind == wire.REVEAL:
                over.append(s.compare.words)
                s.close(wire.OTHER)
            return good

        s.compare.came = came
        p.until(lambda: over, "REVEAL")
        told = lambda: [e["ev"] for kind in ("connected", "guess", "error") for e in run.events(kind)]  # noqa: E731
        p.until(lambda: len(told()) > i, "that somebody was there: " + run.story())
        print("told after try %d: %s" % (i + 1, told()))
    assert run.events("connected")


def test_payload_bytes_nobody_knows_end_a_first_use(alice, peer):  # H4
    for role in (wire.RESPONDER, wire.INITIATOR):
        p = peer(role, identity=crypto.X25519(), psks=[crypto.ZERO_PSK], more=b"vary me")
        if role == wire.RESPONDER:
            port = p.listen("tcp")
            run = alice.start("connect", "tcp://127.0.0.1:%d" % port, "--tofu", "--ui", "json", "--timeout", "4")
        else:
            port = free_port()
            run = alice.serve("tcp://127.0.0.1:%d" % port, "--tofu", ui="json")
            run.event("listening")
            p.tcp("127.0.0.1", port)
        p.quiet(0.7)
        assert not any(s.opened for s in p.sessions), role
        assert not run.events("connected")
        run.stop()


# ---- names, files ----

def pair_as(alice, peer, nick):
    p, run, _ = code_case(alice, peer, "tcp", nick=nick.encode())
    s = p.talk()
    s.leave()
    p.end()
    p.outlives(run, 0)
    return run


def folded(name):
    return name.lower().translate(str.maketrans("0il", "o11"))


def test_names_that_look_alike_get_a_suffix(alice, peer):  # L4
    for nick in ("carol", "Carol", "CAROL", "car0l", "caroI", "caro1"):
        pair_as(alice, peer, nick)
    names = [line.split()[0] for line in (alice.folder / "peers").read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    print("saved as", names)
    assert len(names) == 6 and len({folded(name) for name in names}) == 6


@pytest.mark.parametrize("what,mode", [("peers", 0o666), (".", 0o777)])
def test_a_peers_file_others_can_write_is_refused_or_told(what, mode, alice):  # L5
    alice.identity()
    alice.knows("kit", crypto.X25519())
    path = alice.folder / what
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        run = alice.start("connect", "kit", "-s", "127.0.0.1:%d" % free_port(), "--ui", "lines", "--timeout", "1")
        run.ends()
        print(run.process.returncode, run.errors)
        assert "peers" in run.errors and ("write" in run.errors or "writable" in run.errors or "chmod" in run.errors)
    finally:
        path.chmod(before & 0o7777)
