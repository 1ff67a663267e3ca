"""The table of docs/DESIGN.md section 6, cell by cell: input x output x fault x interactor, and what both sides end with.

One side, A, has the input or the output of the cell; the other, B, says something and stays, or leaves first. Both are the
real program. The cells are run side by side, each in a folder of its own; each is a test of its own.
"""

import concurrent.futures
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import termios
import time

import pytest

from hosts import CUT, DONE, LOCAL, PATIENCE, Host, Json

LONG = "0123456789" * 4000 + "€"
WORKERS = 4


class Cell:
    """One cell. end: A's exit code, B's exit code (None: B never gets that far)."""

    def __init__(self, ui, role, end, input="null", output="pipe", b="json", does=("hi", "stay"), heard=None, b_heard=None,
                 says="", b_says="", suite="hybrid", options=(), then=None):
        self.__dict__.update({k: v for k, v in locals().items() if k != "self"})

    def __str__(self):
        parts = [self.ui, self.role, "in " + self.input, "out " + self.output, "B " + " ".join(self.does)]
        return ", ".join(parts + [self.suite] * (self.suite != "hybrid") + list(self.options))


LEAVES, STAYS, QUIET = ("hi", "quit"), ("hi", "stay"), ("stay",)
THREE = ["one", "", "three"]


def cells():
    # ---- what A's input does ----
    for role in ("connect", "serve"):
        yield Cell("lines", role, (DONE, DONE), "file", b_heard=THREE)
        yield Cell("lines", role, (DONE, DONE), "ends", b_heard=THREE)
        yield Cell("lines", role, (DONE, DONE), "long", b_heard=[LONG])
        yield Cell("lines", role, (DONE, CUT), "long", b="lines", does=QUIET, b_heard=[LONG], b_says="alice left before the input ended")
        yield Cell("lines", role, (DONE, DONE), "empty", b_heard=["", "", ""])
        yield Cell("lines", role, (CUT, DONE), "open", does=LEAVES, heard=["hi"], b_heard=["one"], says="bob left before the input ended")
        yield Cell("lines", role, (DONE, DONE), "terminal", does=LEAVES, heard=["hi"], b_heard=[])
        yield Cell("lines", role, (LOCAL, None), "closed", says="can't read standard input: ")
        yield Cell("lines", role, (LOCAL, None), "error", says="can't read standard input: ")
        yield Cell("json", role, (DONE, DONE), "file", b_heard=THREE)
        yield Cell("json", role, (DONE, DONE), "open", does=LEAVES, heard=["hi"], b_heard=["one"])
        yield Cell("json", role, (LOCAL, None), "error")
        yield Cell("json", role, (DONE, DONE), "too long", b_heard=["after"])
        yield Cell("pipe", role, (DONE, DONE), "file", b="pipe", heard=["hi"], b_heard=THREE)
        yield Cell("pipe", role, (DONE, DONE), "null", b="pipe", heard=["hi"], b_heard=[])
        yield Cell("pipe", role, (DONE, DONE), "ends", b="pipe", heard=["hi"], b_heard=THREE)
        yield Cell("pipe", role, (LOCAL, CUT), "closed", b="pipe", says="standard input failed: ", b_says="its input failed")
        yield Cell("pipe", role, (LOCAL, CUT), "error", b="pipe", says="standard input failed: ", b_says="its input failed")
        yield Cell("console", role, (DONE, DONE), "terminal", output="terminal", does=LEAVES, b_heard=[])
    yield Cell("lines", "connect", (DONE, DONE), "null", does=QUIET, b_heard=[])
    yield Cell("json", "connect", (DONE, DONE), "null", does=QUIET, b_heard=[])
    for ui in ("lines", "json"):  # a host without input receives
        yield Cell(ui, "serve", (DONE, DONE), "null", does=LEAVES, heard=["hi"], b_heard=[])
        yield Cell(ui, "serve", (143, DONE), "null", does=LEAVES, heard=["hi", "hi"], options=("--keep",), then="again")
        yield Cell(ui, "serve", (143, DONE), "nohup", does=LEAVES, heard=["hi", "hi"], options=("--keep",), then="again")
    yield Cell("lines", "serve", (143, DONE), "file", does=LEAVES, heard=["hi", "hi"], b_heard=THREE, options=("--keep",), then="again")
    yield Cell("pipe", "serve", (143, DONE), "null", b="pipe", heard=["hi", "hi"], options=("--keep",), then="again")
    # it hears of the end of its input or of SIGHUP first: it says good-bye, or it does not
    yield Cell("console", "serve", (129, (CUT, DONE)), "terminal", output="terminal", then="hang up")
    # ---- what A's output does ----
    for ui in ("lines", "json", "pipe"):
        b = "pipe" if ui == "pipe" else "json"
        source = "ends" if ui == "pipe" else "open"
        for role in ("connect", "serve"):
            early = ui == "json"  # its first event fails already, before anybody is there
            yield Cell(ui, role, (DONE if ui != "lines" else CUT, DONE), source, output="file", b=b, does=LEAVES, heard=["hi"])
            yield Cell(ui, role, (LOCAL, None if early else CUT), source, output="closed", b=b, b_says="" if early else "its output failed")
            yield Cell(ui, role, (LOCAL, None if early else CUT), source, output="full", b=b, says="No space left on device",
                       b_says="" if early else "its output failed")
            yield Cell(ui, role, (141, None if early else CUT), source, output="nobody", b=b, b_says="" if early else "its output failed")
        yield Cell(ui, "serve", (141, CUT), "hold", output="vanishes", b=b, does=("hi", "drop", "go on"), b_says="its output failed")
    yield Cell("lines", "connect", (DONE, DONE), "file", output="no error output", b_heard=THREE)
    yield Cell("pipe", "connect", (DONE, DONE), "ends", output="no error output", b="pipe", heard=["hi"], b_heard=THREE)
    # ---- leaving with something unsaid ----
    yield Cell("lines", "connect", (130, None), "open", then="interrupt alone", says="^schat: 1 line was not sent")
    yield Cell("lines", "connect", (143, CUT), "open", does=QUIET, b_heard=["one"], then="terminate",
               says="the conversation with bob was broken off", b_says="alice left without waiting; everything you said had arrived")
    # ---- another suite ----
    yield Cell("lines", "connect", (DONE, DONE), "file", b_heard=THREE, suite="rsa")
    yield Cell("pipe", "connect", (LOCAL, CUT), "error", b="pipe", suite="rsa", b_says="its input failed")
    yield Cell("lines", "serve", (LOCAL, CUT), "open", output="full", suite="rsa", b_says="its output failed")


