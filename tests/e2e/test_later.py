"""Files, too, wait for a contact who isn't there, and arrive once, whoever is killed when; nothing else is sent under their names. KILLS
sets how often."""

import fcntl
import json
import os
import random
import signal
import threading
import time

import pytest

from hosts import DONE, LOCAL, UNREACHABLE, USAGE, connect, free_port, serve

KILLS = int(os.environ.get("KILLS", 8))
OUTBOX = ["--outbox", "on"]


@pytest.fixture
def way(alice, bob):
    """Alice and Bob know each other; how Alice serves so that Bob's connect finds her, and takes what he sends."""
    where = "tcp://127.0.0.1:%d" % free_port()
    for host, other in ((alice, bob), (bob, alice)):
        host.knows(other)
        host.run("peers", "set", other.name, "addr=" + where)
    (alice.home / "in").mkdir()
    return [where, "--allow", "bob", "--keep", "--accept-from", "bob", "--dir", "in"]


def away(host, *argv):
    return connect(host, "json", "schat connect alice --keep --timeout 0", *OUTBOX, *argv)


def asks(talker, cmd, **fields):
    talker.run.write(json.dumps({"cmd": cmd, **fields}) + "\n")


def keeps(talker, ident):
    """The event that says so."""
    talker.run.wait_for(lambda: [e for e in talker.events("kept") if e.get("id") == ident], "%s is kept" % ident)
    return next(e for e in talker.events("kept") if e["id"] == ident)


def killed(talker):
    talker.run.signal(signal.SIGKILL)
    talker.run.ends(-signal.SIGKILL)


def on_disk(host):
    return b"".join(path.read_bytes() for path in (host.home / "outbox").iterdir())


def arrived(alice):
    return sorted(path.name for path in (alice.home / "in").iterdir() if not path.name.startswith("."))


def test_a_file_waits_in_its_place_and_is_withdrawn_or_arrives(alice, bob, way):
    (bob.home / "photo.jpg").write_bytes(b"\xff\xd8" + os.urandom(100000))
    (bob.home / "other.jpg").write_bytes(b"2")
    (bob.home / "album").mkdir()
    (bob.home / "album" / "one").write_bytes(b"1")
    first = away(bob)
    asks(first, "send", text="before", id="t1")
    asks(first, "offer", path="photo.jpg", id="f1")
    asks(first, "offer", path="other.jpg", id="f2")
    asks(first, "offer", path="album", id="f3")
    asks(first, "offer", path="nothing.jpg", id="f4")
    asks(first, "send", text="after", id="t2")
    keeps(first, "t2")
    kept = keeps(first, "f2")
    assert kept["peer"] == "alice" and kept["way"] == "out" and "conv" not in kept
    assert "other.jpg waits for alice; it is read when alice is there" in kept["text"]
    assert first.events("error")[-1]["id"] == "f4"
    asks(first, "reject", transfer=kept["transfer"])
    first.run.wait_for(lambda: first.events("transfer"), "withdrawn")
    assert first.events("transfer")[0]["err"] == "cut"
    killed(first)
    disk = on_disk(bob)
    assert not any(word in disk for word in (b"photo", b"album", b"before", os.fsencode(bob.home)))
    second = away(bob)
    second.run.wait_for(lambda: len(second.events("notice")) > 1, "what waits")
    asks(second, "files", id="list")
    second.run.wait_for(lambda: len(second.events("progress")) == 2, "two wait")
    assert all(e["waits"] and e["id"] == "list" and "waits for alice" in e["text"] for e in second.events("progress"))
    here = serve(alice, "json", *way)
    here.hears("after")
    second.run.wait_for(lambda: len([e for e in second.events("transfer") if e["err"] == "none"]) == 2, "both have arrived")
    assert [e["text"] for e in here.events("msg")] == ["before", "after"]
    assert arrived(alice) == ["album", "photo.jpg"]
    assert (alice.home / "in" / "photo.jpg").read_bytes() == (bob.home / "photo.jpg").read_bytes()
    assert len(here.events("offer")) == 2
    asks(second, "quit")
    second.run.ends(DONE)
    assert "waiting" not in bob.run("peers", "show", "alice").output


