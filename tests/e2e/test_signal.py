"""A signaling server and those who strain it: crashed clients, strangers with many connections."""

import os
import random
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import time

import pytest

from hosts import PATIENCE, connect, free_port, serve


class Client:
    """One TCP connection to a server, docs/SIGNALING.md S7."""

    def __init__(self, port, own):
        self.socket = socket.socket()
        self.socket.settimeout(20)
        self.socket.bind((own, 0))
        self.socket.connect(("127.0.0.1", port))

    def say(self, message):
        self.socket.sendall(struct.pack(">H", len(message)) + message)

    def bytes(self, count):
        got = b""
        while len(got) < count:
            some = self.socket.recv(count - len(got))
            if not some:
                raise ConnectionError("the server has hung up")
            got += some
        return got

    def hear(self):
        return self.bytes(*struct.unpack(">H", self.bytes(2)))

    def join(self, token=None):
        """The server's answer to a JOIN, as an initiator."""
        self.say(b"\xc0\x01" + os.urandom(8) + bytes(86))
        cookie = self.hear()[28:44]
        self.say(b"\xc2\x01" + cookie + (token or os.urandom(16)) + os.urandom(8) + bytes(30))
        return self.hear()

    def stands(self):
        """Nothing has come, and the connection has not ended either."""
        return not select.select([self.socket], [], [], 0)[0]


def test_a_second_port_answers_and_is_told(alice):
    """HELLO gets COOKIE from the port after the server's first, too; each tells the other, and the server says at its start that it has
    it, since a firewall has to let it in. docs/SIGNALING.md S2-7."""
    port = free_port()
    server = alice.start("signal", "-l", "127.0.0.1:%d" % port, stdin=subprocess.DEVNULL)
    server.says(r"listening on 127.0.0.1:%d \(UDP and TCP\) and on UDP port %d; relay" % (port, port + 1))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        for asked, told in (port, port + 1), (port + 1, port):
            nonce = os.urandom(8)
            s.sendto(b"\xc0\x01" + nonce + bytes(86), ("127.0.0.1", asked))
            cookie, sender = s.recvfrom(2048)
            assert sender == ("127.0.0.1", asked) and cookie[2:10] == nonce
            assert struct.unpack(">H", cookie[54:56]) == (told,)
    server.signal(signal.SIGTERM)
    server.ends(143)


def test_a_server_that_ends_says_so(alice):
    """A member hears it by its own secret, so that it comes back as soon as the server does. docs/SIGNALING.md S5-13."""
    port = free_port()
    server = alice.start("signal", "-l", "127.0.0.1:%d" % port, stdin=subprocess.DEVNULL)
    server.says("listening on ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        s.connect(("127.0.0.1", port))
        s.send(b"\xc0\x01" + os.urandom(8) + bytes(86))
        cookie, secret = s.recv(2048)[28:44], os.urandom(8)
        s.send(b"\xc2\x01" + cookie + os.urandom(16) + secret + bytes(30))
        assert s.recv(2048)[0] == 0xC3  # WAIT
        server.signal(signal.SIGTERM)
        assert s.recv(2048) == s.recv(2048) == b"\xc5\x01\x05\0" + secret
    server.ends(143)


def all_wait(server, count):
    """So many wait there, as it says when asked."""
    until, found = time.monotonic() + PATIENCE, []
    while found[-1:] != [str(count)]:
        assert time.monotonic() < until, server.story()
        asked = len(found)
        server.signal(signal.SIGUSR1)
        found = server.wait_for(lambda: (f := re.findall(r"waiting (\d+)", server.errors))[asked:] and f, "counts")
        time.sleep(0.05)


def test_who_waits_comes_back_to_a_server_that_was_killed(alice, bob):
    """Killed, it says nothing; the next one tells whoever its predecessor has written down, who would not have asked for 18 seconds.
    docs/SIGNALING.md S5-14."""
    port = free_port()
    folder = {"RUNTIME_DIRECTORY": str(alice.home)}

    def start():
        run = alice.start("signal", "-l", "127.0.0.1:%d" % port, "--log", alice.home / "log", env=folder, stdin=subprocess.DEVNULL)
        run.says("listening on ")
        return run

    server = start()
    for host in alice, bob:
        serve(host, "lines", "-s", "127.0.0.1:%d" % port).command()
    all_wait(server, 2)
    for _ in range(2):
        server.signal(signal.SIGKILL)
        server.ends(-signal.SIGKILL)
        began = time.monotonic()
        server = start()
        all_wait(server, 2)
        assert time.monotonic() - began < 15
    assert (alice.home / "log").read_text().count("told 2 waiting peers of the last server to come back") == 2
    server.signal(signal.SIGTERM)
    server.ends(143)
    assert not list(alice.home.glob("schat-signal-*"))


@pytest.mark.parametrize("joined", [False, True], ids=["silent", "members"])
def test_a_few_addresses_cannot_shut_tcp(joined, alice):
    """Each has as many connections as an address may have, and they are more than the server takes: others get in at once,
    and stay."""
    port = free_port()
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))  # the server keeps 20 to 30 connections then
    server = alice.start("signal", "-l", "0.0.0.0:%d" % port, stdin=subprocess.DEVNULL, preexec_fn=few)
    server.says("listening on ")
    strangers, honest = [], []
    for i in range(192):
        stranger = Client(port, "127.0.%d.1" % (1 + i % 3))
        strangers.append(stranger)
        try:
            if joined:
                stranger.join()
        except ConnectionError:  # the table is full, and this one is the one too many
            assert i >= 20
    for i in range(10):
        honest.append(Client(port, "127.1.%d.1" % i))
        assert honest[-1].join()[0] == 0xC3  # WAIT
        strangers.append(Client(port, "127.0.%d.1" % (1 + i % 3)))
    assert all(client.stands() for client in honest)
    for client in honest + strangers:
        client.socket.close()
    server.signal(signal.SIGTERM)
    server.ends(143)


