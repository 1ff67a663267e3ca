"""serve --ui json --socket: programs attach, leave and come back; one of them writes; none holds up the conversation."""

import json
import os
import signal
import socket
import stat
import threading
import time

import pytest

from hosts import CUT, DONE, LOCAL, PATIENCE, UNREACHABLE, USAGE, Json, free_port


class Program:
    """One that is attached, as docs/JSON.md has it."""

    def __init__(self, path, *lines, small=False):
        self.socket = socket.socket(socket.AF_UNIX)
        if small:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.connect(path)
        self.socket.settimeout(PATIENCE)
        self.bytes, self.events = b"", []
        for line in lines:
            self.say(line)

    def say(self, line):
        self.socket.sendall((line if isinstance(line, str) else json.dumps(line)).encode() + b"\n")

    def next(self):
        """The next event; None at the end."""
        while b"\n" not in self.bytes:
            some = self.socket.recv(65536)
            if not some:
                return None
            self.bytes += some
        line, self.bytes = self.bytes.split(b"\n", 1)
        self.events.append(json.loads(line))
        return self.events[-1]

    def until(self, kind, **fields):
        while True:
            event = self.next()
            assert event is not None, self.events
            if event["ev"] == kind and fields.items() <= event.items():
                return event

    def end(self):
        self.socket.close()


READS, WRITES = {"cmd": "attach"}, {"cmd": "attach", "write": "wait"}


def listens(path):
    try:
        Program(path).end()
        return True
    except OSError:
        return False


@pytest.fixture
def place(alice, bob):
    """Alice's program runs; where its socket is, and how bob comes."""
    alice.knows(bob)
    bob.knows(alice)
    where = "tcp://127.0.0.1:%d" % free_port()
    (bob.home / "peers").write_text((bob.home / "peers").read_text().strip() + " addr=%s\n" % where)
    path = str(alice.home / "s")

    class Place:
        socket = path

        def start(self):
            self.run = alice.start("serve", where, "--keep", "--allow", "bob", "--socket", path)
            self.run.wait_for(lambda: listens(path), path)
            return self

        def come(self):
            return Json(bob.start("connect", "--ui", "json", "alice", "--timeout", 20))

    return Place()


def test_say_talks_through_it(place, alice, bob):
    """say --socket: one message, through the conversation that goes on, and 0 once it was shown. It hears no message of the peer
    in the place of a program that comes later, and the word goes back to whoever had it."""
    say = ["say", "--socket", place.socket]
    assert "Is schat serve" in alice.run(*say, "bob", "hello", code=UNREACHABLE).errors
    place.start()
    assert "nobody of that name" in alice.run(*say, "bob", "hello", code=UNREACHABLE).errors
    b = place.come()
    b.connected()
    texts = ["it's \"done\"\\ \u202e", "two\nlines \U0001f680", "-x", "x" * 16000]
    for text in texts:
        result = alice.run(*say, "--", "bob", text)
        assert result.output == "" and result.errors == ""
        b.hears(text)
    for given, text in (("of a pipe\n\n", "of a pipe\n"), ("", None), ("\n", None)):
        alice.run(*say, "bob", "-", stdin=given.encode())
        texts += [text] if text else []
    assert "16000" in alice.run(*say, "bob", "x" * 16001, code=USAGE).errors
    assert "16000" in alice.run(*say, "bob", "-", stdin=b"\xff", code=USAGE).errors
    b.say("for whoever comes")
    alice.run(*say, "bob", "last")  # its receipt comes behind that
    b.run.wait_for(lambda: [e["text"] for e in b.events("msg")] == [*texts, "last"], "all, once")
    bot = Program(place.socket, WRITES)
    assert bot.until("msg")["text"] == "for whoever comes"  # nobody had got it
    b.say("and now")
    bot.until("msg", text="and now")
    alice.run(*say, "bob", "beside a bot")
    bot.until("said", text="beside a bot")
    bot.say({"cmd": "send", "to": "bob", "text": "still mine", "id": "b"})
    bot.until("sent", id="b")
    b.hears("still mine")
    refused = Program(place.socket, {"cmd": "attach", "read": "all"})
    assert refused.next()["err"] == "usage"
    b.run.signal(signal.SIGSTOP)
    assert "may or may not" in alice.run(*say, "bob", "unseen", "--timeout", "1", code=CUT).errors
    b.run.signal(signal.SIGCONT)
    b.hears("unseen")
    place.run.signal(signal.SIGTERM)
    place.run.ends(143)


def test_say_does_not_know_what_becomes_of_what_was_taken(alice):
    """A program that says nothing to a message may still pass it on."""
    folder = alice.home / "run"
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        listener.listen()
        say = alice.start("say", "--socket", folder / "s", "bob", "hello")
        program, _ = listener.accept()
        program.settimeout(PATIENCE)
        with program, program.makefile("rb") as lines:
            assert [json.loads(line)["cmd"] for line in lines] == ["attach", "send"]
        say.ends(CUT)
        assert "was closed, so it may or may not have been shown" in say.errors
        say = alice.start("say", "--socket", folder / "s", "bob", "hello")
        program, _ = listener.accept()
        with program, program.makefile("rb") as lines:
            assert len(list(lines)) == 2
            program.sendall(b'{"v":1,"ev":"error","err":"busy","text":"too many programs are attached"}\n')
        say.ends(UNREACHABLE)
        assert "bob: too many programs are attached" in say.errors


