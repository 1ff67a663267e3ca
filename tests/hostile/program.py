"""The program under test: homes, runs of it, and what it says. $SCHAT, or build/schat of this tree.

A wait is always for an event and always has an end. A process is ended by its own pid.
"""

import itertools
import json
import os
import pathlib
import pty
import random
import re
import signal
import socket
import subprocess
import threading
import time

import crypto
from peer import PATIENCE

SCHAT = os.path.abspath(os.environ.get("SCHAT") or pathlib.Path(__file__).resolve().parents[2] / "build" / "schat")


ports = itertools.count(random.randrange(6000))


def free_port():
    """A port that neither UDP nor TCP uses on loopback. It is none of those that the kernel gives to whoever asks for any (32768 and
    up), nor of those of tests/e2e, so that no attacker has it before it is used."""
    while True:
        port = 26000 + next(ports) % 6000
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Run:
    """A run of the program; out and err gather what it writes. terminal: it has one, as input and output."""

    def __init__(self, home, argv, env=None, stdin=subprocess.PIPE, terminal=False):
        self.argv, self.out, self.err, self.news = argv, bytearray(), bytearray(), threading.Condition()
        env = {"HOME": str(home.folder), "SCHAT_HOME": str(home.folder), "USER": home.name, "LANG": "C.UTF-8",
               "PATH": "/usr/bin:/bin", **(env or {})}
        self.terminal, stdout = None, subprocess.PIPE
        if terminal:
            self.terminal, stdin = pty.openpty()
            stdout = stdin
        self.process = subprocess.Popen([SCHAT, *map(str, argv)], env=env, cwd=home.folder, stdin=stdin, stdout=stdout,
                                        stderr=subprocess.PIPE)
        if terminal:
            os.close(stdin)
        self.pid = self.process.pid
        first = self.terminal if terminal else self.process.stdout.fileno()
        self.readers = [threading.Thread(target=self.gather, args=a, daemon=True)
                        for a in ((first, self.out), (self.process.stderr.fileno(), self.err))]
        for reader in self.readers:
            reader.start()

    def gather(self, fd, into):
        while True:
            try:
                some = os.read(fd, 65536)
            except OSError:  # a terminal that nobody holds open any more
                some = b""
            with self.news:
                into += some
                self.news.notify_all()
            if not some:
                return

    @property
    def errors(self):
        return bytes(self.err).decode("utf-8", "replace")

    @property
    def output(self):
        return bytes(self.out).decode("utf-8", "replace")

    def story(self):
        return "%s\n-- stdout:\n%s\n-- stderr:\n%s" % (self.argv, self.output[-3000:], self.errors[-3000:])

    @property
    def alive(self):
        return self.process.poll() is None

    def wait_for(self, condition, what, seconds=PATIENCE):
        end = time.monotonic() + seconds
        with self.news:
            while True:
                value = condition()
                if value:
                    return value
                over = not self.alive and not any(r.is_alive() for r in self.readers)
                if over or time.monotonic() > end:
                    raise AssertionError("%s: not seen: %s\n%s" % ("it ended" if over else "too late", what, self.story()))
                self.news.wait(0.1)

    def says(self, pattern, seconds=PATIENCE):
        return self.wait_for(lambda: re.search(pattern, self.errors, re.M), pattern, seconds)

    def prints(self, pattern, seconds=PATIENCE):
        return self.wait_for(lambda: re.search(pattern, self.output, re.M), pattern, seconds)

    def events(self, kind):
        """The events of --ui json so far."""
        return [e for e in map(json.loads, self.output.split("\n")[:-1]) if e["ev"] == kind]

    def event(self, kind, seconds=PATIENCE):
        return self.wait_for(lambda: self.events(kind), "event " + kind, seconds)[0]

    def type(self, some):
        os.write(self.terminal, some.encode())

    def write(self, some):
        self.process.stdin.write(some if isinstance(some, bytes) else some.encode())
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()

    @property
    def unsaid(self):
        """Lines may still come from its input: if the peer leaves now, it ends with 5 and not with 0."""
        talks = self.argv[0] in ("serve", "connect") and "--pipe" not in self.argv and "json" not in self.argv
        return talks and self.process.stdin is not None and not self.process.stdin.closed

    def ends(self, code=None, seconds=PATIENCE):
        if code == 0 and self.unsaid:
            code = 5
        try:
            got = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("does not end: " + self.story()) from None
        for reader in self.readers:
            reader.join(PATIENCE)
        assert code is None or got == code, "exit %d, not %d: %s" % (got, code, self.story())
        return got

    def stop(self):
        if self.alive:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)
        if self.terminal is not None:
            os.close(self.terminal)
            self.terminal = None
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                pass

    # ---- what the kernel knows about it ----

    def memory(self):
        """Bytes resident."""
        with open("/proc/%d/statm" % self.pid) as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu(self):
        """Seconds of processor used."""
        with open("/proc/%d/stat" % self.pid) as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ---- what serve tells ----

    def code(self):
        """(words, nameplate, port): of the command for the other host."""
        found = self.says(r"schat connect (?:.* )?(?:(?:udp|tcp)://)?(?:(\d+)-)?([a-z]+(?:-[a-z]+)+)@[^ :]*(?::(\d+))?")
        return found.group(2), int(found.group(1) or 0), int(found.group(3) or 7242)


class Home:
    """A folder of keys and contacts, and what runs there."""

    def __init__(self, name, folder):
        self.name, self.folder, self.runs = name, pathlib.Path(folder), []
        self.folder.mkdir(exist_ok=True)

    def start(self, *argv, **more):
        if argv[0] in ("serve", "connect", "send", "receive") and "-c" not in argv:
            argv = (argv[0], "-c", "noise", *argv[1:])  # as the kit does where a test does not say
        self.runs.append(Run(self, argv, **more))
        return self.runs[-1]

    def run(self, *argv, code=0):
        run = self.start(*argv, stdin=subprocess.DEVNULL)
        run.ends(code)
        return run

    def identity(self, kind="x25519"):
        """Its key, made before it can be asked for; the test knows the private one too."""
        file = self.folder / ("id_" + kind)
        if not file.exists():
            key = crypto.X25519() if kind == "x25519" else crypto.RsaKey()
            self.give(key)
        return crypto.load_pem(file.read_bytes())

    def give(self, key):
        file = self.folder / ("id_" + key.kind)
        file.write_bytes(key.pem())
        file.chmod(0o600)
        file.with_suffix(".pub").write_text(crypto.key_line(key) + "\n")

    def knows(self, name, identity):
        self.run("peers", "add", name, *crypto.key_line(identity).split())

    def serve(self, *argv, ui="lines", **more):
        return self.start("serve", *argv, *(["--ui", ui] if ui else []), **more)

    def stop(self):
        for run in self.runs:
            run.stop()


def terminate(run):
    os.kill(run.pid, signal.SIGTERM)
