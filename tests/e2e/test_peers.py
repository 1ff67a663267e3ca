"""schat peers and the file behind it: what an editor, a link, another program or a slip of the hand does to it."""

import fcntl
import json
import re

import pytest

from hosts import LOCAL, TRUST, USAGE, connect, serve

KEY = "schat-x25519 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
OTHER = "schat-x25519 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="


def test_one_wrong_line_costs_itself(alice, bob, server):
    """It is named, the rest counts: pairing by a code works, and the line is still there afterwards."""
    bob.knows(alice)
    peers = bob.home / "peers"
    peers.write_text("carol schat-x25519 AAAA\n" + peers.read_text())
    alice.knows(bob)
    a = serve(alice, "lines", "-s", server.address)
    b = connect(bob, "lines", "schat connect alice", "-s", server.address)
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    assert "%s:1: the name is not followed by" % peers in b.run.errors and "This line is not used." in b.run.errors
    assert peers.read_text().startswith("carol schat-x25519 AAAA\nalice ") and "signal=" in peers.read_text()
    listed = bob.run("peers")
    assert listed.output.startswith("alice\t") and listed.output.count("\n") == 1 and "%s:1: " % peers in listed.errors


def test_ones_own_key_is_no_contacts(alice, bob):
    """It is refused for a new contact, and in place of a contact's."""
    alice.knows(bob)
    own = alice.key_line()
    for what in (["add", "me"], ["trust", "bob"]):
        assert "that is your own key" in alice.run("peers", *what, own, code=USAGE).errors
    assert (alice.home / "peers").read_text().startswith("bob " + bob.key_line()) and own not in (alice.home / "peers").read_text()


def test_a_link_is_written_through(alice):
    """The peers file of those who keep such files elsewhere."""
    kept = alice.home / "dotfiles" / "peers"
    kept.parent.mkdir(mode=0o700)
    kept.write_text("# mine\n")
    (alice.home / "peers").symlink_to("dotfiles/peers")
    alice.run("peers", "add", "bob", KEY)
    assert (alice.home / "peers").is_symlink()
    assert kept.read_text().startswith("# mine\nbob " + KEY)


def test_set(alice):
    """peers set says where a contact is found; empty takes it away; what is wrong is refused and changes nothing."""
    alice.run("peers", "add", "bob", KEY)
    peers = alice.home / "peers"
    assert "schat connect bob now uses the signaling server vps:99" in alice.run("peers", "set", "bob", "signal=vps:99").errors
    assert "uses tcp://[::1]:7242" in alice.run("peers", "set", "bob", "addr=tcp://[::1]").errors
    assert " addr=tcp://[::1]:7242 signal=vps:99 " in peers.read_text()
    alice.run("peers", "set", "bob", "addr=", "signal=vps")
    assert "addr" not in peers.read_text() and " signal=vps " in peers.read_text()
    before = peers.read_text()
    for wrong in ("signal=a:b", "addr=vps", "addr=tpc://vps", "addr=tcp://velvet-anchor@vps", "since=2026-01-01", "vps"):
        alice.run("peers", "set", "bob", wrong, code=USAGE)
    alice.run("peers", "set", "carol", "signal=vps", code=USAGE)
    assert peers.read_text() == before