def test_programs_come_and_go(place):
    """What nobody has got waits for whoever comes; who was away asks from a number on, and gets each event once; what holds is
    told to all; and standard output has nothing."""
    place.start()
    b = place.come()
    b.connected()
    for i in range(3):
        b.say("early %d" % i)
    first = Program(place.socket, WRITES)
    assert first.next()["ev"] == "attached" and first.next() == {"v": 1, "ev": "writer", "ts": first.events[-1]["ts"], "write": True}
    first.until("msg", text="early 2")
    assert [e["seq"] for e in first.events[2:]] == list(range(1, len(first.events) - 1))
    b.run.wait_for(lambda: any(e["n"] == 3 for e in b.events("receipt")), "receipt")
    first.say({"cmd": "send", "to": "bob", "text": "hi", "id": "x"})
    first.until("receipt")
    assert [e["ev"] for e in first.events if e.get("id") == "x"] == ["said", "sent"]
    b.hears("hi")
    run, got = first.events[0]["run"], first.events[-1]["seq"]
    first.end()
    b.say("while it was away")
    again = Program(place.socket, {"cmd": "attach", "from": 4, "run": run})
    again.until("msg", text="while it was away")
    seqs = [e["seq"] for e in again.events if "seq" in e]
    assert seqs == [1, 2, 3, *range(4, seqs[-1] + 1)] and seqs[-1] > got
    assert [e["ev"] for e in again.events[1:5] if e["ev"] != "waiting"][:3] == ["hello", "listening", "connected"]
    late = Program(place.socket, READS)
    assert [late.next()["ev"] for _ in range(4)] == ["attached", "hello", "listening", "connected"]
    other = Program(place.socket, {"cmd": "attach", "from": 4, "run": run + 1})
    assert other.next()["from"] == 1 and other.next()["ev"] == "hello"
    place.run.signal(signal.SIGTERM)
    for program in (again, late, other):
        assert program.until("closed")["exit"] == 143 and program.next() is None
    place.run.ends(143)
    assert place.run.output == "" and not os.path.exists(place.socket)
    b.ends(CUT)


def test_one_writes(place):
    """Who came first writes; another waits, or takes the word after a line and gives it back; and what a line was begun with by one
    that left is no command."""
    place.start()
    one = Program(place.socket, WRITES)
    one.until("writer", write=True)
    two = Program(place.socket, WRITES, {"cmd": "contacts", "id": "two"})
    two.until("listening")
    three = Program(place.socket, {"cmd": "attach", "write": "now"})
    three.until("writer", write=True)
    one.until("writer", write=False)
    one.say({"cmd": "contacts", "id": "one"})
    three.say({"cmd": "contacts", "id": "three"})
    one.until("contacts", id="three")
    three.socket.sendall(b'{"cmd":"contacts","id":"torn"')
    four = Program(place.socket, {"cmd": "attach", "write": "now"}, {"cmd": "contacts", "id": "four"})
    four.until("listening")
    three.end()
    assert four.until("error")["err"] == "usage"
    four.until("contacts", id="four")
    four.socket.shutdown(socket.SHUT_WR)
    one.until("contacts", id="one")
    one.end()
    two.until("contacts", id="two")
    order = [e["id"] for e in four.events if e["ev"] == "contacts"]
    four.until("contacts", id="two")
    assert order == ["four"] and not [e for e in four.events if e.get("id") == "torn" and e["ev"] == "contacts"]
    reader = Program(place.socket, READS)
    reader.until("attached")
    reader.say({"cmd": "quit"})
    assert reader.until("error")["err"] == "state"
    reader.say({"cmd": "attach", "write": "now"})
    reader.until("writer", write=True)
    reader.say({"cmd": "quit"})
    assert two.until("closed")["exit"] == DONE
    assert reader.until("closed")["exit"] == DONE and reader.next() is None and two.next() is None
    place.run.ends(DONE)


