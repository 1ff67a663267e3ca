"""A forwarded port (section 7.6) by the second implementation, in either role; and what nobody honest would say there."""

import contextlib
import re
import socket

import pytest

import crypto
import wire
from peer import PATIENCE
from program import free_port


class Both:
    """A contact of the program's; begin() starts either side of the forwarded port."""

    def __init__(self, alice, peer):
        self.alice, self.make_peer = alice, peer
        self.me, self.friend = alice.identity(), crypto.X25519()
        alice.knows("kit", self.friend)

    def begin(self, p, run):
        self.peer, self.run, self.session = p, run, p.talk()
        self.session.stream3 = self.session.grant

    def asks(self, port, mode=wire.PORT, flags=4):
        """We connect to serve --to."""
        run = self.alice.serve("tcp://127.0.0.1:0", "--allow", "kit", "--keep", "--to", "127.0.0.1:%d" % port, ui=None)
        p = self.make_peer(wire.INITIATOR, identity=self.friend, psks=[crypto.contact_psk("x25519", self.me.public)], mode=mode, flags=flags)
        p.tcp("127.0.0.1", int(run.says(r"listening on .*:(\d+)").group(1)))
        self.begin(p, run)

    def answers(self):
        """We serve connect --listen; the port of that."""
        p = self.make_peer(wire.RESPONDER, identity=self.friend, psks=[crypto.contact_psk("x25519", self.friend.public)],
                           knows=[self.me.public], mode=wire.PORT, flags=4)
        here = free_port()
        run = self.alice.start("connect", "tcp://kit@127.0.0.1:%d" % p.listen("tcp"), "--listen", here)
        self.begin(p, run)
        run.says("connected to kit")
        return here

    def open(self, some, end=False):
        number = self.session.open()
        self.say(number, some, end)
        return number

    def say(self, number, some, end=False):
        self.session.out[number].data += some
        self.session.out[number].ended = end

    def taken(self, listener):
        """The connection that it makes."""
        listener.setblocking(False)

        def accepted():
            with contextlib.suppress(BlockingIOError):
                return listener.accept()[0]

        connection = self.peer.until(accepted, "a connection")
        connection.settimeout(PATIENCE)
        return connection

    def came(self, number, some):
        self.peer.until(lambda: number in self.session.into and self.session.into[number].data == some or number in self.session.resets,
                        "%r on stream %d" % (some, number))
        assert number not in self.session.resets, self.session.resets[number]

    def reset(self, number, what):
        self.peer.until(lambda: number in self.session.resets or self.session.closed, "RESET: " + what)
        assert not self.session.closed, what
        return self.session.resets[number]


@pytest.fixture
def both(alice, peer):
    return Both(alice, peer)


@pytest.fixture
def target():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def read(connection, size):
    got = b""
    while len(got) < size and (some := connection.recv(size - len(got))):
        got += some
    return got


def test_connections_to_the_port(both, target):
    """Bytes before the answer; bytes and ends both ways; then what nobody honest says."""
    both.asks(target.getsockname()[1])
    n = both.open(b"\2early")
    with both.taken(target) as there:
        assert read(there, 5) == b"early"
        there.sendall(b"hello")
        both.came(n, b"\0hello")
        there.shutdown(socket.SHUT_WR)
        both.peer.until(lambda: both.session.into[n].whole, "its end")
        both.say(n, b"more", True)
        both.peer.until(lambda: both.session.delivered, "what was said last")
        assert read(there, 5) == b"more"
    for what, some, end, code in (("a byte 1", b"\1", False, wire.UNKNOWN), ("a byte 0", b"\0", False, wire.UNKNOWN),
                                  ("a byte 255", b"\xff", True, wire.UNKNOWN), ("an end at once", b"", True, wire.MISUSE)):
        assert both.reset(both.open(some, end), what) == code, what
    n = both.open(b"\2x")
    with both.taken(target) as there:
        both.came(n, b"\0")
        assert read(there, 1) == b"x"
        both.session.reset(n, 99)
        both.peer.until(lambda: both.session.delivered, "RESET")
        with pytest.raises(ConnectionResetError):
            there.recv(1)
    both.session.say("a text")
    both.peer.until(lambda: both.session.closed, "CLOSE")
    assert both.session.closed[0] == wire.PROTOCOL


