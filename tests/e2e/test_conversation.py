"""One and the same conversation over every communicator, under every encryptor, through every interactor."""

import signal
import time

import pytest

from hosts import connect, free_port, serve

HELLO = "Grüße, 你好 — \U0001f469\u200d\U0001f680 e\u0301 \\ \" ' //x"
ANSWER = "да, слышу: <b>&amp;</b> 100% $HOME `id`"

# The other side's interactor: each is on either side once.
OTHER = {"lines": "json", "json": "console", "console": "lines", "pipe": "pipe"}


@pytest.mark.parametrize("ui", ["lines", "json", "console", "pipe"])
@pytest.mark.parametrize("suite", ["noise", "rsa", "pseudo"])
@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_conversation(way, suite, ui, alice, bob, server, with_rsa):
    """Both sides say something, both hear exactly it, and the end of one is the end of both, with exit 0."""
    if suite == "rsa":
        with_rsa(alice, bob)
    where = ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]
    options = ["--insecure"] if suite == "pseudo" else []
    a = serve(alice, ui, *where, "-c", suite, *options)
    line = a.command()
    assert "-c " + suite in line and ("--insecure" in line) == (suite == "pseudo")
    b = connect(bob, OTHER[ui], line)
    a.connected()
    b.connected()
    b.say(HELLO)
    a.hears(HELLO)
    a.say(ANSWER)
    b.hears(ANSWER)
    b.leave()
    if ui == "pipe":
        a.leave()
    b.ends()
    a.ends()
    assert a.heard() in (None, [HELLO])
    assert b.heard() in (None, [ANSWER])


@pytest.mark.parametrize("way", ["tcp", "signal"])
def test_hybrid(way, alice, bob, server):
    """The suite hybrid is what two get who ask for nothing, by a code and then by name; who has paired with noise keeps it, and one
    serve takes both kinds of contacts."""
    where = ["-s", server.address] if way == "signal" else ["tcp://127.0.0.1:%d" % free_port()]
    for suite, again in (("noise", False), ("noise", True), ("hybrid", False), ("hybrid", True)):
        ask = ["-c", "noise"] if suite == "noise" and not again else []
        a = serve(alice, "json", *where, *ask, *(["--allow", "bob"] if again else []))
        line = "schat connect alice" if again else a.command()
        assert ("-c noise" in line) == bool(ask) and "hybrid" not in line
        if again:
            a.run.wait_for(lambda: a.events("waiting") or a.events("listening"), "waiting")
        b = connect(bob, "json", line)
        a.connected()
        b.connected()
        assert [side.events("connected")[0]["suite"] for side in (a, b)] == [suite] * 2
        b.leave()
        b.ends()
        a.ends()
    assert "suite=hybrid" in (alice.home / "peers").read_text()


@pytest.mark.parametrize("a_ui, b_ui", [("json", "lines"), ("console", "console"), ("lines", "console")])
def test_interactors_mix(a_ui, b_ui, alice, bob):
    """What one side uses is of no concern to the other; here the serving side ends it."""
    a = serve(alice, a_ui, "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, b_ui, a.command())
    a.connected()
    b.connected()
    a.say("first")
    b.hears("first")
    b.say("second")
    a.hears("second")
    a.leave()
    a.ends()
    b.ends()


@pytest.mark.parametrize("leaves", [True, False], ids=["which has left", "which stays"])
def test_waiting_for_a_stopped_peer_uses_no_processor(leaves, alice, bob, tmp_path):
    """A long input for a peer that takes nothing more: whoever waits for it sleeps."""
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % free_port())
    line = a.command()
    long = tmp_path / "long"
    long.write_text("x" * 500 + "\n")
    with open(long, "a") as file:
        file.writelines(["x" * 500 + "\n"] * 100000)
    with open(long, "rb") as input:
        b = bob.shell(line, "--ui", "lines", stdin=input)
        a.connected()
        a.run.wait_for(lambda: a.events("msg"), "msg")
        if leaves:
            a.run.write('{"cmd":"quit"}\n')
            b.says("has left")
        a.run.signal(signal.SIGSTOP)
        time.sleep(1)  # what was on its way
        before = b.cpu()
        time.sleep(1.5)
        used = b.cpu() - before
        a.run.signal(signal.SIGCONT)
    assert b.process.poll() is None, b.story()
    assert used < 0.3, b.story()