def test_a_slow_one_holds_up_nothing(place):
    """Who does not read misses lines, and learns how many; what only it could get is not confirmed; others go on."""
    place.start()
    b = place.come()
    b.connected()
    slow = Program(place.socket, READS, small=True)
    slow.until("connected")
    quick = Program(place.socket, READS)
    quick.until("connected")
    big = "x" * 15000
    got = threading.Thread(target=lambda: quick.until("msg", text="last"), daemon=True)
    got.start()
    for _ in range(60):
        b.say(big)
    b.say("last")
    got.join(PATIENCE)
    assert not got.is_alive()
    b.run.wait_for(lambda: any(e["n"] == 61 for e in b.events("receipt")), "receipt")
    lost = slow.until("lost")["n"]
    slow.until("msg", text="last")
    assert lost > 0 and lost + len([e for e in slow.events if e["ev"] == "msg"]) >= 61
    late = Program(place.socket, {"cmd": "attach", "from": 1})
    late.until("msg", text="last")
    assert [e["ev"] for e in late.events[:5]] == ["attached", "lost", "hello", "listening", "connected"]
    assert late.events[5]["seq"] == late.events[1]["n"] + 1
    late.end()
    quick.end()
    slow.end()
    b.say("for nobody yet")
    b.run.write('{"cmd":"quit"}\n')
    program = Program(place.socket, READS)
    program.until("msg", text="for nobody yet")
    program.until("over")
    b.ends(DONE)


def test_say_is_not_shown(place, bob):
    """As long as no program is there, what is said was not shown."""
    place.start()
    bob.run("say", "alice", "hello", "--timeout", "1", code=CUT)
    Program(place.socket, READS).until("msg", text="hello")


def test_the_socket_is_ours_alone(place, alice):
    """0600, in a folder of ours; a dead one is replaced, a live one, a file or a link is not; other users are not heard."""
    place.start()
    assert stat.S_IMODE(os.stat(place.socket).st_mode) == 0o600
    second = ["serve", "tcp://127.0.0.1:%d" % free_port(), "--socket"]
    assert "another program listens there" in alice.run(*second, place.socket, code=LOCAL).errors
    Program(place.socket, READS).until("hello")
    place.run.process.kill()
    place.run.ends()
    assert os.path.exists(place.socket)
    place.start()
    Program(place.socket, READS).until("hello")
    place.run.signal(signal.SIGTERM)
    place.run.ends(143)
    (alice.home / "s").write_text("mine")
    alice.run(*second, place.socket, code=LOCAL)
    assert (alice.home / "s").read_text() == "mine"
    (alice.home / "open").mkdir(mode=0o777)
    os.chmod(alice.home / "open", 0o777)
    (alice.home / "link").symlink_to(alice.home)
    for path in ("open/s", "link/t", "link", "nowhere/s"):
        assert alice.run(*second, path, code=LOCAL).errors
    assert not (alice.home / "t").exists()
    if os.geteuid() == 0:
        place.socket = str(alice.home / "u")
        run = alice.start(*second, place.socket)
        run.wait_for(lambda: listens(place.socket), "socket")
        os.chmod(place.socket, 0o666)
        for folder in (alice.home, *alice.home.parents):
            if folder.stat().st_uid == 0 and folder != folder.parent and "pytest" in str(folder):
                os.chmod(folder, 0o711)
        child = os.fork()
        if child == 0:
            try:
                os.setuid(65534)
                program = Program(place.socket, READS)
                os._exit(0 if program.next() is None else 1)
            except OSError as e:
                os._exit(0 if isinstance(e, ConnectionError) else 2)
        assert os.waitpid(child, 0)[1] == 0


def test_hostile_programs(place):
    """Garbage, 10 MB without a newline, a thousand that say nothing, half-closed ones, ones that never read: the others go on, it
    costs no processor once they rest, and the program ends when told."""
    place.start()
    good = Program(place.socket, WRITES)
    good.until("writer", write=True)
    garbage = Program(place.socket)
    garbage.socket.sendall(b"\x00\xff{{{[[\n" * 3 + b"\n{}\n" + b'{"cmd":"attach","from":-1}\n')
    assert [garbage.next()["err"] for _ in range(5)] == ["usage"] * 3 + ["state", "usage"]
    try:
        garbage.socket.setblocking(False)
        garbage.socket.sendall(b"x" * 10_000_000)
    except BlockingIOError:
        pass
    crowd = []
    for _ in range(1000):
        try:
            crowd.append(Program(place.socket))
        except OSError:
            break
    half = Program(place.socket, READS)
    half.socket.shutdown(socket.SHUT_WR)
    half.until("hello")
    never = [Program(place.socket, READS, small=True) for _ in range(5)]
    good.say({"cmd": "contacts", "id": "a"})
    good.until("contacts", id="a")
    half.until("contacts", id="a")
    taker = Program(place.socket, {"cmd": "attach", "write": "now"})
    taker.until("writer", write=True)
    for _ in range(100):
        taker.socket.sendall(b"y" * 100_000)
    taker.say("")
    taker.say({"cmd": "contacts", "id": "b"})
    taker.until("contacts", id="b")
    assert [e["err"] for e in taker.events if e["ev"] == "error"] == ["usage"]
    taker.end()
    good.say({"cmd": "contacts", "id": "c"})
    good.until("contacts", id="c")
    before = place.run.cpu()
    time.sleep(0.5)
    assert place.run.cpu() - before < 0.1
    place.run.signal(signal.SIGTERM)
    place.run.ends(143)
    for program in crowd + never:
        program.end()
