"""A newcomer's first minute, at a terminal, with each mistake once: the screen says what happened and what to do."""

import socket

import pytest

from hosts import LOCAL, SCHAT, TRUST, UNREACHABLE, console, free_port


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


def test_wrong_number(bob, server):
    """A number that nobody waits under: told with what to check, while the search goes on."""
    b = start(bob, "connect", "4000000-velvet-anchor@" + server.address)
    b.wait_for("waiting for the peer at %s: nobody is there under the number 4000000 yet. Check the number" % server.address)
    b.terminal.send("\x04")
    b.ends()


def test_wrong_server(bob):
    """Nothing runs there: said while the program still tries, and at its end with the reason and what to check."""
    where = "127.0.0.1:%d" % free_port()
    b = start(bob, "connect", "4000000-velvet-anchor@" + where)
    b.wait_for("waiting for the peer at %s: no answer yet" % where)
    b.wait_for("can't reach the signaling server %s: Connection refused" % where)
    b.wait_for("schat signal is running there")
    b.ends(UNREACHABLE)


def test_absent_contact(alice, bob, server):
    """Who is waited for, and where, is said at once; and when they come, nothing more is needed."""
    alice.knows(bob)
    bob.knows(alice)
    b = start(bob, "connect", "alice", "-s", server.address)
    b.wait_for("waiting for alice at %s: alice isn't there yet" % server.address)
    a = start(alice, "serve", "-s", server.address)
    a.wait_for("waiting for bob")
    for talker in (a, b):
        talker.connected()


def test_code_used_twice(alice, bob, eve, server):
    """The second host reads that codes work once. With --keep the screen of the first has a new one by then, which works."""
    a = start(alice, "serve", "--keep", "-s", server.address)
    code = a.command().split()[-1]
    b = start(bob, "connect", code)
    b.connected()
    b.leave()
    b.ends()
    a.wait_for("the code was used; here is a new one")
    fresh = a.wait_for(r"(?s)here is a new one.*schat connect (\S+)").group(1)
    late = start(eve, "connect", code)
    late.wait_for("nobody is there under the number %s yet. Check the number, and that the code is fresh" % code.split("-")[0])
    late.terminal.send("\x04")
    late.ends()
    e = start(eve, "connect", fresh)
    e.connected()
    a.wait_for("connected to eve")


def test_wrong_word(alice, bob, server):
    """Both sides hear of it, and the right words still work."""
    a = start(alice, "serve", "-s", server.address)
    code = a.command().split()[-1]
    number = code.split("-")[0]
    b = start(bob, "connect", "%s-velvet-anchor@%s" % (number, server.address))
    b.wait_for("wrong code: a word was mistyped")
    b.wait_for("Compare the code with the peer and try again")
    b.ends(TRUST)
    a.wait_for(r"wrong code entered \(attempt 1 of 3\)")
    start(bob, "connect", code).connected()


def test_name_that_is_not_found(bob):
    """Said with the reason, which is not the same everywhere: no such name, or no name server that answers."""
    start(bob, "connect", "107-velvet-anchor@nosuch.invalid").wait_for("can't find nosuch.invalid: ")


def test_server_is_down_when_serve_starts(alice):
    """Whoever waits hears that there is no server, with the reason, and how to make one."""
    where = "127.0.0.1:%d" % free_port()
    a = start(alice, "serve", "-s", where)
    a.wait_for("no answer from the signaling server %s yet" % where)
    a.wait_for("can't reach the signaling server %s: Connection refused" % where)
    a.wait_for("still trying")
    a.wait_for("schat signal is running there")
    a.leave()
