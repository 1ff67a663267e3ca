"""One port forwarded: serve --to and connect --listen, or --pipe as ssh's ProxyCommand."""

import contextlib
import http.server
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import threading
import urllib.request

import pytest

from hosts import LOCAL, PATIENCE, SCHAT, UNREACHABLE, USAGE, VERSION, free_port

RST = struct.pack("ii", 1, 0)  # SO_LINGER: close is a reset


class Target:
    """What is forwarded to: a listener of the test's own, whose connections the test takes one by one."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]

    def take(self):
        connection = self.listener.accept()[0]
        connection.settimeout(PATIENCE)
        return connection

    def echo(self):
        """From now on whoever comes hears what it says."""
        def answer(connection):
            with connection, contextlib.suppress(OSError):
                while some := connection.recv(65536):
                    connection.sendall(some)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(self.listener.accept()[0],), daemon=True).start()
        self.listener.settimeout(None)
        threading.Thread(target=serve, daemon=True).start()
        return self


@pytest.fixture
def target():
    target = Target()
    yield target
    target.listener.close()


def read(connection, size):
    got = b""
    while len(got) < size:
        some = connection.recv(65536)
        assert some, "it ended after %d bytes" % len(got)
        got += some
    return got


def whole(connection):
    """Everything up to the end."""
    got = []
    while some := connection.recv(65536):
        got.append(some)
    return b"".join(got)


@pytest.fixture
def forwarded(alice, bob, server):
    """forwarded(PORT): alice forwards it to bob. Returns both programs and the port at bob's."""
    def begin(port, *options, way="udp", listen=True):
        alice.knows(bob)
        bob.knows(alice)
        where = ["%s://127.0.0.1:%d" % (way, free_port())] if way != "signal" else ["-s", server.address]
        peers = bob.home / "peers"
        peers.write_text("%s %s=%s\n" % (peers.read_text().strip(), "signal" if way == "signal" else "addr", where[-1]))
        a = alice.start("serve", *where, "--allow", "bob", "--to", "127.0.0.1:%d" % port, *options)
        a.says("waiting for bob" if way == "signal" else "listening on ")
        here = free_port()
        b = bob.start("connect", "alice", "--listen", here, "-v") if listen else None
        if b:
            b.says("connected to ")
        return a, b, here
    return begin


def dial(port):
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.settimeout(PATIENCE)
    return connection


def test_bytes_and_half_closes(forwarded, target):
    """Bytes go both ways, whoever ends first, at the same time as another connection; and an end is seen by the other side alone."""
    a, b, port = forwarded(target.port, way="tcp")
    for first in ("here", "there"):
        with dial(port) as here, target.take() as there, dial(port) as other, target.take() as idle:
            ends = (here, there) if first == "here" else (there, here)
            here.sendall(b"hello")
            assert read(there, 5) == b"hello"
            ends[0].shutdown(socket.SHUT_WR)
            assert whole(ends[1]) == b""
            big = os.urandom(3 << 20)
            sender = threading.Thread(target=lambda: (ends[1].sendall(big), ends[1].shutdown(socket.SHUT_WR)))
            sender.start()
            assert whole(ends[0]) == big
            sender.join()
            idle.sendall(b"still here")
            assert read(other, 10) == b"still here"
    b.says(r"connection from 127.0.0.1:\d+ to alice closed: 5 bytes sent, 3145728 received")
    assert a.output == b.output == ""


def test_resets(forwarded, target):
    """A reset at one end is one at the other."""
    a, b, port = forwarded(target.port)
    for first in ("here", "there"):
        here, there = dial(port), None
        here.sendall(b"x")
        there = target.take()
        read(there, 1)
        ends = (here, there) if first == "here" else (there, here)
        ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
        ends[0].close()
        with pytest.raises(ConnectionResetError):
            ends[1].recv(1)
        ends[1].close()
    b.says("connection from .* broken off")


def test_a_stuck_reader_holds_up_no_other(forwarded, target):
    """What one does not read waits; others go on."""
    a, b, port = forwarded(target.port)
    with dial(port) as stuck, target.take() as source:
        source.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                sent += source.send(bytes(65536))
        with dial(port) as here, target.take() as there:
            there.sendall(b"quick")
            assert read(here, 5) == b"quick"
        assert sent > 65536
        source.shutdown(socket.SHUT_WR)
        assert len(whole(stuck)) == sent


