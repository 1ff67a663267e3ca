"""The key agreement of section 4 of docs/PROTOCOL.md, and all that belongs to keys under one roof."""

import os
import struct

import wire
from identity import RsaKey, X25519, dh, fingerprint, from_modulus, key_hash, key_line, load_pem, modulus
from kdf import Refused, expand, hkdf, hmac256, sha256
from pake import G, N, P, Spake2, add, affine, double, pack, password, plus, times, unpack
from suites import SUITES, Hybrid, Keys, Noise, Pseudo, Rsa
from wire import VERSION

__all__ = ["Agreement", "G", "Hybrid", "Keys", "N", "Noise", "P", "Pseudo", "Refused", "Rsa", "RsaKey", "SUITES", "Spake2", "X25519", "ZERO_PSK",
           "add", "affine", "comparison", "contact_psk", "dh", "double", "expand", "fingerprint", "from_modulus", "hkdf", "hmac256",
           "key_hash", "key_line", "load_pem", "modulus", "os", "pack", "password", "plus", "prologue", "sha256", "times", "unpack"]

ZERO_PSK = b"\0" * 32


def contact_psk(kind, public):
    return hkdf(b"schat contact v1", kind.encode() + b"\0" + public)


def piece_tag(psk, packet):
    """3.1-16"""
    return hmac256(hkdf(b"", psk, b"schat piece v1"), packet)[:wire.TAG]


def prologue(suite, form):
    return b"schat" + bytes([VERSION, suite, form])


def comparison(hashes, session_id, i, r):
    """The three comparison words (4.4), as numbers below 2048; hashes: of both keys, the smaller first."""
    bits = int.from_bytes(sha256(b"schat words v2", *hashes, session_id, i, r)[:5], "big") >> 7
    return [bits >> 22, bits >> 11 & 2047, bits & 2047]


class Agreement:
    """Messages in, messages out: take(message) returns the answer, or None when there is none. done: keys, peer, payload."""

    def __init__(self, role, suite, identity, payload, psks=(), words=None, nameplate=0, **suite_more):
        self.role, self.suite, self.identity, self.mine, self.suite_more = role, suite, identity, payload, suite_more
        self.psks, self.words, self.nameplate = list(psks), words, nameplate
        self.pake = self.inner = None
        self.number, self.done = 0, False
        self.confirmed = False  # the other has shown that it knows the code

    def begin_inner(self, form, psk):
        self.inner = SUITES[self.suite](self.role, prologue(self.suite, form), psk, self.identity, self.mine, **self.suite_more)
        self.psk = psk

    def begin_pake(self):
        self.pake = Spake2(self.role, self.words, prologue(self.suite, 1) + struct.pack(">I", self.nameplate))

    def start(self):
        """Message 0."""
        if self.words:
            self.begin_pake()
            return b"\x01" + self.pake.share
        self.begin_inner(0, self.psks[0])
        return b"\0" + self.inner.write()

    def pairing_psk(self):
        return hkdf(b"", self.pake.ke, b"schat pairing v1")

    def take(self, some):
        if self.role == wire.RESPONDER and self.inner is None and self.pake is None:
            answer = self.take_first(some)
        elif self.pake and self.inner is None:
            answer = self.take_pake(some)
        elif self.pake and not self.confirmed:
            if some[:32] != self.pake.theirs:
                raise Refused("wrong code")
            self.confirmed = True
            answer = self.take_inner(some[32:])
        else:
            answer = self.take_inner(some)
        self.done = bool(self.inner and self.inner.done)
        return answer

    def take_first(self, some):
        if some[:1] == b"\x01" and self.words:
            if len(some) != 66:
                raise Refused("share")
            self.begin_pake()
            self.pake.meet(some[1:])
            return self.pake.share
        if some[:1] != b"\0":
            raise Refused("no such form", wire.NO_KEY)
        for psk in self.psks:
            self.begin_inner(0, psk)
            try:
                return self.take_inner(some[1:])
            except Refused:
                self.inner = None
        raise Refused("no psk matched", wire.NO_KEY)

    def take_pake(self, some):
        if self.role == wire.INITIATOR:
            if len(some) != 65:
                raise Refused("share")
            self.pake.meet(some)
            self.begin_inner(1, self.pairing_psk())
            return self.pake.confirm + self.inner.write()
        if some[:32] != self.pake.theirs:
            raise Refused("wrong code", wire.WRONG_CODE)
        self.confirmed = True
        self.begin_inner(1, self.pairing_psk())
        return self.pake.confirm + self.take_inner(some[32:])

    def take_inner(self, some):
        self.inner.read(some)
        if self.inner.done:
            return None
        return self.inner.write()

    def finish(self):
        """Once everything is written and read: the keys, the other's key and its payload."""
        self.done = self.inner.done
        mine, theirs = self.mine[0] & 1, self.inner.payload[0] & 1
        return self.inner.keys(mine & theirs)
