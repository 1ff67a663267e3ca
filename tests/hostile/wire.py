"""What travels, to the byte: the encodings of docs/PROTOCOL.md and docs/SIGNALING.md.

The writers check nothing, so that an attacker can write what an honest peer never would. The readers raise Malformed.
"""

import ipaddress
import struct

VERSION = 1
PACKET, FRAGMENT, MESSAGE, DATAGRAM, TAG = 1200, 1184, 4096, 16384, 16

HELLO, COOKIE, JOIN, WAIT, INTRO, ERROR, OPEN, KEEP = range(0xC0, 0xC8)
HANDSHAKE, REFUSE, SEALED, FORWARD = 0xD1, 0xD2, 0xE0, 0xF0

NOISE, RSA, PSEUDO, HYBRID = 1, 2, 3, 4
CHAT, PIPE, PORT = 1, 2, 3
INITIATOR, RESPONDER = 0, 1

# reasons of REFUSE
NO_VERSION, NO_SUITE, NO_KEY, WRONG_CODE, BUSY, CODE_DEAD = range(1, 7)
# codes of ERROR
BAD_COOKIE, FULL, RATE, NO_PAIR = range(1, 5)
# codes of CLOSE
DONE, OTHER, NO_PATH, NOT_TRUSTED, PROTOCOL, LOCAL, MODE, REPLACED, PEER_BUSY = 0, 1, 3, 4, 5, 6, 7, 8, 9

PADDING, PING, ACK, STREAM, STREAM_END, MAX_DATA, PATH_CHALLENGE, PATH_RESPONSE, CLOSE, RESET = range(10)
CANDIDATES, REKEY, COMMIT, NONCE, REVEAL = range(1, 6)
TEXT, RECEIPT, WRITTEN, BYE, TEXT_PART, KEPT = range(1, 7)
# records of a transfer: its sender's, its receiver's
OFFER, FILE, FOLDER, FROM, DATA, END = range(1, 7)
ACCEPT, START, SKIP, STOP, ITEM_DONE = range(17, 22)
# codes of RESET
BROKEN_OFF, REFUSED, UNKNOWN, UNREACHABLE, NO_ROOM, MISUSE = range(6)


class Malformed(Exception):
    """It does not parse."""


def varint(n):
    for size, tag in ((1, 0x00), (2, 0x40), (4, 0x80), (8, 0xC0)):
        if n < 1 << (8 * size - 2):
            some = bytearray(n.to_bytes(size, "big"))
            some[0] |= tag
            return bytes(some)
    raise ValueError(n)


def len16(some):
    return struct.pack(">H", len(some)) + some


def address(host, port):
    """The 18 bytes of an address; host is text."""
    ip = ipaddress.ip_address(host)
    packed = ip.packed if ip.version == 6 else b"\0" * 10 + b"\xff\xff" + ip.packed
    return packed + struct.pack(">H", port)


def from_address(some):
    """(host, port) of an address's 18 bytes."""
    ip = ipaddress.IPv6Address(bytes(some[:16]))
    return str(ip.ipv4_mapped or ip), struct.unpack(">H", some[16:18])[0]


class Reader:
    """Reads fields from the front of bytes."""

    def __init__(self, some):
        self.some, self.at = bytes(some), 0

    def __bool__(self):
        return self.at < len(self.some)

    def take(self, n):
        if n > len(self.some) - self.at:
            raise Malformed("too short")
        self.at += n
        return self.some[self.at - n:self.at]

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return int.from_bytes(self.take(2), "big")

    def u32(self):
        return int.from_bytes(self.take(4), "big")

    def len16(self):
        return self.take(self.u16())

    def varint(self):
        first = self.u8()
        size = 1 << (first >> 6)
        n = int.from_bytes(bytes([first & 0x3F]) + self.take(size - 1), "big")
        if varint(n) != self.some[self.at - size:self.at]:
            raise Malformed("not the shortest varint")
        return n

    def rest(self):
        return self.take(len(self.some) - self.at)


# ---- packets ----

def handshake(suite, cid, number, total, offset, fragment, version=VERSION):
    return struct.pack(">BBB8sBHH", HANDSHAKE, version, suite, cid, number, total, offset) + fragment


def fragments(suite, cid, number, message, tag=None):
    """The HANDSHAKE packets of a message. tag: what makes the tags behind those of a long message 0 (3.1-16)."""
    if tag and not number and len(message) > FRAGMENT:
        bare = [handshake(suite, cid, number, len(message), at, message[at:at + FRAGMENT - TAG])
                for at in range(0, len(message), FRAGMENT - TAG)]
        return [packet + tag(packet) for packet in bare]
    return [handshake(suite, cid, number, len(message), at, message[at:at + FRAGMENT])
            for at in range(0, len(message), FRAGMENT)]


