"""The sandbox (docs/DESIGN.md, "The sandbox"; docs/SECURITY.md, S30): a running program that is made to do what it never does is killed,
files that it was not told of are closed to it, and all that users do works inside."""

import errno
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

import debugger
import floors
from hosts import SCHAT, Lines, Signal, free_port

TOP = Path(__file__).resolve().parents[2]
NUMBERS = {"read": 0, "socket": 41, "openat": 257, "execve": 59, "kill": 62, "ptrace": 101, "setuid": 105, "mount": 165, "getpid": 39}
AF_UNIX, AF_PACKET = 1, 17


def status_of(pid):
    with open("/proc/%s/status" % pid) as file:
        return dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)


def filters_of(pid):
    """How many filters of system calls it has; kernels before 5.9 say only whether it has any."""
    status = status_of(pid)
    return int(status.get("Seccomp_filters", status["Seccomp"]))


def has_seccomp():
    return "Seccomp" in status_of("self")


@pytest.fixture
def made_to():
    """made_to(RUN, CALL, ARGUMENT...): how it goes on."""
    reason = debugger.why_not() or (None if has_seccomp() else "this kernel has no seccomp")
    if reason:
        pytest.skip(reason)
    return lambda run, name, *arguments: debugger.call(run.pid, NUMBERS[name], *arguments)


SUBCOMMANDS = re.findall(r"^\t&(\w+)_subcommand,$", (TOP / "cmd" / "subcommands.c").read_text(), re.M)
assert "serve" in SUBCOMMANDS


