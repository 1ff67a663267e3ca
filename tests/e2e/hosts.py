"""What the end-to-end tests are made of: hosts (a home folder each), runs of the real program, and talkers.

A wait is always for an event and always has an end; nothing here sleeps for a fixed time. A process is ended by its
own pid. The program is $SCHAT, or build/schat of this tree.
"""

import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pexpect

TOP = pathlib.Path(__file__).resolve().parents[2]
SCHAT = os.path.abspath(os.environ.get("SCHAT") or TOP / "build" / "schat")
PATIENCE = float(os.environ.get("PATIENCE", 60))  # seconds that anything may take on a loaded machine

# Exit codes, as DESIGN has them.
DONE, OTHER, USAGE, UNREACHABLE, TRUST, CUT, LOCAL, VERSION = range(8)

COMMAND = re.compile(r"^ *(schat connect [^\n]+)$", re.M)
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\].*?(\x07|\x1b\\)|[=>])")


def plain(text):
    """What a terminal would have been told, without its escape sequences."""
    return re.sub("\r+\n", "\n", ESCAPES.sub("", text))


ports = itertools.count(random.randrange(6000))


def free_port():
    """A port that neither UDP nor TCP uses on loopback. It is none of those that the kernel gives to whoever asks for any (32768 and
    up), nor of those of tests/hostile, so that nobody has it before it is used."""
    while True:
        port = 20000 + next(ports) % 6000
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Run:
    """A running program. What it writes is gathered as it comes."""

    def __init__(self, argv, env, cwd=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more):
        self.argv = argv
        self.out, self.err = bytearray(), bytearray()
        self.news = threading.Condition()
        self.process = subprocess.Popen(argv, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, **more)
        self.pid = self.process.pid
        self.readers = [threading.Thread(target=self.gather, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err)) if pair[0]]
        for reader in self.readers:
            reader.start()

    def gather(self, stream, into):
        while True:
            some = os.read(stream.fileno(), 65536)
            with self.news:
                into += some
                self.news.notify_all()
            if not some:
                return

    def story(self):
        return "%s\n-- stdout:\n%s\n-- stderr:\n%s" % (
            " ".join(map(str, self.argv)), bytes(self.out[-4000:]).decode("utf-8", "replace"),
            bytes(self.err[-4000:]).decode("utf-8", "replace"))

    def wait_for(self, condition, what, seconds=PATIENCE):
        """The first true value of condition()."""
        until = time.monotonic() + seconds
        with self.news:
            while True:
                value = condition()
                if value:
                    return value
                left = until - time.monotonic()
                over = self.process.poll() is not None and not any(r.is_alive() for r in self.readers)
                if left <= 0 or over:
                    raise AssertionError("%s: not seen: %s\n%s" % ("it ended" if over else "too late", what, self.story()))
                self.news.wait(min(left, 0.2))

    @property
    def errors(self):
        return bytes(self.err).decode("utf-8", "replace")

    @property
    def output(self):
        return bytes(self.out).decode("utf-8", "replace")

    def says(self, pattern, seconds=PATIENCE):
        """Waits for pattern (a regular expression) on stderr."""
        return self.wait_for(lambda: re.search(pattern, self.errors, re.M), pattern, seconds)

    def prints(self, pattern, seconds=PATIENCE):
        """Waits for pattern on stdout."""
        return self.wait_for(lambda: re.search(pattern, self.output, re.M), pattern, seconds)

    def write(self, data):
        self.process.stdin.write(data if isinstance(data, bytes) else data.encode())
        self.process.stdin.flush()

    def write_all(self, data):
        """The whole input, or as much of it as it wants."""
        try:
            self.write(data)
            self.close()
        except BrokenPipeError:
            pass

    def close(self):
        self.process.stdin.close()

    def signal(self, number):
        os.kill(self.pid, number)

    def cpu(self):
        """Seconds of a processor that it has used."""
        with open("/proc/%d/stat" % self.pid, encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ends(self, code=None, seconds=PATIENCE):
        """Waits for the end; it has to be with code."""
        try:
            got = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("does not end: " + self.story()) from None
        for reader in self.readers:
            reader.join(PATIENCE)
        assert code is None or got == code, "exit %d, not %d: %s" % (got, code, self.story())
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


class Host:
    """A home folder, and what runs with it."""

    def __init__(self, name, folder, bin_folder):
        self.name, self.home, self.runs = name, folder, []
        folder.mkdir(exist_ok=True)
        self.env = {"PATH": "%s:/usr/sbin:/usr/bin:/sbin:/bin" % bin_folder, "HOME": str(folder), "SCHAT_HOME": str(folder),
                    "USER": name, "LANG": "C.UTF-8", "TERM": "xterm"}

    def start(self, *argv, env=None, cwd=None, **more):
        """Starts schat with these arguments."""
        run = Run([SCHAT, *map(str, argv)], {**self.env, **(env or {})}, cwd=cwd or self.home, **more)
        self.runs.append(run)
        return run

    def shell(self, line, *options, env=None, **more):
        """Starts a line as a person would paste it, options behind it."""
        line = "exec " + " ".join([line, *map(str, options)])
        run = Run(["/bin/sh", "-c", line], {**self.env, **(env or {})}, cwd=self.home, **more)
        self.runs.append(run)
        return run

    def run(self, *argv, stdin=b"", code=DONE, env=None, **more):
        """Runs schat to its end, which has to be with code."""
        run = self.start(*argv, env=env, **more)
        if run.process.stdin:
            run.write_all(stdin)
        return run.ends(code)

    def key_line(self, kind="x25519"):
        if not (self.home / ("id_" + kind)).exists():
            self.run("keygen", "-t", kind)
        return (self.home / ("id_%s.pub" % kind)).read_text().strip()

    def fingerprint(self, kind="x25519"):
        return self.run("keygen", "--show", "-f", self.home / ("id_" + kind)).output.strip()

    def knows(self, other, kind="x25519"):
        self.run("peers", "add", other.name, *other.key_line(kind).split())

    def stop(self):
        for run in self.runs:
            run.stop()


class Signal:
    """A signaling server of one's own."""

    def __init__(self, host, *options):
        self.port = free_port()
        self.address = "127.0.0.1:%d" % self.port
        self.run = host.start("signal", "-l", self.address, *options, stdin=subprocess.DEVNULL)
        self.run.says("listening on ")


# ---- talkers: one interface for every interactor ----

class Lines:
    """serve or connect with --ui lines."""
    options = ["--ui", "lines"]

    def __init__(self, run):
        self.run = run

    def command(self):
        """The line to type on the other host."""
        return self.run.says(COMMAND.pattern).group(1)

    def connected(self):
        self.run.says("connected to ")

    def say(self, text):
        self.run.write(text + "\n")

    def hears(self, text):
        self.run.wait_for(lambda: text in self.run.output.split("\n")[:-1], text)

    def leave(self):
        self.run.close()

    def left(self):
        """Its input has ended."""
        return self.run.process.stdin is None or self.run.process.stdin.closed

    def ends(self, code=None):
        """In order, unless told otherwise. Whose input goes on when the peer leaves has not said all it might have: 5."""
        self.run.ends(code if code is not None else DONE if self.left() else CUT)

    def heard(self):
        """Everything heard, when it has ended."""
        return self.run.output.splitlines()


class Json(Lines):
    options = ["--ui", "json"]

    def all(self):
        return list(map(json.loads, self.run.output.split("\n")[:-1]))

    def events(self, kind):
        return [event for event in self.all() if event["ev"] == kind]

    def check_order(self):
        """Of a program that has ended: its events came as the diagram of docs/JSON.md has it."""
        anywhere = {"notice", "listening", "code", "waiting", "guess", "contacts", "error"}
        within = anywhere | {"sent", "receipt", "path", "away", "back", "who", "offer", "progress", "file", "transfer"}
        may = {"waiting": anywhere | {"connected", "closed"}, "talking": within | {"msg", "peer-left", "over"},
               "leaving": within | {"over"}, "after": anywhere | {"connected", "closed"}, "end": set(), "start": {"hello"}}
        to = {"hello": "waiting", "connected": "talking", "peer-left": "leaving", "over": "after", "closed": "end"}
        state, conv, numbers = "start", 0, {}
        for event in self.all():
            name = event["ev"]
            assert name in may[state], "%s while %s: %s" % (name, state, self.run.story())
            state = to.get(name, state)
            if name == "connected":
                conv, numbers = conv + 1, {"sent": 0, "msg": 0, "receipt": 0}
            if name in within - anywhere | {"connected", "msg", "peer-left", "over"}:
                assert event["conv"] == conv, self.run.story()
            if name in ("sent", "msg"):
                numbers[name] += 1
                assert event["n"] == numbers[name], self.run.story()
            if name == "receipt":
                assert numbers["receipt"] < event["n"] <= numbers["sent"], self.run.story()
                numbers["receipt"] = event["n"]
        assert state == "end" and self.all()[-1]["exit"] == self.run.process.returncode, self.run.story()

    def ends(self, code=DONE):
        self.run.ends(code)

    def command(self):
        event = self.run.wait_for(lambda: self.events("code"), "code")[0]
        return COMMAND.match(event["text"]).group(1)

    def connected(self):
        self.run.wait_for(lambda: self.events("connected"), "connected")

    def say(self, text):
        self.run.write(json.dumps({"cmd": "send", "text": text}, ensure_ascii=False) + "\n")

    def hears(self, text):
        self.run.wait_for(lambda: text in self.heard(), text)

    def heard(self):
        return [event["text"] for event in self.events("msg")]


class Pipe(Lines):
    options = ["--pipe"]

    def ends(self, code=DONE):
        self.run.ends(code)

    def hears(self, text):
        self.run.wait_for(lambda: text + "\n" in self.run.output, text)


class Console:
    """In a terminal of its own."""
    options = []

    def __init__(self, terminal):
        self.terminal = terminal
        self.seen = ""

    def wait_for(self, pattern, seconds=PATIENCE):
        """Reads until pattern is in what was seen so far."""
        until = time.monotonic() + seconds
        while True:
            found = re.search(pattern, plain(self.seen), re.M)
            if found:
                return found
            try:
                self.seen += self.terminal.read_nonblocking(65536, 0.2)
            except pexpect.TIMEOUT:
                assert time.monotonic() < until, "not seen: %s in %s" % (pattern, plain(self.seen))
            except pexpect.EOF:
                found = re.search(pattern, plain(self.seen), re.M)
                assert found, "it ended, not seen: %s in %s" % (pattern, plain(self.seen))
                return found

    def command(self):
        return self.wait_for(COMMAND.pattern).group(1)

    def connected(self):
        self.wait_for("connected to ")

    def say(self, text):
        self.terminal.send(text + "\r")

    def hears(self, text):
        self.wait_for(r"> " + re.escape(text))

    def leave(self):
        self.terminal.send("\x04")

    def ends(self, code=DONE):
        """Its user leaves, too, when the other side has."""
        until = time.monotonic() + PATIENCE
        stays = True
        while time.monotonic() < until:
            if stays and "Ctrl-D leaves." in plain(self.seen):
                self.leave()
                stays = False
            try:
                self.seen += self.terminal.read_nonblocking(65536, 0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
        self.terminal.close()
        assert self.terminal.exitstatus == code, "exit %s, signal %s: %s" % (
            self.terminal.exitstatus, self.terminal.signalstatus, plain(self.seen))

    def heard(self):
        return None  # what is on the screen is not only what was heard


def console(host, argv):
    terminal = pexpect.spawn(argv[0], argv[1:], env=host.env, cwd=str(host.home), dimensions=(40, 160), encoding="utf-8",
                             codec_errors="replace", echo=False, timeout=PATIENCE)
    terminal.delaybeforesend = None
    talker = Console(terminal)
    host.runs.append(_Terminal(terminal))
    return talker


class _Terminal:
    """What Host.stop needs of a pexpect child."""

    def __init__(self, terminal):
        self.terminal = terminal

    def stop(self):
        if self.terminal.isalive():
            self.terminal.kill(signal.SIGKILL)
        self.terminal.close()

    def story(self):
        return "on a terminal"


TALKERS = {"lines": Lines, "json": Json, "console": Console, "pipe": Pipe}


def serve(host, ui, *argv):
    """A talker that waits."""
    kind = TALKERS[ui]
    argv = ["serve", *map(str, argv), *kind.options]
    return console(host, [SCHAT, *argv]) if ui == "console" else kind(host.start(*argv))


def connect(host, ui, line, *argv):
    """A talker that pastes the line it was given. What the line says already is not said again."""
    kind = TALKERS[ui]
    options = [o for o in [*map(str, argv), *kind.options] if o not in ("--pipe", "--insecure") or o not in line]
    if ui == "console":
        return console(host, ["/bin/sh", "-c", "exec " + " ".join([line, *options])])
    return kind(host.shell(line, *options))


def copy_key(source, host):
    """The home gets a key that was made before."""
    for suffix in ("", ".pub"):
        shutil.copy2(str(source) + suffix, host.home)
