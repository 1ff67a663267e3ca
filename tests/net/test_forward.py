"""A forwarded port while networks change: connections go on, with every byte once and in order."""

import hashlib
import itertools
import socket
import threading
import time

from lab import PATIENCE
from talk import Known

MB, CHANGES, OUTAGE = 50, 10, 20  # seconds


def listener(lab, ns):
    made = lab.socket(ns, socket.SOCK_STREAM)
    made.settimeout(PATIENCE)
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


def connection(lab, ns, port, target):
    """Both ends of a connection to that port of that host."""
    here = lab.socket(ns, socket.SOCK_STREAM)
    here.settimeout(PATIENCE)
    here.connect(("127.0.0.1", port))
    there = target.accept()[0]
    there.settimeout(PATIENCE)
    return here, there


def test_changes_and_an_outage(lab, server):
    """Two NATed hosts. While 50 MB flow, and somebody types at a prompt that echoes, one of the hosts is in another network, or has
    another address, ten times; then nothing passes for 20 s. Both connections go on."""
    a, b = lab.home("restricted"), lab.home("restricted")
    known = Known(lab)
    target = listener(lab, a.ns)
    alice = lab.start(a, "serve", "-s", server.public, "--allow", "bob", "--to", "127.0.0.1:%d" % target.getsockname()[1],
                      env=known.env["alice"])
    bob = lab.start(b, "connect", "-s", server.public, "alice", "--listen", "2222", env=known.env["bob"])
    bob.wait_told("connected to alice")
    bulk, source = connection(lab, b.ns, 2222, target)
    prompt, shell = connection(lab, b.ns, 2222, target)
    piece = bytes(range(256)) * 4096
    allowed, sent, got, arrived = threading.Semaphore(0), hashlib.sha256(), hashlib.sha256(), threading.Condition()
    count = itertools.count(1)
    have = [0]

    def send():
        for _ in range(MB):
            allowed.acquire()
            block = bytes([next(count) & 255]) + piece[1:]
            sent.update(block)
            source.sendall(block)
        source.shutdown(socket.SHUT_WR)

    def receive():
        while some := bulk.recv(1 << 18):
            got.update(some)
            with arrived:
                have[0] += len(some)
                arrived.notify_all()

    def echo():
        while some := shell.recv(4096):
            shell.sendall(some)
        shell.shutdown(socket.SHUT_WR)

    threads = [threading.Thread(target=work, daemon=True) for work in (send, receive, echo)]
    for thread in threads:
        thread.start()

    def goes_on(megabytes):
        """An answer at the prompt, and these bytes as well."""
        began = time.monotonic()
        prompt.sendall(b"x")
        assert prompt.recv(16) == b"x"
        answered = time.monotonic() - began
        with arrived:
            assert arrived.wait_for(lambda: have[0] >= megabytes << 20, PATIENCE), "%d bytes of %d MB" % (have[0], megabytes)
        print("answered after %.2f s, %d MB after %.2f s" % (answered, megabytes, time.monotonic() - began))

    each = MB // (CHANGES + 2)
    allowed.release(each)
    goes_on(each)
    for i in range(CHANGES):
        allowed.release(each)  # they are on their way
        if i % 3 == 0:
            a = lab.readdress(a)
        elif i % 3 == 1:
            b = lab.move(b, "restricted")
        else:
            lab.renumber(a, 70 + i)
        goes_on(each * (i + 2))
    lab.unplug(a)
    allowed.release(MB - each * (CHANGES + 1))
    time.sleep(OUTAGE)
    lab.plug(a)
    goes_on(MB)
    for thread in threads[:2]:
        thread.join(PATIENCE)
    assert got.digest() == sent.digest()
    prompt.shutdown(socket.SHUT_WR)
    assert prompt.recv(16) == b""
    for person in (alice, bob):
        assert "ended" not in str(person) and "replaced" not in str(person)
