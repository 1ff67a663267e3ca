"""A session: sealed packets, streams, acknowledgments, paths, keys anew, chat and pipe (sections 6 and 7).

Plain rather than fast: a small fixed window, every packet with something in it acknowledged at once, what is not
acknowledged in time sent again.
"""

import os
import time

import crypto
import wire

WINDOW, TAKEN = 32, 65536


class Path:
    """Where packets go. sent and came count bytes, for whoever wants to see the limits kept."""

    def __init__(self, route, index, validated=False):
        self.route, self.index, self.validated = route, index, validated
        self.challenges, self.sent, self.came, self.heard = [], 0, 0, 0

    def rank(self):
        return (self.validated, self.route.rank, self.heard)


class Out:
    """One stream of ours."""

    def __init__(self):
        self.data, self.next, self.limit, self.ended, self.end_sent = bytearray(), 0, TAKEN, False, False
        self.acked = set()

    def all_acked(self, lost, flying):
        return self.next == len(self.data) and (not self.ended or self.end_sent) and not lost and not flying


class In:
    """One stream of the other's."""

    def __init__(self):
        self.parts, self.data, self.end, self.limit = {}, bytearray(), None, TAKEN

    def add(self, offset, some, end):
        last = offset + len(some)
        if last > self.limit:
            raise wire.Malformed("beyond MAX DATA")
        if self.end is not None and (last > self.end or end and last != self.end):
            raise wire.Malformed("beyond the end, or another end")
        if end:
            if any(at + len(part) > last for at, part in self.parts.items()) or len(self.data) > last:
                raise wire.Malformed("an end before what came")
            self.end = last
        for at, part in self.parts.items():
            low, high = max(at, offset), min(at + len(part), last)
            if low < high and part[low - at:high - at] != some[low - offset:high - offset]:
                raise wire.Malformed("other bytes")
        self.parts[offset] = max(some, self.parts.get(offset, b""), key=len)
        for at in sorted(self.parts):
            if at <= len(self.data):
                self.data += self.parts.pop(at)[len(self.data) - at:]

    @property
    def whole(self):
        return self.end is not None and len(self.data) == self.end


def first_ack(frames):
    """6.1-4: further ones of a packet are ignored."""
    acks = [f for f in frames if f[0] == wire.ACK]
    return [f for f in frames if f[0] != wire.ACK or f is acks[0]]


