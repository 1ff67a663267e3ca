"""Peers that come while somebody is here, leave, die and come back: what each side is told, and what becomes of what was said."""

import pytest

from hosts import UNREACHABLE, connect, free_port, serve


@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_who_comes_to_a_busy_host_is_never_connected(way, alice, bob, eve, server):
    """alice talks with bob. eve, whom she knows too, reads that, and nothing of a connection."""
    for host in (bob, eve):
        host.knows(alice)
        alice.knows(host)
    where = ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]
    if way == "signal":
        for host in (bob, eve):
            peers = host.home / "peers"
            peers.write_text(peers.read_text().rstrip() + " signal=%s\n" % server.address)
    else:
        for host in (bob, eve):
            peers = host.home / "peers"
            peers.write_text(peers.read_text().rstrip() + " addr=%s\n" % where[0])
    a = serve(alice, "lines", *where, "--allow", "bob", "--allow", "eve")
    if way != "signal":
        a.run.says("listening on ")
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    e = connect(eve, "lines", "schat connect alice")
    e.ends(UNREACHABLE)
    assert "alice is talking with someone else" in e.run.errors and "connected" not in e.run.errors, e.run.story()
    b.say("still here")
    a.hears("still here")
