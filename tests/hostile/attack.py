"""What the attacks share: strangers on every carrier, guesses, floods, a line with a delay.

A stranger is blocking and small: send(packet), receive(seconds). Other hosts are other addresses of loopback: 127.0.0.9.
"""

import heapq
import os
import selectors
import socket
import threading
import time

import crypto
import wire
from peer import PATIENCE
from routes import listening

SERVE = "127.0.0.1"


class TcpStranger:
    """One connection to serve tcp://."""

    def __init__(self, port, host="127.0.0.9", to=SERVE):
        self.sock, self.into = socket.create_connection((to, port), PATIENCE, (host, 0)), bytearray()

    def send(self, packet):
        try:
            self.sock.sendall(wire.len16(packet))
        except OSError:
            pass

    def receive(self, seconds=PATIENCE):
        """The next packet; None when none comes, b'' when the connection has ended."""
        end = time.monotonic() + seconds
        while True:
            size = int.from_bytes(self.into[:2], "big") if len(self.into) >= 2 else None
            if size is not None and len(self.into) >= 2 + size:
                packet = bytes(self.into[2:2 + size])
                del self.into[:2 + size]
                if packet:
                    return packet
                continue
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                some = self.sock.recv(65536)
            except socket.timeout:
                return None
            except OSError:
                return b""
            if not some:
                return b""
            self.into += some

    def close(self):
        self.sock.close()


class UdpStranger:
    """A socket that has a cookie of serve udp://, and says everything in OPEN."""

    def __init__(self, port, host="127.0.0.9", to=SERVE, cookie=True):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, 0))
        self.sock.connect((to, port))
        self.cookie = self.ask() if cookie else None

    def raw(self, some):
        try:
            self.sock.send(some)
        except OSError:
            pass

    def ask(self, size=1200):
        nonce = os.urandom(8)
        for _ in range(20):
            self.raw(wire.hello(nonce, size))
            some = UdpStranger.receive(self, PATIENCE / 20)
            if some and some[0] == wire.COOKIE:
                return wire.Cookie(some).value
        raise AssertionError("no COOKIE")

    def send(self, packet):
        self.raw(bytes([wire.OPEN, wire.VERSION]) + self.cookie + packet)

    def receive(self, seconds=PATIENCE):
        self.sock.settimeout(max(0.001, seconds))
        try:
            return self.sock.recv(2048)
        except (socket.timeout, ConnectionError):
            return None

    def close(self):
        self.sock.close()