class Session:
    def __init__(self, end, role, suite, agreement, route):
        self.end, self.role, self.suite, self.mode = end, role, suite, agreement.mine[1]
        self.keys = self.first = agreement.finish()
        self.peer, self.payload = agreement.inner.peer, agreement.inner.payload
        self.identity = agreement.identity
        self.first_use = suite != wire.PSEUDO and not agreement.words and agreement.psk == crypto.ZERO_PSK
        self.phases, self.phase = {0: self.keys}, 0
        self.mine, self.theirs = self.first.path_ids(role), self.first.path_ids(1 - role)
        self.paths = [Path(route, 0, True)]
        self.number, self.flying, self.lost = 0, {}, []
        self.seen, self.newest, self.ack_due, self.opened = set(), -1, False, 0
        self.out, self.into = {i: Out() for i in range(3)}, {i: In() for i in range(3)}
        self.opens = bool(end.flags & self.payload[0] & 4)  # 6.13
        self.next, self.resets = [4, 5], {}  # ids that the initiator and the responder open next; streams that the other has reset
        self.probing, self.rtt = [], 0.05
        self.closed = self.closing = None  # (code, text): by the other; by us
        self.controls, self.records, self.events = [], [], []
        # chat
        self.said, self.receipts, self.heard, self.part = 0, 0, [], []
        self.numbers, self.written, self.bye, self.bye_said, self.leaving = 0, 0, None, False, False
        self.receipt_due = self.written_due = False
        self.automatic = True  # receipts, BYE, CLOSE by themselves
        self.rekeying, self.fired, self.rekeyed = None, False, -60
        self.compare = Compare(self) if self.first_use else None
        self.ping()

    # ---- packets ----

    @property
    def path(self):
        return max(self.paths, key=Path.rank)

    def seal(self, some, index=0, number=None, phase=None):
        phase = self.phase if phase is None else phase
        if number is None:
            number, self.number = self.number, self.number + 1
        header = wire.sealed_header(phase, self.theirs[index], number)
        return header + self.phases[phase].seals[self.role].seal(number, header, some)

    def send(self, some, path=None, keep=(), pad=0):
        """A packet of these frames; keep: those to be sent again when it is lost."""
        path = path or self.path
        some = some.ljust(pad - 33, b"\0")
        number = self.number
        packet = self.seal(some, path.index)
        if any(f[0] not in (wire.ACK, wire.PADDING, wire.CLOSE) for f in wire.frames(some)):
            self.flying[number] = (time.monotonic(), path, list(keep))
        path.sent += len(packet)
        path.route.send(packet)
        return number

    def ping(self, path=None):
        return self.send(bytes([wire.PING]), path)

    def acks(self):
        if not self.seen:
            return b""
        ranges, numbers = [], sorted(self.seen)
        for n in numbers[-3000:]:
            if ranges and ranges[-1][1] == n - 1:
                ranges[-1][1] = n
            else:
                ranges.append([n, n])
        self.ack_due = False
        return wire.ack([tuple(r) for r in ranges[-32:]])

    def path_of(self, route):
        for path in self.paths:
            if path.route.key == route.key:
                return path
        return None

    def add_path(self, route):
        path = self.path_of(route)
        if not path:
            path = Path(route, len(self.paths) % 32)
            self.paths.append(path)
        return path

    def challenge(self, path, pad=wire.PACKET):
        path.challenges.append(os.urandom(8))
        self.send(bytes([wire.PATH_CHALLENGE]) + path.challenges[-1], path, pad=pad)

    def came(self, route, packet):
        """A SEALED packet with one of our ids: whether it opened."""
        phase, number = packet[0] & 3, int.from_bytes(packet[9:17], "big")
        if phase not in self.phases or number in self.seen or number <= self.newest - 4096:
            return False
        some = self.phases[phase].seals[1 - self.role].open(number, packet[:17], packet[17:])
        if some is None:
            return False
        self.opened += 1
        self.seen.add(number)
        self.newest = max(self.newest, number)
        if self.closed:
            return True
        path = self.path_of(route)
        if path is None and not self.closing:
            path = self.add_path(route)
            self.challenge(path)
        path = path or self.path
        path.came += len(packet)
        route.opened()
        if phase != self.phase and (phase - self.phase) % 4 == 1:
            self.phase, self.keys = phase, self.phases[phase]
            self.events.append(("phase", phase))
        try:
            found = first_ack(wire.frames(some))
            if not some:
                raise wire.Malformed("no frames")
            if self.closing and not any(f[0] == wire.CLOSE for f in found):
                self.send(wire.close(*self.closing), path)
            for frame in found:
                self.frame(path, len(packet), number, frame)
        except wire.Malformed as e:
            self.close(wire.PROTOCOL, str(e).encode())
        return True

    def frame(self, path, size, number, frame):
        kind = frame[0]
        if kind not in (wire.PATH_CHALLENGE, wire.PATH_RESPONSE):
            path.heard = max(path.heard, number)
        if kind not in (wire.ACK, wire.CLOSE):
            self.ack_due = True
        if kind == wire.CLOSE:
            if len(frame[2]) > 200:
                raise wire.Malformed("text of CLOSE")
            self.closed = frame[1], frame[2]
            if not self.closing:
                self.send(wire.close(frame[1]), path)
        elif kind == wire.ACK:
            self.acked(frame[1])
        elif kind == wire.STREAM:
            if frame[2] + len(frame[3]) >= 2**62 or frame[1] == 1 and frame[4]:
                raise wire.Malformed("stream")
            if self.has(frame[1]):
                self.into[frame[1]].add(*frame[2:4], frame[4] and frame[1] >= 2)
                getattr(self, "stream%d" % min(frame[1], 3))(frame[1])
        elif kind == wire.MAX_DATA:
            if self.has(frame[1]):
                self.out[frame[1]].limit = max(self.out[frame[1]].limit, frame[2])
        elif kind == wire.RESET:
            if frame[1] < 4:
                raise wire.Malformed("RESET of what is always there")
            if self.has(frame[1]):
                self.resets[frame[1]] = frame[2]
                self.drop(frame[1])
        elif kind == wire.PATH_CHALLENGE:
            self.send(bytes([wire.PATH_RESPONSE]) + frame[1] + path.route.address(), path,
                      pad=wire.PACKET if size == wire.PACKET else 0)
        elif kind == wire.PATH_RESPONSE:
            for p in self.paths:
                if frame[1] in p.challenges and not p.validated:
                    p.validated = True
                    self.events.append(("path", p.route.key))
                    self.ping(p)

    def acked(self, ranges):
        if ranges[0][1] >= self.number:
            raise wire.Malformed("ACK of what was never sent")
        for number in list(self.flying):
            if any(a <= number <= b for a, b in ranges):
                sent, _, _ = self.flying.pop(number)
                self.rtt += (time.monotonic() - sent - self.rtt) / 8

    # ---- streams that are opened ----

    def has(self, number):
        """Whether a stream is open, perhaps by what has just come (6.13-2)."""
        if number > 2:
            side = number % 2
            if not self.opens or number < 4 or number >= 2**30 or number >= self.next[side] + (0 if side == self.role else 64):
                raise wire.Malformed("stream")
            while self.next[side] <= number:
                self.open(side)
        return number in self.into

    def open(self, side=None):
        side = self.role if side is None else side
        number, self.next[side] = self.next[side], self.next[side] + 2
        self.out[number], self.into[number] = Out(), In()
        return number

    def drop(self, number):
        del self.out[number], self.into[number]
        self.lost = [item for item in self.lost if number not in item[:2]]

    def reset(self, number, code):
        self.drop(number)
        self.lost.append(("reset", number, code))

    def stream3(self, number):
        """Nothing is known of what the other opens one for."""
        if number % 2 != self.role and self.into[number].data:
            self.reset(number, 2)

    # ---- sending what is due ----

    def tick(self, now):
        if self.closed or self.closing:
            return
        for number, (sent, path, keep) in list(self.flying.items()):
            if path.route.broken or (not path.route.reliable and now - sent > max(0.3, 3 * self.rtt)):
                del self.flying[number]
                self.lost += [item for item in keep if item[0] == "reset" or item[item[0] == "max"] in self.out]
        self.paths = [p for p in self.paths if not p.route.broken] or self.paths[:1]
        for delay, route in [x for x in self.probing if x[0] <= now]:
            self.probing.remove((delay, route))
            path = self.add_path(route)
            if not path.validated:
                self.challenge(path, 0)
        if self.automatic:
            self.due()
        while len(self.flying) < WINDOW:
            some, keep = self.fill(wire.PACKET - 33 - 100)
            if not keep:
                break
            self.send((self.acks() if self.ack_due else b"") + some, keep=keep)
        if self.ack_due:
            self.send(self.acks())

    def fill(self, room):
        """Frames of at most about this size, and what to send again should they be lost."""
        some, keep = b"", []
        while self.lost and len(some) < room - 20:
            item = self.lost.pop(0)
            some, keep = some + self.encode(item), keep + [item]
            if len(some) > room - 900:
                return some, keep
        for i, out in self.out.items():
            size = min(room - len(some) - 20, len(out.data) - out.next, out.limit - out.next)
            last = out.ended and not out.end_sent and out.next + max(size, 0) == len(out.data)
            if size > 0 or (last and size == 0):
                item = (i, out.next, size, last)
                out.next += size
                out.end_sent |= last
                some, keep = some + self.encode(item), keep + [item]
        return some, keep

    def encode(self, item):
        if item[0] == "max":
            return wire.max_data(item[1], self.into[item[1]].limit)
        if item[0] == "reset":
            return wire.reset(*item[1:])
        i, offset, size, last = item
        return wire.stream(i, offset, bytes(self.out[i].data[offset:offset + size]), last)

    def grant(self, i):
        if self.into[i].limit - len(self.into[i].data) < TAKEN // 2:
            self.into[i].limit = len(self.into[i].data) + TAKEN
            self.lost.append(("max", i))

    @property
    def delivered(self):
        """Whether all streams of ours have been acknowledged."""
        return not self.lost and not any(keep for _, _, keep in self.flying.values()) and \
            all(o.next == len(o.data) for o in self.out.values())

    def close(self, code, text=b"", path=None):
        if not self.closing and not self.closed:
            self.closing = code, text
            self.send(wire.close(code, text), path)

    # ---- stream 0 ----

    def stream0(self, _=0):
        self.grant(0)
        while True:
            r = wire.Reader(self.into[0].data[self.at(0):])
            if len(r.some) < 3:
                return
            if int.from_bytes(r.some[1:3], "big") > 4100:
                raise wire.Malformed("control message too long")
            try:
                kind, body = r.u8(), r.len16()
            except wire.Malformed:
                return
            self.skip(0, r.at)
            self.controls.append((kind, body))
            if kind == wire.CANDIDATES and len(body) >= 2 and body[1] <= 12 and len(body) == 2 + 19 * body[1]:
                self.end.candidates_came(self, body)
            elif kind == wire.REKEY:
                self.rekey_came(body)
            elif kind in (wire.COMMIT, wire.NONCE, wire.REVEAL):
                if not self.compare or not self.compare.came(kind, body):
                    raise wire.Malformed("comparison")

    def at(self, i):
        return getattr(self, "read%d" % i, 0)

    def skip(self, i, n):
        setattr(self, "read%d" % i, self.at(i) + n)

    def control(self, some):
        self.out[0].data += some

    def begin_rekey(self):
        """A suite handshake inside the session (6.8); what is running, and its phase."""
        phase = (self.phase + 1) % 4
        prologue = b"schat rekey" + bytes([wire.VERSION, self.suite, phase])
        mine = wire.payload(self.end.flags, wire.CHAT, b"")
        suite = crypto.SUITES[self.suite](self.role, prologue, self.keys.export(b"schat rekey v1"), self.identity, mine)
        self.rekeying = (phase, suite)
        return phase, suite

    def rekey(self):
        """The initiator's: starts one. Over when phase has changed."""
        phase, suite = self.begin_rekey()
        self.control(wire.control(wire.REKEY, bytes([phase, 0]) + suite.write()))

    def rekey_came(self, body):
        if len(body) < 2:
            return
        if self.role == wire.RESPONDER and body[1] == 0 and body[0] == (self.phase + 1) % 4:
            if time.monotonic() - self.rekeyed < 60:
                return
            self.rekeyed = time.monotonic()
            self.begin_rekey()
        if not self.rekeying or body[0] != self.rekeying[0] or body[1] != self.rekeying[1].step:
            return
        phase, suite = self.rekeying
        try:
            suite.read(body[2:])
        except crypto.Refused as e:
            raise wire.Malformed("REKEY: %s" % e) from None
        if not suite.done:
            self.control(wire.control(wire.REKEY, bytes([phase, suite.step]) + suite.write()))
            last = False
        else:
            last = True
        if suite.done:
            if suite.peer != self.peer:
                raise wire.Malformed("another key")
            self.phases[phase] = suite.keys(self.end.flags & suite.payload[0] & 1)
            self.phases.pop((phase + 2) % 4, None)
            if last:
                self.phase, self.keys = phase, self.phases[phase]
                self.ping()

    # ---- chat and pipe ----

    def say(self, words):
        words = words.encode() if isinstance(words, str) else words
        while True:
            part, words = words[:16000], words[16000:]
            self.said += 1
            self.out[1].data += wire.text(self.said, part, wire.TEXT_PART if words else wire.TEXT)
            if not words:
                return

    def pour(self, some, end=False):
        self.out[2].data += some
        self.out[2].ended |= end

    def leave(self):
        self.leaving = True

    def stream1(self, _=1):
        self.grant(1)
        while True:
            r = wire.Reader(self.into[1].data[self.at(1):])
            size = 2 + int.from_bytes(r.some[:2], "big")
            if len(r.some) < 2:
                return
            if size not in (64, 256) and (size % 1024 or size > 16384):
                raise wire.Malformed("size of a record")
            if len(r.some) < size:
                return
            self.skip(1, size)
            r = wire.Reader(r.some[2:size])
            kind = r.u8()
            self.records.append((kind, size))
            self.record(kind, r)
            if 1 <= kind <= wire.KEPT and r.rest().strip(b"\0"):
                raise wire.Malformed("padding")

    def record(self, kind, r):
        """7.1; what 7.1-7 lists is malformed."""
        pipe = self.mode == wire.PIPE
        if kind in (wire.TEXT, wire.TEXT_PART):
            number = r.varint()
            size = r.varint()
            if number != self.numbers + 1 or self.bye is not None or size > 16000 or self.mode != wire.CHAT:
                raise wire.Malformed("TEXT")
            self.numbers = number
            self.part.append(r.take(size))
            if kind == wire.TEXT:
                self.heard.append(b"".join(self.part).decode("utf-8", "replace"))
                self.part = []
            self.receipt_due = True
        elif kind == wire.KEPT:
            r.varint()
            size = r.varint()
            r.take(size)
            if size != 8:
                raise wire.Malformed("KEPT")
        elif kind in (wire.RECEIPT, wire.WRITTEN):
            count = r.varint()
            if (kind == wire.WRITTEN) != pipe or count > (self.out[2].next if pipe else self.said):
                raise wire.Malformed("RECEIPT or WRITTEN")
            if pipe:
                self.written = max(self.written, count)
            else:
                self.receipts = max(self.receipts, count)
        elif kind == wire.BYE:
            if self.bye is not None or self.part:
                raise wire.Malformed("BYE")
            self.bye = r.varint()
            over = self.into[2].whole and self.out[2].end_sent and self.written == len(self.out[2].data)
            if self.bye != (len(self.into[2].data) if pipe else self.numbers) or pipe and not over:
                raise wire.Malformed("BYE")

    def stream2(self, _=2):
        self.grant(2)
        self.written_due |= self.into[2].whole

    @property
    def poured(self):
        return bytes(self.into[2].data)

    def due(self):
        """What is to be said by itself: receipts, BYE, CLOSE 0."""
        out = self.out[1].data
        if self.receipt_due:
            out += wire.counted(wire.RECEIPT, self.numbers)
            self.receipt_due = False
        if self.written_due:
            out += wire.counted(wire.WRITTEN, len(self.into[2].data))
            self.written_due = False
            self.told = True
        if self.mode == wire.PIPE:
            ready = self.out[2].end_sent and self.written == len(self.out[2].data) and self.into[2].whole
            count = len(self.out[2].data)
        else:
            ready = self.leaving or self.bye is not None
            count = self.said
        if ready and not self.bye_said:
            out += wire.counted(wire.BYE, count)
            self.bye_said = True
        complete = self.receipts == self.said and self.bye is not None and self.bye_said
        if complete and self.delivered and not self.ack_due:
            self.close(wire.DONE)


