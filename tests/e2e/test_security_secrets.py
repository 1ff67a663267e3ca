"""Secrets that are planted are found nowhere but where they belong: not in logs, verbose output or JSON, not in a core file, not in
/proc for others. docs/SECURITY.md, S4 and S18."""

import base64
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile

import pytest

from hosts import SCHAT, TRUST, Json, Lines, connect, serve

SAID = "the planted sentence 8341"
NOBODY = 65534


def key_forms(host, kind="x25519"):
    """The private key of a host in all forms in which somebody might print it."""
    text = (host.home / ("id_" + kind)).read_text()
    lines = [line for line in text.splitlines() if not line.startswith("-----")]
    der = base64.b64decode("".join(lines))
    secrets = [der[-32:]] if kind == "x25519" else [der[i:i + 48] for i in range(300, len(der) - 48, 48)]
    forms = [line.encode() for line in lines]
    for secret in secrets:
        forms += [secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret)[:40]]
    return forms


def check_absent(forms, places):
    for name, data in places.items():
        for form in forms:
            assert form not in data, "%r is in %s: %r" % (form, name, data)


@pytest.mark.parametrize("suite", ["noise", "rsa"])
@pytest.mark.parametrize("ui", ["lines", "json"])
def test_secrets_are_in_no_log(suite, ui, alice, bob, own_server, with_rsa):
    """A first meeting, a talk, a failed attempt, all with -v and --log: no private key anywhere; the words of the code only in
    the line that is to be typed; nothing of what was said but where it is shown."""
    kind = "x25519" if suite == "noise" else "rsa"
    if suite == "rsa":
        with_rsa(alice, bob)
    a = serve(alice, ui, "-v", "-c", suite, "-s", own_server.address, "--log", alice.home / "log")
    line = a.command()
    words = re.search(r"\d-([a-z]+)-([a-z]+)@", line).groups()
    wrong = connect(bob, ui, line.replace(words[1] + "@", "zebra@" if words[1] != "zebra" else "acid@"), "-v", "-c", suite,
                    "--log", bob.home / "wrong-log")
    wrong.ends(TRUST)
    b = connect(bob, ui, line, "-v", "-c", suite, "--log", bob.home / "log")
    b.connected()
    b.say(SAID)
    a.hears(SAID)
    a.say(SAID + "!")
    b.hears(SAID + "!")
    b.leave()
    b.ends()
    a.ends()
    own_server.run.signal(signal.SIGTERM)
    own_server.run.ends(143)

    logs = {"alice's log": (alice.home / "log").read_bytes(), "bob's log": (bob.home / "log").read_bytes(),
            "bob's first log": (bob.home / "wrong-log").read_bytes(), "the server's output": bytes(own_server.run.err)}
    told = {"alice's errors": bytes(a.run.err), "bob's errors": bytes(b.run.err), "bob's first errors": bytes(wrong.run.err)}
    shown = {"alice's output": bytes(a.run.out), "bob's output": bytes(b.run.out), "bob's first output": bytes(wrong.run.out)}
    check_absent(key_forms(alice, kind) + key_forms(bob, kind), {**logs, **told, **shown})
    check_absent([SAID.encode()], {**logs, **told})
    both = "-".join(words).encode()
    told["alice's errors"] = told["alice's errors"].replace(line.encode(), b"")
    shown["alice's output"] = re.sub(rb'.*"ev":"code".*', b"", shown["alice's output"])
    check_absent([both, words[0].encode() + b" " + words[1].encode()], {**logs, **told, **shown})
    for name in ("alice's log", "bob's log"):  # the control: these places do hold what happened, and the peer's name
        assert (b"bob" if name[0] == "a" else b"alice") in logs[name], logs[name]
    assert SAID.encode() in shown["alice's output"]
    with pytest.raises(AssertionError):
        check_absent([SAID.encode()], shown)


# ---- memory ----

class Own:
    """schat as the program of a user who is not root, in a home that user can write."""

    def __init__(self, host):
        self.root = os.geteuid() == 0
        self.more = dict(user=NOBODY, group=NOBODY, extra_groups=[]) if self.root else {}
        self.folder = tempfile.mkdtemp(prefix="schat-")
        os.chmod(self.folder, 0o755)
        self.program = shutil.copy(SCHAT, self.folder + "/schat")
        self.home = self.folder + "/home"
        os.mkdir(self.home, 0o700)
        if self.root:
            os.chown(self.home, NOBODY, NOBODY)
        self.env = {**host.env, "HOME": self.home, "SCHAT_HOME": self.home}
        self.running = []

    def start(self, *argv, **more):
        process = subprocess.Popen(argv, env=self.env, cwd=self.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **self.more, **more)
        self.running.append(process)
        return process

    def waits(self, **more):
        """A schat that has a key and waits."""
        process = self.start(self.program, "serve", "tcp://127.0.0.1:0", **more)
        seen = b""
        while b"schat connect" not in seen:
            some = os.read(process.stderr.fileno(), 65536)
            assert some, seen
            seen += some
        return process

    def may_read(self, pid, what):
        """Whether another program of the same user can read that file of the process."""
        code = "import sys\nf = open(sys.argv[1], 'rb', 0)\nf.read(0 if sys.argv[1].endswith('/mem') else 100)"
        done = subprocess.run(["/usr/bin/python3", "-c", code, "/proc/%d/%s" % (pid, what)], cwd="/", capture_output=True, **self.more)
        return done.returncode == 0

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()
        shutil.rmtree(self.folder)