@pytest.mark.parametrize("change", ["changed", "gone", "replaced", "a link"])
def test_what_is_something_else_by_then_is_not_sent(alice, bob, way, change):
    (bob.home / "plan").write_bytes(b"for alice")
    (bob.home / "secret").write_bytes(b"not alice")
    first = away(bob)
    asks(first, "offer", path="plan", id="f")
    keeps(first, "f")
    killed(first)
    path = bob.home / "plan"
    if change == "changed":
        path.write_bytes(b"not alice")
    else:
        path.unlink()
    if change == "replaced":
        (bob.home / "secret").rename(path)
    if change == "a link":
        path.symlink_to("secret")
    here = serve(alice, "json", *way)
    second = away(bob)
    second.connected()
    if change == "gone":
        second.run.wait_for(lambda: [e for e in second.events("error") if "plan: No such file" in e["text"]], "why")
    else:
        second.run.wait_for(lambda: second.events("transfer"), "why")
        assert "plan has changed since, so it was not sent" in second.events("transfer")[0]["text"]
    asks(second, "send", text="done", id="t")
    here.hears("done")
    assert arrived(alice) == [] and not here.events("offer")
    asks(second, "files", id="none")
    second.run.wait_for(lambda: [e for e in second.events("error") if e.get("id") == "none"], "nothing waits")


def test_whoever_is_killed_every_kept_file_arrives_once(alice, bob, way):
    """The receiver's user moves each away at once."""
    random.seed(os.environ.get("SEED", 5))
    moved, asked, taken = [], 0, set()
    inbox, away_folder = alice.home / "in", alice.home / "away"
    away_folder.mkdir()

    def move():
        for path in inbox.iterdir():
            if not path.name.startswith("."):
                moved.append((path.name, path.read_text()))
                path.rename(away_folder / ("%d" % len(moved)))

    run = {bob: away(bob)}
    for n in range(KILLS):
        if alice not in run and random.random() < 0.8:
            run[alice] = serve(alice, "json", *way)
        if bob not in run:
            run[bob] = away(bob)
        for _ in range(random.randrange(1, 4)):
            asked += 1
            (bob.home / ("%d.bin" % asked)).write_text("%d" % asked)
            asks(run[bob], "offer", path="%d.bin" % asked, id="f%d" % asked)
        if alice not in run:
            keeps(run[bob], "f%d" % asked)
        elif random.random() < 0.7:
            run[bob].run.wait_for(lambda: run[bob].events("connected"), "connected")
            if random.random() < 0.5:
                run[bob].run.wait_for(lambda: run[bob].events("file") or run[bob].events("over"), "something arrives")
        taken |= {e["id"] for e in run[bob].events("kept")}
        killed(run.pop(random.choice(list(run))))
        move()
    for host in (alice, bob):
        if host not in run:
            run[host] = serve(alice, "json", *way) if host is alice else away(bob)
    asks(run[bob], "send", text="last", id="last")
    run[alice].hears("last")

    def nothing_waits():
        asks(run[bob], "files", id="now")
        return any("no transfers" in e["text"] for e in run[bob].events("error"))

    run[bob].run.wait_for(nothing_waits, "nothing waits")
    taken |= {e["id"] for e in run[bob].events("kept")}
    run[alice].run.signal(signal.SIGTERM)
    run[alice].run.ends()
    move()
    names = [name for name, _ in moved]
    assert len(names) == len(set(names)), sorted(names)
    assert all(name == text + ".bin" for name, text in moved)
    assert {"f%s" % text for _, text in moved} >= taken - {"last"}


