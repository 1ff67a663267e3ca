#!/usr/bin/python3
"""Makes tests/vectors/protocol.json: a value for every layer of the protocol, private ones included.

Written from docs/PROTOCOL.md and docs/SIGNALING.md, over python3-cryptography; it shares nothing with the program but the list of
words, whose hash it checks. tests/unit/test_vectors.c replays every group against the program's own code, so the pages, the program and
this script cannot drift apart.

    /usr/bin/python3 tests/vectors/make_protocol.py            writes the file
    /usr/bin/python3 tests/vectors/make_protocol.py --check    exit 1 when the file is another
"""
import base64
import hashlib
import hmac as hmac_module
import ipaddress
import json
import pathlib
import re
import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import mlkem768

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "protocol.json"

# ---- bytes (section 1) ----


def u8(n):
    return bytes([n])


def be(n, size):
    return n.to_bytes(size, "big")


def len16(data):
    return be(len(data), 2) + data


def varint(n):
    for size, top in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if n < 1 << (8 * size - 2):
            return be(n | top << (8 * size - 2), size)
    raise ValueError(n)


def address(text):
    host, port = text.rsplit(":", 1)
    ip = ipaddress.ip_address(host.strip("[]"))
    packed = ip.packed if ip.version == 6 else bytes(10) + b"\xff\xff" + ip.packed
    return packed + be(int(port), 2)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac(key, *parts):
    return hmac_module.new(key, b"".join(parts), hashlib.sha256).digest()


def extract(salt, ikm):
    return hmac(salt or bytes(32), ikm)


