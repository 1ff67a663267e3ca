"""Guessers, squatters and forgers: the program is the victim, and each test's name says the property that holds.

The letter and number behind a test is its row in docs/SECURITY.md. Longer runs: HOSTILE_SECONDS. Times are printed, never judged.
"""

import os
import re
import socket
import time

import pytest

import crypto
import peer as peers
import server as servers
import wire
from attack import Every, Guess, RoomStranger, TcpStranger, UdpStranger, guess, random_share
from victim import CARRIERS, EVE, MALLORY, SECONDS, TRENT, WRONG, remember

# ---- out of serve ----

@pytest.mark.parametrize("carrier", CARRIERS)
def test_three_guesses_also_for_who_holds_six_handshakes(carrier, victim):  # H3, L10
    """Six shares are answered, then confirmed one by one; the last one even rightly. (On a forwarder a room has three initiators.)"""
    v = victim(carrier, keep=True)
    count = 3 if carrier == "signal" else 7
    held = [Guess(v.stranger("127.0.0.%d" % (20 + i)), WRONG if i < count - 1 else v.words, v.plate) for i in range(count)]
    answered = [one for one in held if one.share(5)]
    assert len(answered) >= 3, "only %d shares were answered" % len(answered)
    answers = [one.confirm(2) for one in answered[:-1]]
    if carrier == "signal":
        held[0].stranger.close()
        answers += [guess(v.stranger("127.0.0.30"), WRONG, v.plate, 3)]
    last = answered[-1].confirm(2)
    print("answers:", answers, "and to the right one:", last, "guesses told:", v.guesses)
    assert len(v.guesses) <= 3 and max(v.guesses) <= 3
    assert last is not True, "a confirmation was checked after the death of the code"
    assert v.run.alive


def test_fragments_that_overlap_with_other_bytes_end_the_handshake(victim):  # H3
    """Byte 0 of message 0 first as 00, to pass a check, then as 01; the same with the confirmation: right over wrong."""
    v = victim("tcp")
    eve = v.stranger()
    one = Guess(eve, v.words)
    eve.send(wire.handshake(wire.NOISE, one.cid, 0, 66, 0, b"\0"))
    assert one.hear(1, 0.3) is None
    again = Guess(eve, v.words)
    assert again.share()
    message = again.agreement.take(again.theirs)
    eve.send(wire.handshake(wire.NOISE, again.cid, 2, len(message), 0, bytes([message[0] ^ 1]) + message[1:40]))
    eve.send(wire.handshake(wire.NOISE, again.cid, 2, len(message), 0, message))
    assert again.hear(3, 0.5) is None
    eve.close()
    v.talks(v.honest())
    assert v.guesses == []


# ---- out of connect ----

class GuessingServer(servers.Server):
    """Answers in the name of the responder: whoever joins is introduced to it again and again, and each time confirms a guess."""

    def __init__(self, fresh, refuse, word=WRONG):
        self.word, self.fresh, self.refuse, self.checked, self.peer_id, self.fakes = word, fresh, refuse, [], os.urandom(8), {}
        super().__init__()

    def join(self, via, some):
        join = wire.Join(some)
        if join.role == wire.INITIATOR and join.token[:12] == b"\0" * 12:
            plate = int.from_bytes(join.token[12:], "big")
            via.send(wire.wait(join.tag, join.token, plate, 20, 1))
            if join.tag not in [f[0] for f in self.fakes.values()]:
                self.introduce_again(via, join.tag, plate)

    def introduce_again(self, via, tag, plate):
        pair = os.urandom(8)
        peer = os.urandom(8) if self.fresh else self.peer_id
        host = os.urandom(4) if self.fresh else b"\0\0\0\1"
        self.fakes[pair] = [tag, plate, {}, peer]
        via.send(wire.intro(tag, peer, pair, wire.INITIATOR, host, b"\0" * 18))

    def forward(self, via, some):
        fake = self.fakes.get(some[1:9])
        if not fake or len(some) < 26 or some[9] != wire.HANDSHAKE:
            return
        f, pair = wire.Fragment(some[9:]), some[1:9]
        tag, plate, state, _ = fake
        if f.number == 0 and f.cid not in state:
            pake = crypto.Spake2(1, self.word, crypto.prologue(f.suite, 1) + plate.to_bytes(4, "big"))
            pake.meet(f.bytes[1:])
            state[f.cid] = pake
            via.send(bytes([wire.FORWARD]) + pair + wire.handshake(f.suite, f.cid, 1, 65, 0, pake.share))
        elif f.number == 2 and state.get(f.cid):
            self.checked.append((f.cid, f.bytes[:32] == state[f.cid].theirs))
            state[f.cid] = None
            if self.refuse:
                via.send(bytes([wire.FORWARD]) + pair + wire.refuse(f.suite, f.cid, wire.WRONG_CODE))
            self.introduce_again(via, tag, plate)