CELLS = list(cells())


def bytes_of(cell):
    """What A's input has."""
    commands = [{"cmd": "send", "text": text, "conv": 1} for text in THREE]
    if cell.input == "long":
        return LONG + "\n"
    if cell.input == "empty":
        return "\n\n\n"
    if cell.input == "too long":
        texts = [LONG, "after"]
        return "".join(json.dumps({"cmd": "send", "text": text, "id": text[:2]}) + "\n" for text in texts)
    if cell.input == "open":
        return json.dumps(commands[0]) + "\n" if cell.ui == "json" else "one\n"
    if cell.input == "hold":
        return ""
    return "".join(json.dumps(c) + "\n" for c in commands) if cell.ui == "json" else "\n".join(THREE)


def nobody():
    """A pipe that nobody reads; made before any thread can start a program that holds its other end."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


NOBODY = nobody()


def read_until(fd, pattern):
    """What group 1 of pattern is in what comes."""
    seen = ""
    while not re.search(pattern, seen):
        assert select.select([fd], [], [], PATIENCE)[0], seen
        some = os.read(fd, 4096).decode()
        assert some, seen
        seen += some
    return re.search(pattern, seen).group(1)


def put(run, data):
    """To a program that may have ended already."""
    try:
        run.write(data)
    except BrokenPipeError:
        pass


class Play:
    """A cell while it is run."""

    def __init__(self, cell, folder, homes, bin_folder):
        self.cell, self.hosts, self.open = cell, {}, []
        for name in ("alice", "bob"):
            shutil.copytree(homes[cell.suite] / name, folder / name)
            self.hosts[name] = Host(name, folder / name, bin_folder)
        self.folder, self.master, self.reader = folder, None, None

    def argv(self, name, ui, role, port):
        options = {"pipe": ["--pipe"], "console": []}.get(ui, ["--ui", ui])
        if role == "serve":
            return ["serve", "tcp://127.0.0.1:0", *options, "-c", self.cell.suite]
        other = {"alice": "bob", "bob": "alice"}[name]
        peers = self.hosts[name].home / "peers"
        known = re.sub(r" addr=\S*", "", peers.read_text().strip())
        peers.write_text("%s addr=tcp://127.0.0.1:%d\n" % (known, port))
        return ["connect", other, *options]

    def start_a(self, port):
        cell, out, inp, closed = self.cell, -1, -1, []
        if cell.input in ("null",):
            inp = os.open("/dev/null", os.O_RDONLY)
        elif cell.input == "nohup":
            inp = os.open("/dev/null", os.O_WRONLY)
        elif cell.input == "error":
            inp = os.open("/proc/self/mem", os.O_RDONLY)
        elif cell.input in ("file", "long", "empty", "too long"):
            (self.folder / "input").write_text(bytes_of(cell))
            inp = os.open(self.folder / "input", os.O_RDONLY)
        elif cell.input == "terminal":
            self.master, inp = pty.openpty()
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 160, 0, 0))
        elif cell.input == "closed":
            closed.append(0)
        if cell.output == "file":
            out = os.open(self.folder / "output", os.O_WRONLY | os.O_CREAT)
        elif cell.output == "full":
            out = os.open("/dev/full", os.O_WRONLY)
        elif cell.output in ("nobody", "vanishes"):
            if cell.output == "nobody":
                out = os.dup(NOBODY)
            else:
                self.reader, out = os.pipe()
        elif cell.output == "terminal":
            out = inp
        elif cell.output == "closed":
            closed.append(1)
        elif cell.output == "no error output":
            closed.append(2)
        more = {}
        if closed:
            more["preexec_fn"] = lambda: [os.close(fd) for fd in closed]
        elif cell.ui == "console":
            more["preexec_fn"] = lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        a = self.hosts["alice"].start(*self.argv("alice", cell.ui, cell.role, port), *cell.options, stdin=inp, stdout=out, **more)
        for fd in {inp, out} - {-1}:
            os.close(fd)
        if cell.input in ("ends", "open", "hold"):
            put(a, bytes_of(cell))
        if cell.input == "ends":
            a.close()
        return a

    def start_b(self, port):
        role = "serve" if self.cell.role == "connect" else "connect"
        return self.hosts["bob"].start(*self.argv("bob", self.cell.b, role, port))

    @staticmethod
    def port(run, ui):
        if ui == "json":
            return int(run.prints(r'"listening".*127.0.0.1:(\d+)').group(1))
        return int(run.says(r"listening on 127.0.0.1:(\d+)").group(1))

    def listening(self, a):
        """A's port, when it gets so far."""
        if self.cell.output == "terminal":
            return int(read_until(self.master, r"listening on 127.0.0.1:(\d+)\r"))
        if self.cell.ui == "json" and self.cell.output == "vanishes":
            return int(read_until(self.reader, r'127.0.0.1:(\d+)"'))
        if self.cell.ui == "json" and self.cell.output == "file":
            return int(a.wait_for(lambda: re.search(r'127.0.0.1:(\d+)"', (self.folder / "output").read_text()), "its port").group(1))
        return self.port(a, self.cell.ui)

    def say_hi(self, b):
        put(b, json.dumps({"cmd": "send", "text": "hi"}) + "\n" if self.cell.b == "json" else "hi\n")

    def act(self, a, b):
        """What B does."""
        for step in self.cell.does:
            if step == "hi":
                self.say_hi(b)
            elif step == "go on":  # a program that another cell starts may hold the pipe's other end for a moment
                until = time.monotonic() + PATIENCE
                while a.process.poll() is None and time.monotonic() < until:
                    self.say_hi(b)
                    time.sleep(0.05)
            elif step == "quit" and self.cell.b == "json":
                put(b, '{"cmd":"quit"}\n')
            elif step == "drop":
                read_until(self.reader, "(hi)")
                os.close(self.reader)
        if self.cell.b == "pipe":
            b.write_all("")

    def run(self):
        cell = self.cell
        try:
            if cell.end[1] is None and cell.then is None:
                a = self.start_a(1)  # nobody is there: it ends by itself, and not because of that
                return [a.ends().process.returncode, None, a, None]
            if cell.then == "interrupt alone":
                a = self.hosts["alice"].start(*self.argv("alice", cell.ui, "connect", 1), "--timeout", 20)
                a.write(bytes_of(cell))
                a.says("can't reach")
                while fcntl.ioctl(a.process.stdin, termios.FIONREAD, bytes(4)) != bytes(4):
                    time.sleep(0.01)  # a pipe does not tell when it has been read
                a.signal(signal.SIGINT)
                return [a.ends().process.returncode, None, a, None]
            if cell.role == "serve":
                a = self.start_a(0)
                port = self.listening(a)
                b = self.start_b(port)
            else:
                b = self.start_b(0)
                a = self.start_a(self.port(b, cell.b))
            self.act(a, b)
            if cell.then == "again":
                b.ends()
                first = b.process.returncode
                b = self.start_b(port)
                self.act(a, b)
                b.ends(first)
                a.wait_for(lambda: self.heard(a, cell.ui).count("hi") == 2, "both")
                a.signal(signal.SIGTERM)
            elif cell.then == "hang up":
                b.prints('"connected"')
                os.close(self.master)
                self.master = None
            elif cell.then == "terminate":
                b.prints('"one"')
                a.signal(signal.SIGTERM)
            elif cell.output == "terminal":
                self.read_terminal(a)
            elif cell.input == "terminal":
                a.says("Ctrl-D leaves")
                os.write(self.master, b"\x04")
            return [a.ends().process.returncode, b.ends().process.returncode, a, b]
        finally:
            for host in self.hosts.values():
                host.stop()
            if self.master is not None:
                os.close(self.master)

    def read_terminal(self, a):
        """Its user leaves when B has. (A terminal that nobody reads would stop it.)"""
        seen = b""
        while a.process.poll() is None:
            try:
                seen += os.read(self.master, 65536)
            except OSError:
                return
            if b"Ctrl-D leaves" in seen:
                os.write(self.master, b"\x04")
                seen = b""

    @staticmethod
    def heard(run, ui):
        if ui != "json":
            return run.output.split("\n")[:-1] if run.output.endswith("\n") or not run.output else run.output.split("\n")
        texts, whole = [], True
        for event in Json(run).events("msg"):
            texts[len(texts):] = [] if not whole else [""]
            texts[-1] += event["text"]
            whole = not event.get("more")
        return texts


