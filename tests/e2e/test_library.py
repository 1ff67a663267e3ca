"""The library, as somebody uses it who has the archive, the header and a C compiler: the programs of docs/examples, over every
communicator and suite, with either C library."""

import concurrent.futures
import os
import re
import shutil
import socket
import subprocess

import pytest

from hosts import PATIENCE, TOP, Lines

BUILDS = {"glibc": ("cc", "build/opt/obj/libschat.a"), "musl": ("musl-gcc", "build/obj/libschat.a")}
LINES = ["hello", "Grüße 👋", "x" * 3000]


class Made:
    """The examples, compiled for one C library."""

    def __init__(self, folder, libc):
        self.folder, self.libc = folder, libc
        self.compiler, archive = BUILDS[libc]
        self.archive = TOP / archive
        if shutil.which(self.compiler) is None:
            pytest.skip(self.compiler + " is not installed")
        assert self.archive.exists(), archive + " is not there: scripts/test says how it is made"
        for name in ("server", "client", "loop", "pipe"):
            subprocess.run([self.compiler, "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                            "-I", TOP / "include", "-o", folder / name, TOP / "docs" / "examples" / (name + ".c"), self.archive], check=True)

    def start(self, name, *arguments):
        return Run([self.folder / name, *arguments])


class Run:
    """A program that runs; its output line by line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self.lines = []

    def says(self, start):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(start):
                return line[len(start):].strip()
        raise AssertionError(f"ended without {start!r}: {self.lines}")

    def ends(self, text=None):
        out, _ = self.process.communicate(text, timeout=PATIENCE)
        self.lines += out.splitlines()
        assert self.process.returncode == 0, (self.process.args, self.lines)
        return self.lines


@pytest.fixture(scope="module", params=sorted(BUILDS))
def made(request, tmp_path_factory):
    return Made(tmp_path_factory.mktemp(request.param), request.param)


def test_the_archive_is_whole(made):
    """It asks for functions of the C library alone, and shows what the header declares, and nothing else."""
    header = (TOP / "include" / "schat.h").read_text()
    declared = set(re.findall(r"\b(schat_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.S)))
    names = subprocess.run(["nm", "-g", "-P", made.archive], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    assert {line.split()[0] for line in names if line.split()[1] != "U"} == declared
    assert len(declared) > 30
    wanted = {line.split()[0] for line in names if line.split()[1] == "U"} - {"_GLOBAL_OFFSET_TABLE_"}
    libc = subprocess.run([made.compiler, "-print-file-name=libc.a"], capture_output=True, text=True, check=True).stdout.strip()
    if made.libc == "musl":
        specs = subprocess.run(["sh", "-c", "command -v musl-gcc | xargs sed -n 's/.*-specs \"\\{0,1\\}\\(.*\\)\\/musl-gcc\\.specs.*/\\1/p'"],
                               capture_output=True, text=True, check=True).stdout.strip()
        libc = os.path.join(specs, "libc.a")
    has = subprocess.run(["nm", "-g", "-P", "--defined-only", libc], capture_output=True, text=True).stdout
    assert wanted <= {line.split()[0] for line in has.splitlines() if " " in line}


def test_the_header_is_c_and_cpp(made, tmp_path):
    for compiler, language in ((made.compiler, "c99"), ("c++", "c++11")):
        if shutil.which(compiler) is not None:
            source = tmp_path / ("x." + language[:language.index("1") if "1" in language else 1].replace("c++", "cc"))
            source.write_text('#include "schat.h"\nint main(void) { return schat_version() == 0; }\n')
            subprocess.run([compiler, "-std=" + language, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
                            "-I", TOP / "include", source], check=True)


def test_every_communicator_with_every_suite(made, server, rsa_keys):
    """All at once: they mostly wait. With the second library each of them once."""
    servers, places, suites = [], ("tcp://127.0.0.1:0", "udp://127.0.0.1:0", server.address), ("noise", "rsa", "pseudo")
    for suite in suites:
        for at in places:
            if made.libc == "musl" and suites.index(suite) != places.index(at):
                continue
            key = str(rsa_keys[0]) if suite == "rsa" else "-"
            servers.append((suite, at, made.start("server", at, suite, "-", key)))
    clients = []
    for suite, at, run in servers:
        if "//" in at:
            at = at[:6] + run.says("listening ")
        code = run.says("code ") if suite != "pseudo" or "//" not in at else ""
        clients.append((run, made.start("client", at, suite, code, str(rsa_keys[1]) if suite == "rsa" else "-", *LINES)))
    for run, client in clients:
        assert client.ends() == LINES
        heard = [line[6:] for line in run.ends() if line.startswith("heard ")]
        assert heard == LINES


def test_a_wrong_code_is_told(made):
    run = made.start("server", "tcp://127.0.0.1:0", "hybrid", "velvet-anchor", "-")
    at = "tcp://" + run.says("listening ")
    client = subprocess.run([made.folder / "client", at, "hybrid", "velvet-velvet", "-", "x"], capture_output=True, text=True, timeout=PATIENCE)
    assert client.returncode == 1
    assert client.stderr == "wrong code: does not verify\n"
    made.start("client", at, "hybrid", "velvet-anchor", "-").ends()
    run.ends()


def key_of(host):
    return str(host.home / "id_x25519"), (host.home / "id_x25519.pub").read_text().strip()


def test_contacts_meet_by_their_keys(made, server, alice, bob, eve):
    """At a signaling server, without a code: two programs with the library, and one of them with schat itself. A third with another
    key finds nobody, and disturbs nothing."""
    for host in (alice, bob, eve):
        host.run("keygen")
    (ours, key), (theirs, other), (stranger, _) = key_of(alice), key_of(bob), key_of(eve)
    run, third = made.start("server", server.address, "hybrid", other, ours), made.start("client", server.address, "hybrid", key, stranger, "x")
    assert made.start("client", server.address, "hybrid", key, theirs, *LINES).ends() == LINES
    assert [line[6:] for line in run.ends() if line.startswith("heard ")] == LINES
    third.process.kill()
    third.process.communicate()
    run = made.start("server", server.address, "hybrid", other, ours)
    bob.run("peers", "add", "alice", key)
    person = Lines(bob.start("connect", "--ui", "lines", "alice", "-s", server.address))
    person.say("hello")
    person.hears("hello")
    person.leave()
    person.ends()
    assert "heard hello" in run.ends()


def test_inside_another_loop(made):
    """Either side says more than fits at once while the other does so, too."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    at = f"tcp://127.0.0.1:{port}"
    one, two = made.start("loop", "wait", at), None
    assert one.says("127.0.0.1:") == str(port)
    two = made.start("loop", "connect", at)
    two.says("connected")
    for run, word in ((one, "one"), (two, "two")):
        run.process.stdin.write("".join(f"{word} {i}\n" for i in range(300)))
        run.process.stdin.close()
        run.process.stdin = None
    assert two.ends()[-300:] == [f"one {i}" for i in range(300)]
    assert one.ends()[-300:] == [f"two {i}" for i in range(300)]


def test_bytes_go_each_way(made, alice):
    """A stream each way, both larger than any buffer and at once; with the program's --pipe, too."""
    there, back = os.urandom(3 << 20), os.urandom(2 << 20)

    def run(*command):
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "SCHAT_HOME": str(alice.home)})

    def pipe(*arguments):
        return run(made.folder / "pipe", *arguments)

    for program in (False, True):
        waits = pipe("wait", "tcp://127.0.0.1:0", "velvet-anchor")
        at = waits.stderr.readline().decode().strip()
        words = ["connect", "--pipe", "tcp://velvet-anchor@" + at]
        connects = run(TOP / "build" / "schat", *words) if program else pipe("connect", "tcp://" + at, "velvet-anchor")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            one, two = pool.submit(waits.communicate, there, PATIENCE), pool.submit(connects.communicate, back, PATIENCE)
            assert one.result()[0] == back and two.result()[0] == there
        assert waits.returncode == connects.returncode == 0
    waits = pipe("wait", "tcp://127.0.0.1:0", "velvet-anchor")
    at = waits.stderr.readline().decode().strip()
    chats = made.start("client", "tcp://" + at, "hybrid", "velvet-anchor", "-", "no bytes")
    assert chats.process.wait(PATIENCE) == 1  # told that the other side is no chat
    chats.process.communicate()
    waits.kill()
    waits.communicate()


