"""Keys: HKDF, SPAKE2, the three suites, and the sealing of packets, from sections 4 and 5 of docs/PROTOCOL.md."""

import base64
import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

import wire
from wire import NOISE, PSEUDO, RSA, VERSION, len16


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


# ---- identities ----

class X25519:
    kind = "x25519"

    def __init__(self, private=None):
        self.private = X25519PrivateKey.from_private_bytes(private) if private else X25519PrivateKey.generate()
        self.public = raw(self.private)

    def pem(self):
        return pkcs8(self.private)


class RsaKey:
    kind = "rsa"

    def __init__(self, bits=2048, private=None):
        self.private = private or rsa.generate_private_key(65537, bits)
        self.public = modulus(self.private)

    def pem(self):
        return pkcs8(self.private)


def raw(private):
    return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def pkcs8(private):
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def load_pem(some):
    private = serialization.load_pem_private_key(some, None)
    if isinstance(private, X25519PrivateKey):
        return X25519(private.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
                                            serialization.NoEncryption()))
    return RsaKey(private=private)


def key_line(identity):
    return "schat-%s %s" % (identity.kind, base64.b64encode(identity.public).decode())


def key_hash(kind, public):
    return sha256(kind.encode(), b"\0", public)


def fingerprint(kind, public):
    some = base64.b32encode(key_hash(kind, public)).decode().lower().rstrip("=")
    return "-".join(some[i:i + 4] for i in range(0, len(some), 4))


def comparison(hashes, session_id, i, r):
    """The three comparison words (4.4), as numbers below 2048; hashes: of both keys, the smaller first."""
    bits = int.from_bytes(sha256(b"schat words v2", *hashes, session_id, i, r)[:5], "big") >> 7
    return [bits >> 22, bits >> 11 & 2047, bits & 2047]


def modulus(key):
    n = key.public_key().public_numbers().n if hasattr(key, "public_key") else key.public_numbers().n
    return n.to_bytes(-(-n.bit_length() // 8), "big")


def from_modulus(some):
    n = int.from_bytes(some, "big")
    if not 2048 <= n.bit_length() <= 4096 or not n & 1 or some[:1] == b"\0":
        raise Refused("modulus")
    return rsa.RSAPublicNumbers(65537, n).public_key()


def dh(private, public):
    """X25519; what comes in one encoding only is taken, and no zeroes come out."""
    if int.from_bytes(public, "little") >= 2**255 - 19:
        raise Refused("encoding of a public key")
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:  # all zero
        raise Refused("low order") from None


# ---- P-256, small and plain: nothing here is constant in time, and nothing here is a secret worth it ----

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


# ---- suites: write() and read() by turns; then done, peer (the other's long-term key) and payload ----

class Noise:
    """Noise_XXpsk0_25519_ChaChaPoly_SHA256."""
    messages, kind = 3, "x25519"

    def __init__(self, role, prologue, psk, identity, payload, ephemeral=None):
        self.role, self.psk, self.s, self.mine = role, psk, identity, payload
        self.e = ephemeral or X25519()
        self.h = self.ck = sha256(b"Noise_XXpsk0_25519_ChaChaPoly_SHA256")
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

    def write(self):
        some = b""
        if self.step == 0:
            self.mix_psk()
        if self.step < 2:
            some += self.e.public
            self.mix_e(self.e.public)
        if self.step == 1:
            self.mix_key(dh(self.e.private, self.re))
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
        if self.step == 1:
            self.mix_key(dh(self.e.private, self.re))
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


class Rsa:
    messages, kind = 4, "rsa"
    spare = []  # session pairs, slow to make; tests may share them

    def __init__(self, role, prologue, psk, identity, payload, pair=None):
        self.role, self.prologue, self.psk, self.identity, self.mine = role, prologue, psk, identity, payload
        self.pair, self.step = pair, 0
        self.peer = self.payload = None
        if role == wire.RESPONDER and not pair:
            self.pair = Rsa.spare.pop() if Rsa.spare else rsa.generate_private_key(65537, 2048)

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


SUITES = {NOISE: Noise, RSA: Rsa, PSEUDO: Pseudo}


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


# ---- the whole agreement of section 4 ----

ZERO_PSK = b"\0" * 32


def contact_psk(kind, public):
    return hkdf(b"schat contact v1", kind.encode() + b"\0" + public)


def prologue(suite, form):
    return b"schat" + bytes([VERSION, suite, form])


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