@pytest.fixture
def own(alice):
    own = Own(alice)
    yield own
    own.close()


def test_memory_is_closed_to_other_programs_of_the_user(own):
    """Neither memory nor environment nor the map of a running schat opens for another program of the same user."""
    schat, control = own.waits(), own.start("/bin/sleep", "100")
    for what in ("environ", "maps"):
        if not own.may_read(control.pid, what):
            pytest.skip("here nobody may read /proc/PID/%s" % what)
    for what in ("environ", "maps", "mem"):
        assert not own.may_read(schat.pid, what), what


def dumps_core(own, process):
    """Ends the process as a crash does. Whether the kernel says that it has written its memory."""
    os.kill(process.pid, signal.SIGSEGV)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -signal.SIGSEGV
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status) or any(name.startswith("core") for name in os.listdir(own.home))


def test_a_crash_leaves_no_core_file(own):
    """However large core files may be, schat leaves none."""
    def unlimited():
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    assert not dumps_core(own, own.waits(preexec_fn=unlimited))
    if not dumps_core(own, own.start("/bin/sleep", "100", preexec_fn=unlimited)):
        pytest.skip("no core file was seen; but here no program leaves one")


def memory_of(pid):
    """All that the process can write to."""
    found = b""
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(x, 16) for x in span.split("-"))
                memory.seek(start)
                try:
                    found += memory.read(end - start)
                except OSError:  # [vvar] and the like
                    pass
    return found


@pytest.mark.parametrize("given", ["argv", "stdin", "environment"])
def test_a_used_code_is_wiped_from_memory(given, alice, bob, own_server):
    """When the peers are connected, the words of the code are nowhere in the memory of the side where they were typed."""
    a = serve(alice, "lines", "-s", own_server.address)
    code = a.command().split()[-1]
    words = re.search(r"-([a-z]+-[a-z]+)@", code).group(1).encode()
    arguments = ["connect", "--ui", "lines"]
    if given == "argv":
        b = Lines(bob.start(*arguments, code))
    elif given == "environment":
        b = Lines(bob.start(*arguments, env={"SCHAT_CODE": code}))
    else:
        b = Lines(bob.start(*arguments, "-"))
        b.say(code)
    b.connected()
    b.say("and so on")
    a.hears("and so on")
    try:
        memory = memory_of(b.run.pid)
    except OSError:
        pytest.skip("only root can look into it, which is as it should be")
    assert b"alice" in memory  # the control: that is how its peer is called
    at = memory.find(words)
    assert at < 0, memory[max(0, at - 64):at + 64]
    b.leave()
    b.ends()
    a.ends()


def test_tables_of_functions_cannot_be_written(own_server):
    """What a program's start fills in (RELRO) can only be read from then on; so it is no use to change where a function is called."""
    with open(SCHAT, "rb") as program:
        elf = program.read()
    order, wide = "<>"[elf[5] == 2], elf[4] == 2  # EI_DATA, EI_CLASS
    parts, kind = struct.Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII")), struct.unpack_from(order + "H", elf, 16)[0]
    at, = struct.unpack_from(order + ("Q" if wide else "I"), elf, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", elf, 54 if wide else 42)
    fields = (3, 6) if wide else (2, 5)  # p_vaddr, p_memsz
    found = [parts.unpack_from(elf, at + i * size) for i in range(count)]
    start, length = next([part[field] for field in fields] for part in found if part[0] == 0x6474E552)  # PT_GNU_RELRO
    with open("/proc/%d/maps" % own_server.run.pid) as maps:
        spans = [(*(int(end, 16) for end in line.split()[0].split("-")), *line.split()[1:]) for line in maps]
    base = min(span[0] for span in spans if span[-1] == os.path.realpath(SCHAT)) if kind == 3 else 0  # ET_DYN
    page = os.sysconf("SC_PAGESIZE")
    pages = range((base + start) // page * page, (base + start + length) // page * page, page)
    assert pages and all(span[2] == "r--p" for span in spans for at in pages if span[0] <= at < span[1])
    assert all(any(span[0] <= at < span[1] for span in spans) for at in pages)