@pytest.mark.parametrize("refuse", [False, True], ids=["silent", "refusing"])
@pytest.mark.parametrize("fresh", [False, True], ids=["one peer", "many peers"])
def test_a_server_gets_three_guesses_out_of_one_connect(fresh, refuse, bob):  # C2
    with GuessingServer(fresh, refuse) as server:
        run = bob.start("connect", "123-velvet-anchor@127.0.0.1:%d" % server.port, "--ui", "lines", "--timeout", "0")
        begun = time.monotonic()
        while run.alive and len(server.checked) <= 3 and time.monotonic() - begun < SECONDS:
            time.sleep(0.02)
        print("%d guesses in %.2f s: %s" % (len(server.checked), time.monotonic() - begun, run.errors))
        assert len({cid for cid, _ in server.checked}) <= 3
        if not run.alive or SECONDS > 70:  # where nobody answers, each of the three is waited for: 60 s
            run.ends(4)


@pytest.mark.parametrize("how", ["hang up", "refuse", "silence"])
def test_a_listener_in_the_middle_gets_three_guesses_over_tcp(how, bob):  # C2
    """It answers the share, reads the confirmation, and hangs up, refuses, or is silent."""
    sock = socket.create_server(("127.0.0.1", 0))
    sock.settimeout(0.2)
    run = bob.start("connect", "tcp://velvet-anchor@127.0.0.1:%d" % sock.getsockname()[1], "--ui", "lines",
                    "--timeout", str(int(SECONDS) + 1))
    checked, open_ones, end = set(), [], time.monotonic() + SECONDS + peers.PATIENCE
    while run.alive and len(checked) <= 3 and time.monotonic() < end:
        try:
            here = sock.accept()[0]
        except socket.timeout:
            continue
        stranger = TcpStranger.__new__(TcpStranger)
        stranger.sock, stranger.into = here, bytearray()
        pakes = {}
        until = time.monotonic() + 3
        while time.monotonic() < until:
            some = stranger.receive(0.5)
            if some == b"":
                break
            if not some or some[0] != wire.HANDSHAKE:
                continue
            f = wire.Fragment(some)
            if f.number == 0 and f.cid not in pakes:
                pakes[f.cid] = crypto.Spake2(1, WRONG, crypto.prologue(f.suite, 1) + b"\0" * 4)
                pakes[f.cid].meet(f.bytes[1:])
                stranger.send(wire.handshake(f.suite, f.cid, 1, 65, 0, pakes[f.cid].share))
            elif f.number == 2:
                checked.add(f.cid)
                if how == "refuse":
                    stranger.send(wire.refuse(f.suite, f.cid, wire.WRONG_CODE))
                elif how == "hang up":
                    break
        open_ones.append(here)
        if how == "hang up":
            here.close()
    print("%d guesses over tcp:// (%s): %s" % (len(checked), how, run.errors))
    assert len(checked) <= 3
    for here in open_ones + [sock]:
        here.close()
    if not run.alive:
        run.ends()
        assert run.process.returncode in (3, 4)


# ---- squatters, nameplates ----

