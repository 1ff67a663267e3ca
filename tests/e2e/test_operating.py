"""A signaling server as its operator sees it: its supervisor, its counts, its settings, its user, its end."""

import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import pytest

from hosts import LOCAL, PATIENCE, SCHAT, USAGE, free_port

GOES = b"\xc5\x01\x05\0"


class Member:
    """A client of a server, docs/SIGNALING.md S2 and S3."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.secret = os.urandom(8)

    def hello(self):
        """COOKIE."""
        self.socket.send(b"\xc0\x01" + os.urandom(8) + bytes(86))
        return self.hears(0xC1)

    def join(self, token, flags=0):
        self.socket.send(b"\xc2\x01" + self.hello()[28:44] + token + self.secret + bytes([flags]) + bytes(29))

    def hears(self, *kinds):
        """The next message of such a type."""
        while True:
            message = self.socket.recv(2048)
            if message[0] in kinds:
                return message


def relay_rate(port):
    return struct.unpack(">I", Member(port).hello()[48:52])[0]


class Supervisor:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        self.env = {"NOTIFY_SOCKET": name}

    def hears(self, line):
        """Waits for that line; what came with it."""
        while True:
            lines = self.socket.recv(4096).decode().splitlines()
            if line in lines:
                return lines


@pytest.fixture
def supervisor(tmp_path):
    return Supervisor(str(tmp_path / "notify"))


def start(host, *options, **more):
    """A server, and its port."""
    port = free_port()
    return host.start("signal", "-l", "127.0.0.1:%d" % port, *options, stdin=subprocess.DEVNULL, **more), port


def stop(server):
    server.signal(signal.SIGTERM)
    server.ends(143)


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_a_supervisor_is_told(abstract, alice, tmp_path):
    """That the server is ready, when it answers; how it is; again and again that it is alive; that it reads its settings, and has done
    so; that it ends."""
    supervisor = Supervisor("@schat-%d-%d" % (os.getpid(), random.getrandbits(32)) if abstract else str(tmp_path / "notify"))
    server, port = start(alice, env={**supervisor.env, "WATCHDOG_USEC": "200000"})
    assert "STATUS=waiting 0, pairs 0, connections 0" in supervisor.hears("READY=1")
    Member(port).hello()
    for _ in range(3):
        assert supervisor.hears("WATCHDOG=1") == ["WATCHDOG=1"]
    server.signal(signal.SIGHUP)
    assert re.fullmatch(r"MONOTONIC_USEC=[0-9]+", supervisor.hears("RELOADING=1")[1])
    supervisor.hears("READY=1")
    server.signal(signal.SIGTERM)
    supervisor.hears("STOPPING=1")
    server.ends(143)


def touches(server, path):
    """The file is an old one, until the server makes it a new one."""
    os.utime(path, (1000, 1000))
    server.wait_for(lambda: path.stat().st_mtime != 1000, "%s is touched" % path)


def test_a_file_shows_that_it_is_alive(alice):
    """It is touched again and again while the server runs, whatever is in it; where it can't be, the server doesn't start."""
    alive = alice.home / "alive"
    server, _ = start(alice, "--alive", alive)
    server.says("listening on ")
    assert alive.stat().st_size == 0
    stop(server)
    alive.write_text("kept")
    server, _ = start(alice, "--alive", alive)
    server.says("listening on ")
    touches(server, alive)
    touches(server, alive)  # 10 s later
    assert alive.read_text() == "kept"
    second = alice.run("signal", "-l", "127.0.0.1:%d" % free_port(), "--alive", alice.home / "alive", code=LOCAL)
    assert "can't touch the file %s (--alive): another server touches it" % alive in second.errors
    stop(server)
    wrong = alice.run("signal", "-l", "127.0.0.1:%d" % free_port(), "--alive", alice.home / "none" / "alive", code=LOCAL)
    assert "can't touch the file" in wrong.errors and "No such file" in wrong.errors


def open_metrics(text):
    """Its samples. As the specification has it, in the part of it that is used here."""
    samples, family, kind = {}, None, None
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""]
    for line in lines[:-2]:
        head = re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge|info)", line)
        if head:
            family, kind = head.groups()
            continue
        name, value = re.fullmatch(r'([a-z_]+)(?:\{version="[^"\\]+"\})? ([0-9]+)', line).groups()
        assert name == family + {"counter": "_total", "gauge": "", "info": "_info"}[kind]
        assert name not in samples
        samples[name] = int(value)
    return samples


def test_metrics_are_at_a_socket(alice):
    """As OpenMetrics text over HTTP, for whoever scrapes it, and for schat signal --stats, with and without a setting."""
    path = alice.home / "metrics"
    server, port = start(alice, "--metrics", path)
    server.says("listening on ")
    member = Member(port)
    member.join(bytes(15) + b"x", flags=1)
    member.hears(0xC3)

    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE)
        s.connect(str(path))
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, body = b"".join(iter(lambda: s.recv(65536), b"")).decode().split("\r\n\r\n")
    assert head.startswith("HTTP/1.0 200 OK\r\n") and "Content-Length: %d\r\n" % len(body) in head
    assert "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n" in head
    samples = open_metrics(body)
    assert samples["schat_signal_waiting"] == 1 and samples["schat_signal_joins_total"] == 1
    assert abs(samples["schat_signal_start_time_seconds"] - time.time()) < 600

    for arguments in [path], ["--metrics", path]:
        shown = alice.run("signal", "--stats", *arguments).output.splitlines()
        assert "waiting 1" in shown and "hellos_total 1" in shown and not [line for line in shown if line[0] == "#"]
    (alice.home / "config").write_text("metrics = metrics\nrelay = 32\nlisten = 9\n")
    assert "waiting 1" in alice.run("signal", "--stats").output.splitlines()
    stop(server)
    assert not path.exists()
    gone = alice.run("signal", "--stats", path, code=LOCAL)
    assert "can't ask the server at %s: No such file or directory. Is schat signal running" % path in gone.errors


def test_what_answers_may_be_no_server(alice):
    """Whatever it says, and however slowly, it is not taken for counts, and nothing of it acts on a terminal."""
    path = str(alice.home / "metrics")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen()
        s.settimeout(PATIENCE)
        for said in b"", b"\r\n\r\nwaiting 1\n", b"HTTP/1.0 200 OK\r\n\r\nwaiting", b"x" * 100000:
            run = alice.start("signal", "--stats", path, stdin=subprocess.DEVNULL)
            one, _ = s.accept()
            one.settimeout(PATIENCE)
            try:
                one.sendall(said)
            except (BrokenPipeError, ConnectionResetError):
                pass
            one.close()
            run.ends(LOCAL)
            assert "isn't schat signal" in run.errors and run.output == ""
        run = alice.start("signal", "--stats", path, stdin=subprocess.DEVNULL)
        one, _ = s.accept()
        one.settimeout(PATIENCE)
        assert one.recv(4096).startswith(b"GET ")  # else it would ask who has gone
        one.sendall(b"HTTP/1.0 200 OK\r\n\r\nwaiting \x1b[2J\n\n# EOF\n")
        one.close()
        assert "\x1b" not in run.ends(0).output


def test_settings_are_read_again(alice, supervisor):
    """On SIGHUP: what can change does, for the rest it says that it can't; a file with a mistake, or that can't be believed, changes
    nothing, and why is said; one that is gone leaves the defaults."""
    config, log, moved = alice.home / "config", alice.home / "log", alice.home / "moved"
    config.write_text("relay = 100\nlog = log\n")
    server, port = start(alice, env=supervisor.env)
    supervisor.hears("READY=1")
    assert relay_rate(port) == 100

    def again(text):
        config.write_text(text)
        server.signal(signal.SIGHUP)
        supervisor.hears("RELOADING=1")
        supervisor.hears("READY=1")
        return relay_rate(port)

    assert again("relay = 200\nlog = log\nmetrics = m\n") == 200
    server.says("the setting 'metrics' has changed. Restart the server for that.")
    assert again("relay = 300\nrellay = 1\n") == 200
    server.says("the settings stay as they were: .*config:2: unknown setting 'rellay'. Did you mean 'relay'")
    assert again("relay = 5000000\n") == 200
    server.says("the settings stay as they were: .*below 4000000")
    os.chmod(config, 0o666)
    assert again("relay = 400\n") == 200
    server.says("the settings stay as they were: .*chmod")
    os.chmod(config, 0o600)
    assert "Did you mean 'relay'" in log.read_text()
    assert again("relay = 500\nlog = moved\n") == 500
    assert "the settings were read again; relay limit 500 kbit/s per pair" in moved.read_text()
    config.unlink()
    server.signal(signal.SIGHUP)
    supervisor.hears("READY=1")
    assert relay_rate(port) == 64
    stop(server)


def test_keys_that_have_expired_are_counted(alice, supervisor):
    """When the server starts, and when it reads them again."""
    keys = alice.home / "access"
    keys.write_text("a aaaqeayeaudaocajbifqydiob4 until=2020-01-01\nb caireeyuculbogazdinryhi6d4\n")
    os.chmod(keys, 0o600)
    server, _ = start(alice, "--access", "access", env=supervisor.env)
    server.says("; 2 keys, of which 1 has expired")
    supervisor.hears("READY=1")
    keys.write_text(keys.read_text().replace("b ", "c ") + "d cemrugi2dmobuhi6d4ascauqye until=1999-12-31\n")
    server.signal(signal.SIGHUP)
    server.says("read .*access again: 3 keys, of which 2 have expired")
    stop(server)


def test_the_command_line_counts_more_when_settings_are_read_again(alice, supervisor):
    (alice.home / "config").write_text("relay = 100\n")
    server, port = start(alice, "--relay", "7", env=supervisor.env)
    supervisor.hears("READY=1")
    (alice.home / "config").write_text("relay = 200\n")
    server.signal(signal.SIGHUP)
    supervisor.hears("RELOADING=1")
    supervisor.hears("READY=1")
    assert relay_rate(port) == 7
    stop(server)


def test_settings_are_handed_over_as_a_credential(alice, tmp_path):
    """They take the place of the user's, and what is relative in them is there, too; a profile that is named has its own."""
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "schat.config").write_text("relay = 123\nlog = log\n")
    (alice.home / "config").write_text("relay = 321\n")
    env = {"CREDENTIALS_DIRECTORY": str(folder)}
    server, port = start(alice, env=env)
    server.says("listening on ")
    assert relay_rate(port) == 123 and "listening" in (folder / "log").read_text()
    stop(server)
    server, port = start(alice, "--profile", "other", env=env)
    server.says("listening on ")
    assert relay_rate(port) == 64
    stop(server)
    assert "relay = 123" in alice.run("--check-config", env=env).output
    (folder / "schat.config").rename(folder / "other")
    (folder / "schat.config").mkdir()  # without what was handed over, a closed server would be open to all
    server, _ = start(alice, env=env)
    server.says("can't read .*schat.config: it isn't a regular file")
    server.ends(6)


