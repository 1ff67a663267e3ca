"""Through a proxy: SOCKS 5 and CONNECT of HTTP, with names that only the proxy knows, and proxies that are none."""

import os
import re
import socket
import struct
import threading

import pytest

from hosts import UNREACHABLE, USAGE, Lines, free_port

NAME = "nowhere.invalid"  # what the proxies here take for this host, and no name server does


def exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("it has ended")
        data += more
    return data


def head(sock):
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += exactly(sock, 1)
    return data


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Proxy:
    """A proxy in a thread. login: it wants this user and password."""

    def __init__(self, kind, login=None):
        self.kind, self.login, self.asked = kind, login, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.sockets = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                client, _ = self.listener.accept()
                self.sockets.append(client)
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()
        except OSError:
            pass

    def serve(self, client):
        try:
            getattr(self, self.kind)(client)
        except OSError:
            client.close()

    def passes(self, client, host, port, good, bad):
        self.asked.append((host, port))
        try:
            far = socket.create_connection(("127.0.0.1" if host == NAME else host, port))
        except OSError:
            client.sendall(bad)
            client.close()
            return
        self.sockets.append(far)
        client.sendall(good)
        threading.Thread(target=pump, args=(far, client), daemon=True).start()
        pump(client, far)

    def socks5(self, client):
        _, count = exactly(client, 2)
        methods = exactly(client, count)
        if self.login:
            if 2 not in methods:
                client.sendall(b"\5\xff")
                return
            client.sendall(b"\5\2")
            exactly(client, 1)
            login = [exactly(client, exactly(client, 1)[0]).decode() for _ in range(2)]
            client.sendall(b"\1\0" if login == self.login else b"\1\1")
        else:
            client.sendall(b"\5\0")
        kind = exactly(client, 4)[3]
        host = (exactly(client, exactly(client, 1)[0]).decode() if kind == 3
                else socket.inet_ntop(*((socket.AF_INET, exactly(client, 4)) if kind == 1 else (socket.AF_INET6, exactly(client, 16)))))
        self.passes(client, host, struct.unpack(">H", exactly(client, 2))[0], b"\5\0\0\3\5proxy\0\0", b"\5\5\0\1\0\0\0\0\0\0")

    def http(self, client):
        request = head(client)
        host, port = request.split()[1].decode().rsplit(":", 1)
        if self.login and b"\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n" not in request:
            client.sendall(b"HTTP/1.1 407 Who are you?\r\n\r\n")
            return
        self.passes(client, host, int(port), b"HTTP/1.1 200 Go on\r\nVia: 1.1 test\r\n\r\n", b"HTTP/1.1 502 No\r\n\r\n")

    # those that are none

    def closing(self, client):
        client.close()

    def endless(self, client):
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(b"X: " + b"y" * 4000)

    def waiting(self, client):
        exactly(client, 1 << 20)

    def other(self, client):
        client.sendall(b"220 mail.example ESMTP\r\n")

    def close(self):
        for sock in [self.listener, *self.sockets]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()


@pytest.fixture
def make_proxy():
    made = []

    def make(*args):
        made.append(Proxy(*args))
        return made[-1]

    yield make
    for proxy in made:
        proxy.close()


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_meeting_through_proxies(scheme, alice, bob, server, make_proxy):
    """Both sides meet at a server whose name only their proxies know, and talk by its relay. No datagram goes past a proxy. The
    password is neither in the arguments that others see nor in what the program says about itself."""
    proxy = make_proxy(scheme, ["me", "p@ss"])
    where = "%s:%d" % (NAME, server.port)
    url = "%s://me:p%%40ss@%s" % (scheme, proxy.address)
    log = alice.home / "log"
    a = Lines(alice.start("serve", "-s", where, "-v", "--log", log, "--proxy", url))
    command = a.command()
    with open("/proc/%d/cmdline" % a.run.pid, "rb") as arguments:
        assert b"p%40ss" not in arguments.read()
    with open("/proc/%d/net/udp" % a.run.pid, encoding="ascii") as table:
        inodes = {line.split()[9] for line in table.readlines()[1:]}
    assert not inodes & descriptors(a.run.pid)
    b = Lines(bob.start(*command.split()[1:], env={"ALL_PROXY": url}))
    a.connected()
    b.run.says("connected to .* through the server over TCP")
    a.say("hello")
    b.hears("hello")
    assert set(proxy.asked) == {(NAME, server.port)}
    for run in (a.run, b.run):
        assert "p%40ss" not in run.errors and "p@ss" not in run.errors
    assert "p%40ss" not in log.read_text()