def test_serve_keeps_for_a_contact_who_has_not_come_yet(alice, bob, eve, way):
    """Named by JSON, in lines and in the console; a name that nobody has is refused."""
    for host, other in ((alice, eve), (eve, alice)):
        host.knows(other)
    (alice.home / "plan.txt").write_text("a plan")
    (alice.home / "map.txt").write_text("a map")
    place = way[:1] + ["--keep", "--allow", "bob", "--allow", "eve"]
    here = serve(alice, "json", *place, *OUTBOX)
    asks(here, "send", text="by json", to="bob", id="j")
    asks(here, "offer", path="plan.txt", to="bob", id="o")
    asks(here, "send", text="x", to="dave", id="d")
    asks(here, "hangup", to="bob", id="h")
    assert keeps(here, "j")["peer"] == "bob" and "conv" not in keeps(here, "j")
    keeps(here, "o")
    here.run.wait_for(lambda: len(here.events("error")) == 2, "two errors")
    assert [(e["id"], e["text"]) for e in here.events("error")] == [(i, "not sent: nobody of that name is here") for i in "dh"]
    killed(here)
    lines = serve(alice, "lines", *place, "--max", "2", *OUTBOX)
    lines.run.write("bob> by lines\neve> to eve\ndave> to nobody\n")
    lines.run.says("1 line for eve is kept")
    lines.run.says("nobody of that name is here, or among your contacts")
    killed(lines)
    alone = serve(alice, "lines", *way[:4], *OUTBOX)  # only Bob may come, so nobody else is meant
    alone.run.write("typed for whoever comes\n")
    alone.run.wait_for(lambda: "\t3 lines and 1 file since 2" in alice.run("peers", "list").output, "3 lines")  # and that disturbs nobody
    killed(alone)
    bob_s, = (row for row in map(json.loads, alice.run("peers", "list", "--json").output.splitlines()) if row["peer"] == "bob")
    assert (bob_s["lines"], bob_s["files"]) == (3, 1) and abs(bob_s["waiting_since"] - time.time()) < 600
    assert "waiting      3 lines and 1 file since 2" in alice.run("peers", "show", "bob").output
    typed = serve(alice, "console", *place)
    typed.wait_for("waiting>")
    typed.terminal.sendline("/to bob by  hand")
    typed.wait_for("you to bob> by  hand")
    typed.terminal.sendline("/to bob /send map.txt")
    typed.wait_for("map.txt waits for bob; it is read when bob is there. To withdraw it: /cancel ")
    typed.terminal.sendline("/to dave hello")
    typed.wait_for("nobody of that name is here, or among your contacts")
    typed.terminal.sendline("/files")
    typed.wait_for("plan.txt waits for bob")
    (bob.home / "in").mkdir()
    there = connect(bob, "json", "schat connect alice --keep --accept-from alice --dir in")
    there.hears("by  hand")
    there.run.wait_for(lambda: len([e for e in there.events("transfer") if e["err"] == "none"]) == 2, "both files")
    assert [e["text"] for e in there.events("msg")] == ["by json", "by lines", "typed for whoever comes", "by  hand"]
    assert (bob.home / "in" / "map.txt").read_text() == "a map" and (bob.home / "in" / "plan.txt").read_text() == "a plan"
    typed.wait_for("bob has seen the lines that waited")
    typed.terminal.sendline("/to bob now")
    there.hears("now")
    asks(there, "quit")
    there.ends(0)
    typed.wait_for("nobody here>")
    typed.terminal.sendline("who is left?")
    typed.wait_for("nobody is connected. To leave it for a contact, begin it with /to NAME")
    typed.terminal.send("\x15")
    typed.terminal.sendline("/quit")
    typed.ends(0)


def test_say_and_send_leave_things_for_later(alice, bob, way):
    """Nobody is called. The next conversation brings all of it, also one without a terminal, which ends when it has arrived."""
    (bob.home / "report.txt").write_text("fine")
    (bob.home / "logs").mkdir()
    (bob.home / "logs" / "one").write_text("1")
    assert "add --later" in bob.run("say", "alice", "hi", "--timeout", "1", code=UNREACHABLE).errors
    assert "add --later" in bob.run("send", "report.txt", "alice", "--timeout", "1", code=UNREACHABLE).errors
    assert "1 line since" in bob.run("say", "--later", "alice", "the backup is done").errors
    assert "1 line and 2 files since" in bob.run("send", "--later", "report.txt", "logs/", "alice").errors
    long = "x" * 15999 + "\u00e9" + "y" * 10
    bob.run("say", "alice", "-", "--later", stdin=long.encode() + b"\xff\n")
    bob.run("say", "alice", "-", "--later", stdin=b"", code=USAGE)
    bob.run("say", "alice", "-", "--later", stdin=b"z" * 300000, code=LOCAL)
    assert "3 lines and 2 files" in bob.run("peers", "show", "alice").output
    assert "no such contact" in bob.run("say", "--later", "carol", "x", code=USAGE).errors
    assert "for a contact" in bob.run("send", "--later", "report.txt", code=USAGE).errors
    bob.run("send", "--later", "nothing.txt", "alice", code=LOCAL)
    lock, = (bob.home / "outbox").glob("*.lock")
    with lock.open() as held:  # by another that leaves something: it waits for that one
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(0.1, fcntl.flock, [held, fcntl.LOCK_UN]).start()
        bob.run("say", "alice", "-", "--later", stdin=b"and this")
    holder = connect(bob, "json", "schat connect alice --keep --timeout 0", *OUTBOX)
    holder.run.wait_for(lambda: holder.events("notice"), "it has the outbox")
    assert "another schat on this host uses the outbox" in bob.run("say", "--later", "alice", "x", code=LOCAL).errors
    killed(holder)
    here = serve(alice, "json", *way)
    here.run.wait_for(lambda: "waiting" in here.run.output, "waiting")
    bob.run("connect", "alice", *OUTBOX)
    here.run.wait_for(lambda: here.events("over"), "over")
    assert "".join(e["text"] for e in here.events("msg")[1:]) == long + "\ufffd" + "and this"
    assert arrived(alice) == ["logs", "report.txt"]
    assert "waiting" not in bob.run("peers", "show", "alice").output