class Fragment:
    """A HANDSHAKE, read."""

    def __init__(self, packet):
        if len(packet) < 17:
            raise Malformed("short HANDSHAKE")
        _, self.version, self.suite, self.cid, self.number, self.total, self.offset = struct.unpack(">BBB8sBHH", packet[:16])
        self.bytes, self.tagged, self.tag = packet[16:], packet[:-TAG], b""
        if not self.number and self.total > FRAGMENT:
            self.bytes, self.tag = packet[16:-TAG], packet[-TAG:]
        if not 1 <= self.total <= MESSAGE or self.offset + len(self.bytes) > self.total or len(self.bytes) > FRAGMENT:
            raise Malformed("HANDSHAKE lengths")


def refuse(suite, cid, reason):
    return struct.pack(">BBB8sB", REFUSE, VERSION, suite, cid, reason)


def sealed_header(phase, pid, number):
    return struct.pack(">B8sQ", SEALED + phase, pid, number)


# ---- frames ----

def ack(ranges, delay=0):
    """ACK of ranges [(first, last), ...], ascending and apart."""
    ranges = sorted(ranges, reverse=True)
    first, last = ranges[0]
    some = bytes([ACK]) + varint(last) + varint(delay) + varint(len(ranges) - 1) + varint(last - first)
    for a, b in ranges[1:]:
        some += varint(first - b - 2) + varint(b - a)
        first = a
    return some


def stream(number, offset, some, end=False):
    return bytes([STREAM_END if end else STREAM]) + varint(number) + varint(offset) + varint(len(some)) + some


def max_data(number, limit):
    return bytes([MAX_DATA]) + varint(number) + varint(limit)


def reset(number, code):
    return bytes([RESET]) + varint(number) + bytes([code])


def close(code, text=b""):
    return bytes([CLOSE, code]) + varint(len(text)) + text


def frames(some):
    """The frames of an opened packet, as tuples that begin with the type."""
    r, found = Reader(some), []
    while r:
        kind = r.u8()
        if kind == PADDING:
            continue
        if kind == PING:
            found.append((PING,))
        elif kind == ACK:
            last, delay, count, span = r.varint(), r.varint(), r.varint(), r.varint()
            ranges = [(last - span, last)]
            for _ in range(count):
                last = ranges[-1][0] - r.varint() - 2
                ranges.append((last - r.varint(), last))
            if ranges[-1][0] < 0:
                raise Malformed("ACK below zero")
            found.append((ACK, ranges, delay))
        elif kind in (STREAM, STREAM_END):
            number, offset = r.varint(), r.varint()
            found.append((STREAM, number, offset, r.take(r.varint()), kind == STREAM_END))
        elif kind == MAX_DATA:
            found.append((MAX_DATA, r.varint(), r.varint()))
        elif kind == RESET:
            found.append((RESET, r.varint(), r.u8()))
        elif kind == PATH_CHALLENGE:
            found.append((PATH_CHALLENGE, r.take(8)))
        elif kind == PATH_RESPONSE:
            found.append((PATH_RESPONSE, r.take(8), r.take(18)))
        elif kind == CLOSE:
            code = r.u8()
            found.append((CLOSE, code, r.take(r.varint())))
        else:
            raise Malformed("frame %#x" % kind)
    return found


# ---- stream 0 and stream 1 ----

def control(kind, body):
    return bytes([kind]) + len16(body)


def candidates(number, some):
    """CANDIDATES; some: (kind, host, port) each."""
    return control(CANDIDATES, bytes([number, len(some)]) + b"".join(bytes([k]) + address(h, p) for k, h, p in some))