class Compare:
    """The words of first use, behind a commitment. words: the 33 bits as three numbers below 2048."""

    def __init__(self, session):
        self.session, self.words = session, None
        self.commit = self.i = self.r = None
        if session.role == wire.RESPONDER:
            self.r = os.urandom(32)
            session.control(wire.control(wire.COMMIT, crypto.sha256(b"schat compare v1", self.r)))

    def came(self, kind, body):
        """Whether it is in turn and verifies."""
        say = self.session.control
        if self.session.role == wire.RESPONDER:
            if kind != wire.NONCE or self.i or len(body) != 32:
                return False
            self.i = body
            say(wire.control(wire.REVEAL, self.r))
        elif kind == wire.COMMIT and not self.commit and len(body) == 32:
            self.commit, self.i = body, os.urandom(32)
            say(wire.control(wire.NONCE, self.i))
            return True
        elif kind == wire.REVEAL and self.commit and not self.words and self.commit == crypto.sha256(b"schat compare v1", body):
            self.r = body
        else:
            return False
        kind = crypto.SUITES[self.session.suite].kind
        both = sorted(crypto.key_hash(kind, key) for key in (self.session.identity.public, self.session.peer))
        self.words = crypto.comparison(both, self.session.first.session_id, self.i, self.r)
        return True
