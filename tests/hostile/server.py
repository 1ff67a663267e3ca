"""A whole signaling server, small and for tests: HELLO, JOIN, KEEP, INTRO, FORWARD over UDP and TCP, in a thread.

An attack is a subclass: everything the server decides is a method of its own.
"""

import hashlib
import hmac
import os
import secrets
import selectors
import struct
import threading
import time

import peer as peers
import routes
import stamp
import wire

INTROS = [0, 0.1, 0.2, 0.4]  # seconds after the first
GONE, KEEPER_GONE, COOKIE_LIFE, PAIR_GONE, BUDGET = 90, 300, 120, 300, 65536


class Member:
    def __init__(self, token, tag, role, via, asked=False):
        self.token, self.tag, self.role, self.via, self.heard, self.asked = token, tag, role, via, time.monotonic(), asked
        self.id, self.keeps = secrets.token_bytes(8), False


class Pair:
    """members: initiator, responder."""

    def __init__(self, initiator, responder):
        self.id, self.members = secrets.token_bytes(8), (initiator, responder)
        self.used = time.monotonic()
        self.bytes, self.tokens, self.filled, self.acked, self.said = 0, 0.0, None, set(), {}
        self.made = self.used
        self.begin()

    def begin(self):
        """INTROs to whoever has acknowledged none."""
        self.begun = time.monotonic()
        self.due = {m: list(INTROS) for m in self.members if m not in self.acked}


