"""A newcomer's first minute, at a terminal, with each mistake once: the screen says what happened and what to do."""

import socket

import pytest

from hosts import LOCAL, SCHAT, UNREACHABLE, console, free_port


def start(host, *argv):
    return console(host, [SCHAT, *map(str, argv)])


@pytest.fixture
def taken():
    """A port of which another program has the half that is IPv4's, with TCP and UDP."""
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("0.0.0.0", port))
        tcp.listen()
        udp.bind(("0.0.0.0", port))
        yield port


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:%d", "tcp://:%d", "tcp://[::]:%d", "udp://:%d"])
def test_port_taken(address, taken, alice):
    """Nothing is wrong elsewhere: it is this host's port, and another program has it."""
    a = start(alice, "serve", address % taken)
    a.wait_for(r"can't listen on (0\.0\.0\.0|127\.0\.0\.1):%d: Address .*in use" % taken)
    a.wait_for("Another program uses this port")
    a.ends(LOCAL)
    assert "can't reach" not in a.seen


def test_address_of_another_host(alice):
    """The reason is the system's, not a guess."""
    a = start(alice, "serve", "tcp://192.0.2.77:%d" % free_port())
    a.wait_for(r"can't listen on 192\.0\.2\.77:\d+: .*[Aa]ddress")
    a.wait_for("This host has no such address")
    a.ends(LOCAL)


def test_nothing_listens_there(bob):
    b = start(bob, "connect", "tcp://velvet-anchor@127.0.0.1:%d" % free_port())
    b.wait_for("can't reach tcp://127.0.0.1:.*: Connection refused")
    b.wait_for("schat serve is running there")
    b.ends(UNREACHABLE)
