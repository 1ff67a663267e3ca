"""Small, old and broken systems: there, the program works, or says why it does not and what would help. No /dev, /proc, /etc at all:
test_alone.py. A disk that is full: test_errors.py, test_files.py, tests/unit/test_cmd_errands.c."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

import debugger
import floors
from hosts import LOCAL, OTHER, PATIENCE, SCHAT, Run, free_port

known = pytest.mark.skipif(not floors.KNOWN, reason="the numbers of system calls are not known for this processor")
OLD = ["getrandom", "seccomp", "ipv6", "openat2", "renameat2", "prlimit64", "epoll_pwait2", "statx", "landlock_create_ruleset",
       "recvmmsg", "sendmmsg"]
CGROUP = "/sys/fs/cgroup/memory"


def say_each_way(a, b):
    """A line each way, and goodbye."""
    b.write("hello\n")
    a.wait_for(lambda: a.output == "hello\n", "hello")
    a.write("and back\n")
    b.wait_for(lambda: b.output == "and back\n", "and back")
    a.close()
    b.close()
    a.ends(0)
    b.ends(0)


def talk(alice, bob, way, begin):
    """A pairing, a line each way, goodbye; both begin so."""
    a = alice.start("serve", "%s://127.0.0.1:%d" % (way, free_port()), "--ui", "lines", preexec_fn=begin)
    b = bob.start(*a.says(r"^ *schat (connect .*)").group(1).split(), "--ui", "lines", preexec_fn=begin)
    say_each_way(a, b)


@pytest.fixture
def mounted(tmp_path):
    """mounted(HOST, LINE, ARGV...) starts schat where the shell has run that line, which mounts something; nobody else sees that."""
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", str(tmp_path)], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip("nothing can be mounted here: " + tried.stderr.strip())

    def start(host, line, *argv, **more):
        run = Run(["unshare", "-m", "sh", "-c", line + ' && exec "$0" "$@"', SCHAT, *argv], host.env, cwd=host.home, **more)
        host.runs.append(run)
        return run

    return start


@known
@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_an_old_kernel(way, alice, bob):
    """Without getrandom, seccomp, IPv6 and what else came in the last twenty years."""
    talk(alice, bob, way, floors.kernel_without(*OLD))


@known
def test_walls_that_are_missing(alice):
    """-v says which, and only -v does; of what is there it says nothing."""
    seccomp = "this kernel has no seccomp filters, so system calls aren't limited to those that schat makes"
    landlock = "this kernel has no Landlock, so access to files isn't limited to those that schat is to use"
    for lacks in ["seccomp"], ["landlock_create_ruleset"], ["seccomp", "landlock_create_ruleset"]:
        begin = floors.kernel_without(*lacks)
        said = alice.run("peers", "-v", preexec_fn=begin).errors
        assert (seccomp in said) == ("seccomp" in lacks)
        assert (landlock in said) == ("landlock_create_ruleset" in lacks or not floors.has_landlock())
        assert "this kernel" not in alice.run("peers", preexec_fn=begin).errors


@known
@pytest.mark.parametrize("argv", ["keygen", "keygen -t rsa", "keygen -t access", "serve tcp://127.0.0.1:0",
                                  "connect tcp://acid-zebra@127.0.0.1:9", "check 127.0.0.1:9", "signal -l 127.0.0.1:0"])
def test_no_source_of_randomness(argv, mounted, alice):
    """Neither getrandom nor a device for it: no key is made, nothing is sent, and each says why."""
    run = mounted(alice, "mount -t tmpfs none /dev", *argv.split(), preexec_fn=floors.kernel_without("getrandom"))
    run.ends(OTHER)
    assert run.errors == "schat: this system provides no random numbers (no getrandom, no /dev/urandom)\n"
    assert list(alice.home.iterdir()) == []


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_sixteen_descriptors(way, alice, bob):
    talk(alice, bob, way, floors.few_descriptors(16))


@pytest.mark.parametrize("few, argv", [
    (9, ["signal", "-l"]), (5, ["signal", "-l"]), (5, ["serve", "-s"]), (8, ["serve", "--ui", "web", "-s"]), (5, ["check"]),
])
def test_without_descriptors(few, argv, alice):
    """A server serves many with 64 (test_signal.py). Where there are too few to begin with, each command says so."""
    run = alice.start(*argv, "127.0.0.1:%d" % free_port(), preexec_fn=floors.few_descriptors(few))
    run.ends(LOCAL)
    assert "too few files may be open. Raise the limit: ulimit -n" in run.errors


def test_files_that_may_not_grow(alice):
    """ulimit -f: whoever comes to it hears so, and nothing half-written is left. Such a program used to be killed without a word."""
    run = alice.start("keygen", "-f", "key", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    run.ends(LOCAL)
    assert "can't write key: File too large" in run.errors and not (alice.home / "key").exists()


def test_no_standard_streams(alice):
    """They are not taken by sockets, which would get what is meant for a screen. A server needs none; others end."""
    port = free_port()
    server = alice.start("signal", "-l", "127.0.0.1:%d" % port, preexec_fn=floors.without_standard_streams)
    serve = alice.start("serve", "-s", "127.0.0.1:%d" % port, "--timeout", "60")
    serve.says("^ *schat connect ")
    assert [os.readlink("/proc/%d/fd/%d" % (server.pid, fd)) for fd in range(3)] == ["/"] * 3
    run = alice.start("serve", "tcp://127.0.0.1:%d" % port, "--log", "log", preexec_fn=floors.without_standard_streams)
    run.ends(LOCAL)
    assert "can't read standard input: Bad file descriptor" in (alice.home / "log").read_text()


@pytest.mark.skipif(debugger.why_not() is not None, reason=str(debugger.why_not()))
def test_a_clock_that_was_never_set(alice, bob):
    """It is 1970 everywhere, at the server with keys, too, of which none is over then: two contacts meet there, and hear that
    those who know the date can't be found."""
    begin = floors.all_of(floors.kernel_without("date"), floors.traced)

    def start(host, *argv, **more):
        run = host.start(*argv, preexec_fn=begin, **more)
        floors.without_vdso(run.pid)
        return run

    start(alice, "keygen").ends(0)
    (alice.home / "access").write_text("all aaaqeayeaudaocajbifqydiob4 until=2020-01-01\n")
    (alice.home / "access").chmod(0o600)
    where = "127.0.0.1:%d" % free_port()
    server = start(alice, "signal", "-l", where, "--access", "access", "--log", "log")
    server.says("listening on ")
    alice.knows(bob)
    bob.knows(alice)
    known = "-s", where + "/aaaqeayeaudaocajbifqydiob4", "--ui", "lines"
    a = start(alice, "serve", *known, "--allow", "bob")
    b = start(bob, "connect", "alice", *known)
    b.write("hello\n")
    b.close()
    b.ends(0)
    a.close()
    assert a.ends().output == "hello\n"
    assert "neither this host nor the signaling server knows the date" in b.errors
    server.signal(signal.SIGTERM)
    server.ends(143)
    assert (alice.home / "log").read_text().startswith("1970-01-01T00:00:00Z ")


