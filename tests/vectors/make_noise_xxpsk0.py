#!/usr/bin/python3
"""Prints tests/vectors/noise_xxpsk0.h: whole key agreements of the suites noise and hybrid, with fixed keys.

Written from the Noise specification (revision 34) and docs/PROTOCOL.md 5.1 and 5.4 alone, over python3-cryptography and
mlkem768.py; it shares nothing with crypto/. Run: /usr/bin/python3 tests/vectors/make_noise_xxpsk0.py > tests/vectors/noise_xxpsk0.h
"""
import hashlib
import hmac as hmac_module
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import mlkem768


def sha(data):
    return hashlib.sha256(data).digest()


def hmac(key, data):
    return hmac_module.new(key, data, hashlib.sha256).digest()


def noise_hkdf(ck, ikm, outputs):
    temp, out = hmac(ck, ikm), []
    for i in range(outputs):
        out.append(hmac(temp, (out[-1] if out else b"") + bytes([i + 1])))
    return out


def rfc_hkdf(salt, ikm, info, length=32):
    prk, okm, block, i = hmac(salt or bytes(32), ikm), b"", b"", 0
    while len(okm) < length:
        i += 1
        block = hmac(prk, block + info + bytes([i]))
        okm += block
    return okm[:length]


def public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(secret, point):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(point))


class Symmetric:
    def __init__(self, name, prologue):
        self.h = sha(name) if len(name) > 32 else name.ljust(32, b"\0")
        self.ck, self.k, self.n = self.h, None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = sha(self.h + data)

    def mix_key(self, ikm):
        self.ck, self.k = noise_hkdf(self.ck, ikm, 2)
        self.n = 0

    def mix_key_and_hash(self, ikm):
        self.ck, temp, self.k = noise_hkdf(self.ck, ikm, 3)
        self.n = 0
        self.mix_hash(temp)

    def seal(self, text):
        if self.k is None:
            out = text
        else:
            nonce = bytes(4) + struct.pack("<Q", self.n)
            out = ChaCha20Poly1305(self.k).encrypt(nonce, text, self.h)
            self.n += 1
        self.mix_hash(out)
        return out


def agree(prologue, psk, static, ephemeral, payload, kem):
    """Both sides at once; [0] is the initiator's. kem: the initiator's seed and the responder's m, or None."""
    s = Symmetric(b"Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256" if kem else
                  b"Noise_XXpsk0_25519_ChaChaPoly_SHA256", prologue)
    e_pub, s_pub = [public(e) for e in ephemeral], [public(x) for x in static]

    def write_e(who):
        s.mix_hash(e_pub[who])
        s.mix_key(e_pub[who])
        return e_pub[who]

    s.mix_key_and_hash(psk)
    m0 = write_e(0)
    if kem:
        ek, _ = mlkem768.keygen(kem[0])
        m0 += s.seal(ek)                   # e1
    m0 += s.seal(b"")

    m1 = write_e(1)
    s.mix_key(dh(ephemeral[1], e_pub[0]))  # ee
    if kem:
        shared, ct = mlkem768.encapsulate(ek, kem[1])
        m1 += s.seal(ct)                   # ekem1
        s.mix_key(shared)
    m1 += s.seal(s_pub[1])
    s.mix_key(dh(static[1], e_pub[0]))     # es
    m1 += s.seal(payload[1])

    m2 = s.seal(s_pub[0])
    s.mix_key(dh(static[0], e_pub[1]))     # se
    m2 += s.seal(payload[0])
    return [m0, m1, m2], s.h, noise_hkdf(s.ck, b"", 2)


def run(aes, hybrid):
    prologue = b"schat" + bytes([1, 4 if hybrid else 1, 0])
    kem = [sha(b"d of the initiator") + sha(b"z of the initiator"), sha(b"m of the responder")] if hybrid else None
    static = [sha(b"static of the initiator"), sha(b"static of the responder")]
    ephemeral = [sha(b"ephemeral of the initiator"), sha(b"ephemeral of the responder")]
    psk = rfc_hkdf(b"schat contact v1", b"x25519\0" + public(static[1]), b"")
    hello = [bytes([7 if aes else 6, 1, 5]) + b"alice", bytes([7, 1, 3]) + b"bob"]
    messages, h, k = agree(prologue, psk, static, ephemeral, hello, kem)
    exporter = rfc_hkdf(h, k[0] + k[1], b"schat exporter v1")
    export = hmac(exporter, b"a label\0" + b"\1")  # HKDF-Expand, one block

    header, text, n = bytes(range(17)), b"the first line", 258
    sealed = []
    for half in k:
        if aes:
            key, nonce = rfc_hkdf(b"", half, b"AES-256-GCM"), bytes(4) + struct.pack(">Q", n)
            sealed.append(AESGCM(key).encrypt(nonce, text, header))
        else:
            key, nonce = rfc_hkdf(b"", half, b"ChaCha20-Poly1305"), bytes(4) + struct.pack("<Q", n)
            sealed.append(ChaCha20Poly1305(key).encrypt(nonce, text, header))

    fields = [
        ("prologue", prologue), ("psk", psk),
        ("init_static", static[0]), ("init_random", ephemeral[0] + (kem[0] if kem else b"")),
        ("resp_static", static[1]), ("resp_random", ephemeral[1] + (kem[1] if kem else b"")),
        ("init_payload", hello[0][1:]), ("resp_payload", hello[1][1:]),
        ("message[0]", messages[0]), ("message[1]", messages[1]), ("message[2]", messages[2]),
        ("session_id", h), ("export", export),
        ("header", header), ("text", text), ("init_sealed", sealed[0]), ("resp_sealed", sealed[1]),
    ]
    print("\t{ .hybrid = %s,\n\t  .init_aes = %s," % ("true" if hybrid else "false", "true" if aes else "false"))
    for name, value in fields:
        lines = [value.hex()[i:i + 96] for i in range(0, 2 * len(value), 96)]
        print("\t  .%s = %s," % (name, "\n\t      ".join('"%s"' % line for line in lines)))
    print("\t  .number = %d }," % n)


print("""/* Made by make_noise_xxpsk0.py, which shares nothing with crypto/. Do not edit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In hex. The responder always has AES. random: what a side draws, in that order. export: of a label that ends with a
 * byte 0. */
static const struct {
	bool hybrid, init_aes;
	const char *prologue, *psk, *init_static, *init_random, *resp_static, *resp_random, *init_payload, *resp_payload;
	const char *message[3], *session_id, *export, *header, *text, *init_sealed, *resp_sealed;
	uint64_t number;
} noise_xxpsk0_vectors[] = {""")
run(True, False)
run(False, False)
run(True, True)
run(False, True)
print("};")
