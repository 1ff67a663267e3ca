"""Files and folders between two consoles: offered, taken, refused, broken off and taken up again."""

import filecmp
import os
import signal

import pytest

from hosts import connect, free_port, serve


@pytest.fixture
def two(alice, bob):
    """Alice serves, Bob has called her, and each has a folder for what comes."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.knows(bob)
    bob.knows(alice)
    peers = bob.home / "peers"
    peers.write_text("%s addr=%s\n" % (peers.read_text().strip(), where))
    for host in alice, bob:
        (host.home / "in").mkdir()

    def begin(ui="console", *options):
        a = serve(alice, "console", where, "--allow", "bob", "--keep", "--dir", "in")
        a.wait_for("listening on ")
        b = connect(bob, ui, "schat connect alice", *(["--dir", "in"] if ui == "console" else options))
        b.connected()
        a.connected()
        return a, b
    return begin


def stays(host, names):
    """Nothing else is left in the folder, once the other program has said that it knows of what arrived."""
    while os.listdir(str(host.home / "in")) != names:
        pass


def test_a_file_and_a_folder_arrive_and_a_line_beside_them(two, alice, bob):
    a, b = two()
    (alice.home / "large.bin").write_bytes(os.urandom(3000000))
    (bob.home / "tree" / "sub").mkdir(parents=True)
    (bob.home / "tree" / "sub" / "x y").write_text("x")
    (bob.home / "tree" / "empty").mkdir()
    a.say("/send large.bin")
    b.wait_for(r"alice offers large\.bin \(3\.0 MB\)\. To accept: /accept 1")
    b.say("/send tree")
    a.wait_for(r"bob offers tree/ \(1 file, 1 byte\)\. To accept: /accept 2")
    a.say("/files")
    a.wait_for(r"1: large\.bin to bob: 0 bytes of 3\.0 MB")
    a.wait_for(r"2: tree/ \(1 file, 1 byte\) from bob: offered")
    b.say("/accept")
    a.say("still here?")
    b.hears("still here?")
    a.say("/accept 2")
    b.wait_for(r"large\.bin has arrived")
    a.wait_for(r"bob has large\.bin")
    a.wait_for(r"tree has arrived")
    b.wait_for(r"alice has tree")
    assert filecmp.cmp(str(alice.home / "large.bin"), str(bob.home / "in" / "large.bin"), shallow=False)
    assert sorted(str(p.relative_to(alice.home / "in")) for p in (alice.home / "in").rglob("*")) == [
        "tree", "tree/empty", "tree/sub", "tree/sub/x y"]
    stays(bob, ["large.bin"])
    assert (bob.home / "in" / "large.bin").stat().st_mtime_ns // 10**6 == (alice.home / "large.bin").stat().st_mtime_ns // 10**6


def test_what_is_not_wanted_is_not_sent(two, alice, bob):
    a, b = two()
    (alice.home / "x").write_text("x")
    a.say("/accept")
    a.wait_for("there is no such offer")
    a.say("/send nothing-there")
    a.wait_for("can't send nothing-there: No such file")
    a.say("/send x")
    b.wait_for("alice offers x")
    b.say("/reject")
    a.wait_for("bob rejected x")
    assert os.listdir(str(bob.home / "in")) == []


def test_who_cannot_be_asked_takes_nothing(two, alice):
    """Lines have no words for offers."""
    a, b = two("lines")
    (alice.home / "x").write_text("x")
    a.say("/send x")
    a.wait_for("bob rejected x")
    b.say("still here")
    a.hears("still here")


def test_who_is_named_is_not_asked(two, alice, bob):
    """Up to the quota, which counts for the run."""
    a, b = two("lines", "--dir", "in", "--accept-from", "alice", "--quota", "1")
    (alice.home / "small").write_bytes(bytes(600000))
    (alice.home / "other").write_bytes(bytes(600000))
    a.say("/send small")
    a.wait_for("bob has small")
    b.run.says("alice sends small \\(600 KB\\)")
    b.run.says("small has arrived")
    a.say("/send other")
    a.wait_for("bob has no room for other")
    stays(bob, ["small"])


def test_a_killed_receiver_goes_on_where_it_was(two, alice, bob):
    a, b = two()
    with open(str(alice.home / "large.bin"), "wb") as f:
        f.truncate(1 << 28)
    a.say("/send large.bin")
    b.wait_for(r"alice offers large\.bin \(268 MB\)")
    b.say("/accept")
    part = []
    while not part or part[0].stat().st_size < 1 << 20:
        part = list((bob.home / "in").glob(".schat-*"))
    os.kill(b.terminal.pid, signal.SIGKILL)
    before = part[0].stat()
    b = connect(bob, "console", "schat connect alice", "--dir", "in")
    b.connected()
    a.wait_for("the transfer of large.bin was broken off")
    a.say("/send large.bin")
    b.wait_for("alice offers large")
    b.say("/accept")
    b.wait_for(r"large\.bin has arrived")
    after = (bob.home / "in" / "large.bin").stat()
    assert after.st_size == 1 << 28
    assert after.st_ino == before.st_ino # what had arrived is a part of it
    stays(bob, ["large.bin"])