def test_list(alice, in_terminal):
    """Fields with tabs between them; JSON; and on a terminal columns that fit it. Who is not verified is shown as that."""
    assert alice.run("peers", "--json").output == ""
    alice.run("peers", "add", "bob", KEY, "signal=vps")
    alice.run("peers", "add", "алиса", OTHER, 'addr=tcp://"\\:1')
    peers = alice.home / "peers"
    peers.write_text(peers.read_text().replace("signal=vps", "signal=vps:7242 verified=2026-11-26"))
    first, second = (line.split("\t") for line in alice.run("peers").output.splitlines())
    assert first[:2] == ["bob", "x25519"] and first[3:] == ["verified 2026-11-26", "vps:7242"] and second[3] == "not verified"
    rows = list(map(json.loads, alice.run("peers", "list", "--json").output.splitlines()))
    assert [row["peer"] for row in rows] == ["bob", "алиса"] and [row["fp"] for row in rows] == [first[2], second[2]]
    assert rows[0]["key"] == KEY and rows[0]["addr"] is None and rows[1]["verified"] is None and rows[1]["signal"] is None
    assert rows[1]["addr"] == second[4] and rows[0]["signal"] == "vps:7242"
    narrow, wide = (in_terminal(alice, columns, "peers").splitlines() for columns in (80, 160))
    assert narrow == ["bob    verified 2026-11-26  x25519  vps:7242", "    " + first[2],
                      "алиса  not verified         x25519  " + second[4], "    " + second[2]]
    assert len(wide) == 2 and [line.rindex(fp) for line, fp in zip(wide, (first[2], second[2]))] == [wide[0].rindex(first[2])] * 2
    assert "no longer marked as verified" in alice.run("peers", "set", "bob", "verified=").errors
    assert "verified=" not in peers.read_text() and "signal=vps:7242" in peers.read_text()
    assert "peers list" in alice.run("peers", "show", "bob", "--json", code=USAGE).errors


def test_verify_by_words(alice, bob):
    """The twelve words of bob's own screen, said with hyphens or blanks, do what the fingerprint does; others don't."""
    alice.knows(bob)
    words = re.search(r"in words: (\S+)", bob.run("keygen", "--show").errors).group(1)
    assert words in alice.run("peers", "verify", "bob").errors
    wrong = "zoo-" + words.split("-", 1)[1]
    assert "NOT the fingerprint" in alice.run("peers", "verify", "bob", wrong, code=TRUST).errors
    assert "verified=" not in (alice.home / "peers").read_text()
    alice.run("peers", "verify", "bob", words.replace("-", " "))
    alice.run("peers", "verify", "bob", *words.replace("-", " ").split())
    assert "verified=" in (alice.home / "peers").read_text()
    alice.run("peers", "verify", "bob", words)


def test_add_with_a_place(alice):
    """add takes where the contact is found, and without that says what connect still needs."""
    told = alice.run("peers", "add", "bob", KEY, "their", "comment", "signal=vps")
    assert told.errors == "schat: added bob. To talk: schat connect bob\n"
    assert " signal=vps " in (alice.home / "peers").read_text()
    told = alice.run("peers", "add", "carol", *OTHER.split())
    assert "To talk: schat connect carol, the first time with -s SERVER" in told.errors


def test_lock_that_is_held(alice):
    """Another program holds the lock: said at once, and given up soon; the file stays as it is."""
    (alice.home / "peers").write_text("")
    with open(alice.home / "peers.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = alice.start("peers", "add", "bob", KEY)
        run.says("waiting for another schat that is changing")
        run.ends(LOCAL, 10)
        assert "another program holds its lock" in run.errors
    assert (alice.home / "peers").read_text() == ""
    alice.run("peers", "add", "bob", KEY)


def test_no_home(alice):
    """Without a place for them, contacts are not said to be none."""
    run = alice.start("peers", env={"SCHAT_HOME": "", "HOME": "", "XDG_DATA_HOME": ""})
    run.ends(LOCAL)
    assert "Set HOME or SCHAT_HOME" in run.errors and "no contacts" not in run.errors


@pytest.mark.parametrize("name", ["42", "7-velvet-anchor", "a b", "a@b", ""])
def test_bad_name(name, alice):
    """A name that connect would take for something else is refused, by --name before anything is opened."""
    assert "can't be a contact's name" in alice.run("peers", "add", name or "-", KEY, code=USAGE).errors
    if name:
        assert "can't be a contact's name" in alice.run("serve", "tcp://127.0.0.1:0", "--name", name, code=USAGE).errors
    alice.run("peers", "add", "bob", KEY)
    assert "Did you mean bob?" in alice.run("connect", "Bob", code=USAGE).errors
