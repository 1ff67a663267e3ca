"""keygen: keys that openssl reads, keys that openssl made, and what never happens to a key."""

import os
import re
import subprocess

import pytest

from hosts import LOCAL, USAGE, Lines, connect, free_port, serve

FINGERPRINT = re.compile(r"([a-z2-7]{4}-){12}[a-z2-7]{4}\n")


def openssl(*argv):
    return subprocess.run(["openssl", *map(str, argv)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("options, says", [
    (["-t", "x25519"], "X25519 Private-Key"),
    (["-t", "rsa"], "Private-Key: (2048 bit"),
    (["-t", "rsa", "-b", "3072"], "Private-Key: (3072 bit"),
])
def test_openssl_reads_it(options, says, alice):
    """What keygen makes is PKCS#8 as others know it, for its owner alone; stdout has the fingerprint and nothing else."""
    path = alice.home / "key"
    run = alice.start("keygen", *options, "-f", path)
    run.ends(0, 120)
    assert FINGERPRINT.fullmatch(run.output)
    assert says in openssl("pkey", "-in", path, "-noout", "-text")
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert path.stat().st_mode & 0o777 == 0o600
    public = (alice.home / "key.pub").read_text()
    assert public.startswith("schat-%s " % options[1]) and public.count("\n") == 1
    assert alice.run("keygen", "--show", "-f", path).output == run.output
    if "rsa" in options:
        assert "RSA key ok" in openssl("rsa", "-in", path, "-check", "-noout")


@pytest.mark.parametrize("suite, made", [
    ("noise", ["-algorithm", "X25519"]),
    ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
])
def test_keys_made_by_openssl(suite, made, alice, bob):
    """Both sides are known by keys that openssl made, and both see the right fingerprints."""
    for host in (alice, bob):
        openssl("genpkey", *made, "-out", host.home / "own.pem")
        (host.home / "own.pem").chmod(0o600)
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "-c", suite, "-i", alice.home / "own.pem")
    b = connect(bob, "lines", a.command(), "-i", bob.home / "own.pem")
    a.connected()
    b.say("hi")
    a.hears("hi")
    b.leave()
    a.ends()
    b.ends()
    for host, other in ((alice, bob), (bob, alice)):
        fingerprint = host.run("keygen", "--show", "-f", host.home / "own.pem").output.strip()
        assert fingerprint in other.run("peers", "show", host.name).output
    assert not (alice.home / "id_x25519").exists() and not (alice.home / "id_rsa").exists()


def test_never_overwritten(alice):
    """A key that is there stays, and so does what is no key at all."""
    path = alice.home / "id_x25519"
    alice.run("keygen")
    before = path.read_bytes()
    again = alice.run("keygen", code=LOCAL)
    assert "will not be overwritten" in again.errors and again.output == ""
    assert path.read_bytes() == before
    other = alice.home / "diary"
    other.write_text("dear diary\n")
    assert "will not be overwritten" in alice.run("keygen", "-f", other, code=LOCAL).errors
    assert other.read_text() == "dear diary\n"


def test_others_can_read_it(alice):
    """A key that others can read is refused, and the command that mends it is told: pasted, it does."""
    alice.run("keygen")
    path = alice.home / "id_x25519"
    for mode in (0o644, 0o640, 0o604):
        path.chmod(mode)
        run = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), code=LOCAL)
        command = re.search(r"Run: (chmod 600 \S+)", run.errors).group(1)
        assert "is readable by other users" in run.errors
        subprocess.run(command, shell=True, check=True)
        alice.run("keygen", "--show")


@pytest.mark.parametrize("content", [b"", b"dear diary\n", b"-----BEGIN PRIVATE KEY-----\n", os.urandom(5000)])
def test_no_key_at_all(content, alice):
    """A file that holds no key: exit 6, and what it should hold."""
    path = alice.home / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    assert "isn't a private key" in alice.run("keygen", "--show", "-f", path, code=LOCAL).errors


def test_keys_of_other_kinds(alice):
    """A P-256 key and an RSA key of 1024 bits are refused; so is a key that fits another suite than the one wanted."""
    for name, made in (("ec", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                       ("small", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"])):
        openssl("genpkey", *made, "-out", alice.home / name)
        (alice.home / name).chmod(0o600)
        assert "isn't a private key" in alice.run("keygen", "--show", "-f", alice.home / name, code=LOCAL).errors
    alice.run("keygen")
    run = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), "-c", "rsa", "-i", alice.home / "id_x25519", code=USAGE)
    assert "holds a key of type x25519" in run.errors and "needs rsa" in run.errors


def test_bits(alice):
    """RSA keys from 2048 to 4096 bits, and bits are for RSA."""
    for options in (["-t", "rsa", "-b", "1024"], ["-t", "rsa", "-b", "8192"], ["-b", "2048"]):
        assert "from 2048 to 4096" in alice.run("keygen", *options, code=USAGE).errors


def test_first_use_makes_a_key(alice):
    """serve makes the key it needs, says so in two lines, and takes it again the next time."""
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % free_port()))
    a.command()
    made = re.findall(r"^schat: created your key: (\S+)\nschat: its fingerprint: (\S+)$", a.run.errors, re.M)
    assert len(made) == 1 and made[0][0].endswith("id_x25519")
    a.run.stop()
    assert alice.fingerprint() == made[0][1]
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % free_port()))
    a.command()
    assert "created your key" not in a.run.errors
