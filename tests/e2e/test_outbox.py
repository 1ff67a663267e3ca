"""What is said to a contact who isn't there waits on the disk, encrypted, and arrives once, whoever is killed when. KILLS sets how
often."""

import contextlib
import fcntl
import json
import os
import random
import resource
import shutil
import signal
import socket
import threading

import pytest

from hosts import CUT, LOCAL, Json, connect, free_port, serve

KILLS = int(os.environ.get("KILLS", 8))
OUTBOX = ["--outbox", "on"]


@pytest.fixture
def way(alice, bob):
    """Alice and Bob know each other; how to serve so that the other's connect finds it."""
    where = "tcp://127.0.0.1:%d" % free_port()
    for host, other in ((alice, bob), (bob, alice)):
        host.knows(other)
        host.run("peers", "set", other.name, "addr=" + where)
    return [where, "--allow", "bob", "--keep"]



def on_disk(host):
    return b"".join(path.read_bytes() for path in (host.home / "outbox").iterdir())


def test_lines_wait_on_the_disk_and_arrive_once_in_order(alice, bob, way):
    said = ["first words", "second words", "third words"]
    for text in said[:2]:
        away = connect(bob, "json", "schat connect alice --timeout 0", *OUTBOX)
        away.say(text)
        away.run.wait_for(lambda talker=away: talker.events("kept"), "kept")
        away.run.signal(signal.SIGKILL)
        away.run.ends(-signal.SIGKILL)
    assert b"words" not in on_disk(bob) and not any("alice" in path.name for path in (bob.home / "outbox").iterdir())
    assert {path.stat().st_mode & 0o777 for path in (bob.home / "outbox").iterdir()} == {0o600}
    back = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    back.run.says("2 lines for alice are kept")
    back.say(said[2])
    here = serve(alice, "lines", *way)
    here.hears(said[2])
    back.run.says("alice has seen the lines that waited")
    back.leave()
    back.ends(0)
    again = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    again.connected()
    again.leave()
    again.ends(0)
    assert "kept" not in again.run.errors
    here.run.signal(signal.SIGTERM)
    here.run.ends(143)
    assert here.heard() == said


def test_the_file_is_of_use_to_nobody_else(alice, bob, eve, way):
    away = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    away.say("a secret")
    away.run.says("for alice is kept on this disk")
    away.run.signal(signal.SIGKILL)
    away.run.ends(-signal.SIGKILL)
    eve.key_line()
    shutil.copytree(bob.home / "outbox", eve.home / "outbox")
    shutil.copy(bob.home / "peers", eve.home / "peers")
    own, = (path for path in (eve.home / "outbox").iterdir() if not path.name.endswith(".lock"))
    stranger = connect(eve, "lines", "schat connect alice --timeout 0", *OUTBOX)
    stranger.say("mine")
    stranger.run.says("1 line for alice is kept")
    stranger.run.signal(signal.SIGKILL)
    stranger.run.ends(-signal.SIGKILL)
    names = [path for path in (eve.home / "outbox").iterdir() if not path.name.endswith(".lock")]
    assert len(names) == 2
    # Under the name that its own would have, it is refused, and left alone.
    fresh, = (path for path in names if path != own)
    shutil.copy(own, fresh)
    refused = connect(eve, "lines", "schat connect alice --timeout 0", *OUTBOX)
    refused.run.says("the outbox for alice is damaged: lines for alice are not kept\nschat: To give up what is in it, remove .*/outbox/%s; then start" % fresh.name)
    refused.run.signal(signal.SIGTERM)
    refused.run.ends()
    assert "damaged. To give up what is in it, remove " in eve.run("say", "--later", "alice", "hi", code=LOCAL).errors
    assert fresh.read_bytes() == own.read_bytes()