def test_a_port_that_is_not_there(both):
    both.asks(free_port())
    assert both.reset(both.open(b"\2hello"), "unreachable") == wire.UNREACHABLE
    assert both.reset(both.open(b"\2"), "unreachable again") == wire.UNREACHABLE


def test_a_pipe_to_the_port(both, target):
    """7.6-7: stream 2 is the connection; streams of one's own are not for it."""
    both.asks(target.getsockname()[1], wire.PIPE)
    both.session.pour(b"hello")
    with both.taken(target) as there:
        both.peer.until(lambda: both.session.delivered, "what was said")
        assert read(there, 5) == b"hello"
        there.sendall(b"an answer")
        both.peer.until(lambda: both.session.poured == b"an answer", "the answer")
        assert both.reset(both.open(b"\2"), "a stream beside a pipe") == wire.UNKNOWN
        both.session.pour(b"", end=True)
        there.shutdown(socket.SHUT_WR)
    assert both.peer.end() == wire.DONE


def test_connections_of_programs(both):
    """The answers of a serving side, honest ones and others."""
    port = both.answers()
    for i, (what, some, code) in enumerate((("a good answer", b"\0hello", None), ("a byte 1", b"\1", wire.MISUSE), ("a byte 255", b"\xffx", wire.MISUSE),
                                            ("an end instead of an answer", b"", wire.MISUSE), ("RESET 3", None, None), ("the end", b"\0", None))):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as here:
            n = 4 + 2 * i
            here.sendall(b"early")
            both.came(n, b"\2early")
            if some is None:
                both.session.reset(n, wire.UNREACHABLE)
            else:
                both.say(n, some, some in (b"", b"\0"))
            if code is not None:
                assert both.reset(n, what) == code, what
            both.peer.until(lambda: both.session.delivered, what)
            if what == "a good answer":
                assert read(here, 5) == b"hello"
            elif what == "the end":
                assert here.recv(1) == b""
            else:
                with pytest.raises(ConnectionResetError):
                    here.recv(1)
    for some in (b"\1", b"\2", b""):
        assert both.reset(both.open(some, some == b""), "a stream of the serving side's") == wire.UNKNOWN


def test_pipes_of_one_contact_leave_places_to_others(alice, peer, target):
    """A contact may have several pipes, and still another one who is allowed to come finds a place."""
    me, kit, carol = alice.identity(), crypto.X25519(), crypto.X25519()
    alice.knows("kit", kit)
    alice.knows("carol", carol)
    run = alice.serve("tcp://127.0.0.1:0", "--allow", "kit", "--allow", "carol", "--max", "4", "--to", "127.0.0.1:%d" % target.getsockname()[1], ui=None)
    port, here = int(run.says(r"listening on .*:(\d+)").group(1)), []

    def comes(identity):
        p = peer(wire.INITIATOR, identity=identity, psks=[crypto.contact_psk("x25519", me.public)], mode=wire.PIPE, flags=4)
        here.append(p)
        here[0].beside = here[1:]
        p.tcp("127.0.0.1", port)
        here[0].until(lambda: p.session, "a session")
        p.session.pour(b"hello")
        here[0].until(lambda: p.session.closed or p.session.delivered, "an answer")
        here[0].until(lambda: p.session.closed or len(re.findall("connected to", run.errors)) == len(here), "a place, or none")
        return p.session.closed

    assert [comes(kit) for _ in range(3)] == [None] * 3
    assert comes(kit)[0] == wire.PEER_BUSY
    here.pop().close()
    assert comes(carol) is None
