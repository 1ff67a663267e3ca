"""The four suites and the sealing of packets, section 5 of docs/PROTOCOL.md.

A suite is written to and read from by turns: write(), read(). When it is done, peer is the other's long-term key, payload
its payload, and keys() what was agreed on.
"""

import hmac
import os
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

import wire
from identity import X25519, dh, from_modulus, modulus
from kdf import Refused, expand, hkdf, hmac256, sha256
from wire import HYBRID, NOISE, PSEUDO, RSA, len16

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "vectors"))
import mlkem768  # noqa: E402


class Noise:
    """Noise_XXpsk0_25519_ChaChaPoly_SHA256."""
    messages, kind = 3, "x25519"
    name = b"Noise_XXpsk0_25519_ChaChaPoly_SHA256"

    def __init__(self, role, prologue, psk, identity, payload, ephemeral=None):
        self.role, self.psk, self.s, self.mine = role, psk, identity, payload
        self.e = ephemeral or X25519()
        self.h = self.ck = sha256(self.name) if len(self.name) > 32 else self.name.ljust(32, b"\0")
        self.key, self.n, self.step = None, 0, 0
        self.re = self.peer = self.payload = None
        self.mix_hash(prologue)

    def mix_hash(self, some):
        self.h = sha256(self.h, some)

    def mix_key(self, ikm):
        out = hkdf(self.ck, ikm, b"", 64)
        self.ck, self.key, self.n = out[:32], out[32:], 0

    def mix_psk(self):
        out = hkdf(self.ck, self.psk, b"", 96)
        self.ck, self.key, self.n = out[:32], out[64:], 0
        self.mix_hash(out[32:64])

    def nonce(self):
        self.n += 1
        return b"\0" * 4 + struct.pack("<Q", self.n - 1)

    def seal(self, some):
        some = ChaCha20Poly1305(self.key).encrypt(self.nonce(), some, self.h)
        self.mix_hash(some)
        return some

    def open(self, some):
        try:
            clear = ChaCha20Poly1305(self.key).decrypt(self.nonce(), some, self.h)
        except InvalidTag:
            raise Refused("does not open") from None
        self.mix_hash(some)
        return clear

    def mix_e(self, public):
        self.mix_hash(public)
        self.mix_key(public)  # with a psk e goes into the key as well

    def write_kem(self):
        """What a KEM adds behind e, and behind ee."""
        return b""

    def read_kem(self, r):
        pass

    def write(self):
        some = b""
        if self.step == 0:
            self.mix_psk()
        if self.step < 2:
            some += self.e.public
            self.mix_e(self.e.public)
        if self.step == 0:
            some += self.write_kem()
        if self.step == 1:
            self.mix_key(dh(self.e.private, self.re))
            some += self.write_kem()
            some += self.seal(self.s.public)
            self.mix_key(dh(self.s.private, self.re))
        if self.step == 2:
            some += self.seal(self.s.public)
            self.mix_key(dh(self.s.private, self.re))
        some += self.seal(b"" if self.step == 0 else self.mine)
        self.step += 1
        return some

    def read(self, some):
        r = wire.Reader(some)
        if self.step == 0:
            self.mix_psk()
        if self.step < 2:
            self.re = r.take(32)
            self.mix_e(self.re)
        if self.step == 0:
            self.read_kem(r)
        if self.step == 1:
            self.mix_key(dh(self.e.private, self.re))
            self.read_kem(r)
            self.peer = self.open(r.take(48))
            self.mix_key(dh(self.e.private, self.peer))
        if self.step == 2:
            self.peer = self.open(r.take(48))
            self.mix_key(dh(self.e.private, self.peer))
        clear = self.open(r.rest())
        if self.step == 0 and clear:
            raise Refused("message 0 has a payload")
        if self.step:
            self.payload = clear
        self.step += 1

    @property
    def done(self):
        return self.step == 3

    def keys(self, flags):
        """flags: bit 0 of both payloads set."""
        k = hkdf(self.ck, b"", b"", 64)
        k1, k2 = k[:32], k[32:]
        name, seal = (b"AES-256-GCM", AesSeal) if flags else (b"ChaCha20-Poly1305", ChaChaSeal)
        return Keys(self.h, hkdf(self.h, k1 + k2, b"schat exporter v1"),
                    [seal(hkdf(b"", k, name)) for k in (k1, k2)])


