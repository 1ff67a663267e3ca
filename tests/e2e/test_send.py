"""schat send and schat receive: on terminals, in scripts and as JSON; by code, by name, and to a peer in a console."""

import json
import os
import re
import signal
import subprocess

import pytest

from hosts import CUT, DONE, LOCAL, OTHER, SCHAT, USAGE, Json, console, free_port, plain, serve


@pytest.fixture
def known(alice, bob):
    """They are contacts; alice knows where bob waits."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.knows(bob)
    bob.knows(alice)
    peers = alice.home / "peers"
    peers.write_text("%s addr=%s\n" % (peers.read_text().strip(), where))
    (bob.home / "in").mkdir()
    return where


def receive(bob, where, *options):
    run = bob.start("receive", "alice", "-l", where, "--dir", "in", *options, stdin=subprocess.DEVNULL)
    run.says("waiting for alice|listening on ")
    return run


def test_by_a_code_on_two_terminals(alice, bob, server):
    """A bar of one row, whose bytes are written over; and not a byte of it in the names."""
    (alice.home / "tree" / "sub").mkdir(parents=True)
    (alice.home / "tree" / "sub" / "x").write_text("x")
    with open(str(alice.home / "large\n.bin"), "wb") as f:
        f.truncate(120 << 20)
    a = console(alice, [SCHAT, "send", "tree", "large\n.bin", "-s", server.address])
    line = a.wait_for(r"^ *schat (receive \S+)\s*$").group(1)
    b = console(bob, [SCHAT, *line.split()])
    b.wait_for(r"alice offers tree/ \(1 file, 1 byte\), large_\.bin \(125 MB\); 2 files, 125 MB in all\s+schat: accept\? y or n: ")
    b.terminal.send("\r\rhm\r")
    b.wait_for(r"(?s)(y or n: .*){4}")
    b.terminal.send("y\r")
    b.wait_for(r"received 2 files, 125 MB")
    b.ends(DONE)
    a.ends(DONE)
    assert "bob has tree" in plain(a.seen) and "sent 2 files, 125 MB" in plain(a.seen)
    assert (bob.home / "large_.bin").stat().st_size == 120 << 20 and (bob.home / "tree" / "sub" / "x").read_text() == "x"
    for talker in a, b:
        rows = re.findall(r"\r( *\d+ % [^\r\n]*)\x1b\[K", talker.seen)
        assert rows, talker.seen
        assert all(len(row) < 160 and re.match(r" *\d+ % \[#*\.*\]  ", row) for row in rows), rows
        assert not any(row == following for row, following in zip(rows, rows[1:]))


def test_by_name_in_scripts(alice, bob, known):
    """Nothing on standard output, no row, and exit statuses."""
    (alice.home / "x").write_text("x")
    b = receive(bob, known, "--yes")
    a = alice.run("send", "x", "bob", stdin=b"ignored")
    b.ends(DONE)
    assert (bob.home / "in" / "x").read_text() == "x"
    for run in a, b:
        assert run.output == "" and "\r" not in run.errors and "1 file, 1 byte" in run.errors
    # what is more than the quota is refused
    with open(str(alice.home / "large"), "wb") as f:
        f.truncate(2000001)
    b = receive(bob, known, "--yes", "--quota", "2")
    assert "bob has no room for large" in alice.run("send", "large", "bob", code=OTHER).errors
    assert "more than --quota allows" in b.ends(OTHER).errors
    # nobody can be asked
    assert "add --yes" in bob.run("receive", "alice", "-l", known, code=USAGE).errors
    # the folder for it is not there
    assert "can't save files in nowhere" in bob.run("receive", "alice", "-l", known, "--yes", "--dir", "nowhere", code=LOCAL).errors


def test_which_words_are_files(alice, known):
    """Found out before anybody is called."""
    (alice.home / "bob").write_text("x")
    (alice.home / "7-velvet-notes").write_text("x")
    (alice.home / "d").mkdir()
    (alice.home / "d" / "bob").write_text("x")
    for words, code, said in ((["bob"], USAGE, r"'bob' is both a file and a peer\. .* \./bob"),
                              (["./bob", "bob"], USAGE, r"is both a file and a peer"),
                              (["d/bob", "./bob", "bob@127.0.0.1"], USAGE, r"can't send \./bob: another one has the same name"),
                              (["bob@127.0.0.1"], USAGE, "no files given"),
                              ([], USAGE, "no files given"),
                              (["/", "bob@127.0.0.1"], USAGE, "its path doesn't end in a name"),
                              (["d", "bbo"], LOCAL, r"can't send bbo: .* It isn't a contact or a code, either\."),
                              (["nothing", "d"], LOCAL, r"can't send nothing: No such file or directory\.$"),
                              (["7-velvet-notes"], USAGE, "no signaling server given"),
                              (["d", "7-velvet-anchor"], USAGE, "no signaling server given")):
        assert re.search(said, alice.run("send", *words, code=code).errors, re.M), words


def test_json_asks_and_tells(alice, bob, known):
    (alice.home / "x").write_text("x")
    (alice.home / "tree").mkdir()
    b = Json(bob.start("receive", "alice", "-l", known, "--dir", "in", "--ui", "json"))
    b.run.wait_for(lambda: b.events("listening"), "listening")
    a = Json(alice.start("send", "x", "tree", "bob", "--ui", "json"))
    offer = b.run.wait_for(lambda: b.events("offer"), "offer")[0]
    assert offer["items"] == [{"name": "x", "bytes": 1}, {"name": "tree", "bytes": 0, "files": 0}]
    assert (offer["way"], offer["asks"], offer["of_files"], offer["of_bytes"]) == ("in", True, 1, 1)
    b.run.write(json.dumps({"cmd": "files", "id": "f"}) + "\n")
    asked = b.run.wait_for(lambda: b.events("progress"), "progress")[0]
    assert (asked["id"], asked["transfer"], asked["bytes"], asked["of_bytes"]) == ("f", offer["transfer"], 0, 1)
    for wrong, err in (({"cmd": "accept"}, "usage"), ({"cmd": "accept", "transfer": 77, "id": "77"}, "state"),
                       ({"cmd": "offer", "conv": 1, "path": "nowhere", "id": "n"}, "local")):
        b.run.write(json.dumps(wrong) + "\n")
        b.run.wait_for(lambda: [e for e in b.events("error") if e["err"] == err and e.get("id") == wrong.get("id")], err)
    b.run.write(json.dumps({"cmd": "accept", "transfer": offer["transfer"]}) + "\n")
    b.ends(DONE)
    a.ends(DONE)
    for talker, way in (a, "out"), (b, "in"):
        talker.check_order()
        files = [(e["name"], e["err"], e["way"]) for e in talker.events("file")]
        assert sorted(files) == [("tree", "none", way), ("x", "none", way)]
        over = talker.events("transfer")[0]
        assert (over["err"], over["files"], over["bytes"], over["of_files"], over["way"]) == ("none", 1, 1, 1, way)


def test_to_a_console_that_waits_or_calls(alice, bob, known):
    (alice.home / "x").write_text("x")
    b = serve(bob, "console", known, "--allow", "alice", "--keep", "--dir", "in")
    b.wait_for("listening on ")
    a = alice.start("send", "x", "bob")
    b.wait_for(r"alice offers x \(1 byte\)\. To accept: /accept 1")
    b.say("a word")
    b.say("/accept")
    a.ends(DONE)
    assert "bob> a word" in a.errors and (bob.home / "in" / "x").exists()
    a = alice.start("send", "x", "bob")
    b.wait_for(r"alice offers x \(1 byte\)\. To accept: /accept 2")
    b.say("/reject")
    a.ends(OTHER)
    b.leave()
    b.ends()
    # it calls us
    where = "tcp://127.0.0.1:%d" % free_port()
    a = alice.start("send", "x", "--allow", "bob", "-l", where)
    a.says("listening on ")
    b = console(bob, [SCHAT, "connect", where.replace("//", "//alice@"), "--dir", "in"])
    b.wait_for(r"alice offers x")
    b.say("/accept")
    b.wait_for(r"x has arrived")  # the same is there already
    a.ends(DONE)


def test_what_was_broken_off_goes_on(alice, bob, known):
    """By Ctrl-C at the receiver, whose part stays; the same commands go on there."""
    with open(str(alice.home / "large"), "wb") as f:
        f.truncate(1 << 28)
    b = receive(bob, known, "--yes")
    a = alice.start("send", "large", "bob")
    part = []
    while not part or part[0].stat().st_size < 1 << 20:
        part = list((bob.home / "in").glob(".schat-*"))
    b.signal(signal.SIGINT)
    b.ends(130)
    a.ends(CUT)
    assert "To continue, send the same again" in a.errors and "broken off" in b.errors
    before = part[0].stat()
    b = receive(bob, known, "--yes")
    alice.run("send", "large", "bob")
    b.ends(DONE)
    after = (bob.home / "in" / "large").stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, 1 << 28) and os.listdir(str(bob.home / "in")) == ["large"]


def test_a_peer_that_sends_nothing(alice, bob, known):
    b = receive(bob, known, "--yes")
    a = alice.start("connect", "bob", "--ui", "lines")
    a.says("connected to ")
    a.close()
    a.ends(DONE)
    assert "alice left without sending any files" in b.ends(CUT).errors