def test_a_second_program_leaves_it_alone(alice, bob, way):
    first = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    first.say("one")
    first.run.says("is kept on this disk")
    second = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    second.run.says("another schat on this host uses the outbox for alice")
    second.run.signal(signal.SIGTERM)
    second.run.ends()
    here = serve(alice, "lines", *way)
    here.hears("one")
    first.leave()
    first.ends(0)


def test_what_another_program_has_left_is_taken_over(alice, bob, way):
    """A run that found the outbox taken has it as soon as the other ends, whether the contact is here or not, with what waits there."""
    first = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    first.say("one")
    first.run.says("is kept on this disk")
    second = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
    second.run.says("another schat on this host uses the outbox for alice")
    second.say("two")
    first.run.signal(signal.SIGKILL)
    first.run.ends(-signal.SIGKILL)
    second.run.says("the outbox for alice is free again: lines for alice are kept here from now on")
    second.run.says("2 lines for alice are kept")
    second.run.signal(signal.SIGKILL)
    second.run.ends(-signal.SIGKILL)
    lock, = (bob.home / "outbox").glob("*.lock")
    with lock.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        here = serve(alice, "lines", *way)
        third = connect(bob, "lines", "schat connect alice --timeout 0", *OUTBOX)
        third.run.says("another schat on this host uses the outbox for alice")
        third.say("past it")
        here.hears("past it")
    third.run.wait_for(lambda: here.say("hi") or "alice has seen the lines that waited" in third.run.errors, "the rest")
    third.say("three")
    here.hears("three")
    third.leave()
    third.ends(0)
    assert here.heard() == ["past it", "one", "two", "three"]


def accepted(talker):
    """Ids of what the program has taken over."""
    return {event["id"] for kind in ("sent", "kept") for event in talker.events(kind)}


def test_whoever_is_killed_every_accepted_line_arrives_once(alice, bob, way):
    random.seed(os.environ.get("SEED", 9))
    heard, asked, taken = [], 0, set()

    def start(host):
        if host is alice:
            return serve(alice, "json", *way)
        return connect(bob, "json", "schat connect alice --keep", *OUTBOX)

    def killed(talker):
        talker.run.signal(signal.SIGKILL)
        talker.run.ends(-signal.SIGKILL)
        if talker.run.argv[1] == "serve":
            heard.extend(whole(talker))
        else:
            taken.update(accepted(talker))

    def whole(talker):
        lines = talker.run.output.split("\n")[:-1]
        return [(e["line"], e["text"]) for e in map(json.loads, lines) if e["ev"] == "msg"]

    run = {bob: start(bob)}
    for n in range(KILLS):
        if random.random() < 0.7 and alice not in run:
            run[alice] = start(alice)
        if bob not in run:
            run[bob] = start(bob)
        for _ in range(random.randrange(1, 20)):
            asked += 1
            run[bob].run.write(json.dumps({"cmd": "send", "text": "line %d" % asked, "id": str(asked)}) + "\n")
        least = random.randrange(asked + 1)
        if alice not in run:
            run[bob].run.wait_for(lambda: str(asked) in accepted(run[bob]), "kept %d" % asked)
        elif random.random() < 0.6:
            run[bob].run.wait_for(lambda: len(accepted(run[bob])) >= min(least, 1), "taken")
        victim = random.choice(list(run))
        killed(run.pop(victim))
    for host in (alice, bob):
        if host not in run:
            run[host] = start(host)
    last = run[bob]
    last.run.write(json.dumps({"cmd": "send", "text": "last", "id": "last"}) + "\n")
    run[alice].hears("last")
    last.run.signal(signal.SIGTERM)
    last.run.ends()
    run[alice].run.signal(signal.SIGTERM)
    run[alice].run.ends()
    heard.extend(whole(run[alice]))
    taken.update(accepted(last))
    texts = {}
    for line, text in heard:  # a program shows a line, is killed and shows it again: it has the same mark
        assert texts.setdefault(line, text) == text
    once = [text for _, text in sorted(texts.items(), key=lambda item: int(item[0].split("-")[1]))]
    assert once[-1] == "last" and len(once) == len(set(once))
    numbers = [int(text.split()[1]) for text in once[:-1]]
    assert numbers == sorted(numbers)
    assert taken - {"last"} <= {str(n) for n in numbers}, sorted(taken - {str(n) for n in numbers})


