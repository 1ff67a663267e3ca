"""Stamps of closed signaling servers, docs/SIGNALING.md S14, with SipHash-2-4-128 (Aumasson and Bernstein, 2012)."""

import base64

import wire

WORD = (1 << 64) - 1
AT = {wire.HELLO: 45, wire.JOIN: 43}


def rotated(x, bits):
    return (x << bits | x >> (64 - bits)) & WORD


def round_of(v):
    a, b, c, d = v
    a = (a + b) & WORD
    b = rotated(b, 13) ^ a
    a = rotated(a, 32)
    c = (c + d) & WORD
    d = rotated(d, 16) ^ c
    a = (a + d) & WORD
    d = rotated(d, 21) ^ a
    c = (c + b) & WORD
    b = rotated(b, 17) ^ c
    c = rotated(c, 32)
    return [a, b, c, d]


def siphash(key, some):
    k, l = (int.from_bytes(key[i:i + 8], "little") for i in (0, 8))
    v = [k ^ 0x736f6d6570736575, l ^ 0x646f72616e646f6d ^ 0xee, k ^ 0x6c7967656e657261, l ^ 0x7465646279746573]
    some = some + bytes(7 - len(some) % 8) + bytes([len(some) & 255])
    for i in range(0, len(some), 8):
        word = int.from_bytes(some[i:i + 8], "little")
        v[3] ^= word
        v = round_of(round_of(v))
        v[0] ^= word
    out = b""
    for at, mark in ((2, 0xee), (1, 0xdd)):
        v[at] ^= mark
        for _ in range(4):
            v = round_of(v)
        out += (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")
    return out


def text(key):
    """As it stands behind a server's name."""
    return base64.b32encode(key).decode().lower().rstrip("=")


def key_of(words):
    return base64.b32decode(words.upper() + "=" * (-len(words) % 8))


def key_id(key):
    return siphash(key, b"id")[:8]


def put(some, key):
    """A HELLO or JOIN with the stamp of that key; anything else, or without a key, as it is."""
    at = AT.get(some[0])
    if not key or not at:
        return some
    head = some[:at] + key_id(key)
    return head + siphash(key, head) + some[at + 24:]


def good(some, keys):
    at = AT[some[0]]
    return any(some[at:at + 8] == key_id(key) and some[at + 8:at + 24] == siphash(key, some[:at + 8]) for key in keys)
