"""Pairing by code, and what comes after it: names instead of codes."""

import os
import re
import signal
from pathlib import Path

import pytest

from hosts import TRUST, UNREACHABLE, USAGE, Lines, connect, free_port, serve

def place(way, server):
    return ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]


def misspelt(line):
    """The line with another last word."""
    word = re.search(r"-([a-z]+)@", line).group(1)
    other = "acid" if word != "acid" else "zebra"
    return line.replace("-%s@" % word, "-%s@" % other)


def meet(a, b):
    """They talk, and the connecting side leaves."""
    a.connected()
    b.connected()
    b.say("here I am")
    a.hears("here I am")
    b.leave()
    b.ends()
    a.ends()


@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_second_time_by_name(way, alice, bob, server):
    """A code is needed once; then a name will do, and each side has one for the other."""
    where = place(way, server)
    a = serve(alice, "lines", *where)
    b = connect(bob, "lines", a.command())
    meet(a, b)
    assert "saved this peer as bob" in a.run.errors and "saved this peer as alice" in b.run.errors
    assert "next time: schat connect alice" in b.run.errors

    a = serve(alice, "lines", *where, "--allow", "bob")
    a.run.says("waiting for bob|listening on")
    b = connect(bob, "lines", "schat connect alice")
    meet(a, b)
    assert "schat connect" not in a.run.errors


@pytest.mark.parametrize("suite", ["noise", "rsa"])
def test_second_time_the_other_way(suite, alice, bob, server, with_rsa):
    """Who connected can wait the next time, and the first who waited connects, by name, at the same server."""
    if suite == "rsa":
        with_rsa(alice, bob)
    a = serve(alice, "lines", "-s", server.address, "-c", suite)
    meet(a, connect(bob, "lines", a.command()))
    b = serve(bob, "lines", "-s", server.address, "--allow", "alice")
    b.run.says("waiting for alice")
    meet(b, connect(alice, "lines", "schat connect bob"))


def test_bare_serve_waits_for_contacts_too(alice, bob, server):
    """serve prints a code and lets every known contact in as well, by name."""
    a = serve(alice, "lines", "-s", server.address)
    meet(a, connect(bob, "lines", a.command()))
    a = serve(alice, "lines", "-s", server.address)
    a.command()
    a.run.says("waiting for bob")
    meet(a, connect(bob, "lines", "schat connect alice"))


@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_wrong_code(way, alice, bob, server):
    """A wrong word: exit 4 and a reason where it was typed, a line where it was tried; the right one still works."""
    a = serve(alice, "lines", *place(way, server))
    line = a.command()
    wrong = connect(bob, "lines", misspelt(line))
    wrong.ends(TRUST)
    assert "wrong code: a word was mistyped" in wrong.run.errors and "Compare the code" in wrong.run.errors
    a.run.says(r"wrong code entered \(attempt 1 of 3\)")
    meet(a, connect(bob, "lines", line))


@pytest.mark.parametrize("way", ["udp", "tcp", "signal"])
def test_one_host_kills_no_code(way, alice, bob, server):
    """Two wrong codes of one host are guesses; after these it is told that the code is dead, which for others it is not."""
    a = serve(alice, "lines", *place(way, server))
    line = a.command()
    for number in (1, 2):
        connect(bob, "lines", misspelt(line)).ends(TRUST)
        a.run.says(r"wrong code entered \(attempt %d of 3\)" % number)
    for tried in (misspelt(line), line):
        late = connect(bob, "lines", tried)
        late.ends(TRUST)
        assert "this code no longer works" in late.run.errors and "Ask the peer for a new code" in late.run.errors
    assert "3 of 3)" not in a.run.errors and a.run.process.poll() is None
    a.run.signal(signal.SIGTERM)
    a.ends(143)


def test_used_code_is_told_to_be_dead(alice, bob, eve):
    """A host that goes on waiting tells who comes too late with the code, and lets contacts in as ever."""
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "--keep")
    line = a.command()
    b = connect(bob, "lines", line)
    a.connected()
    late = connect(eve, "lines", line)
    late.ends(TRUST)
    assert "this code no longer works: it was used" in late.run.errors
    b.leave()
    b.ends()
    a.run.says("the code was used; here is a new one")
    late = connect(eve, "lines", line)  # at an address a new code is not told from the old one
    late.ends(TRUST)
    assert "wrong code: a word was mistyped, it was used before" in late.run.errors
    b = connect(bob, "lines", "schat connect alice")
    b.connected()
    b.leave()
    b.ends()
    a.run.signal(signal.SIGTERM)
    a.ends(143)


@pytest.mark.parametrize("count", [3, 4])
def test_longer_code(count, alice, bob, server):
    """--words: a code of three or four words, which pairs like any other."""
    a = serve(alice, "lines", "-s", server.address, "--words", str(count))
    line = a.command()
    assert len(code_of(line).split("@")[0].split("-")) == 1 + count
    wrong = connect(bob, "lines", misspelt(line))
    wrong.ends(TRUST)
    a.run.says(r"wrong code entered \(attempt 1\)")
    meet(a, connect(bob, "lines", line))