def expand(prk, info, size=32):
    out = block = b""
    while len(out) < size:
        block = hmac(prk, block, info, u8(len(out) // 32 + 1))
        out += block
    return out[:size]


def hkdf(salt, ikm, info=b"", size=32):
    return expand(extract(salt, ikm), info, size)


def drawn(label, size=32):
    """A private value of these vectors: anybody can make it again."""
    return expand(sha(b"schat test vectors"), label.encode(), size)


def words_list():
    listed = (HERE.parent.parent / "crypto" / "words.txt").read_bytes()
    assert hashlib.sha256(listed).hexdigest() == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    return listed.decode().split()


WORDS = words_list()

# ---- P-256 and SPAKE2 (section 4.1, RFC 9382) ----

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def point_add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def point_mul(k, a):
    out = None
    for bit in bin(k)[2:]:
        out = point_add(out, out)
        if bit == "1":
            out = point_add(out, a)
    return out


def point_neg(a):
    return a[0], P - a[1]


def point_of(compressed):
    x = int.from_bytes(compressed[1:], "big")
    y = pow((x**3 - 3 * x + B) % P, (P + 1) // 4, P)
    return x, y if y % 2 == compressed[0] % 2 else P - y


def point_bytes(a):
    return b"\4" + be(a[0], 32) + be(a[1], 32)


POINT_M = point_of(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
POINT_N = point_of(bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))


def code_parts(code):
    """Nameplate (0: none) and the words that are the password."""
    first, _, rest = code.partition("-")
    return (int(first), rest) if first.isdigit() else (0, code)


def password_scalar(words):
    return int.from_bytes(hkdf(b"schat spake2 v1", words.encode(), b"w", 48), "big") % N


def pair(code, prologue, x, y):
    nameplate, words = code_parts(code)
    w = password_scalar(words)
    a = point_add(point_mul(x, G), point_mul(w, POINT_M))
    b = point_add(point_mul(y, G), point_mul(w, POINT_N))
    k = point_mul(x, point_add(b, point_neg(point_mul(w, POINT_N))))
    assert k == point_mul(y, point_add(a, point_neg(point_mul(w, POINT_M))))
    tt = b""
    for part in (b"schat connect", b"schat serve", point_bytes(a), point_bytes(b), point_bytes(k), be(w, 32)):
        tt += len(part).to_bytes(8, "little") + part
    both = sha(tt)
    aad = prologue + be(nameplate, 4)
    confirm = hkdf(b"", both[16:], b"ConfirmationKeys" + aad)
    return {"w": be(w, 32), "x": be(x, 32), "y": be(y, 32), "share A": point_bytes(a), "share B": point_bytes(b),
            "K": point_bytes(k), "Ke": both[:16], "Ka": both[16:], "AAD": aad,
            "confirm A": hmac(confirm[:16], tt), "confirm B": hmac(confirm[16:], tt)}


# ---- keys (section 4.3) ----


def x25519_public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(secret, public):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def key_hash(kind, public):
    return sha(kind.encode(), b"\0", public)


def fingerprint(kind, public):
    text = base64.b32encode(key_hash(kind, public)).decode().rstrip("=").lower()
    return "-".join(text[i:i + 4] for i in range(0, len(text), 4))


def key_words(kind, public):
    bits = int.from_bytes(key_hash(kind, public), "big") >> 256 - 132
    return "-".join(WORDS[bits >> 11 * (11 - i) & 2047] for i in range(12))


def contact_psk(kind, public):
    return hkdf(b"schat contact v1", kind.encode() + b"\0" + public)


class RsaKey:
    """RSA with the exponent 65537 (RFC 8017), over Python's integers."""

    def __init__(self, p, q):
        self.p, self.q, self.n = p, q, p * q
        self.d = pow(65537, -1, (p - 1) * (q - 1))
        self.size = (self.n.bit_length() + 7) // 8
        self.public = be(self.n, self.size)

    def sign(self, message):
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + sha(message)
        padded = b"\0\1" + b"\xff" * (self.size - len(digest) - 3) + b"\0" + digest
        return be(pow(int.from_bytes(padded, "big"), self.d, self.n), self.size)

    def encrypt(self, text, seed):
        """RSAES-OAEP, SHA-256, MGF1-SHA-256, empty label; the seed is given."""
        def mgf(data, size):
            return b"".join(sha(data, be(i, 4)) for i in range(size // 32 + 1))[:size]
        block = sha(b"") + bytes(self.size - len(text) - 66) + b"\1" + text
        block = xor(block, mgf(seed, len(block)))
        seed = xor(seed, mgf(block, 32))
        return be(pow(int.from_bytes(b"\0" + seed + block, "big"), 65537, self.n), self.size)

    def told(self):
        return {"p": be(self.p, self.size // 2), "q": be(self.q, self.size // 2), "modulus": self.public}


def rsa_keys():
    """Those of tests/vectors/rsa_keys.h: three of 2048 bits."""
    text = re.sub(r'"\s*"', "", (HERE / "rsa_keys.h").read_text())
    primes = re.findall(r'\.p = "([0-9a-f]+)",\s*\.q = "([0-9a-f]+)"', text)
    return [RsaKey(int(p, 16), int(q, 16)) for p, q in primes[:3]]


RSA = rsa_keys()

# ---- suites (section 5). Each gives messages and what follows from them ----

SUITES = {"noise": 1, "rsa": 2, "pseudo": 3, "hybrid": 4}
ZERO12 = bytes(12)


class Noise:
    """XXpsk0 (Noise specification, revision 34); hybrid: XXhfs+psk0."""

    def __init__(self, prologue, psk, hybrid):
        name = b"Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256" if hybrid else b"Noise_XXpsk0_25519_ChaChaPoly_SHA256"
        self.h = sha(name) if len(name) > 32 else name.ljust(32, b"\0")
        self.ck, self.k, self.n = self.h, None, 0
        self.mix_hash(prologue)
        ck, mixed, key = self.kdf(psk, 3)
        self.ck = ck
        self.mix_hash(mixed)
        self.k, self.n = key, 0

    def kdf(self, ikm, count):
        temp, out = hmac(self.ck, ikm), []
        for i in range(count):
            out.append(hmac(temp, out[-1] if out else b"", u8(i + 1)))
        return out

    def mix_hash(self, data):
        self.h = sha(self.h, data)

    def mix_key(self, ikm):
        self.ck, self.k = self.kdf(ikm, 2)
        self.n = 0

    def mix_e(self, public):
        self.mix_hash(public)
        self.mix_key(public)

    def seal(self, text):
        nonce = bytes(4) + self.n.to_bytes(8, "little")
        out = ChaCha20Poly1305(self.k).encrypt(nonce, text, self.h)
        self.n += 1
        self.mix_hash(out)
        return out


def noise(prologue, psk, private, payloads, kem=None):
    """private: (e, s) of the initiator, (e, s) of the responder. kem, for hybrid: d and z of the initiator, m of the responder."""
    (ei, si), (er, sr) = private
    pub = {k: x25519_public(k) for k in (ei, si, er, sr)}
    state = Noise(prologue, psk, kem)
    state.mix_e(pub[ei])
    out = pub[ei]
    if kem:
        ek, _ = mlkem768.keygen(kem[0])
        out += state.seal(ek)
    messages = [out + state.seal(b"")]
    state.mix_e(pub[er])
    state.mix_key(dh(er, pub[ei]))
    out = pub[er]
    inner = {}
    if kem:
        inner["K"], ct = mlkem768.encapsulate(ek, kem[1])
        out += state.seal(ct)
        state.mix_key(inner["K"])
    out += state.seal(pub[sr])
    state.mix_key(dh(sr, pub[ei]))
    messages.append(out + state.seal(payloads[1]))
    out = state.seal(pub[si])
    state.mix_key(dh(si, pub[er]))
    messages.append(out + state.seal(payloads[0]))
    k1, k2 = state.kdf(b"", 2)
    aes = payloads[0][0] & payloads[1][0] & 1
    label = b"AES-256-GCM" if aes else b"ChaCha20-Poly1305"
    keys = [hkdf(b"", k, label) for k in (k1, k2)]

    def seal(direction, number, ad, text):
        if aes:
            return AESGCM(keys[direction]).encrypt(bytes(4) + be(number, 8), text, ad)
        return ChaCha20Poly1305(keys[direction]).encrypt(bytes(4) + number.to_bytes(8, "little"), text, ad)

    return {"messages": messages, "inner": {**inner, "h": state.h, "k1": k1, "k2": k2, "initiator's key": keys[0], "responder's key": keys[1]},
            "session id": state.h, "exporter": hkdf(state.h, k1 + k2, b"schat exporter v1"), "seal": seal}


def rsa(prologue, psk, private, payloads, key_c, key_s, key_session):
    nonce_c, nonce_s, k, seed = private["nonce C"], private["nonce S"], private["K"], private["OAEP seed"]

    def aes(key, ad, text):
        return AESGCM(key).encrypt(ZERO12, text, ad)

    message_0 = nonce_c + hmac(hkdf(b"", psk, b"schat rsa hello v1"), prologue, nonce_c)
    part1 = nonce_s + len16(key_session.public)
    h0 = sha(len16(prologue), message_0, part1)
    h1 = sha(h0, len16(key_s.public))
    k1 = hkdf(psk, nonce_c + nonce_s, b"schat rsa reveal v1" + h0, 16)
    sealed1 = aes(k1, h0, len16(key_s.public) + len16(key_s.sign(b"schat rsa server v1\0" + h1)))
    part2 = len16(key_session.encrypt(k, seed))
    h2 = sha(h1, sealed1, part2)
    prk = extract(psk, k)
    handshake = expand(prk, b"schat rsa handshake v1" + h2)
    sealed2 = aes(handshake[:16], h2,
                  len16(key_c.public) + len16(key_c.sign(b"schat rsa client v1\0" + h2)) + payloads[0])
    h3 = sha(h2, sealed2)
    message_3 = aes(handshake[16:], h3, payloads[1])
    h4 = sha(h3, message_3)
    traffic = expand(prk, b"schat rsa traffic v1" + h4)
    keys = (traffic[:16], traffic[16:])

    def seal(direction, number, ad, text):
        return AESGCM(keys[direction]).encrypt(bytes(4) + be(number, 8), text, ad)

    return {"messages": [message_0, part1 + sealed1, part2 + sealed2, message_3],
            "inner": {"h0": h0, "h1": h1, "k1": k1, "h2": h2, "PRK": prk, "kc": handshake[:16], "ks": handshake[16:], "h3": h3,
                      "h4": h4, "initiator's key": keys[0], "responder's key": keys[1]},
            "session id": h4, "exporter": expand(prk, b"schat rsa exporter v1" + h4), "seal": seal}


def pseudo(prologue, nonces, payloads):
    messages = [nonces[0] + payloads[0], nonces[1] + payloads[1]]
    session = sha(len16(prologue), *messages)

    def seal(direction, number, ad, text):
        return text + sha(u8(direction), be(number, 8), ad, text)[:16]

    return {"messages": messages, "inner": {}, "session id": session, "exporter": session, "seal": seal}


# ---- what follows from a handshake (sections 3.3, 4.4, 6) ----


def sealed(made, ids, direction, phase, path, number, frames):
    header = u8(0xE0 + phase) + ids[direction][path] + be(number, 8)
    return {"from": ("initiator", "responder")[direction], "phase": phase, "path id": path, "number": number, "frames": frames,
            "packet": header + made["seal"](direction, number, header, frames)}


def path_ids(exporter, letter):
    both = b"".join(expand(exporter, b"schat path " + letter + str(j).encode()) for j in range(8))
    return [both[i:i + 8] for i in range(0, 256, 8)]


def control(kind, body):
    return u8(kind) + be(len(body), 2) + body


def comparison(kind, publics, session, label):
    r, i = drawn(label + " r"), drawn(label + " i")
    hashes = sorted(key_hash(kind, public) for public in publics)
    bits = int.from_bytes(sha(b"schat words v2", *hashes, session, i, r), "big") >> 256 - 33
    return {"r": r, "i": i,
            "control messages": [control(3, sha(b"schat compare v1", r)), control(4, i), control(5, r)],
            "words": " ".join(WORDS[bits >> shift & 2047] for shift in (22, 11, 0))}


STATIC = [bytes.fromhex("a0f7063b9a8811685db9875a508e7ae50861b564c2bc625ffa8c15d9ac7dbb01"),
          bytes.fromhex("66de5dc126a29422f17f157c8fd44c1a3ff9711f3414ece01be4e75a2c1d948f")]


def hello(flags, nick, mode=1):
    return u8(flags | 6) + u8(mode) + u8(len(nick)) + nick.encode()


def session(name, suite, form, code=None, flags=(0, 0), given=None, modes=1, rekey=False):
    """One key agreement with all that follows from it."""
    given = given or {}
    plain = form != "code"
    prologue = b"schat" + u8(1) + u8(SUITES[suite]) + u8(0 if plain else 1)
    payloads = [hello(flags[0], "alice", modes), hello(flags[1], "bob", modes)]
    kind = {"noise": "x25519", "hybrid": "x25519", "rsa": "rsa"}.get(suite)
    publics = [x25519_public(s) for s in STATIC] if kind == "x25519" else [k.public for k in RSA[:2]]
    out = {"name": name, "suite": suite, "form": form, "prologue": prologue,
           "initiator's payload": payloads[0], "responder's payload": payloads[1]}

    def private(label, size=32):
        return bytes.fromhex(given[label]) if label in given else drawn(name + " " + label, size)

    psk = bytes(32)
    if form == "code":
        scalars = [int.from_bytes(private(c), "big") % N for c in "xy"]
        out["code"] = code
        out["pairing"] = pairing = pair(code, prologue, *scalars)
        psk = hkdf(b"", pairing["Ke"], b"schat pairing v1")
    elif form == "contact":
        psk = contact_psk(kind, publics[1])
    out["psk"] = psk

    def agree(prologue, psk, payloads, prefix):
        if kind == "x25519":
            e = [private(prefix + "initiator's ephemeral key"), private(prefix + "responder's ephemeral key")]
            shown = {"initiator's ephemeral key": e[0], "responder's ephemeral key": e[1]}
            kem = None
            if suite == "hybrid":
                kem = (private(prefix + "d and z", 64), private(prefix + "m"))
                shown.update({"d and z": kem[0], "m": kem[1]})
            return shown, noise(prologue, psk, ((e[0], STATIC[0]), (e[1], STATIC[1])), payloads, kem)
        if suite == "rsa":
            shown = {"nonce C": private(prefix + "nonce C"), "nonce S": private(prefix + "nonce S"), "K": private(prefix + "K", 16),
                     "OAEP seed": private(prefix + "OAEP seed")}
            return shown, rsa(prologue, psk, shown, payloads, *RSA)
        shown = {"nonce C": private(prefix + "nonce C", 16), "nonce S": private(prefix + "nonce S", 16)}
        return shown, pseudo(prologue, (shown["nonce C"], shown["nonce S"]), payloads)

    out["private"], made = agree(prologue, psk, payloads, "")
    messages = list(made["messages"])
    if plain:
        messages[0] = b"\0" + messages[0]
    else:
        messages[0] = pairing["confirm A"] + messages[0]
        messages[1] = pairing["confirm B"] + messages[1]
        messages = [b"\1" + pairing["share A"], pairing["share B"]] + messages
    out["messages"] = messages
    for key in ("inner", "session id", "exporter"):
        out[key] = made[key]
    ids = [path_ids(made["exporter"], letter) for letter in (b"R", b"I")]
    out["path ids to the responder"], out["path ids to the initiator"] = ids
    out["rejoin token"] = expand(made["exporter"], b"schat rejoin v1")[:16]
    out["pair secret"] = expand(made["exporter"], b"schat pair v1")
    out["sealed"] = [sealed(made, ids, 0, 0, 0, 5, b"\1"), sealed(made, ids, 1, 0, 0, 5, b"\1"),
                     sealed(made, ids, 0, 0, 31, 2**40 + 7, b"\3\1\0\2hi"), sealed(made, ids, 1, 0, 9, 4095, b"\1" + bytes(40))]
    if form == "first use" and kind:
        out["comparison"] = comparison(kind, publics, made["session id"], name)
    if rekey:
        inner_prologue = b"schat rekey" + u8(1) + u8(SUITES[suite]) + u8(1)
        inner_psk = expand(made["exporter"], b"schat rekey v1")
        short = [hello(flags[0], ""), hello(flags[1], "")]
        shown, fresh = agree(inner_prologue, inner_psk, short, "rekey ")
        out["rekey"] = {"phase": 1, "prologue": inner_prologue, "psk": inner_psk, "initiator's payload": short[0],
                        "responder's payload": short[1], "private": shown,
                        "control messages": [control(2, u8(1) + u8(n) + m) for n, m in enumerate(fresh["messages"])],
                        "session id of the handshake": fresh["session id"], "exporter": fresh["exporter"],
                        "sealed": [sealed(fresh, ids, 0, 1, 0, 100, b"\1"), sealed(fresh, ids, 1, 1, 0, 90, b"\1")]}
    return out


# ---- the groups ----


def varints():
    return [{"value": str(n), "bytes": varint(n)} for n in (0, 1, 63, 64, 16383, 16384, 2**30 - 1, 2**30, 2**62 - 1)]


def addresses():
    return [{"text": t, "bytes": address(t)} for t in
            ("192.0.2.1:7242", "[2001:db8::1]:7242", "0.0.0.0:0", "255.255.255.255:65535", "[fe80::1]:1")]


def ack(delay, *ranges):
    """ranges: (low, high), both included, the newest first."""
    out = u8(2) + varint(ranges[0][1]) + varint(delay) + varint(len(ranges) - 1) + varint(ranges[0][1] - ranges[0][0])
    for before, (low, high) in zip(ranges, ranges[1:]):
        out += varint(before[0] - high - 2) + varint(high - low)
    return {"type": "ACK", "delay": delay, "ranges": [[low, high] for low, high in ranges], "bytes": out}


def frames():
    seen = "192.0.2.1:7242"
    eight = bytes(range(8))
    return [
        {"type": "PING", "bytes": u8(1)},
        ack(1000, (9, 10), (5, 5), (0, 3)),
        ack(0, (0, 0)),
        ack(70000, (100000, 100063)),
        {"type": "STREAM", "stream": 1, "offset": "16384", "data": b"hello", "end": False,
         "bytes": u8(3) + u8(1) + varint(16384) + varint(5) + b"hello"},
        {"type": "STREAM END", "stream": 2, "offset": "0", "data": b"", "end": True, "bytes": u8(4) + u8(2) + varint(0) + varint(0)},
        {"type": "STREAM", "stream": 1000, "offset": "0", "data": b"a", "end": False,
         "bytes": u8(3) + varint(1000) + varint(0) + varint(1) + b"a"},
        {"type": "MAX DATA", "stream": 2, "limit": str(2**20), "bytes": u8(5) + u8(2) + varint(2**20)},
        {"type": "RESET", "stream": 64, "code": 2, "bytes": u8(9) + varint(64) + u8(2)},
        {"type": "PATH CHALLENGE", "data": eight, "bytes": u8(6) + eight},
        {"type": "PATH RESPONSE", "data": eight, "seen": seen, "bytes": u8(7) + eight + address(seen)},
        {"type": "CLOSE", "code": 5, "text": b"bad", "bytes": u8(8) + u8(5) + varint(3) + b"bad"},
    ]


def record(kind, number, text=None):
    body = u8(kind) + varint(number) + (b"" if text is None else varint(len(text)) + text)
    size = next((s for s in (64, 256, 1024) if s >= len(body) + 2), -(-(len(body) + 2) // 1024) * 1024)
    out = {"type": kind, "number": str(number), "bytes": be(size - 2, 2) + body + bytes(size - 2 - len(body))}
    if text is not None:
        out["text"] = text
    return out


def records():
    return [record(1, 1, b"hi"), record(1, 2, b""), record(5, 3, b"part of"), record(1, 4, b"x" * 60), record(1, 64, b"y" * 300),
            record(1, 5, b"z" * 1100), record(2, 1), record(3, 2**40), record(4, 4)]


def packets():
    cid = bytes(range(8))
    return {
        "HANDSHAKE": {"suite": 1, "connection id": cid, "number": 2, "total": 1300, "offset": 1184, "fragment": b"\xab" * 116,
                      "bytes": u8(0xD1) + u8(1) + u8(1) + cid + u8(2) + be(1300, 2) + be(1184, 2) + b"\xab" * 116},
    }


def signaling():
    nonce, cookie, tag, token = bytes(range(8)), bytes(range(0x20, 0x30)), bytes(range(0x40, 0x48)), bytes(range(0x50, 0x60))
    seen, peer = "192.0.2.1:7242", "[2001:db8::2]:40000"
    mask = nonce + nonce + nonce[:2]
    return {
        "HELLO": {"nonce": nonce, "bytes": u8(0xC0) + u8(1) + nonce + bytes(86)},
        "COOKIE": {"nonce": nonce, "observed": seen, "cookie": cookie, "day": 20000, "rate": 64, "seconds until midnight": 3600,
                   "bytes": u8(0xC1) + u8(1) + nonce + xor(address(seen), mask) + cookie + be(20000, 4) + be(64, 4) + be(1800, 2) + bytes(2)},
        "JOIN": {"cookie": cookie, "token": token, "tag": tag, "flags": 1,
                 "bytes": u8(0xC2) + u8(1) + cookie + token + tag + u8(1) + bytes(29)},
        "JOIN for a nameplate": {"cookie": cookie, "token": bytes(16), "tag": tag, "flags": 3,
                                 "bytes": u8(0xC2) + u8(1) + cookie + bytes(16) + tag + u8(3) + bytes(29)},
        "WAIT": {"tag": tag, "token": bytes(12) + be(117, 4), "nameplate": 117, "refresh": 20, "others": 1,
                 "bytes": u8(0xC3) + u8(1) + tag + bytes(12) + be(117, 4) + be(117, 4) + be(20, 2) + u8(1) + bytes(7)},
        "INTRO": {"tag": tag, "peer": bytes(range(0x60, 0x68)), "pair": bytes(range(0x70, 0x78)), "role": 1, "host": "3735928559",
                  "address": peer,
                  "bytes": u8(0xC4) + u8(1) + tag + bytes(range(0x60, 0x68)) + bytes(range(0x70, 0x78)) + u8(1) + bytes(1) +
                  be(3735928559, 4) + address(peer) + bytes(6)},
        "ERROR": {"code": 1, "about": tag, "bytes": u8(0xC5) + u8(1) + u8(1) + bytes(1) + tag},
    }


def siphash_128(key, some):
    """SipHash-2-4 with 128 bits."""
    mask = (1 << 64) - 1
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def turn(x, n):
        return (x << n | x >> 64 - n) & mask

    def rounds(n):
        for _ in range(n):
            v[0], v[2] = (v[0] + v[1]) & mask, (v[2] + v[3]) & mask
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2], v[0] = (v[2] + v[1]) & mask, (v[0] + v[3]) & mask
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    some += bytes(7 - len(some) % 8) + u8(len(some) & 255)
    for i in range(0, len(some), 8):
        v[3] ^= int.from_bytes(some[i:i + 8], "little")
        rounds(2)
        v[0] ^= int.from_bytes(some[i:i + 8], "little")
    v[2] ^= 0xee
    rounds(4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xdd
    rounds(4)
    return first.to_bytes(8, "little") + (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")


def stamps():
    """SIGNALING S14: messages to a closed server, and its key as people write it."""
    out, messages = [], signaling()
    for key in (bytes(range(16)), bytes(16), b"\xff" * 16):
        text = base64.b32encode(key).decode().lower().rstrip("=")
        for name, at in (("HELLO", 45), ("JOIN", 43), ("JOIN for a nameplate", 43)):
            plain = messages[name]["bytes"]
            head = plain[:at] + siphash_128(key, b"id")[:8]
            out.append({"key": key, "text": text, "message": name, "plain": plain,
                        "bytes": head + siphash_128(key, head) + plain[at + 24:]})
    return out


def keys():
    out = [{"type": "x25519", "private": s, "public": x25519_public(s), "fingerprint": fingerprint("x25519", x25519_public(s)),
            "words": key_words("x25519", x25519_public(s)), "psk": contact_psk("x25519", x25519_public(s))} for s in STATIC]
    for key in RSA:
        out.append({"type": "rsa", **key.told(), "fingerprint": fingerprint("rsa", key.public),
                    "words": key_words("rsa", key.public), "psk": contact_psk("rsa", key.public)})
    return out


def codes():
    out = []
    for code in ("107-velvet-anchor", "velvet-anchor", "4294967295-zoo-abandon-ability", "abandon-abandon-zoo-zoo"):
        nameplate, words = code_parts(code)
        out.append({"code": code, "nameplate": str(nameplate), "words": words, "w": be(password_scalar(words), 32)})
    return out


def rooms():
    secret = dh(STATIC[0], x25519_public(STATIC[1]))
    return {"nameplates": [{"nameplate": str(n), "token": bytes(12) + be(n, 4)} for n in (107, 4711, 2**32 - 1)],
            "secret": secret,
            "days": [{"day": day, "token": hkdf(b"schat room v1", secret, be(day, 4))[:16]} for day in (0, 19999, 20000)]}


def sessions():
    return [
        session("noise, code 107-velvet-anchor, ChaCha20-Poly1305", "noise", "code", "107-velvet-anchor", given={
            "x": "9102196eb5ce58ca760df474655b56f4f1dfd585e4fbb786a7934ddfe668f9a4",
            "y": "9da1a7ef9f5053b2daa4f44605b136778332ba9e82385bdae2c870b18b14d7bf",
            "initiator's ephemeral key": "c19afd336805acde6809a07b736a3a646b8b9e3066270ed25369e00deaf7c1c9",
            "responder's ephemeral key": "3e37b269cd1a4d89f283d14e36e7edcaf09686cf6322570cdd4e2ea3017b2c9d"}),
        session("noise, code velvet-anchor, AES-256-GCM", "noise", "code", "velvet-anchor", flags=(1, 1), given={
            "x": "4c4bfb2e9c4ad337048037ce61c789b0f459c79e65c24258283b1232805531bf",
            "y": "bd0fb2c4a86cd4e634974bbb6dba1768801c3cd22fdfbf69d725592f64037c53",
            "initiator's ephemeral key": "d4817ae473c5fc1834e99f94ccdf7691e0efbcee3553a4938598e5720353734b",
            "responder's ephemeral key": "269c715f1dc224a495e96d22c00239249f1d5a272fabb469a7f22f40392ca5f2"}),
        session("noise, contact, ChaCha20-Poly1305", "noise", "contact", rekey=True, given={
            "initiator's ephemeral key": "110503315674028d356a0181c14335ed7cdf7f3e5d1e422a4b235a9bc6b0b6a3",
            "responder's ephemeral key": "7d90f48696580737ae81b23766a6424e0e1629627de916a441c86d1a2ae33b9c"}),
        session("noise, contact, AES-256-GCM, pipe", "noise", "contact", flags=(1, 1), modes=2, rekey=True),
        session("noise, contact, only one side has AES", "noise", "contact", flags=(1, 0)),
        session("noise, first use", "noise", "first use"),
        session("rsa, code 107-velvet-anchor", "rsa", "code", "107-velvet-anchor"),
        session("rsa, contact", "rsa", "contact", rekey=True),
        session("rsa, first use", "rsa", "first use"),
        session("pseudo", "pseudo", "first use", given={
            "nonce C": "10e22ba9032259190f5812674e744af8", "nonce S": "85dac8d6c9d85ccf52494c0b92da7ae7"}),
        session("hybrid, code 107-velvet-anchor, ChaCha20-Poly1305", "hybrid", "code", "107-velvet-anchor"),
        session("hybrid, contact, AES-256-GCM", "hybrid", "contact", flags=(1, 1), rekey=True),
        session("hybrid, first use", "hybrid", "first use"),
    ]


def hexed(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: hexed(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [hexed(v) for v in value]
    return value


def made():
    whole = {
        "about": "Test vectors of the schat protocol, version 1: docs/PROTOCOL.md, appendix A. Bytes are in hex; numbers that may not "
                 "fit into a double are strings. The initiator is alice, the responder bob. Made by make_protocol.py; not to be edited.",
        "varint": varints(), "address": addresses(), "frames": frames(), "records": records(), "packets": packets(),
        "signaling": signaling(), "stamps": stamps(), "keys": keys(), "codes": codes(), "rooms": rooms(), "sessions": sessions(),
    }
    return json.dumps(hexed(whole), indent=1) + "\n"


def main():
    text = made()
    if sys.argv[1:] == ["--check"]:
        same = FILE.is_file() and FILE.read_text() == text
        print("protocol.json is %s" % ("as make_protocol.py makes it" if same else "another than make_protocol.py makes"))
        return 0 if same else 1
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