def test_a_full_room_is_called_full(alice, bob, own_server):
    """Three strangers of three networks have taken the places in the room: who is refused is told so, and gets in when one
    of them has left."""
    a = serve(alice, "lines", "-s", own_server.address)
    line = a.command()
    token = bytes(12) + struct.pack(">I", int(re.search("([0-9]+)-", line).group(1)))
    strangers = [Client(own_server.port, "127.%d.0.1" % i) for i in (1, 2, 3)]
    assert [stranger.join(token)[0] for stranger in strangers] == [0xC3] * 3
    b = connect(bob, "lines", line)
    b.run.says("is full: too many peers are waiting there, or with this code; still trying")
    assert "can't reach" not in b.run.errors
    strangers[0].socket.close()
    a.connected()
    b.connected()
    b.leave()
    b.ends()
    a.ends()


def test_ports_of_one_server_meet(alice, bob):
    """A server listens wherever it is told to, by address, port or name, and who comes by one way finds who came by another."""
    one, two, three = free_port(), free_port(), free_port()
    server = alice.start("signal", "-l", "127.0.0.1:%d, localhost:%d" % (one, two), "-l", str(three), stdin=subprocess.DEVNULL)
    server.says("listening on 127.0.0.1:%d, 127.0.0.1:%d," % (one, two))
    assert "]:%d (UDP and TCP)" % three in server.errors
    a = serve(alice, "lines", "-s", "127.0.0.1:%d" % one)
    code = a.command().split()[-1].split("@")[0]
    b = connect(bob, "lines", "schat connect %s@127.0.0.1:%d" % (code, random.choice([two, three])))
    b.connected()
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    server.signal(signal.SIGTERM)
    server.ends(143)


@pytest.mark.parametrize("place, why", [("nowhere.invalid:7242", "no such host|don't answer"), ("192.0.2.1:443", "no such address")])
def test_places_that_are_not_there(place, why, alice):
    """Where it cannot listen is named, with the reason; exit 6."""
    run = alice.run("signal", "-l", place, code=6)
    assert re.search("can't listen on %s: .*(%s)" % (re.escape(place), why), run.errors)


def members(server, least):
    """Waits until so many are at the server."""
    until = time.monotonic() + 20
    while True:
        before = len(server.run.errors)
        server.run.signal(signal.SIGUSR1)
        told = server.run.wait_for(lambda: re.search("waiting ([0-9]+), pairs", server.run.errors[before:]), "counters")
        if int(told.group(1)) >= least:
            return
        assert time.monotonic() < until, server.run.story()
        time.sleep(0.05)


@pytest.mark.parametrize("crashes", ["connect", "serve"])
def test_clients_that_crashed_fill_no_room(crashes, alice, bob, own_server):
    """Each crash leaves a member behind, who is gone after 90 s only, and three of a role fill a room: the next one finds
    its contact all the same."""
    alice.knows(bob)
    bob.knows(alice)
    start = {"serve": lambda: serve(alice, "lines", "-s", own_server.address, "--allow", "bob"),
             "connect": lambda: connect(bob, "lines", "schat connect alice -s " + own_server.address)}
    for crash in range(3):
        talker = start[crashes]()
        members(own_server, crash + 1)
        talker.run.signal(signal.SIGKILL)
        talker.run.ends()
    a, b = start["serve"](), start["connect"]()
    a.connected()
    b.connected()
    b.say("here again")
    a.hears("here again")
    b.leave()
    b.ends()
    a.ends()