@pytest.fixture(scope="module")
def homes(tmp_path_factory, bin_folder, rsa_keys):
    """For each suite alice and bob, who know each other."""
    made = {}
    for suite, kind in (("hybrid", "x25519"), ("noise", "x25519"), ("rsa", "rsa")):
        made[suite] = tmp_path_factory.mktemp(suite)
        hosts = [Host(name, made[suite] / name, bin_folder) for name in ("alice", "bob")]
        for host, key in zip(hosts, rsa_keys):
            if suite == "rsa":
                for suffix in ("", ".pub"):
                    shutil.copy2(str(key) + suffix, host.home / ("id_rsa" + suffix))
            host.key_line(kind)
        hosts[0].knows(hosts[1], kind)
        hosts[1].knows(hosts[0], kind)
        for host in hosts:
            (host.home / "peers.lock").unlink(missing_ok=True)
    return made


@pytest.fixture(scope="module")
def played(tmp_path_factory, homes, bin_folder):
    """All cells, run by a few threads."""
    pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
    folder = tmp_path_factory.mktemp("cells")

    def play(number, cell):
        (folder / str(number)).mkdir()
        return Play(cell, folder / str(number), homes, bin_folder).run()

    results = [pool.submit(play, number, cell) for number, cell in enumerate(CELLS)]
    yield results, folder
    pool.shutdown()