class Squatter:
    """A second responder in a nameplate's room: answers each share with any share, and confirms rubbish."""

    def __init__(self, port, plate, host=EVE):
        self.stranger, self.seen = RoomStranger(port, wire.room(plate), host, wire.RESPONDER, introduced=False), 0
        self.every = Every(200, self.turn)

    def turn(self):
        found = self.stranger.pump(0.05)
        if not found or found[1][0] != wire.HANDSHAKE:
            return
        f = wire.Fragment(found[1])
        if f.number == 0:
            self.seen += 1
            self.stranger.send(wire.handshake(f.suite, f.cid, 1, 65, 0, random_share()[1:]), found[0])
        elif f.number == 2:
            rubbish = os.urandom(140)
            self.stranger.send(wire.handshake(f.suite, f.cid, 3, len(rubbish), 0, rubbish), found[0])

    def close(self):
        self.every.__exit__()
        self.stranger.close()


def test_six_of_six_first_meetings_beside_a_squatter(home, signaling):  # H5
    met = []
    for i in range(6):
        alice, bob = home("alice%d" % i), home("bob%d" % i)
        one = alice.serve("-s", "127.0.0.1:%d" % signaling[1])
        words, plate, _ = one.code()
        squatter = Squatter(signaling[1], plate)
        met.append((i, one, squatter, time.monotonic(),
                    bob.start("connect", "%d-%s@127.0.0.1:%d" % (plate, words, signaling[1]), "--ui", "lines")))
    for i, one, squatter, begun, two in met:
        two.says("connected to ")
        print("met in %.2f s beside a squatter who answered %d shares" % (time.monotonic() - begun, squatter.seen))
        two.write("hello\n")
        one.prints("hello")
        two.close()
        two.ends(0)
        squatter.close()


def test_a_code_outlives_one_address_that_knows_its_nameplate(victim):  # H6
    """Its second wrong guess is its last: it is told that the code is dead, others are not."""
    v = victim("signal", keep=True)
    answers, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end and len(answers) < 12:
        eve = v.stranger()
        answers.append(guess(eve, WRONG, v.plate))
        eve.close()
    print("answers to one address:", answers, "guesses told:", v.guesses)
    assert len(v.guesses) <= 2 and set(answers[2:]) <= {wire.CODE_DEAD}
    v.talks(v.honest())


def test_a_code_outlives_one_address_that_tries_nameplates(victim):  # H6
    """As fast as the server lets it; HOSTILE_SECONDS=3600 for an hour of it. Three words, for two live ten minutes in any case."""
    v = victim("signal", options=["--words", "3"], keep=True)
    assert v.plate >= 100
    eve = UdpStranger(v.server, EVE)
    found, tried, limited, plate, end = 0, 0, 0, 100, time.monotonic() + SECONDS
    while time.monotonic() < end:
        eve.raw(wire.join(eve.cookie, wire.room(plate), os.urandom(8), wire.INITIATOR))
        tried += 1
        plate = 100 + (plate - 99) % 10000
        some = eve.receive(0.1)
        if some and some[0] == wire.ERROR and some[2] == wire.BAD_COOKIE:
            eve.cookie = eve.ask()
        elif some and some[0] == wire.ERROR:
            limited += 1
            eve.receive(0.01)  # nothing: it may ask again
        elif some and some[0] == wire.WAIT and some[32]:
            found += 1
            try:
                guess(RoomStranger(v.server, wire.room(int.from_bytes(some[26:30], "big")), EVE), WRONG, v.plate, 1)
            except AssertionError:
                pass
    print("%d JOINs in %g s, %d refused, %d rooms found, guesses told: %s" % (tried, SECONDS, limited, found, v.guesses))
    eve.close()
    v.talks(v.honest())


def test_a_code_of_three_words_waits_instead_of_dying(victim):  # H6
    v = victim("tcp", options=["--words", "3"], keep=True)
    assert v.words.count("-") == 2
    for host in (EVE, MALLORY, TRENT):
        assert guess(v.stranger(host), WRONG + "-zoo") == wire.WRONG_CODE
    assert guess(v.stranger("127.0.0.12"), WRONG + "-zoo", seconds=3) in (wire.BUSY, None)
    assert len(v.guesses) == 3 and v.run.alive


# ---- what is told ----

