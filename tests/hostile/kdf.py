"""Hashes and keys from keys: what all of section 4 and 5 of docs/PROTOCOL.md is made of."""

import hashlib
import hmac


class Refused(Exception):
    """It does not verify. reason: of the REFUSE that answers it, or 0 for none."""

    def __init__(self, text, reason=0):
        super().__init__(text)
        self.reason = reason


def sha256(*some):
    return hashlib.sha256(b"".join(some)).digest()


def hmac256(key, *some):
    return hmac.new(key, b"".join(some), hashlib.sha256).digest()


def expand(prk, info, length=32):
    out = block = b""
    while len(out) < length:
        block = hmac256(prk, block, info, bytes([len(out) // 32 + 1]))
        out += block
    return out[:length]


def hkdf(salt, ikm, info=b"", length=32):
    return expand(hmac256(salt, ikm), info, length)
