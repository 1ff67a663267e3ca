"""SPAKE2 (RFC 9382) over P-256, small and plain: nothing here is constant in time, and nothing here is a secret worth it."""

import os
import struct

from kdf import Refused, hkdf, hmac256, sha256

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def unpack(some):
    """A point of its compressed or uncompressed encoding."""
    x = int.from_bytes(some[1:33], "big")
    square = (x * x * x - 3 * x + B) % P
    if some[0] == 4:
        y = int.from_bytes(some[33:65], "big")
    else:
        y = pow(square, (P + 1) // 4, P)
        y = y if y & 1 == some[0] & 1 else P - y
    if some[0] not in (2, 3, 4) or len(some) != (65 if some[0] == 4 else 33) or max(x, y) >= P or y * y % P != square:
        raise Refused("no point of the curve")
    return x, y


def pack(point):
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def double(p):
    """Jacobian coordinates from here: (X, Y, Z) is (X/Z^2, Y/Z^3); None is infinity."""
    if p is None or p[1] == 0:
        return None
    x, y, z = p
    a = 3 * (x - z * z) * (x + z * z) % P
    b = x * y * y % P
    x3 = (a * a - 8 * b) % P
    return x3, (a * (4 * b - x3) - 8 * y**4) % P, 2 * y * z % P


def add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1, z1), (x2, y2, z2) = p, q
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * z2**3 % P, y2 * z1**3 % P
    if u1 == u2:
        return double(p) if s1 == s2 else None
    h, r = (u2 - u1) % P, (s2 - s1) % P
    x3 = (r * r - h**3 - 2 * u1 * h * h) % P
    return x3, (r * (u1 * h * h - x3) - s1 * h**3) % P, h * z1 * z2 % P


def times(k, p):
    out, p = None, (p[0], p[1], 1)
    for bit in bin(k % N)[2:]:
        out = double(out)
        if bit == "1":
            out = add(out, p)
    return out


def affine(p):
    if p is None:
        raise Refused("infinity")
    inverse = pow(p[2], -1, P)
    return p[0] * inverse**2 % P, p[1] * inverse**3 % P


def plus(*points):
    total = None
    for p in points:
        total = add(total, p)
    return total


M = unpack(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
N_POINT = unpack(bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))


def password(words):
    """w of the words of a code, joined by '-'."""
    return int.from_bytes(hkdf(b"schat spake2 v1", words.encode(), b"w", 48), "big") % N


class Spake2:
    """One run of RFC 9382; role 0 is A. share and, after meet(), ke, confirm and theirs."""

    def __init__(self, role, words, aad, secret=None, w=None):
        self.role, self.aad = role, aad
        self.w = password(words) if w is None else w
        self.secret = secret or int.from_bytes(os.urandom(40), "big") % N
        blind = (M, N_POINT)[role]
        self.share = pack(affine(plus(times(self.secret, G), times(self.w, blind))))

    def meet(self, other):
        blind = (N_POINT, M)[self.role]
        x, y = unpack(other)
        k = pack(affine(times(self.secret, affine(plus((x, y, 1), times(N - self.w, blind))))))
        a, b = (self.share, other) if self.role == 0 else (other, self.share)
        tt = b"".join(struct.pack("<Q", len(x)) + x for x in
                      (b"schat connect", b"schat serve", a, b, k, self.w.to_bytes(32, "big")))
        both = sha256(tt)
        self.ke, ka = both[:16], both[16:]
        keys = hkdf(b"", ka, b"ConfirmationKeys" + self.aad, 32)
        confirms = hmac256(keys[:16], tt), hmac256(keys[16:], tt)
        self.confirm, self.theirs = confirms[self.role], confirms[1 - self.role]