@pytest.mark.skipif(os.getuid() != 0, reason="another user's id takes root")
@pytest.mark.parametrize("home", [{}, {"HOME": ""}])
def test_no_home_and_no_name(home):
    """A user id that no table has, and no HOME: it asks for a folder."""
    def nobody():
        os.setgroups([])
        os.setgid(54321)
        os.setuid(54321)

    with tempfile.TemporaryDirectory() as folder:  # the tree may be in one that is closed to others, as /root is
        os.chmod(folder, 0o755)
        program = shutil.copy(SCHAT, folder)
        run = Run([program, "keygen"], home, cwd="/", preexec_fn=nobody)
        run.ends(LOCAL)
    assert "can't find a home directory for keys and contacts. Set HOME or SCHAT_HOME." in run.errors


def test_a_disk_that_cannot_be_written(mounted, alice, bob):
    """Contacts talk; what would be kept is not, and that is said. Without a key there is nothing to begin with."""
    where = "tcp://127.0.0.1:%d" % free_port()

    def read_only(*argv):
        return mounted(alice, 'mount --bind "$HOME" "$HOME" && mount -o remount,ro,bind "$HOME"', *argv)

    run = read_only("serve", where)
    run.ends(LOCAL)
    assert "id_x25519: Read-only file system. SCHAT_HOME names another folder for keys and contacts." in run.errors
    alice.knows(bob)
    bob.knows(alice)
    bob.run("peers", "set", "alice", "addr=" + where)
    a = read_only("serve", where, "--ui", "lines", "--outbox", "on")
    a.says("listening on ")
    b = bob.start("connect", "alice", "--ui", "lines")
    b.says("connected to ")
    b.write("hello\n")
    a.wait_for(lambda: a.output == "hello\n", "hello")
    a.says("can't keep lines for bob: Read-only file system")


