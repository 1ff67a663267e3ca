"""keygen --export and --import: an identity and its contacts go to another host, under a passphrase."""

import base64
import hashlib
import hmac

import pexpect
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hosts import LOCAL, PATIENCE, SCHAT, TRUST, USAGE

KEY = "schat-x25519 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="


def hkdf(ikm, salt, info):
    return hmac.digest(hmac.digest(salt or bytes(32), ikm, "sha256"), info + b"\1", "sha256")


def opened(file, passphrase):
    """By the page of the format (c2sp.org/age)."""
    header, payload = file.split(b"\n---", 1)
    mac, payload = payload.split(b"\n", 1)
    version, stanza, body = header.split(b"\n")
    kind, salt, log_n = stanza.removeprefix(b"-> ").split(b" ")
    assert (version, kind) == (b"age-encryption.org/v1", b"scrypt") and int(log_n) >= 15
    salt, body, mac = (base64.b64decode(text + b"=" * (-len(text) % 4)) for text in (salt, body, mac[1:]))
    key = hashlib.scrypt(passphrase, salt=version + b"/scrypt" + salt, n=1 << int(log_n), r=8, p=1, maxmem=1 << 28, dklen=32)
    file_key = ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    assert hmac.digest(hkdf(file_key, b"", b"header"), header + b"\n---", "sha256") == mac
    return ChaCha20Poly1305(hkdf(file_key, payload[:16], b"payload")).decrypt(bytes(11) + b"\1", payload[16:], None)


def asked(host, argv, *answers):
    """At a terminal, which shows nothing of the answers. The exit status."""
    child = pexpect.spawn(SCHAT, list(map(str, argv)), env=host.env, cwd=str(host.home), timeout=PATIENCE, encoding="utf-8")
    for question, answer in answers:
        child.expect_exact(question)
        child.send(answer + "\r")
    rest = child.read()
    child.close()
    assert not any(answer in rest for _, answer in answers)
    return child.exitstatus, rest


def test_to_another_host(alice, bob):
    """The key and the contacts arrive; what is there already stays; another implementation reads the file."""
    alice.run("keygen")
    alice.run("peers", "add", "carol", KEY, "signal=vps")
    file = alice.home / "alice.age"
    first, again, one = "passphrase for the file: ", "again: ", "passphrase of the file: "
    assert asked(alice, ["keygen", "--export", file], (first, "pass wörd"), (again, "pass word"))[0] == USAGE and not file.exists()
    assert asked(alice, ["keygen", "--export", file], (first, "nein\x15pass wörx\x7fd"), (again, "pass wörd"))[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    text = (alice.home / "id_x25519").read_bytes() + (alice.home / "peers").read_bytes()
    assert opened(file.read_bytes(), "pass wörd".encode()) == text
    assert "already exists" in alice.run("keygen", "--export", file, code=LOCAL).errors
    status, told = asked(bob, ["keygen", "--import", file], (one, "pass word"))
    assert status == TRUST and "isn't the passphrase" in told and not (bob.home / "id_x25519").exists()
    bob.run("peers", "add", "carol", KEY.replace("AQE=", "AgE="))
    assert asked(bob, ["keygen", "--import", file], (one, "pass wörd"))[0] == 0
    assert bob.fingerprint() == alice.fingerprint() and (bob.home / "id_x25519").stat().st_mode & 0o777 == 0o600
    assert [line.split("\t")[0] for line in bob.run("peers").output.splitlines()] == ["carol", "carol-2"]
    assert asked(bob, ["keygen", "--import", file], (one, "pass wörd"))[0] == LOCAL


def test_in_a_script(alice, bob):
    """Without a terminal the passphrase is the first line of the input; one key goes into a file without contacts."""
    key, file = alice.home / "key", alice.home / "key.age"
    alice.run("keygen", "-f", key)
    alice.run("peers", "add", "carol", KEY)
    alice.run("keygen", "--export", file, "-f", key, stdin="secret\nmore\n".encode())
    assert opened(file.read_bytes(), b"secret") == key.read_bytes()
    bob.run("keygen", "--import", file, "-f", bob.home / "new", stdin=b"secret")
    assert (bob.home / "new").read_bytes() == key.read_bytes() and not (bob.home / "peers").exists()
    for stdin in (b"", b"\n", b"x" * 300):
        bob.run("keygen", "--import", file, "-f", bob.home / "other", stdin=stdin, code=USAGE)


def test_what_is_no_such_file(alice, bob):
    """Damaged, foreign, huge, or none: said, and nothing is written."""
    alice.run("keygen")
    file = alice.home / "x.age"
    alice.run("keygen", "--export", file, stdin=b"secret\n")
    good = file.read_bytes()
    for content in (b"", b"dear diary\n", good[:200], good[:-1] + bytes([good[-1] ^ 1]), good + b"x", b"x" * 200000,
                    good.replace(b" 16\n", b" 30\n"), b"age-encryption.org/v1\n-> X25519 AAAA\n"):
        file.write_bytes(content)
        run = bob.run("keygen", "--import", file, stdin=b"secret\n", code=LOCAL)
        assert "wasn't written by schat keygen" in run.errors or "is damaged" in run.errors
    assert not (bob.home / "id_x25519").exists()