class Server:
    """Runs until close(). rate: of relaying, in kbit/s."""

    def __init__(self, host="127.0.0.1", port=0, rate=64, day=None):
        self.rate, self.day, self.key = rate, day, os.urandom(32)
        self.keys = []  # of a closed server: whoever has none gets nothing
        self.members, self.pairs, self.next_number = [], {}, 100
        self.lock, self.over = threading.Lock(), False
        self.came, self.told = [], {}  # (via, datagram), everything; when an address was told ERROR 4
        self.selector = selectors.DefaultSelector()
        self.udp, self.listener = routes.listening(host, port)
        self.host, self.port = self.udp.getsockname()
        self.udp.setblocking(False)
        self.selector.register(self.udp, selectors.EVENT_READ, self.from_udp)
        self.selector.register(self.listener, selectors.EVENT_READ, self.from_listener)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def close(self):
        self.over = True
        self.thread.join(peers.PATIENCE)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- sockets ----

    def loop(self):
        while not self.over:
            ready = self.selector.select(0.02)
            with self.lock:
                for key, _ in ready:
                    key.data(key.fileobj)
                self.tick(time.monotonic())

    def from_udp(self, sock):
        for _ in range(64):
            try:
                some, addr = sock.recvfrom(65536)
            except OSError:
                return
            self.datagram(routes.Udp(sock, addr), some)

    def from_listener(self, sock):
        tcp = routes.Tcp(sock.accept()[0])
        self.selector.register(tcp.sock, selectors.EVENT_READ, lambda _: self.from_tcp(tcp))

    def from_tcp(self, tcp):
        for some in tcp.packets():
            self.datagram(tcp, some)
        if tcp.broken:
            self.selector.unregister(tcp.sock)
            tcp.sock.close()
            for member in [m for m in self.members if m.via is tcp]:
                self.leave(member)

    def datagram(self, via, some):
        if not some:
            return
        self.came.append((via, some))
        handler = {wire.HELLO: self.hello, wire.JOIN: self.join, wire.KEEP: self.keep, wire.FORWARD: self.forward}.get(some[0])
        if handler:
            try:
                handler(via, some)
            except wire.Malformed:
                pass

    # ---- cookies ----

    def value(self, via, epoch):
        return hmac.new(self.key, struct.pack(">Q", epoch) + via.address(), hashlib.sha256).digest()[:16]

    def epoch(self):
        return int(time.monotonic() / COOKIE_LIFE)

    def hello(self, via, some):
        if len(some) < 96 or some[1] != wire.VERSION or self.keys and not stamp.good(some, self.keys):
            return
        now = time.time()
        day = int(now // 86400) if self.day is None else self.day
        left = int(86400 - now % 86400) // 2
        via.send(wire.cookie(some[2:10], via.address(), self.value(via, self.epoch()), day, self.rate, left))

    # ---- rooms ----

    def join(self, via, some):
        join = wire.Join(some)
        if self.keys and not stamp.good(some, self.keys):
            return
        if join.number != (join.token == b"\0" * 16) or join.number and join.role != wire.RESPONDER:
            return  # S3-1
        if join.cookie not in (self.value(via, self.epoch()), self.value(via, self.epoch() - 1)):
            via.send(wire.error(wire.BAD_COOKIE, join.tag))
            return
        member = next((m for m in self.members if m.tag == join.tag and (m.asked if join.number else m.token == join.token)), None)
        if member and member.role != join.role:
            return
        if join.leave:
            if member:
                self.leave(member)
            return
        token = join.token
        if not member:
            if join.number:
                token = wire.room(self.number())
            room = [m for m in self.members if m.token == token]
            same = [m for m in room if m.role == join.role]
            if len(room) >= 4 or len(same) >= 3:
                if token[:12] == b"\0" * 12:
                    via.send(wire.error(wire.FULL, join.tag))
                    return
                others = [m for m in room if m.role != join.role]  # S4-8
                self.leave(min(others if len(others) > len(same) else same, key=lambda m: m.heard))
            member = Member(token, join.tag, join.role, via, join.number)
            self.members.append(member)
        elif member.via.key != via.key:
            member.via = via
            for pair in self.pairs_of(member):
                pair.acked = set()
                pair.begin()
        member.heard, member.keeps = time.monotonic(), False
        member.keeps = join.keeps and not via.reliable and not self.keeper(via, member.tag)
        others = [m for m in self.members if m.token == member.token and m.role != member.role]
        plate = struct.unpack(">I", member.token[12:])[0] if member.token[:12] == b"\0" * 12 else 0
        via.send(wire.wait(member.tag, member.token, plate, 20, len(others), KEEPER_GONE if member.keeps else 0))
        for other in others:
            both = (member, other) if member.role == wire.INITIATOR else (other, member)
            pair = next((p for p in self.pairs.values() if p.members == both), None)
            if not pair and both[0].via.key != both[1].via.key:
                self.introduce(*both)
            elif pair and (join.unmet or member not in pair.acked and not pair.due.get(member)):  # S5-4
                pair.acked.discard(member)
                pair.begin()

    def keeper(self, via, tag):
        return next((m for m in self.members if m.keeps and m.tag == tag and m.via.key == via.key), None)

    def keep(self, via, some):
        keep, unknown, now = wire.Keep(some), None, time.monotonic()
        for tag in keep.tags:
            member = self.keeper(via, tag)
            if not member:
                unknown = tag
                continue
            member.heard = now
            for pair in self.pairs_of(member):
                pair.used = now
        if self.keys and all(not self.keeper(via, tag) for tag in keep.tags):
            return
        if unknown:
            via.send(wire.error(wire.BAD_COOKIE, unknown))
        elif keep.echo:
            via.send(some)

    def number(self):
        while any(m.token == wire.room(self.next_number) for m in self.members):
            self.next_number += 1
        return self.next_number

    def introduce(self, initiator, responder):
        pair, now = Pair(initiator, responder), time.monotonic()
        rivals = self.rivals(pair)
        if any(all(now - old.said.get(m, -99) < 20 for m in old.members) for old in rivals):
            return  # in use: the newer member waits, until its next JOIN
        for old in rivals:
            self.pairs.pop(old.id, None)
        self.pairs[pair.id] = pair

    def pairs_of(self, member):
        return [p for p in self.pairs.values() if member in p.members]

    def leave(self, member):
        self.members.remove(member)
        for pair in self.pairs_of(member):
            del self.pairs[pair.id]

    def rivals(self, pair):
        """S5-11: pairs of either member with another member of the other's host."""
        if pair.members[0].token[:12] != b"\0" * 12:
            return []
        return [old for old in self.pairs.values() for mine, other in ((0, 1), (1, 0))
                if old.members[mine] is pair.members[mine] and self.host_id(old.members[other]) == self.host_id(pair.members[other])]

    def host_id(self, member):
        """Which members are on one host, for who shares a room with them."""
        addr = member.via.address()
        host = addr[:16] if addr[:12] == b"\0" * 10 + b"\xff\xff" else addr[:8]
        return hmac.new(self.key, member.token + host, hashlib.sha256).digest()[:3] + b"\1"

    def send_intro(self, pair, member):
        other = pair.members[0] if member is pair.members[1] else pair.members[1]
        hidden = member.token[:12] == b"\0" * 12 or other.via.reliable
        member.via.send(wire.intro(member.tag, other.id, pair.id, member.role, self.host_id(other),
                                   b"\0" * 18 if hidden else other.via.address()))

    def tick(self, now):
        for pair in list(self.pairs.values()):
            for member, due in pair.due.items():
                while due and now - pair.begun >= due[0]:
                    due.pop(0)
                    self.send_intro(pair, member)
            if now - pair.used > PAIR_GONE:
                del self.pairs[pair.id]
        for member in [m for m in self.members if now - m.heard > (KEEPER_GONE if m.keeps else GONE)]:
            self.leave(member)

    # ---- forwarding ----

    def forward(self, via, some):
        if not 9 <= len(some) <= wire.DATAGRAM:
            return
        pair = self.pairs.get(some[1:9])
        member = pair and next((m for m in pair.members if m.via.key == via.key), None)
        if not member and self.keys and not pair:
            return
        if not member:
            now = time.monotonic()
            if 12 <= len(some) <= wire.DATAGRAM and now - self.told.get(via.key, -1) >= 1:
                self.told[via.key] = now
                via.send(wire.error(wire.NO_PAIR, some[1:9]))
            return
        pair.due[member], pair.used = [], time.monotonic()
        pair.acked.add(member)
        if len(some) > 9:
            pair.said[member] = time.monotonic()
        if len(some) > 9 and self.may(pair, len(some)):
            other = pair.members[0] if member is pair.members[1] else pair.members[1]
            self.carry(pair, other, some)

    def carry(self, pair, other, some):
        other.via.send(some)

    def may(self, pair, size):
        """The first 64 KiB in the first minute, then the rate."""
        now = time.monotonic()
        if pair.filled is None and now - pair.made < 60 and pair.bytes + size <= BUDGET:
            pair.bytes += size
            return True
        burst = max(self.rate * 125, 16384) if self.rate else 0
        pair.tokens = min(burst, pair.tokens + (now - pair.filled) * self.rate * 125) if pair.filled else burst
        pair.filled = now
        if pair.tokens < size:
            return False
        pair.tokens -= size
        return True