def record(kind, body, size=None):
    """A chat record in the smallest size it fits."""
    if size is None:
        size = next((s for s in (64, 256) if 3 + len(body) <= s), -(-(3 + len(body)) // 1024) * 1024)
    return struct.pack(">HB", size - 2, kind) + body + b"\0" * (size - 3 - len(body))


def text(number, words, kind=TEXT):
    words = words.encode() if isinstance(words, str) else words
    return record(kind, varint(number) + varint(len(words)) + words)


def counted(kind, number):
    """RECEIPT, WRITTEN or BYE."""
    return record(kind, varint(number))


# ---- files ----

def parcel(kind, body=b""):
    return varint(1 + len(body)) + bytes([kind]) + body


def offer(files, folders, size, unlisted=None, items=()):
    """OFFER; items: (folder, bytes, files, version, name) each. unlisted: as many as wanted, if there is no list."""
    unlisted = (0 if items else 1000) if unlisted is None else unlisted
    listed = b"".join(bytes([k]) + varint(b) + varint(n) + v + bytes([len(name)]) + name for k, b, n, v, name in items)
    return parcel(OFFER, varint(files) + varint(folders) + varint(size) + varint(unlisted) + listed)


def file(size, path, changed=0, executable=False, version=b"\0" * 16):
    return parcel(FILE, varint(size) + varint(changed) + bytes([executable]) + version + path)


def folder(path, changed=0, version=b"\0" * 16):
    return parcel(FOLDER, varint(changed) + version + path)


def parcels(some):
    """The whole records at the front of a stream: (type, body) each."""
    r, found = Reader(some), []
    try:
        while r:
            body = r.take(r.varint())
            found.append((body[0], body[1:]))
    except Malformed:
        pass
    return found


def payload(flags, mode, nick, more=b""):
    return bytes([flags, mode, len(nick)]) + nick + more


# ---- signaling ----

def hello(nonce, size=96, version=VERSION):
    return struct.pack(">BB8s", HELLO, version, nonce).ljust(size, b"\0")


def mask(nonce, some):
    """An address as it stands in COOKIE, or back."""
    return bytes(a ^ b for a, b in zip(some, nonce + nonce + nonce[:2]))


def cookie(nonce, addr, value, day=0, rate=0, midnight=0xFFFF):
    return struct.pack(">BB8s18s16sIIHH", COOKIE, VERSION, nonce, mask(nonce, addr), value, day, rate, midnight, 0)


def join(value, token, tag, role, number=False, leave=False, keeps=False, version=VERSION, size=72):
    flags = role | number << 1 | leave << 2 | keeps << 3
    return struct.pack(">BB16s16s8sB", JOIN, version, value, token, tag, flags).ljust(size, b"\0")


def room(nameplate):
    return b"\0" * 12 + struct.pack(">I", nameplate)


def wait(tag, token, nameplate, refresh, others, keep=0):
    return struct.pack(">BB8s16sIHBH", WAIT, VERSION, tag, token, nameplate, refresh, others, keep).ljust(40, b"\0")


def intro(tag, peer, pair, role, host, addr):
    return struct.pack(">BB8s8s8sBB4s18s", INTRO, VERSION, tag, peer, pair, role, 0, host, addr).ljust(56, b"\0")


def error(code, about=b"\0" * 8):
    return struct.pack(">BBBB8s", ERROR, VERSION, code, 0, about)


class Cookie:
    def __init__(self, some):
        if len(some) < 56 or some[0] != COOKIE or some[1] != VERSION:
            raise Malformed("COOKIE")
        self.nonce, masked, self.value, self.day, self.rate, self.midnight = struct.unpack(">8s18s16sIIH", some[2:54])
        self.address = mask(self.nonce, masked)


class Wait:
    def __init__(self, some):
        if len(some) < 40 or some[0] != WAIT or some[1] != VERSION:
            raise Malformed("WAIT")
        self.tag, self.token, self.nameplate, self.refresh, self.others = struct.unpack(">8s16sIHB", some[2:33])


class Intro:
    def __init__(self, some):
        if len(some) < 56 or some[0] != INTRO or some[1] != VERSION:
            raise Malformed("INTRO")
        self.tag, self.peer, self.pair, self.role, _, self.host, self.address = struct.unpack(">8s8s8sBB4s18s", some[2:50])


class Error:
    def __init__(self, some):
        if len(some) < 12 or some[0] != ERROR or some[1] != VERSION:
            raise Malformed("ERROR")
        self.code, self.about = some[2], some[4:12]


class Join:
    def __init__(self, some):
        if len(some) < 72 or some[1] != VERSION:
            raise Malformed("JOIN")
        self.cookie, self.token, self.tag, self.flags = struct.unpack(">16s16s8sB", some[2:43])
        self.role, self.number, self.leave, self.keeps = self.flags & 1, bool(self.flags & 2), bool(self.flags & 4), bool(self.flags & 8)
        self.unmet = bool(self.flags & 64)


class Keep:
    def __init__(self, some):
        if len(some) < 12 or some[1] != VERSION:
            raise Malformed("KEEP")
        self.echo, self.tags = bool(some[2] & 1), [some[i:i + 8] for i in range(4, len(some) - 7, 8)][:16]