def full(fd):
    os.set_blocking(fd, False)
    try:
        while os.write(fd, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(fd, True)
        return fd


def test_nobody_has_to_read_what_it_says(alice, supervisor):
    """Standard error and the log lead to whoever has stopped reading (a stuck logger, a terminal after Ctrl-S): it serves all the same."""
    os.mkfifo(alice.home / "log")
    ends = [*os.pipe(), os.open(alice.home / "log", os.O_RDWR)]
    full(ends[2])
    port = free_port()
    server = subprocess.Popen([SCHAT, "signal", "-l", "127.0.0.1:%d" % port, "--log", "log"], stdin=subprocess.DEVNULL,
                              stderr=full(ends[1]), env={**alice.env, **supervisor.env}, cwd=alice.home)
    try:
        supervisor.hears("READY=1")
        server.send_signal(signal.SIGUSR1)
        server.send_signal(signal.SIGHUP)
        supervisor.hears("READY=1")
        assert relay_rate(port) == 64
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 143
    finally:
        server.kill()
        server.wait()
        for fd in ends:
            os.close(fd)


def test_the_journal_is_told_how_grave_it_is(alice, tmp_path):
    """Where standard error is what $JOURNAL_STREAM says, and nowhere else."""
    with open(tmp_path / "journal", "wb") as journal, open(tmp_path / "other", "wb") as other:
        stream = "%d:%d" % (os.fstat(journal.fileno()).st_dev, os.fstat(journal.fileno()).st_ino)
        for to in journal, other:
            for arguments in ["signal", "-l", "192.0.2.1:443"], ["signal", "-l", "127.0.0.1:%d" % free_port(), "-v"]:
                run = subprocess.Popen([SCHAT, *arguments], stderr=to, stdin=subprocess.DEVNULL,
                                       env={**alice.env, "JOURNAL_STREAM": stream})
                if arguments[-1] == "-v":
                    until = time.monotonic() + PATIENCE
                    while "listening" not in open(to.name).read():
                        assert time.monotonic() < until
                        time.sleep(0.02)
                    run.terminate()
                run.wait(PATIENCE)
    lines = (tmp_path / "journal").read_text().splitlines()
    assert lines[0].startswith("<3>can't listen on 192.0.2.1:443") and lines[-1].startswith("<6>listening on ")
    assert [line for line in (tmp_path / "other").read_text().splitlines() if not line.startswith("schat: ")] == []


def status(server):
    text = open("/proc/%d/status" % server.pid).read()
    return {key: value.split() for key, value in re.findall(r"^(\w+):\t(.*)$", text, re.M)}


@pytest.fixture
def theirs():
    """A folder of user 12345's, with the program in it: those that pytest makes are closed to others."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SCHAT, folder)
        os.chown(folder, 12345, 23456)
        yield pathlib.Path(folder)


def test_root_becomes_a_user_once_its_ports_are_open(alice, theirs):
    """The port is one of root's; the user has no other group, no capability and no way back, and what is opened is opened as that user."""
    while True:
        port = random.randrange(600, 1000)
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
                break
            except OSError:
                continue
    server = alice.start("signal", "-l", "127.0.0.1:%d" % port, "--user", "12345:23456", "--metrics", theirs / "metrics", "--log",
                         theirs / "log", "--alive", theirs / "alive", env={"RUNTIME_DIRECTORY": str(theirs)},
                         stdin=subprocess.DEVNULL)
    server.says("listening on ")
    is_now = status(server)
    assert is_now["Uid"] == ["12345"] * 4 and is_now["Gid"] == ["23456"] * 4 and is_now["Groups"] == []
    assert {is_now[key][0].strip("0") for key in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {""} and is_now["NoNewPrivs"] == ["1"]
    for name in "metrics", "log", "alive", "schat-signal-%d" % port:
        assert (theirs / name).stat().st_uid == 12345
    assert relay_rate(port) == 64
    stop(server)
    assert not list(theirs.glob("schat-signal-*")) and not (theirs / "metrics").exists()


@pytest.mark.parametrize("user, code, why", [("nobody-here", USAGE, "there is no user 'nobody-here' in /etc/passwd"),
                                             ("root", USAGE, "--user root is root"), ("0:0", USAGE, "is root")])
def test_users_that_are_none(user, code, why, alice):
    run = alice.run("signal", "-l", "127.0.0.1:%d" % free_port(), "--user", user, code=code)
    assert why in run.errors


def test_only_root_becomes_another_user(theirs):
    run = subprocess.run([theirs / "schat", "signal", "-l", "127.0.0.1:%d" % free_port(), "--user", "1:1"], env={}, user=12345,
                         group=23456, extra_groups=[], capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == LOCAL
    assert "can't become the user 1:1: Operation not permitted. Only root can." in run.stderr


def test_settings_in_a_folder_that_is_closed_are_not_taken_for_none(alice, theirs):
    """To whom the server has become, or from the start: what was handed over still counts, or nothing starts."""
    folder = theirs / "credentials"
    folder.mkdir(mode=0o700)  # root's
    (folder / "schat.config").write_text("relay = 123\n")
    server, port = start(alice, "--user", "12345:23456", env={"CREDENTIALS_DIRECTORY": str(folder)})
    server.says("listening on ")
    server.signal(signal.SIGHUP)
    server.says("the settings stay as they were: can't read .*schat.config: Permission denied")
    assert relay_rate(port) == 123
    stop(server)
    run = subprocess.run([theirs / "schat", "signal", "-l", "127.0.0.1:0"], env={"CREDENTIALS_DIRECTORY": str(folder)}, user=12345,
                         group=23456, extra_groups=[], capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == LOCAL and "schat.config: Permission denied" in run.stderr


def pair_at(port):
    """Two members that have been introduced, and their pair."""
    token, two = os.urandom(16), [Member(port), Member(port)]
    for i, member in enumerate(two):
        member.join(token, flags=i)
        member.hears(0xC3)
    return two, token, two[0].hears(0xC4)[18:26]


def test_a_server_that_ends_finishes_what_it_has_begun(alice):
    """SIGTERM: two who have just been introduced go on, until they need it no more; whoever is new has to look elsewhere. Who waits is
    told at the end. docs/SIGNALING.md S5-16."""
    server, port = start(alice)
    server.says("listening on ")
    (a, b), token, pair = pair_at(port)
    a.socket.send(b"\xf0" + pair + b"one")
    assert b.hears(0xF0)[9:] == b"one"
    server.signal(signal.SIGTERM)
    late = Member(port)
    until = time.monotonic() + PATIENCE
    while True:  # until the signal has come
        assert time.monotonic() < until
        late.join(os.urandom(16))
        answer = late.hears(0xC3, 0xC5)
        b.socket.send(b"\xf0" + pair + b"two")
        assert a.hears(0xF0)[9:] == b"two"
        if answer == GOES + late.secret:
            break
        late.secret = os.urandom(8)
    a.socket.send(b"\xf0" + pair + b"three")
    assert b.hears(0xF0)[9:] == b"three"
    a.join(token, flags=4)  # leaves
    assert b.hears(0xC5) == GOES + b.secret
    server.ends(143)


def test_a_second_signal_ends_it_at_once(alice):
    """So does SIGINT, since somebody waits at the terminal."""
    for signals in [signal.SIGTERM, signal.SIGTERM], [signal.SIGINT]:
        server, port = start(alice)
        server.says("listening on ")
        (a, b), _, pair = pair_at(port)
        a.socket.send(b"\xf0" + pair + b"x")
        b.hears(0xF0)
        for number in signals[:-1]:
            server.signal(number)
            late, answer = Member(port), b""
            while not answer.startswith(GOES):  # until it has come
                late.secret = os.urandom(8)
                late.join(os.urandom(16))
                answer = late.hears(0xC3, 0xC5)
        server.signal(signals[-1])
        assert a.hears(0xC5) == GOES + a.secret
        server.ends(128 + signals[-1])