class RoomStranger(UdpStranger):
    """A member of a room of a signaling server; packets go to the first it is introduced to."""

    def __init__(self, port, token, host="127.0.0.9", role=wire.INITIATOR, introduced=True, wait=PATIENCE):
        super().__init__(port, host)
        self.token, self.tag, self.role, self.pairs, self.held = token, os.urandom(8), role, [], []
        self.others = None
        self.join()
        end = time.monotonic() + wait
        while introduced and not self.pairs and time.monotonic() < end:
            self.pump(0.1)
        assert self.pairs or not introduced, "not introduced"

    def join(self, leave=False):
        self.raw(wire.join(self.cookie, self.token, self.tag, self.role, leave=leave))

    def close(self):
        """Leaves the room: it has three places for initiators."""
        self.join(leave=True)
        super().close()

    def pump(self, seconds):
        """Reads one message; what came in a FORWARD."""
        some = super().receive(seconds)
        if some and some[0] == wire.INTRO:
            intro = wire.Intro(some)
            self.raw(bytes([wire.FORWARD]) + intro.pair)
            if intro.pair not in self.pairs:
                self.pairs.append(intro.pair)
        elif some and some[0] == wire.WAIT:
            self.others = wire.Wait(some).others
        elif some and some[0] == wire.FORWARD and len(some) > 9:
            return some[1:9], some[9:]
        return None

    def send(self, packet, pair=None):
        self.raw(bytes([wire.FORWARD]) + (pair or self.pairs[-1]) + packet)

    def receive(self, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.pump(end - time.monotonic())
            if found:
                return found[1]
        return None


# ---- guesses ----

class Guess:
    """A pairing handshake of a stranger, step by step. answer: what came last: ('share', ..), ('refuse', n), ('confirm', ..), None."""

    def __init__(self, stranger, words, nameplate=0, suite=wire.NOISE):
        self.stranger, self.cid = stranger, os.urandom(8)
        self.agreement = crypto.Agreement(wire.INITIATOR, suite, crypto.X25519(), wire.payload(0, wire.CHAT, b"eve"),
                                          words=words, nameplate=nameplate)
        self.suite, self.first = suite, self.agreement.start()

    def say(self, number, message):
        for packet in wire.fragments(self.suite, self.cid, number, message):
            self.stranger.send(packet)

    def hear(self, number, seconds):
        """The message number, or REFUSE's reason as a number."""
        end, parts = time.monotonic() + seconds, {}
        while time.monotonic() < end:
            some = self.stranger.receive(end - time.monotonic())
            if some == b"":
                return None
            if not some:
                continue
            if some[0] == wire.REFUSE and some[3:11] == self.cid:
                return some[11]
            if some[0] == wire.HANDSHAKE and some[3:11] == self.cid:
                f = wire.Fragment(some)
                if f.number == number:
                    parts[f.offset] = f.bytes
                    whole = b"".join(parts[k] for k in sorted(parts))
                    if len(whole) == f.total:
                        return whole
        return None

    def share(self, seconds=PATIENCE):
        """Sends the share; true when the other's has come. Else refused has the reason, if there was one."""
        self.say(0, self.first)
        self.theirs = self.hear(1, seconds)
        return isinstance(self.theirs, bytes)

    def confirm(self, seconds=PATIENCE):
        """Sends the confirmation: true when it was right; else REFUSE's reason or None."""
        self.say(2, self.agreement.take(self.theirs))
        answer = self.hear(3, seconds)
        return True if isinstance(answer, bytes) else answer


def guess(stranger, words, nameplate=0, seconds=PATIENCE):
    """One whole guess: True, or the reason of REFUSE, or None where nothing came."""
    one = Guess(stranger, words, nameplate)
    return one.confirm(seconds) if one.share(seconds) else one.theirs


def fragment(cid=None, first=b"\x01"):
    """One byte of a message 0 of 66."""
    return wire.handshake(wire.NOISE, cid or os.urandom(8), 0, 66, 0, first)


SHARES = []


def random_share():
    """A whole message 0 with a good share, made in advance: making one costs Python milliseconds."""
    if not SHARES:
        one = crypto.double((crypto.G[0], crypto.G[1], 1))
        for _ in range(64):
            SHARES.append(crypto.pack(crypto.affine(one)))
            one = crypto.add(one, (crypto.G[0], crypto.G[1], 1))
    return b"\x01" + SHARES[int.from_bytes(os.urandom(1), "big") % 64]


class Every:
    """Calls do() rate times a second in a thread, until closed; what it raises ends it and is kept. do() is False: not this time."""

    def __init__(self, rate, do):
        self.rate, self.do, self.count, self.held, self.over, self.error = rate, do, 0, 0, threading.Event(), None
        self.begun = time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.over.is_set():
                due = int((time.monotonic() - self.begun) * self.rate) - self.count
                for _ in range(min(due, self.rate // 10 + 1)):
                    self.held += self.do() is False
                    self.count += 1
                self.over.wait(0.005)
        except Exception as e:  # shown by the test that uses it
            self.error = e

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(PATIENCE)
        seconds = time.monotonic() - self.begun
        done = self.count - self.held
        print("flood: %d in %.2f s, %.0f/s, %d held back; %s" % (done, seconds, done / seconds, self.held, self.error or "no error"))


def unread(port):
    """Bytes that lie at a UDP port of this host until its program reads them."""
    with open("/proc/net/udp") as table:
        for line in table:
            fields = line.split()
            if fields[1].endswith(":%04X" % port):
                return int(fields[4].split(":")[1], 16)
    return 0


def while_read(port, send):
    """send, but for what a full queue would drop: on a busy machine that would be the contact's packets, too, and no doing of ours."""
    return lambda: unread(port) < 65536 and send()


class Line:
    """A line with a delay to a port of loopback, UDP and TCP: what comes to .port goes there after half of rtt, and back.

    packets gathers what the client sent over UDP; stop() makes it silent."""

    def __init__(self, port, rtt=0.06, to=SERVE):
        self.to, self.half, self.over, self.heap, self.n = (to, port), rtt / 2, False, [], 0
        self.selector, self.packets, self.clients = selectors.DefaultSelector(), [], {}
        self.udp, self.listener = listening(SERVE)
        self.port = self.udp.getsockname()[1]
        self.selector.register(self.udp, selectors.EVENT_READ, self.from_client)
        self.selector.register(self.listener, selectors.EVENT_READ, self.accepted)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def later(self, do):
        self.n += 1
        heapq.heappush(self.heap, (time.monotonic() + self.half, self.n, do))

    def from_client(self, sock):
        some, addr = sock.recvfrom(65536)
        self.packets.append(some)
        if addr not in self.clients:
            up = self.clients[addr] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            up.connect(self.to)
            self.selector.register(up, selectors.EVENT_READ, lambda s: self.from_server(s, addr))
        self.later(lambda: self.clients[addr].send(some))

    def from_server(self, sock, addr):
        some = sock.recv(65536)
        self.later(lambda: self.udp.sendto(some, addr))

    def accepted(self, sock):
        here = sock.accept()[0]
        try:
            there = socket.create_connection(self.to, PATIENCE)
        except OSError:
            here.close()
            return
        for a, b in ((here, there), (there, here)):
            a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(a, selectors.EVENT_READ, lambda s, b=b: self.carry(s, b))

    def carry(self, a, b):
        try:
            some = a.recv(65536)
        except OSError:
            some = b""
        if some:
            self.packets.append(some)
            self.later(lambda: b.sendall(some))
        else:
            self.selector.unregister(a)
            self.later(lambda: b.shutdown(socket.SHUT_WR))

    def run(self):
        while not self.over:
            wait = max(0, self.heap[0][0] - time.monotonic()) if self.heap else 0.02
            for key, _ in self.selector.select(min(wait, 0.02)):
                try:
                    key.data(key.fileobj)
                except OSError:
                    pass
            while self.heap and self.heap[0][0] <= time.monotonic():
                try:
                    heapq.heappop(self.heap)[2]()
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join(PATIENCE)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()