def test_no_disk_that_can_be_written(mounted, alice, bob, make_host):
    """Everything is read-only: a server, and contacts who meet there and talk. A log has no place, and that is said."""
    server = make_host("server")
    read_only = 'while read -r _ at _; do mount -o remount,ro,bind "$at" 2>/dev/null; done </proc/mounts; ! touch "$HOME/new" 2>/dev/null'
    alice.knows(bob)
    bob.knows(alice)
    where = "127.0.0.1:%d" % free_port()
    logs = mounted(server, read_only, "signal", "-l", where, "--log", "log")
    logs.ends(LOCAL)
    assert "can't write to the log file log: Read-only file system" in logs.errors
    mounted(server, read_only, "signal", "-l", where).says("listening on ")
    a = mounted(alice, read_only, "serve", "-s", where, "--allow", "bob", "--ui", "lines")
    a.says("waiting for bob")
    b = mounted(bob, read_only, "connect", "alice", "-s", where, "--ui", "lines")
    say_each_way(a, b)


@pytest.fixture
def group(alice, bob):
    """group(MIB) is a floor: to be in a group that has so much memory."""
    if not os.access(CGROUP + "/cgroup.procs", os.W_OK):
        pytest.skip("memory groups (v1) can't be made here")
    path = "%s/schat-test-%d" % (CGROUP, os.getpid())
    os.mkdir(path)

    def join():
        with open(path + "/cgroup.procs", "w") as members:
            members.write(str(os.getpid()))

    def of(mib):
        with open(path + "/memory.limit_in_bytes", "w") as limit:
            limit.write(str(mib << 20))
        return join

    try:
        yield of
    finally:
        alice.stop()
        bob.stop()
        os.rmdir(path)


def test_two_mebibytes(group, alice, bob):
    """All that either side has is in a group of 2 MiB."""
    talk(alice, bob, "tcp", group(2))


def test_a_server_of_two_mebibytes(group, alice, bob):
    """A key is made there, too; and two meet."""
    begin, port = group(2), free_port()
    alice.run("keygen", preexec_fn=begin)
    server = alice.start("signal", "-l", "127.0.0.1:%d" % port, preexec_fn=begin)
    server.says("listening on ")
    a = alice.start("serve", "-s", "127.0.0.1:%d" % port, "--ui", "lines")
    b = bob.start(*a.says(r"^ *schat (connect .*)").group(1).split(), "--ui", "lines")
    a.says("connected to ")
    for run in b, a:
        run.close()
        run.ends()


def test_a_server_of_four_mebibytes(group, alice):
    """With the limits that docs/schat-signal.1 names it can't be brought to need more."""
    begin = group(4)

    def little():
        begin()
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        resource.setrlimit(resource.RLIMIT_AS, (14000 << 10, 14000 << 10))

    port = free_port()
    server = alice.start("signal", "-l", "0.0.0.0:%d" % port, "--metrics", "metrics", preexec_fn=little)
    server.says("listening on ")
    strangers = []
    for i in range(250):
        strangers.append(socket.create_connection(("127.0.0.1", port), PATIENCE, ("127.%d.0.1" % (i + 1), 0)))
        strangers[-1].sendall(2 * (b"\0\x60\xc0\x01" + bytes(94)))
    for i in range(400):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(PATIENCE)
            s.bind(("127.1.%d.1" % (i % 200), 0))
            s.connect(("127.0.0.1", port))
            s.send(b"\xc0\x01" + bytes(94))
            s.send(b"\xc2\x01" + s.recv(2048)[28:44] + os.urandom(24) + bytes(30))
            assert s.recv(2048)[0] == 0xC3  # WAIT
    told = alice.run("signal", "--stats", "metrics").output
    assert re.search(r"connections 2\d\n", told) and "waiting 400\n" in told
    for stranger in strangers:
        stranger.close()
    server.signal(signal.SIGTERM)
    server.ends(143)
