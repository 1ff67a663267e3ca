"""Peers that come while somebody is here, leave, die and come back: what each side is told, and what becomes of what was said."""

import signal
import subprocess

import pytest

from hosts import CUT, DONE, UNREACHABLE, connect, free_port, serve

WAYS = ["tcp", "udp", "signal"]


def place(way, server):
    """Where alice waits, as she says it."""
    return ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]


def acquaint(alice, where, *others):
    """They know each other, and the others know where alice is."""
    for host in others:
        alice.knows(host)
        host.knows(alice)
        peers = host.home / "peers"
        found = "signal=" + where[1] if where[0] == "-s" else "addr=" + where[0]
        peers.write_text("%s %s\n" % (peers.read_text().strip(), found))
    return where


def allow(*names):
    return [word for name in names for word in ("--allow", name)]


@pytest.mark.parametrize("way", WAYS)
def test_who_comes_to_a_busy_host_is_never_connected(way, alice, bob, eve, server):
    """alice talks with bob. eve, whom she knows too, reads that, and nothing of a connection; alice reads who it was, once."""
    where = acquaint(alice, place(way, server), bob, eve)
    a = serve(alice, "lines", *where, *allow("bob", "eve"))
    a.run.says("waiting for |listening on ")
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    for _ in range(2):
        e = connect(eve, "lines", "schat connect alice")
        e.ends(UNREACHABLE)
        assert "alice is talking with someone else" in e.run.errors and "connected" not in e.run.errors, e.run.story()
    b.say("still here")
    a.hears("still here")
    assert a.run.errors.count("eve wanted to connect") == 1, a.run.story()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dies", ["serve", "connect"])
def test_a_peer_that_is_killed_and_started_again_is_found(dies, way, alice, bob, server):
    """The other side's console is never started again. It says what happened, and what was typed meanwhile arrives."""
    where = acquaint(alice, place(way, server), bob)

    def start(role, ui):
        return serve(alice, ui, *where, *allow("bob")) if role == "serve" else connect(bob, ui, "schat connect alice")

    lives = "connect" if dies == "serve" else "serve"
    if dies == "serve":
        mortal = start(dies, "lines")
        mortal.run.says("listening on |waiting for ")
        console = start(lives, "console")
    else:
        console = start(lives, "console")
        console.wait_for("schat: (listening on |waiting for )")
        mortal = start(dies, "lines")
    mortal.connected()
    console.connected()
    console.say("before")
    mortal.hears("before")
    for times in range(1, 3):
        mortal.run.signal(signal.SIGKILL)
        mortal.ends(-signal.SIGKILL)
        mortal = start(dies, "lines")
        console.wait_for("(has started again[^~]*){%d}" % times)
        console.say("after %d" % times)
        mortal.hears("after %d" % times)
        mortal.say("so say I")
        console.wait_for("(so say I[^~]*){%d}" % times)
    mortal.leave()
    console.ends(DONE)


def test_a_goodbye_does_not_take_the_line_from_under_the_fingers(alice, bob, server):
    """What was being typed when alice left is still there, and goes to her when she is back."""
    where = acquaint(alice, place("signal", server), bob)
    a, b = serve(alice, "console", *where, *allow("bob")), connect(bob, "console", "schat connect alice")
    b.connected()
    b.terminal.send("you should not ")
    b.wait_for("you> you should not")
    a.leave()
    a.ends()
    b.wait_for("alice has left. Waiting for alice; Ctrl-D leaves.")
    b.terminal.send("go")
    a = serve(alice, "lines", *where, *allow("bob"))
    a.connected()
    b.wait_for("connected to alice[^~]*connected to alice")
    b.say("")
    a.hears("you should not go")
    b.leave()
    b.ends()


