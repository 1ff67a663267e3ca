"""schat check: what it says of servers that answer, that lie, that swallow everything, and of none."""

import contextlib
import json
import os
import socket
import threading

import pytest

from hosts import DONE, LOCAL, PATIENCE, UNREACHABLE, USAGE, free_port

FIELDS = ["v", "ev", "servers", "udp4", "udp6", "tcp", "tcp443", "nat64", "local", "seen4", "seen6", "mapping", "compared", "filter4", "filter6",
          "ports", "hairpin", "mapper", "mapped", "packet", "clock_ahead", "relay", "peers"]


def found(run):
    """The line that --json printed, whose fields are always the same."""
    assert run.output.endswith("\n") and run.output.count("\n") == 1, run.story()
    line = json.loads(run.output)
    assert list(line) == FIELDS and (line["v"], line["ev"]) == (1, "check")
    return line


def test_check_on_loopback(alice, server):
    """No NAT, and nothing on the way: everybody is met directly. The settings' server is asked where none is named."""
    run = alice.run("check", server.address)
    assert "server %s answers over UDP and TCP\n" % server.address in run.output and run.errors == ""
    assert "in the server's network" in run.output and "behind a NAT" not in run.output
    line = found(alice.run("check", "--json", env={"SCHAT_SIGNAL": server.address}))
    assert [(s["n"], s["server"], s["udp"], s["tcp"], s["tcp443"]) for s in line["servers"]] == [(1, server.address, True, True, None)]
    assert (line["udp4"], line["tcp"], line["local"], line["mapping"], line["relay"]) == (True, True, True, None, True)
    assert abs(line["clock_ahead"]) <= 2  # whole seconds on both sides: docs/JSON.md says so
    assert line["peers"] == {"open": "direct", "home": "direct", "hard": "direct", "no_udp": "tcp"}


@pytest.mark.parametrize("argv, expected", [
    ([], "no signaling server given. Name one: schat check HOST"),
    (["\x1b[31mred"], "'\\x1b[31mred' isn't a valid host name"),
    (["127.0.0.1:0"], "127.0.0.1:0"),
    (["-s", "tcp://127.0.0.1:1"], "tcp"),
    (["--timeout", "3", "127.0.0.1"], "--timeout"),
])
def test_check_of_what_is_no_server(argv, expected, alice):
    """Exit 2, and no line for programs."""
    run = alice.run("check", "--json", *argv, code=USAGE)
    assert expected in run.errors and run.output == "" and "\x1b" not in run.errors


def test_check_where_nobody_is(alice):
    """The host is there, the server is not."""
    address = "127.0.0.1:%d" % free_port()
    people, programs = alice.start("check", address), alice.start("check", "--json", address)
    for run in people, programs:
        assert "can't reach %s: no answer over UDP or TCP" % address in run.ends(UNREACHABLE).errors
    assert people.output == "" and set(found(programs)["peers"].values()) == {"none"}


def test_check_says_when_it_cannot_write(alice, server):
    with open("/dev/full", "wb") as full:
        for _ in range(3):  # a busy machine may not answer within its three seconds
            run = alice.start("check", server.address, stdout=full)
            if run.process.wait(PATIENCE) != UNREACHABLE:
                break
        run.ends(LOCAL)
    assert "can't write to standard output: No space left on device" in run.errors


class Stranger:
    """A server of UDP and TCP on one port that answers each HELLO with the messages that answers(hello) gives."""

    def __init__(self, answers):
        self.answers, self.port, self.over = answers, free_port(), False
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.tcp = socket.socket()
        for s in self.udp, self.tcp:
            s.bind(("127.0.0.1", self.port))
        self.tcp.listen()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.datagrams, self.connections)]
        for thread in self.threads:
            thread.start()

    def datagrams(self):
        while not self.over:
            hello, who = self.udp.recvfrom(65536)
            for message in self.answers(hello):
                self.udp.sendto(message, who)

    def connections(self):
        while not self.over:
            connection = self.tcp.accept()[0]
            with connection, contextlib.suppress(OSError):
                hello = connection.recv(65536)
                for message in self.answers(hello[2:]):
                    connection.sendall(len(message).to_bytes(2, "big") + message)
                connection.recv(1)  # until it leaves

    def close(self):
        self.over = True
        self.udp.sendto(b"", self.udp.getsockname())
        socket.create_connection(self.tcp.getsockname()).close()
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()


def cookie(hello, seen="127.0.0.1", port=4000, other=0, day=20000):
    """COOKIE as of docs/SIGNALING.md, S2."""
    nonce = hello[2:10]
    address = bytes(10) + b"\xff\xff" + socket.inet_aton(seen) + port.to_bytes(2, "big")
    masked = bytes(a ^ b for a, b in zip(address, nonce + nonce + nonce[:2]))
    return b"\xc1\x01" + nonce + masked + bytes(16) + day.to_bytes(4, "big") + b"\xff" * 6 + other.to_bytes(2, "big")


def everything(hello):
    """Nonsense, cut short, too long, of others, and what answers the question with false words, many times."""
    if len(hello) < 96:
        return []
    good = cookie(hello, other=1, day=0xffffffff)
    return [b"", b"\x00", good[:40], b"\xc1\x01" + bytes(60), hello, hello[:2] + bytes(94), os.urandom(1200), good + bytes(1000), *[good] * 40]


@pytest.mark.parametrize("answers, udp", [
    (lambda hello: [], False),
    (lambda hello: [os.urandom(200)] * 100, False),
    (everything, True),
], ids=["swallows", "babbles", "lies"])
def test_check_of_a_stranger(answers, udp, alice):
    """Whoever is there instead of a server: it ends as ever."""
    stranger = Stranger(answers)
    try:
        run = alice.run("check", "--json", "127.0.0.1:%d" % stranger.port, code=DONE if udp else UNREACHABLE)
    finally:
        stranger.close()
    line = found(run)
    assert udp or "127.0.0.1:%d takes connections but doesn't answer. If it was started with --access, give its key:" % stranger.port in run.errors
    assert (line["udp4"], line["tcp"], line["clock_ahead"]) == (udp, udp, None)