@pytest.mark.parametrize("number", range(len(CELLS)), ids=map(str, CELLS))
def test_outcome(number, played):
    """Both exit codes, what arrived, and what is said."""
    cell = CELLS[number]
    code, b_code, a, b = played[0][number].result()
    story = a.story() + (b.story() if b else "")
    a_end, b_end = cell.end
    assert code == a_end and b_code in (b_end if isinstance(b_end, tuple) else (b_end,)), story
    if cell.heard is not None and cell.output == "file":
        written = (played[1] / str(number) / "output").read_text()
        texts = [e["text"] for e in map(json.loads, written.splitlines()) if e["ev"] == "msg"] if cell.ui == "json" \
            else written.splitlines()
        assert texts == cell.heard, story
    elif cell.heard is not None:
        assert Play.heard(a, cell.ui) == cell.heard, story
    if cell.b_heard is not None and cell.then != "again":
        assert Play.heard(b, cell.b) == cell.b_heard, story
    assert re.search(cell.says, a.errors, re.M), story
    assert re.search(cell.b_says, b.errors + b.output if b else "", re.M), story
    for run in [a] * (cell.ui == "json" and cell.output == "pipe") + [b] * (b is not None and cell.b == "json"):
        Json(run).check_order()
    if cell.input == "too long":
        error = Json(a).events("error")[0]
        assert error["err"] == "usage" and error["id"] == "01", story