def test_a_script_that_comes_and_goes_leaves_the_console(alice, bob):
    """echo hi | schat connect alice, twice."""
    where = acquaint(alice, place("tcp", None), bob)
    a = serve(alice, "console", *where, *allow("bob"))
    a.wait_for("listening on ")
    for times in ("one", "two"):
        bob.run("connect", "alice", "--ui", "lines", stdin=times.encode() + b"\n")
        a.hears(times)
        a.wait_for(r"%s[^~]*bob has left. Waiting for the next peer; Ctrl-D leaves\." % times)
    a.leave()
    a.ends(DONE)


def test_the_status_is_that_of_the_last_conversation(alice, bob):
    """alice is ended by a signal: bob's console stays, and ends with 5 when he leaves."""
    where = acquaint(alice, place("tcp", None), bob)
    a = serve(alice, "lines", *where, *allow("bob"))
    a.run.says("listening on ")
    b = connect(bob, "console", "schat connect alice")
    a.connected()
    b.say("hello")
    b.wait_for("✓✓")
    a.run.signal(signal.SIGTERM)
    b.wait_for("alice left without waiting; everything you said had arrived. Waiting for alice; Ctrl-D leaves.")
    b.ends(CUT)


def test_timeout_is_the_end_of_waiting(alice, bob):
    """With --timeout, connect waits for so long for alice to come back."""
    where = acquaint(alice, place("tcp", None), bob)
    a = serve(alice, "lines", *where, *allow("bob"))
    a.run.says("listening on ")
    b = connect(bob, "console", "schat connect alice", "--timeout", 1)
    a.connected()
    a.say("goodbye")
    b.hears("goodbye")
    a.leave()
    a.ends()
    b.wait_for("alice has left. Waiting for alice")
    b.leave = lambda: None  # it ends without a key
    b.ends(DONE)


def test_connect_keep_is_a_box_that_waits_for_its_peer(alice, bob, own_server):
    """Without a terminal or input, from before alice is there; she comes, goes and is killed, and each time it has her back."""
    where = acquaint(alice, ["-s", own_server.address], bob)
    box = bob.start("connect", "alice", "--keep", "--ui", "lines", stdin=subprocess.DEVNULL)
    box.says("waiting for alice")
    for number in range(3):
        a = serve(alice, "lines", *where, *allow("bob"))
        a.connected()
        a.say("line %d" % number)
        box.prints("^line %d$" % number)
        if number == 1:
            a.run.signal(signal.SIGKILL)
            a.ends(-signal.SIGKILL)
        else:
            a.leave()
            a.ends(DONE)
    box.signal(signal.SIGTERM)
    box.ends(143)
    assert box.output.splitlines() == ["line 0", "line 1", "line 2"], box.story()
    bob.run("connect", "alice", "--keep", "--pipe", code=2)


@pytest.mark.parametrize("way", WAYS)
def test_a_dead_visitor_blocks_nobody(way, alice, bob, eve, server):
    """bob's program was killed; eve, who comes then, has his place as soon as he doesn't answer, and alice reads why."""
    where = acquaint(alice, place(way, server), bob, eve)
    a = serve(alice, "lines", *where, *allow("bob", "eve"), "--keep")
    a.run.says("waiting for |listening on ")
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.connected()
    b.run.signal(signal.SIGKILL)
    b.ends(-signal.SIGKILL)
    e = connect(eve, "lines", "schat connect alice")
    e.connected()
    a.run.says("bob could not be reached any more, and eve has connected; everything you said had arrived")
    e.say("I am eve")
    a.hears("I am eve")
    e.leave()
    e.ends(DONE)


@pytest.mark.parametrize("way", ["tcp", "signal"])
def test_who_was_met_by_a_code_is_found_without_it(way, alice, bob, server):
    """The code is used up; bob's console finds alice by the key that it led to."""
    where = place(way, server)
    a = serve(alice, "lines", *where)
    b = connect(bob, "console", a.command())
    a.connected()
    b.connected()
    a.run.signal(signal.SIGKILL)
    a.ends(-signal.SIGKILL)
    a = serve(alice, "lines", *where, *allow("bob"))
    b.wait_for("alice has started again")
    b.say("it is me")
    a.hears("it is me")
    b.leave()
    b.ends(DONE)