def descriptors(pid):
    """The sockets of a process, as /proc/net has them."""
    found = set()
    for fd in os.listdir("/proc/%d/fd" % pid):
        link = os.readlink("/proc/%d/fd/%s" % (pid, fd))
        found |= set(re.findall(r"socket:\[(\d+)\]", link))
    return found


def test_address_through_a_proxy(alice, bob, make_proxy):
    """tcp:// to a name that only the proxy knows."""
    proxy, port = make_proxy("socks5"), free_port()
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % port))
    words = re.search(r"tcp://([^@]+)@", a.command()).group(1)
    b = Lines(bob.start("connect", "tcp://%s@%s:%d" % (words, NAME, port), "--proxy", "socks5h://" + proxy.address))
    a.connected()
    b.say("hello")
    a.hears("hello")
    assert proxy.asked == [(NAME, port)]


def test_no_proxy(alice, bob, server, make_proxy):
    """NO_PROXY, and --proxy none, are the way past a proxy."""
    proxy = make_proxy("http")
    a = Lines(alice.start("serve", "-s", server.address, env={"HTTPS_PROXY": "http://" + proxy.address, "NO_PROXY": "127.0.0.0/8"}))
    b = Lines(bob.start(*a.command().split()[1:], "--proxy", "none", env={"all_proxy": "http://" + proxy.address}))
    a.connected()
    b.connected()
    assert proxy.asked == []


@pytest.mark.parametrize("scheme, kind, why", [
    ("socks5", "socks5", "the proxy requires another authentication method"),
    ("http", "http", "the proxy requires a user name and password"),
    ("http", "endless", "the proxy's answer is too long"),
    ("http", "other", "that isn't an HTTP proxy"),
    ("socks5", "other", "that isn't a SOCKS 5 proxy"),
    ("http", "closing", "the proxy closed the connection without a word; it may be a SOCKS 5 proxy .socks5://.; still trying"),
    ("socks5", "http", "the proxy says nothing; it may be an HTTP proxy .http://.; still trying"),
])
def test_proxies_that_do_not_serve(scheme, kind, why, alice, make_proxy):
    """What is in the way is said, and the program ends when it has to."""
    proxy = make_proxy(kind, ["me", "p@ss"])
    run = alice.start("connect", "107-velvet-anchor@%s:7000" % NAME, "--timeout", "6", "--proxy", "%s://%s" % (scheme, proxy.address))
    run.ends(UNREACHABLE)
    assert re.search(why, run.errors), run.errors


def test_a_server_behind_a_proxy_is_silent(alice, make_proxy):
    """An HTTP proxy that waits for its target says nothing, either: what to do is said of the server."""
    run = alice.start("connect", "107-velvet-anchor@%s:7000" % NAME, "--timeout", "6", "--proxy", "http://" + make_proxy("waiting").address)
    run.ends(UNREACHABLE)
    assert "Check that schat signal is running there" in run.errors and "the proxy" not in run.errors.lower(), run.errors


@pytest.mark.parametrize("argv, why", [
    (["connect", "107-velvet-anchor@vps.example", "--proxy", "https://127.0.0.1:9"], "socks5:// and http:// proxies only"),
    (["connect", "107-velvet-anchor@vps.example", "--proxy", "socks5://"], "that isn't a valid proxy"),
    (["connect", "107-velvet-anchor@vps.example", "--proxy", "p", "--no-relay"], "--no-relay"),
    (["connect", "udp://velvet-anchor@127.0.0.1:9", "--proxy", "p"], "a proxy can be used only"),
])
def test_proxies_that_cannot_be(argv, why, alice):
    """Exit 2, and what is wrong."""
    assert why in alice.run(*argv, code=USAGE).errors


def test_there_is_no_proxy(alice):
    """Nobody is at its port, or its name is wrong: it is the proxy that is not there."""
    run = alice.run("connect", "107-velvet-anchor@vps.example", "--timeout", "4", "--proxy", "socks5://nosuch.invalid", code=UNREACHABLE)
    assert re.search("the proxy's host name doesn't exist|the name servers don't answer", run.errors)
    run = alice.run("connect", "107-velvet-anchor@vps.example", "--timeout", "4", "--proxy", "127.0.0.1:%d" % free_port(), code=UNREACHABLE)
    assert "the proxy doesn't answer" in run.errors