class OneWay:
    """A TCP port in front of another one. As many sealed packets as passes says reach who connects: of the first two meet, and then one
    hears nothing more of the other."""
    SEALED = range(0xE0, 0xE4)

    def __init__(self, port, to):
        self.to, self.passes = to, 1
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, sink, source is far), daemon=True).start()

    def carry(self, source, sink, back):
        try:
            with source.makefile("rb") as packets:
                while len(size := packets.read(2)) == 2:
                    packet = packets.read(int.from_bytes(size, "big"))
                    sealed = back and packet[:1] and packet[0] in self.SEALED
                    if not sealed or self.passes > 0:
                        sink.sendall(size + packet)
                    self.passes -= bool(sealed)
        except OSError:
            pass
        for end in source, sink:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def test_lines_of_two_outboxes_that_come_together_are_shown_once(alice, bob, way):
    """A line that was said while the disk was full has the name of another outbox than the next one. Alice remembers both, although they
    come at once, and Bob, who has not heard of it, says both again."""
    port, behind = int(way[0].rsplit(":", 1)[1]), free_port()
    gate = OneWay(port, behind)
    way[0] = "tcp://127.0.0.1:%d" % behind
    bob.run("say", "--later", "alice", "zero")
    before = on_disk(bob)
    here = serve(alice, "json", *way)
    back = Json(bob.start("connect", "alice", "--keep", *OUTBOX, *Json.options,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))))
    back.connected()
    back.say("one")
    here.hears("one")
    here.run.signal(signal.SIGKILL)
    here.run.ends(-signal.SIGKILL)
    shutil.rmtree(alice.home / "outbox", ignore_errors=True)  # she knows nothing of it
    resource.prlimit(back.run.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    back.run.wait_for(lambda: on_disk(bob) != before, "the disk has room")
    back.say("two")
    gate.passes = 1
    here = serve(alice, "json", *way)
    here.hears("two")
    zero, one, two = (event["line"].split("-")[0] for event in here.events("msg"))
    assert zero == two != one
    here.run.signal(signal.SIGTERM)
    here.run.ends(143)
    gate.passes = 1 << 30
    here = serve(alice, "json", *way)
    back.say("three")
    here.hears("three")
    assert here.heard() == ["three"]
    back.run.signal(signal.SIGTERM)
    back.run.ends()


def test_what_is_kept_is_not_said_to_have_arrived(alice, bob, way):
    """A line that was said and is not confirmed waits for the next conversation; the end of this one claims nothing else."""
    gate = OneWay(int(way[0].rsplit(":", 1)[1]), free_port())
    here = serve(alice, "json", "tcp://127.0.0.1:%d" % gate.to, *way[1:])
    back = connect(bob, "json", "schat connect alice", *OUTBOX)
    back.connected()
    back.say("one")
    here.hears("one")
    back.run.signal(signal.SIGTERM)
    back.run.ends(143)
    over, = back.events("over")
    assert over["unconfirmed"] == 1 and "broken off" in over["text"] and "arrived" not in over["text"]
    assert "1 line for alice is kept on this disk" in back.run.output


def test_a_person_sees_what_waits_and_that_it_arrives(alice, bob, way):
    first = connect(bob, "console", "schat connect alice --timeout 0")
    first.wait_for("waiting for alice>")
    first.say("typed while away")
    first.wait_for(r"typed while away +·")
    first.wait_for("1 line for alice is kept on this disk")
    first.terminal.sendline("/quit")
    first.ends(0)
    assert "waiting      1 line" in bob.run("peers", "show", "alice").output
    second = connect(bob, "console", "schat connect alice --timeout 0")
    second.wait_for("1 line for alice is kept")
    second.say("typed later")
    second.wait_for(r"typed later +·")
    here = serve(alice, "lines", *way)
    here.hears("typed later")
    second.wait_for("✓✓")
    second.wait_for("alice has seen the lines that waited")
    assert here.run.output == "typed while away\ntyped later\n"
    second.leave()
    second.ends(0)
    assert "waiting" not in bob.run("peers", "show", "alice").output
    outbox, = (path for path in (bob.home / "outbox").iterdir() if path.suffix != ".lock")
    outbox.write_bytes(b"?" * 100)  # what to do is said wherever it is met
    for argv in ["peers"], ["peers", "show", "alice"], ["say", "--later", "alice", "hello"]:
        run = bob.run(*argv, code=LOCAL if argv[0] == "say" else 0)
        assert "is damaged. To give up what is in it, remove ~/outbox/%s\n" % outbox.name in run.output + run.errors
    assert '"lines":null,"files":null,' in bob.run("peers", "list", "--json").output
    key = bob.home / "id_x25519"
    key.chmod(0o644)
    run = bob.run("peers", "list")  # said once, not once a contact
    assert run.errors.count("is readable by other users. Run: chmod 600") == 1 and "can't be read without your key" in run.output
    key.chmod(0o600)
    bob.run("peers", "forget", "alice")
    assert list((bob.home / "outbox").iterdir()) == []


def test_an_inbox_takes_lines_and_files_once(alice, bob, way):
    """Whatever is killed: each message has one file, in order; and a contact's file is taken unasked."""
    inbox = alice.home / "in"
    messages = ["one\x1b[31m", "x" * 40000]
    written = lambda: sorted((inbox / "bob").glob("[0-9]*.txt"), key=lambda path: path.name)
    sender = connect(bob, "json", "schat connect alice --keep --timeout 0", *OUTBOX)
    for n, text in enumerate(messages, 1):
        box = serve(alice, "lines", *way, "--inbox", inbox)
        for part in [text[at:at + 16000] for at in range(0, max(len(text), 1), 16000)]:
            sender.run.write(json.dumps({"cmd": "send", "text": part}) + "\n")
        count = n + (2 if n > 1 else 0)  # JSON says the long one in three messages
        box.run.wait_for(lambda wanted=count: len(written()) >= wanted, "%d files" % count)
        box.run.signal(signal.SIGKILL)
        box.run.ends(-signal.SIGKILL)
        assert box.run.output == ""
    texts = [path.read_text() for path in written()]
    assert "".join(text[:-1] for text in texts) == "".join(messages).replace("\x1b", "\\x1b")
    assert len(texts) == len(messages) + 2


def test_an_inbox_that_is_full_says_so_and_has_its_lines_in_order(alice, bob, way):
    """However short they are: each takes a file. The next conversation is not hindered."""
    assert "can't make the inbox" in alice.run("serve", *way, "--inbox", "/dev/null", code=LOCAL).errors
    inbox = alice.home / "in" / "bob"
    box = serve(alice, "lines", *way, "--keep", "--inbox", "in", "--quota", "1")
    box.run.says("listening on ")
    second = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), "--inbox", "in", code=LOCAL)
    assert "another schat has the inbox in. End it, or use another folder." in second.errors
    sender = connect(bob, "lines", "schat connect alice")
    sender.run.write_all("".join("%d\n" % i for i in range(300)))
    sender.run.ends(CUT)
    box.run.says("--quota is used up")
    box.run.says("the inbox failed, so the conversation was ended")
    said = [int(path.read_text()) for path in sorted(inbox.glob("[0-9]*.txt"))]
    assert said == list(range(len(said))) and 200 < len(said) < 1000000 / 4096
    connect(bob, "lines", "schat connect alice").connected()
