"""Long-term keys: X25519 and RSA, as files, lines and fingerprints (4.3), and what may be done with them."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kdf import Refused, sha256


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