def test_refuse_is_not_believed_where_the_handshake_goes_on(bob, peer):  # L8
    """Forged REFUSEs arrive before a true answer; the next one takes longer than a REFUSE is doubted."""
    p = peer(wire.RESPONDER, identity=crypto.X25519(), words="velvet-anchor")
    port = p.listen("udp")
    run = bob.start("connect", "udp://velvet-anchor@127.0.0.1:%d" % port, "--ui", "lines")
    honest, held = p.handshake, []

    def handshake(route, f):
        if f.number == 0:  # the answer takes the kit a while, in which a lone REFUSE would rightly be believed
            answer = []
            route.send = answer.append
            honest(route, f)
            del route.send
            for reason in (wire.NO_KEY, wire.BUSY, wire.CODE_DEAD):
                route.send(wire.refuse(wire.NOISE, f.cid, reason))
            for packet in answer:
                route.send(packet)
        elif f.number == 2 and not held:
            held.append((time.monotonic() + 1.6, route, f))
        elif f.number != 2:
            honest(route, f)

    p.handshake = handshake
    p.until(lambda: held, "the confirmation")
    p.until(lambda: time.monotonic() > held[0][0], "a while")
    p.handshake = honest
    honest(*held[0][1:])
    s = p.talk()
    s.say("it was forged")
    p.sees(run, "it was forged")


def test_a_key_shown_after_refuse_is_called_unproved(bob, peer):  # L8
    """Anyone can say REFUSE 3 and then show a key under the zero psk; the text must not present it as a fact."""
    old, p = crypto.X25519(), peer(wire.RESPONDER, identity=crypto.X25519(), psks=[crypto.ZERO_PSK])
    port = p.listen("tcp")
    bob.knows("alice", old)
    remember(bob, "tcp", port)
    run = bob.start("connect", "alice", "--ui", "lines")
    p.outlives(run)
    print(run.errors)
    assert run.process.returncode in (3, 4)
    assert "changed" not in run.errors or "unproved" in run.errors or "not proved" in run.errors


class Renumbering(servers.Server):
    """Gives another nameplate each time it is asked, and lets the test introduce whom it likes."""

    def join(self, via, some):
        before = {m.tag for m in self.members}
        super().join(via, some)
        for member in self.members:
            if member.role == wire.RESPONDER and member.tag in before and self.renumber and member.token[:12] == b"\0" * 12:
                self.renumber = False
                self.next_number += 1000
                member.token = wire.room(self.next_number)
                via.send(wire.wait(member.tag, member.token, self.next_number, 1, 0))

    renumber = False

    def renumber_now(self):
        """Makes the responder join again (S8-8), to give it another number then."""
        with self.lock:
            self.renumber = True
            for member in self.members:
                if member.role == wire.RESPONDER:
                    member.via.send(wire.error(wire.BAD_COOKIE, member.tag))


def test_another_nameplate_gives_no_more_guesses(alice, peer):  # L9
    with Renumbering() as server:
        run = alice.serve("-s", "127.0.0.1:%d" % server.port, "--keep", ui="json")
        text = run.event("code")["text"]
        plate, words = re.search(r"(\d+)-([a-z]+-[a-z]+)@", text).groups()
        checked = 0
        for i in range(2):
            eve = RoomStranger(server.port, wire.room(int(plate)), "127.0.0.%d" % (20 + i))
            checked += guess(eve, WRONG, int(plate), 2) == wire.WRONG_CODE
            eve.close()
        server.renumber_now()
        run.wait_for(lambda: not server.renumber or not run.alive, "another number")
        for i in range(3):
            for number in (int(plate), server.next_number):
                try:
                    eve = RoomStranger(server.port, wire.room(number), "127.0.0.%d" % (30 + i), wait=0.4)
                except AssertionError:
                    continue
                checked += guess(eve, WRONG, number, 0.5) == wire.WRONG_CODE
                eve.close()
        guesses = [e["n"] for e in run.events("guess")]
        print("checked %d, told %s" % (checked, guesses))
        assert checked <= 3 and len(guesses) <= 3 and guesses == sorted(set(guesses))
