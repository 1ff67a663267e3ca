"""--pipe: raw bytes both ways, whole or with an error."""

import os
import signal
import socket
import subprocess

import pytest

from hosts import CUT, LOCAL, VERSION, connect, free_port, serve

SIZE = 20 << 20


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A folder with 20 MB that no compression makes smaller."""
    folder = tmp_path_factory.mktemp("tree") / "dir"
    (folder / "below").mkdir(parents=True)
    (folder / "large").write_bytes(os.urandom(SIZE))
    (folder / "below" / "empty").touch()
    (folder / "below" / "small").write_bytes(b"\x00\xff\r\n")
    return folder


def listen(way, server):
    return ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]


@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_tar(way, tree, alice, bob, server):
    """tar c | schat connect --pipe, schat serve --pipe | tar x: the same files, and exit 0 on both."""
    a = serve(alice, "pipe", *listen(way, server))
    a.run.close()
    tar = subprocess.Popen(["tar", "c", "-C", tree.parent, "dir"], stdout=subprocess.PIPE)
    b = bob.shell(a.command(), stdin=tar.stdout)
    tar.stdout.close()
    b.ends(0, 60)
    a.run.ends(0, 60)
    assert tar.wait() == 0
    assert b.output == ""
    unpacked = alice.home / "unpacked"
    unpacked.mkdir()
    subprocess.run(["tar", "x", "-C", unpacked], input=bytes(a.run.out), check=True)
    subprocess.run(["diff", "-r", tree, unpacked / "dir"], check=True)


def test_both_ways_at_once(alice, bob):
    """4 MB in each direction at the same time, of which neither waits for the other."""
    data = {"a": os.urandom(4 << 20), "b": os.urandom(4 << 20)}
    paths = {}
    for name in data:
        paths[name] = alice.home / name
        paths[name].write_bytes(data[name])
    with open(paths["a"], "rb") as from_a, open(paths["b"], "rb") as from_b:
        a = alice.start("serve", "udp://127.0.0.1:%d" % free_port(), "--pipe", stdin=from_a)
        b = bob.shell(a.says(r"^ *(schat connect .*)").group(1), stdin=from_b)
        b.ends(0)
        a.ends(0)
    assert bytes(a.out) == data["b"] and bytes(b.out) == data["a"]


@pytest.mark.parametrize("first", ["serve", "connect"])
def test_half_close(first, alice, bob):
    """The end of one direction is seen at once, also by who reads the output, and the other goes on until it ends too."""
    a = serve(alice, "pipe", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "pipe", a.command())
    a.connected()
    b.connected()
    early, late = (a, b) if first == "serve" else (b, a)
    early.say("that is all")
    early.leave()
    late.hears("that is all")
    late.run.wait_for(lambda: not late.run.readers[0].is_alive(), "the end of its output")
    for number in range(3):
        late.say("more %d" % number)
        early.hears("more %d" % number)
    late.leave()
    a.ends()
    b.ends()
    assert late.heard() == ["that is all"] and early.heard() == ["more 0", "more 1", "more 2"]


def test_a_program_that_answers_at_the_end(alice, bob):
    """schat serve --pipe <f | wc -c >f: wc sees the end of what bob says, and bob gets its answer, as from ssh HOST wc -c."""
    port = free_port()
    a = alice.shell("/bin/bash -c 'mkfifo f; schat serve --pipe tcp://127.0.0.1:%d <f | wc -c >f'" % port)
    b = bob.shell(a.says(r"^ *(schat connect .*)").group(1))
    b.write_all(b"12345")
    b.ends(0)
    a.ends(0)
    assert b.output == "5\n"


def test_end_of_output_of_a_socket(alice, bob):
    """Standard input and output are one socket, as inetd gives it: its other side reads the end, and writes on."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(20)
        a = alice.start("serve", "--pipe", "tcp://127.0.0.1:%d" % free_port(), stdin=theirs, stdout=theirs)
        b = bob.shell(a.says(r"^ *(schat connect .*)").group(1))
        b.write_all(b"question")
        got = b""
        while some := ours.recv(100):
            got += some
        assert got == b"question"
        ours.sendall(b"answer")
        ours.shutdown(socket.SHUT_WR)
        a.ends(0)
        b.ends(0)
    assert b.output == "answer"


@pytest.mark.parametrize("killed, way", [("sender", "tcp"), ("receiver", "tcp"), ("sender", "udp"), ("receiver", "signal")])
def test_killed_in_the_middle(killed, way, alice, bob, server):
    """One side dies: the other exits with 5 within its --timeout, and says so. It never looks like success."""
    receiver = serve(alice, "pipe", *listen(way, server), "--timeout", 2)
    with open("/dev/urandom", "rb") as endless:
        sender = bob.shell(receiver.command(), "--timeout 2", stdin=endless)
        receiver.run.wait_for(lambda: len(receiver.run.out) > 100000, "data")
        dying, living = (sender, receiver.run) if killed == "sender" else (receiver.run, sender)
        dying.signal(signal.SIGKILL)
        living.ends(CUT, 12)
    assert "was cut off" in living.errors


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_full_disk(way, alice, bob):
    """What cannot be written: exit 6 where it happens, and not 0 at the sender, who is told."""
    with open("/dev/full", "wb") as full:
        a = alice.start("serve", "%s://127.0.0.1:%d" % (way, free_port()), "--pipe", stdout=full)
        b = bob.shell(a.says(r"^ *(schat connect .*)").group(1))
        b.write_all(os.urandom(100000))
        a.ends(LOCAL)
        b.ends(CUT)
    assert "standard output failed" in a.errors and "was cut off" in b.errors


def test_full_disk_in_a_chat(alice, bob):
    """The same for a line: it was not shown, so it is not confirmed."""
    with open("/dev/full", "wb") as full:
        a = alice.start("serve", "tcp://127.0.0.1:%d" % free_port(), stdout=full)
        b = bob.shell(a.says(r"^ *(schat connect .*)").group(1), stdin=subprocess.PIPE)
        b.write("hello\n")
        b.close()
        a.ends(LOCAL)
        b.ends(CUT)
    assert "Not confirmed: 1 message" in b.errors


def test_reader_goes_away(alice, bob):
    """schat | true: who has nobody to write to ends quietly with 141; the sender is not left with a success."""
    readable, writable = os.pipe()
    a = alice.start("serve", "tcp://127.0.0.1:%d" % free_port(), "--pipe", stdout=writable)
    os.close(writable)
    os.close(readable)
    b = bob.shell(a.says(r"^ *(schat connect .*)").group(1))
    b.write_all(os.urandom(100000))
    a.ends(141)
    b.ends(CUT)


@pytest.mark.parametrize("way, pipe_at", [("tcp", "serve"), ("udp", "connect"), ("signal", "serve"), ("signal", "connect")])
def test_chat_against_pipe(way, pipe_at, alice, bob, server):
    """A chat and a pipe do not fit: exit 7 on both, and both are told what to do."""
    a = serve(alice, "pipe" if pipe_at == "serve" else "lines", *listen(way, server))
    line = a.command()
    b = connect(bob, "lines" if pipe_at == "serve" else "pipe", line.replace("--pipe ", ""))
    b.ends(VERSION)
    a.ends(VERSION)
    for talker in (a, b):
        assert "--pipe" in talker.run.errors