def test_the_program_talks_with_it(made, alice):
    run = made.start("server", "tcp://127.0.0.1:0", "hybrid", "velvet-anchor", "-")
    person = Lines(alice.start("connect", "--ui", "lines", "tcp://velvet-anchor@" + run.says("listening ")))
    person.say("hello")
    person.hears("hello")
    person.leave()
    person.ends()
    assert "heard hello" in run.ends()


def test_it_is_installed(tmp_path):
    if not (TOP / "build" / "opt" / "libschat.a").exists():
        pytest.skip("make lib was not run")
    subprocess.run(["make", "-s", "install-lib", "BUILD=build/opt", "CC=gcc", "LIBC=system", "CFLAGS=-O2", f"DESTDIR={tmp_path}", "PREFIX=/usr"],
                   cwd=TOP, check=True)
    flags = (tmp_path / "usr/lib/pkgconfig/libschat.pc").read_text()
    assert "Libs: -L${prefix}/lib -lschat\n" in flags and "prefix=/usr\n" in flags
    assert (tmp_path / "usr/include/schat.h").read_bytes() == (TOP / "include" / "schat.h").read_bytes()
    subprocess.run(["cc", f"-I{tmp_path}/usr/include", TOP / "docs/examples/client.c", f"-L{tmp_path}/usr/lib", "-lschat", "-o", tmp_path / "client"],
                   check=True)