def test_many_short_ones(forwarded, target):
    """More at once than there are streams for, each whole; those who are too many wait. Nothing stays open."""
    a, b, port = forwarded(target.echo().port)
    before = [len(os.listdir("/proc/%d/fd" % run.pid)) for run in (a, b)]
    for _ in range(4):
        connections = [dial(port) for _ in range(50)]
        for number, connection in enumerate(connections):
            connection.sendall(b"%04d" % number)
        for number, connection in enumerate(connections):
            assert read(connection, 4) == b"%04d" % number
            connection.close()
    b.wait_for(lambda: [len(os.listdir("/proc/%d/fd" % run.pid)) for run in (a, b)] == before, "descriptors are closed")


def test_http(forwarded, tmp_path):
    """An HTTP server of Python's, some requests at a time."""
    (tmp_path / "big").write_bytes(os.urandom(1 << 20))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        a, b, port = forwarded(server.server_address[1])
        got = []
        threads = [threading.Thread(target=lambda: got.append(
            urllib.request.urlopen("http://127.0.0.1:%d/big" % port, timeout=PATIENCE).read())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        server.shutdown()
    assert got == [(tmp_path / "big").read_bytes()] * 4


def test_out_of_reach(forwarded, bob):
    """Nobody listens at the port: the connection is reset, and both sides say why. A pipe ends with status 3. When somebody listens, the
    next connection gets there: the program has gone on."""
    port = free_port()
    a, b, here = forwarded(port, "-v")
    with pytest.raises(ConnectionResetError):
        dial(here).recv(1)
    b.says("alice can't reach the port that it forwards")
    a.says("can't reach 127.0.0.1:%d for bob" % port)
    p = bob.start("connect", "alice", "--pipe")
    p.ends(UNREACHABLE)
    assert "the forwarded port can't be reached" in p.errors
    with socket.create_server(("127.0.0.1", port)) as listener, dial(here) as again:
        listener.settimeout(PATIENCE)
        with listener.accept()[0] as there:
            there.sendall(b"now")
            assert read(again, 3) == b"now"


@pytest.mark.parametrize("way", ["udp", "signal"])
def test_pipes(way, forwarded, target, bob):
    """Two pipes of one contact at a time, beside a program that listens: none takes the other's place. Each ends in order, with what was
    said last."""
    a, b, port = forwarded(target.port, way=way)
    with dial(port) as here, target.take() as there:
        pipes = []
        for number in range(2):
            pipe = bob.start("connect", "alice", "--pipe")
            pipes.append((pipe, target.take()))
            pipe.write("say %d" % number)
            assert read(pipes[-1][1], 5) == b"say %d" % number
        for number, (pipe, end) in enumerate(pipes):
            pipe.close()
            assert whole(end) == b""
            end.sendall(b"bye %d" % number)
            end.close()
            pipe.ends(0)
            assert pipe.output == "bye %d" % number
        here.sendall(b"still")
        assert read(there, 5) == b"still"


def test_comes_back(forwarded, target, alice, bob):
    """The serving side goes away: connections are reset, and who comes meanwhile waits until it is back."""
    a, b, port = forwarded(target.port)
    here, there = dial(port), target.take()
    a.signal(signal.SIGTERM)
    a.ends(128 + signal.SIGTERM)
    with pytest.raises(ConnectionResetError):
        here.recv(1)
    here.close()
    there.close()
    with dial(port) as early:
        early.sendall(b"patient")
        again = alice.start(*a.argv[1:])
        again.says("connected to ")
        with target.take() as there:
            assert read(there, 7) == b"patient"
    b.signal(signal.SIGINT)
    b.ends(128 + signal.SIGINT)


def test_only_as_told(forwarded, target, alice, bob, eve):
    """The serving side alone says where, and to whom. Nobody else gets there, and nobody who chats."""
    a, b, port = forwarded(target.port, listen=False)
    eve.knows(alice)
    stranger = eve.start("connect", a.argv[2].replace("://", "://alice@"), "--listen", free_port())
    stranger.says("alice refused the connection")
    chat = bob.start("connect", "alice", "--ui", "lines")
    chat.ends(VERSION)
    assert "the peer forwards a port" in chat.errors
    target.listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        target.listener.accept()
    where = a.argv[2]
    for argv in (["serve", where, "--to", "localhost:22"], ["serve", where, "--allow", "bob", "--to", "nowhere"],
                 ["serve", where, "--allow", "bob", "--to", "localhost:22", "--pipe"],
                 ["connect", "alice", "--listen", "8.8.8.8.8:1"], ["connect", "alice", "--listen", "22", "--pipe"]):
        (alice if argv[0] == "serve" else bob).run(*argv, code=USAGE)


def test_a_socket_for_one_user(forwarded, target, bob, tmp_path):
    """--listen with a path: nobody else may connect there. What a killed program has left is taken away, another's is not."""
    forwarded(target.port, "-v", listen=False)
    path = tmp_path / "port"
    b = bob.start("connect", "alice", "--listen", path)
    b.says("connected to ")
    assert path.stat().st_mode & 0o777 == 0o600
    other = bob.start("connect", "alice", "--listen", path)
    other.says("can't listen on .*: another program listens there. Use another path.")
    b.signal(signal.SIGKILL)
    b.ends()
    b = bob.start("connect", "alice", "--listen", path, "-v")
    b.says("connected to ")
    with socket.socket(socket.AF_UNIX) as here:
        here.settimeout(PATIENCE)
        here.connect(str(path))
        with target.take() as there:
            there.sendall(b"mine")
            assert read(here, 4) == b"mine"
    b.signal(signal.SIGTERM)
    b.ends()
    assert not path.exists()
    tmp_path.chmod(0o777)  # anybody could put a socket of their own there
    run = bob.run("connect", "alice", "--listen", path, code=LOCAL)
    assert "its folder must be yours, and nobody else may write in it" in run.errors and not path.exists()


@pytest.fixture
def sshd(tmp_path):
    """A real sshd, for whoever runs the test and has the key in tmp_path; it handles one connection, by inetd's rules, so that it needs
    neither root nor a port."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/bin")
    if program is None or shutil.which("ssh") is None:
        pytest.skip("this machine has no sshd, or no ssh")
    command = [program, "-i", "-f", tmp_path / "sshd_config"]
    if os.geteuid() == 0 and not pathlib.Path("/run/sshd").is_dir():  # which root's sshd wants: in a /run of its own
        namespace = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"', "sh"]
        if subprocess.run([*namespace, "true"], capture_output=True).returncode != 0:
            pytest.skip("sshd needs /run/sshd, and this machine forbids mounts of one's own")
        command = [*namespace, *command]
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    shutil.copy(tmp_path / "user.pub", tmp_path / "authorized")
    (tmp_path / "sshd_config").write_text(
        "HostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nPermitRootLogin yes\nUsePAM no\nPidFile none\n"
        "Subsystem sftp internal-sftp\n" % (tmp_path, tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))
    children = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                children.append(subprocess.Popen(command, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL))
                connection.close()
    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()
    for child in children:
        child.kill()
        child.wait()


def test_ssh(forwarded, sshd, bob, tmp_path):
    """ssh and scp with connect --pipe as ProxyCommand: an answer, its exit status, and some megabytes both ways; two at a time."""
    forwarded(sshd, listen=False)
    options = ["-F", "none", "-i", str(tmp_path / "user"), "-o", "ProxyCommand=%s connect --pipe %%h" % SCHAT, "-o", "BatchMode=yes",
               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=%s" % (tmp_path / "known"), "-o", "LogLevel=ERROR"]
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    env = {**os.environ, **bob.env}
    ssh = ["ssh", *options, "-l", user, "alice"]
    long = subprocess.Popen([*ssh, "echo here; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    assert long.stdout.readline() == b"here\n"
    assert subprocess.run([*ssh, "exit 23"], env=env, timeout=PATIENCE).returncode == 23
    (tmp_path / "big").write_bytes(os.urandom(4 << 20))
    for source, to in ((tmp_path / "big", "%s@alice:%s/there" % (user, tmp_path)),
                       ("%s@alice:%s/there" % (user, tmp_path), tmp_path / "back")):
        subprocess.run(["scp", "-q", *options, str(source), str(to)], env=env, timeout=PATIENCE, check=True)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes()
    out, _ = long.communicate(b"still here", PATIENCE)
    assert out == b"still here" and long.returncode == 0