@pytest.fixture
def full():
    """A pipe that takes nothing: who writes to it waits."""
    theirs, ours = os.pipe()
    os.set_blocking(ours, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(ours, bytes(4096))
    os.set_blocking(ours, True)
    yield ours
    os.close(ours)
    os.close(theirs)


@pytest.fixture
def mute():
    """The address of a host that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield "127.0.0.1:%d" % listener.getsockname()[1]


@pytest.fixture
def waiting(alice, bob, server, full, mute, tmp_path):
    """waiting(SUBCOMMAND): a program of alice's that has begun its work and waits: for a peer, for a host, or for who reads what it writes.
    It was started in a folder of its own."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "file").write_text("a file\n")
    code, long = "tcp://acid-zebra@" + mute, ("--timeout", "600")

    def start(*argv, says="", **more):
        run = alice.start(*argv, cwd=here, **more)
        if says:
            run.says(says)
        return run

    def connect():
        a = Lines(bob.start("serve", "-s", server.address, "--ui", "lines"))
        b = Lines(start("connect", a.command().split()[-1], "--ui", "lines"))
        b.say("hello")
        a.hears("hello")
        return b.run

    def peers():
        alice.knows(bob)
        return start("peers", stdout=full)

    ways = {
        "serve": lambda: start("serve", "-s", server.address, says="schat connect "),
        "connect": connect,
        "say": lambda: start("say", code, "hello", *long),
        "send": lambda: start("send", "file", code, *long),
        "receive": lambda: start("receive", "--yes", "-s", server.address, says="schat send "),
        "signal": lambda: start("signal", "-l", "127.0.0.1:%d" % free_port(), stdin=subprocess.DEVNULL, says="listening on "),
        "check": lambda: start("check", mute, "--json", stdout=full),
        "keygen": lambda: start("keygen", stdout=full),
        "peers": peers,
        "help": lambda: start("help", stdout=full),
    }

    def wait(subcommand):
        assert subcommand in ways, "a new subcommand: when does it wait, and what may it do?"
        run = ways[subcommand]()
        run.wait_for(lambda: filters_of(run.pid) > filters_of("self"), "its sandbox is closed")
        return run

    return wait


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_a_forbidden_call_is_the_last(subcommand, made_to, waiting):
    """The released program, while it runs: the control makes a call that is allowed, and lives; then it starts a program, and is killed."""
    run = waiting(subcommand)
    status = status_of(run.pid)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    assert made_to(run, "getpid") == run.pid
    assert run.process.poll() is None
    debugger.last_call(run.pid, NUMBERS["execve"])
    run.ends(-signal.SIGSYS)


@pytest.mark.parametrize("subcommand", ["keygen", "peers", "help"])
def test_what_needs_no_network_has_none(subcommand, made_to, waiting):
    run = waiting(subcommand)
    assert made_to(run, "getpid") == run.pid
    debugger.last_call(run.pid, NUMBERS["socket"], socket.AF_INET, socket.SOCK_STREAM, 0)
    run.ends(-signal.SIGSYS)


@pytest.mark.parametrize("name, arguments", [("socket", (AF_PACKET, 3, 0)), ("socket", (AF_UNIX, 1, 0)), ("ptrace", ()), ("setuid", (0,)), ("mount", ()),
                                             ("kill", (1, 0))])
def test_a_server_makes_few_calls(name, arguments, made_to, alice):
    """A signaling server stays the user that it is, and has no sockets but for IP."""
    run = Signal(alice).run
    assert made_to(run, "getpid") == run.pid
    debugger.last_call(run.pid, NUMBERS[name], *arguments)
    run.ends(-signal.SIGSYS)


# What each may write and read: its own folder, the one that it was started in, and another.
WRITES = {"serve": "own here", "connect": "own here", "say": "own", "send": "own", "receive": "own here", "signal": "", "check": "",
          "keygen": "own", "peers": "own", "help": ""}
READS = {**WRITES, "serve": "own here other", "connect": "own here other", "say": "own here other", "check": "own", "help": "own"}


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_files_are_closed_that_it_was_not_told_of(subcommand, made_to, waiting, alice, tmp_path):
    """Landlock: each subcommand tries to make, to change and to read a file in its own folder, in the one that it was started in, and in
    another one."""
    if not floors.has_landlock():
        pytest.skip("this kernel has no Landlock")
    places = {"own": alice.home, "here": tmp_path / "here", "other": tmp_path / "other"}
    places["other"].mkdir()
    run = waiting(subcommand)

    def opens(path, how):
        result = made_to(run, "openat", -100, bytes(path), how, 0o600)
        assert result >= 0 or result == -errno.EACCES, os.strerror(-result)
        return result >= 0

    assert opens(Path("/etc/passwd"), os.O_RDONLY)  # the control, for those that may do nothing else
    for name, folder in places.items():
        there, new, writes = folder / "there", folder / "new", name in WRITES[subcommand].split()
        there.write_text("kept")
        assert opens(new, os.O_WRONLY | os.O_CREAT) == new.exists() == writes, new
        assert opens(there, os.O_WRONLY) == writes, there
        assert opens(there, os.O_RDONLY) == (name in READS[subcommand].split()), there


def test_a_log_is_written_where_it_may_be(alice, tmp_path):
    """What is tried is done by the program itself: a path that an option names is a link to somewhere else only when the sandbox is
    closed."""
    if not floors.has_landlock():
        pytest.skip("this kernel has no Landlock")
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    run = alice.start("signal", "-l", "127.0.0.1:%d" % free_port(), "--log", inside / "log", stdin=subprocess.DEVNULL)
    run.says("listening on ")
    (inside / "log").unlink()
    (inside / "log").symlink_to(outside / "log")
    run.signal(signal.SIGHUP)
    run.says(r"can't write to the log file .*inside/log: Permission denied")
    (inside / "log").unlink()
    run.signal(signal.SIGHUP)  # the control: a new file where it may be one
    run.signal(signal.SIGUSR1)
    run.says("waiting 0, pairs 0")
    run.signal(signal.SIGTERM)
    run.ends(128 + signal.SIGTERM)
    assert (inside / "log").exists() and not (outside / "log").exists()


def test_what_options_name_is_open(alice, bob, server, tmp_path):
    """Each file that an option names lies in a folder of its own, and neither program was started in one that it has a use for."""
    here, key, log, box, inbox = folders = [tmp_path / name for name in ("here", "key", "log", "box", "inbox")]
    for folder in folders:
        folder.mkdir()
    data = os.urandom(300000)
    (here / "data").write_bytes(data)
    alice.run("keygen", "-f", key / "id", cwd=here)
    alice.run("keygen", "-f", key / "id", "--export", box / "away", cwd=here, stdin=b"a passphrase for it\n")
    bob.run("peers", "add", "alice", *(key / "id.pub").read_text().split()[:2], cwd=here)
    alice.run("peers", "add", "bob", *bob.key_line().split()[:2], cwd=here)
    a = alice.start("serve", "-s", server.address, "-i", key / "id", "--log", log / "log", "--inbox", inbox, "--allow", "bob", "--keep",
                    "--ui", "lines", cwd=here)
    bob.run("send", here / "data", "alice@" + server.address, cwd=here)
    bob.run("say", "alice@" + server.address, "hello", cwd=here)
    a.signal(signal.SIGTERM)
    a.ends(128 + signal.SIGTERM)
    assert (inbox / "bob" / "files" / "data").read_bytes() == data
    assert any(path.read_text() == "hello\n" for path in (inbox / "bob").glob("*.txt"))
    assert (log / "log").read_text()
    assert (box / "away").exists()


# ---- the lists ----

BEFORE = {"arch_prctl", "set_tid_address",  # before main
          "epoll_create", "signalfd",  # of musl, for kernels before 2.6.27, which have no seccomp filters
          "seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}  # the sandbox is made of these


def names_of_calls():
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h") as file:
        return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}


def constant(register, steps):
    """What a register holds after these steps, if the last that changes it puts a constant there; -Oz pushes small ones, and pops them."""
    for i in reversed(range(len(steps))):
        if match := re.match(r"mov +\$0x(\w+),%%[er]%s$" % register, steps[i]):
            return int(match.group(1), 16)
        if re.match(r"xor +%%e%s,%%e%s$" % (register, register), steps[i]):
            return 0
        if re.match(r"pop +%%r%s$" % register, steps[i]):
            pushed = 1
            while pushed and i > 0:
                i -= 1
                pushed += steps[i].startswith("pop ") - steps[i].startswith("push ")
            match = re.match(r"push +\$0x(\w+)$", steps[i])
            return int(match.group(1), 16) if match else None
        if re.match(r"(mov|lea|cmov).*,%%[er]%s$" % register, steps[i]):
            return None  # from a variable: another place has the number
    return None


def calls_of(program):
    """The numbers of the system calls in the machine code: what is put into rax before the instruction, or is a function's first argument."""
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], capture_output=True, text=True, check=True).stdout
    found, before = set(), []
    for line in code.splitlines():
        if line.endswith(">:"):
            before = []
            continue
        words = line.split("\t")
        step = words[-1].strip() if len(words) > 1 else ""
        if step == "syscall":
            found.add(constant("ax", before[-40:]))
        elif re.match(r"(call|jmp) +\w+ <(__syscall_cp|syscall)>", step):
            found.add(constant("di", before[-40:]))
        before.append(step)
    return found - {None}


def test_each_call_of_the_program_is_in_a_list():
    """musl and our own code make no call that os/syscalls.c lacks: a new one is noticed here, and not by a user whose program is killed."""
    debug = SCHAT + ".debug"
    if debugger.platform.machine() != "x86_64" or not os.path.exists(debug) or not shutil.which("objdump"):
        pytest.skip("this needs %s, for x86_64, and objdump" % debug)
    names = names_of_calls()
    found = {names[number] for number in calls_of(debug)}
    listed = set(re.findall(r"\bSYS_(\w+)", (TOP / "os" / "syscalls.c").read_text()))
    assert {"read", "openat", "socket", "fork", "mmap", "renameat2"} <= found, "the machine code was not understood"
    assert found - listed == BEFORE & found
    assert not {"execve", "execveat", "ptrace"} & listed