class Hybrid(Noise):
    """Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256 (5.4)."""
    name = b"Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256"

    def __init__(self, *given, kem=None, **more):
        super().__init__(*given, **more)
        self.kem = kem or os.urandom(64 if self.role == 0 else 32)  # d and z of keys; m of what is encapsulated

    def write_kem(self):
        if self.step == 0:
            ek, self.dk = mlkem768.keygen(self.kem)
            return self.seal(ek)
        shared, ct = mlkem768.encapsulate(self.ek, self.kem)
        some = self.seal(ct)
        self.mix_key(shared)
        return some

    def read_kem(self, r):
        if self.step == 0:
            self.ek = self.open(r.take(1184 + 16))
        else:
            self.mix_key(mlkem768.decapsulate(self.dk, self.open(r.take(1088 + 16))))


class Rsa:
    messages, kind = 4, "rsa"
    shared = None  # a session pair for all, slow to make: for tests alone, against 5.2-5

    def __init__(self, role, prologue, psk, identity, payload, pair=None):
        self.role, self.prologue, self.psk, self.identity, self.mine = role, prologue, psk, identity, payload
        self.pair, self.step = pair, 0
        self.peer = self.payload = None
        if role == wire.RESPONDER and not pair:
            self.pair = Rsa.shared or rsa.generate_private_key(65537, 2048)

    def mac(self, nonce):
        return hmac256(hkdf(b"", self.psk, b"schat rsa hello v1"), self.prologue, nonce)

    def sign(self, label, h):
        return self.identity.private.sign(label + b"\0" + h, padding.PKCS1v15(), hashes.SHA256())

    def verify(self, public, signature, label, h):
        try:
            from_modulus(public).verify(signature, label + b"\0" + h, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Refused("signature") from None

    def reveal_key(self):
        return AESGCM(hkdf(self.psk, self.c + self.nonce, b"schat rsa reveal v1" + self.h0, 16))

    def derive(self, part2):
        self.h2 = sha256(self.h1, self.rest, part2)
        self.prk = hmac256(self.psk, self.k)
        both = expand(self.prk, b"schat rsa handshake v1" + self.h2, 32)
        self.kc, self.ks = AESGCM(both[:16]), AESGCM(both[16:])

    def write(self):
        some = getattr(self, "write%d" % self.step)()
        self.step += 1
        return some

    def read(self, some):
        try:
            getattr(self, "read%d" % self.step)(some)
        except InvalidTag:
            raise Refused("does not open") from None
        self.step += 1

    def write0(self):
        self.c = os.urandom(32)
        self.message0 = self.c + self.mac(self.c)
        return self.message0

    def read0(self, some):
        self.c, self.message0 = some[:32], some
        if not hmac.compare_digest(some[32:], self.mac(self.c)):
            raise Refused("hello")

    def write1(self):
        self.nonce = os.urandom(32)
        part1 = self.nonce + len16(modulus(self.pair))
        self.h0 = sha256(len16(self.prologue), self.message0, part1)
        self.h1 = sha256(self.h0, len16(self.identity.public))
        clear = len16(self.identity.public) + len16(self.sign(b"schat rsa server v1", self.h1))
        self.rest = self.reveal_key().encrypt(b"\0" * 12, clear, self.h0)
        return part1 + self.rest

    def read1(self, some):
        r = wire.Reader(some)
        self.nonce, session = r.take(32), r.len16()
        self.session = from_modulus(session)
        self.h0 = sha256(len16(self.prologue), self.message0, some[:r.at])
        self.rest = r.rest()
        clear = wire.Reader(self.reveal_key().decrypt(b"\0" * 12, self.rest, self.h0))
        self.peer, signature = clear.len16(), clear.len16()
        self.h1 = sha256(self.h0, len16(self.peer))
        self.verify(self.peer, signature, b"schat rsa server v1", self.h1)

    def write2(self):
        self.k = os.urandom(16)
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        part2 = len16(self.session.encrypt(self.k, oaep))
        self.derive(part2)
        clear = len16(self.identity.public) + len16(self.sign(b"schat rsa client v1", self.h2)) + self.mine
        sealed2 = self.kc.encrypt(b"\0" * 12, clear, self.h2)
        self.h3 = sha256(self.h2, sealed2)
        return part2 + sealed2

    def read2(self, some):
        r = wire.Reader(some)
        ciphertext = r.len16()
        part2, sealed2 = some[:r.at], r.rest()
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        try:
            self.k = self.pair.decrypt(ciphertext, oaep)
        except ValueError:
            self.k = os.urandom(16)
        self.derive(part2)
        clear = wire.Reader(self.kc.decrypt(b"\0" * 12, sealed2, self.h2))
        self.peer, signature, self.payload = clear.len16(), clear.len16(), clear.rest()
        self.verify(self.peer, signature, b"schat rsa client v1", self.h2)
        self.h3 = sha256(self.h2, sealed2)

    def write3(self):
        some = self.ks.encrypt(b"\0" * 12, self.mine, self.h3)
        self.h4 = sha256(self.h3, some)
        return some

    def read3(self, some):
        self.payload = self.ks.decrypt(b"\0" * 12, some, self.h3)
        self.h4 = sha256(self.h3, some)

    @property
    def done(self):
        return self.step == 4

    def keys(self, _):
        traffic = expand(self.prk, b"schat rsa traffic v1" + self.h4, 32)
        exporter = expand(self.prk, b"schat rsa exporter v1" + self.h4, 32)
        return Keys(self.h4, exporter, [AesSeal(traffic[:16]), AesSeal(traffic[16:])])


class Pseudo:
    messages, kind = 2, None

    def __init__(self, role, prologue, psk, identity, payload):
        self.role, self.prologue, self.mine, self.step = role, prologue, payload, 0
        self.peer, self.said = b"", []
        self.payload = None

    def write(self):
        self.said.append(os.urandom(16) + self.mine)
        self.step += 1
        return self.said[-1]

    def read(self, some):
        if len(some) < 16:
            raise Refused("short")
        self.said.append(some)
        self.payload = some[16:]
        self.step += 1

    @property
    def done(self):
        return self.step == 2

    def keys(self, _):
        sid = sha256(len16(self.prologue), *self.said)
        return Keys(sid, sid, [PseudoSeal(0), PseudoSeal(1)])


SUITES = {NOISE: Noise, RSA: Rsa, PSEUDO: Pseudo, HYBRID: Hybrid}


# ---- sealing ----

class AesSeal:
    def __init__(self, key):
        self.aead = AESGCM(key)

    def nonce(self, n):
        return b"\0" * 4 + struct.pack(">Q", n)

    def seal(self, n, ad, some):
        return self.aead.encrypt(self.nonce(n), some, ad)

    def open(self, n, ad, some):
        try:
            return self.aead.decrypt(self.nonce(n), some, ad)
        except InvalidTag:
            return None


class ChaChaSeal(AesSeal):
    def __init__(self, key):
        self.aead = ChaCha20Poly1305(key)

    def nonce(self, n):
        return b"\0" * 4 + struct.pack("<Q", n)


class PseudoSeal:
    def __init__(self, direction):
        self.direction = bytes([direction])

    def tag(self, n, ad, some):
        return sha256(self.direction, struct.pack(">Q", n), ad, some)[:16]

    def seal(self, n, ad, some):
        return some + self.tag(n, ad, some)

    def open(self, n, ad, some):
        clear, tag = some[:-16], some[-16:]
        return clear if len(some) >= 16 and tag == self.tag(n, ad, clear) else None


class Keys:
    """What a suite agrees on. seals: of the initiator's direction, of the responder's."""

    def __init__(self, session_id, exporter, seals):
        self.session_id, self.exporter, self.seals = session_id, exporter, seals

    def export(self, label):
        return expand(self.exporter, label, 32)

    def path_ids(self, role):
        """The 32 connection ids of packets to role."""
        label = b"schat path R" if role == wire.RESPONDER else b"schat path I"
        many = b"".join(self.export(label + str(j).encode()) for j in range(8))
        return [many[i:i + 8] for i in range(0, 256, 8)]