def test_unknown_word_costs_no_guess(alice, bob, server):
    """A word that no code has is named, with the nearest one, before anything is sent."""
    a = serve(alice, "lines", "-s", server.address)
    line = a.command()
    for _ in range(4):
        b = connect(bob, "lines", re.sub(r"-[a-z]+@", "-velvett@", line))
        b.ends(USAGE)
        assert "'velvett'" in b.run.errors and "'velvet'" in b.run.errors
        assert "Nothing was sent" in b.run.errors
    meet(a, connect(bob, "lines", line))
    assert "wrong code" not in a.run.errors


def test_code_is_forgiving(alice, bob, server):
    """Capitals and blanks instead of hyphens are no mistakes."""
    a = serve(alice, "lines", "-s", server.address)
    code = a.command().split()[-1].split("@")[0]
    meet(a, Lines(bob.start("connect", code.upper().replace("-", " "), "-s", server.address)))


def code_of(line):
    """CODE@SERVER of the printed line."""
    return line.split()[-1]


@pytest.mark.parametrize("way", ["tcp", "signal"])
def test_code_is_wiped_from_argv(way, alice, bob, server):
    """While the connection stands, ps cannot see the code any more."""
    a = serve(alice, "lines", *place(way, server))
    code = code_of(a.command())
    words = re.search(r"([a-z]+-[a-z]+)@", code).group(1)
    b = connect(bob, "lines", "schat connect " + code)
    b.connected()
    with open("/proc/%d/cmdline" % b.run.pid, "rb") as f:
        seen = f.read()
    assert b"connect" in seen
    assert not any(word.encode() in seen for word in words.split("-")), seen
    meet(a, b)


def test_code_from_standard_input(alice, bob, server):
    """'connect -' reads the code from the first line; the rest is the conversation."""
    a = serve(alice, "lines", "-s", server.address)
    b = Lines(bob.start("connect", "-"))
    b.run.write(code_of(a.command()) + "\nfirst words\n")
    a.hears("first words")
    meet(a, b)
    assert a.heard() == ["first words", "here I am"]


def test_code_from_input_that_never_waits(alice, bob, server):
    """Who started it has made standard input non-blocking (ssh, Node.js): it waits for the code all the same."""
    a = serve(alice, "lines", "-s", server.address)
    code = code_of(a.command())
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    b = Lines(bob.start("connect", "-", stdin=reader))
    os.close(reader)
    b.run.wait_for(lambda: " (schat) S " in Path("/proc/%d/stat" % b.run.pid).read_text(encoding="ascii"), "it waits")
    os.write(writer, code.encode() + b"\nfirst words\n")
    a.hears("first words")
    os.close(writer)
    b.ends()
    a.ends()


@pytest.mark.parametrize("way", ["tcp", "signal"])
def test_code_from_the_environment(way, alice, bob, server):
    """SCHAT_CODE holds a code, whole, or the words for the address that the command names."""
    a = serve(alice, "lines", *place(way, server))
    code = code_of(a.command())
    if way == "signal":
        b = Lines(bob.start("connect", env={"SCHAT_CODE": code}))
    else:
        words, address = re.fullmatch(r"tcp://(.*)@(.*)", code).groups()
        b = Lines(bob.start("connect", "tcp://" + address, env={"SCHAT_CODE": words}))
    b.connected()
    meet(a, b)


def test_no_code_in_standard_input(bob):
    """No code, no guess: it says so."""
    assert "no code in the first line" in bob.run("connect", "-", stdin=b"\n", code=USAGE).errors


def test_nobody_waits_with_this_code(bob, server):
    """A nameplate that nobody has: exit 3, and what to do."""
    run = bob.run("connect", "424242-velvet-anchor@" + server.address, "--timeout", 1, code=UNREACHABLE)
    assert "nobody is waiting under this code's number at " + server.address in run.errors


def test_name_and_taken_name(alice, bob, eve):
    """--name names the new contact; a name that is taken gets a suffix, and nobody is replaced."""
    for guest in (bob, eve):
        a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "--name", "friend")
        meet(a, connect(guest, "lines", a.command()))
    listed = alice.run("peers").output
    assert re.search(r"^friend\s", listed, re.M) and re.search(r"^friend-2\s", listed, re.M)


@pytest.mark.parametrize("nick, name", [("Jörg Müller", "Jörg_Müller"), ("小明", "小明"), ("you", "peer"), ("аlice", "alice")])
def test_name_from_a_nick(nick, name, alice, bob):
    """A nick in any script becomes a name that its user recognises, and that connect takes; none that can be taken for another's."""
    port = free_port()
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % port, "--nick", nick)
    meet(a, connect(bob, "lines", a.command()))
    assert bob.run("peers").output.startswith(name + "\t")
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % port)
    a.run.says("listening on")
    meet(a, Lines(bob.start("connect", name)))


def test_keep_waits_for_the_next(alice, bob):
    """serve --keep: one conversation after another, until it is told to stop."""
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "--keep")
    b = connect(bob, "lines", a.command())
    for number in (1, 2, 3):
        b.say("visit %d" % number)
        a.hears("visit %d" % number)
        b.leave()
        b.ends()
        a.run.wait_for(lambda n=number: a.run.errors.count("Waiting for the next") == n, "Waiting for the next")
        b = Lines(bob.start("connect", "alice"))
    b.connected()
    a.run.signal(signal.SIGTERM)
    a.ends(143)
