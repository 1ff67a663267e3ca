"""keygen: keys that openssl reads, keys that openssl made, and what never happens to a key."""

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


def test_a_folder_that_others_can_write_to(alice):
    """A key there is refused when it is made, not when it is needed next."""
    (alice.home / "open").mkdir()
    (alice.home / "open").chmod(0o777)
    run = alice.run("keygen", "-f", alice.home / "open" / "key", code=LOCAL)
    assert "Run: chmod go-w %s\n" % (alice.home / "open") in run.errors
    (alice.home / "open").chmod(0o755)
    alice.run("keygen", "--show", "-f", alice.home / "open" / "key")


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


def test_qr(alice, in_terminal):
    """--qr adds a code of half blocks behind the fingerprint; coloured on a terminal only."""
    alice.run("keygen")
    lines = alice.run("keygen", "--show", "--qr").output.splitlines()
    assert lines[0] == alice.fingerprint() and len(lines) == 1 + (33 + 8 + 1) // 2
    assert {len(line) for line in lines[1:]} == {33 + 8} and set("".join(lines[1:])) == set(" \u2580\u2584\u2588")
    shown = in_terminal(alice, 80, "keygen", "--show", "--qr", "-q").splitlines()
    assert [line.replace("\x1b[97;40m", "").replace("\x1b[0m", "") for line in shown] == lines and "\x1b[97;40m" in shown[1]


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


@pytest.mark.parametrize("content", [b"", b"dear diary\n", b"-----BEGIN PRIVATE KEY-----\n", b"x" * 5000])
def test_no_key_at_all(content, alice):
    """A file that holds no key: exit 6, and what it should hold."""
    path = alice.home / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    run = alice.run("keygen", "--show", "-f", path, code=LOCAL)
    assert re.fullmatch(r"schat: %s (is empty|has no|has a key that is damaged|is too large).*\n" % path, run.errors)


def test_keys_of_other_kinds(alice):
    """A P-256 key and an RSA key of 1024 bits are refused; so is a key that fits another suite than the one wanted."""
    for name, made in (("ec", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                       ("small", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"])):
        openssl("genpkey", *made, "-out", alice.home / name)
        (alice.home / name).chmod(0o600)
        assert "neither X25519 nor RSA" in alice.run("keygen", "--show", "-f", alice.home / name, code=LOCAL).errors
    alice.run("keygen")
    run = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), "-c", "rsa", "-i", alice.home / "id_x25519", code=USAGE)
    assert "holds a key of type x25519" in run.errors and "needs rsa" in run.errors


def test_bits(alice):
    """RSA keys from 2048 to 4096 bits, and bits are for RSA."""
    for options in (["-t", "rsa", "-b", "1024"], ["-t", "rsa", "-b", "8192"], ["-b", "2048"]):
        assert "from 2048 to 4096" in alice.run("keygen", *options, code=USAGE).errors


def test_first_use_makes_a_key(alice):
    """serve makes the key it needs, says so in a line, and takes it again the next time."""
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % free_port()))
    a.command()
    made = re.findall(r"^schat: created your key: (\S+)$", a.run.errors, re.M)
    assert len(made) == 1 and made[0].endswith("id_x25519")
    a.run.stop()
    fingerprint = alice.fingerprint()
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % free_port()))
    a.command()
    assert "created your key" not in a.run.errors and alice.fingerprint() == fingerprint


def test_public_file_keeps_in_step(alice):
    """A .pub of a key that is gone is replaced by whoever makes or shows the next one; no other file is."""
    public = alice.home / "id_x25519.pub"
    old = alice.key_line() + "\n"
    for start in (["keygen"], ["serve", "tcp://127.0.0.1:0"]):
        (alice.home / "id_x25519").unlink()
        run = alice.start(*start)
        run.says("id_x25519.pub had another public key")
        run.stop()
        assert public.read_text() != old and public.read_text().startswith("schat-x25519 ")
    new = public.read_text()
    public.write_text(old)
    assert "had another public key" in alice.run("keygen", "--show").errors and public.read_text() == new
    public.write_text("my notes\n")
    alice.run("keygen", "--show")
    (alice.home / "id_x25519").unlink()
    assert "left unchanged" in alice.run("keygen").errors and public.read_text() == "my notes\n"


def test_public_file_that_another_program_is_writing(alice):
    """It is left to that one: no error. Of several at once, it has the right key in the end."""
    public = alice.home / "id_x25519.pub"
    old = alice.key_line() + "\n"
    (alice.home / "id_x25519").unlink()
    alice.run("keygen")
    new = public.read_text()
    assert new != old
    public.write_text(old)
    beside = alice.home / "id_x25519.pub.schat-0"
    beside.mkdir()  # as if it were made again as soon as it is taken away
    assert "can't write" not in alice.run("keygen", "--show").errors and public.read_text() == old
    beside.rmdir()
    for _ in range(4):
        public.write_text(old)
        runs = [alice.start("keygen", "--show") for _ in range(4)]
        assert not any("can't write" in run.ends(0).errors for run in runs)
        assert public.read_text() == new and not beside.exists()


def test_first_use_of_several_at_once(alice):
    """Programs that start together for the first time share the key that one of them makes."""
    for turn in range(4):
        home = {"SCHAT_HOME": str(alice.home / ("new%d" % turn))}
        runs = [alice.start("serve", "tcp://127.0.0.1:0", env=home) for _ in range(4)]
        for run in runs:
            run.says("schat connect")
        assert sum("created your key" in run.errors for run in runs) <= 1
        for run in runs:
            run.stop()


@pytest.mark.parametrize("content, says", [
    (["genpkey", "-algorithm", "X25519", "-aes256", "-pass", "pass:x"], "is encrypted with a passphrase. To convert it: openssl pkey"),
    (["genrsa", "-traditional", "2048"], "is in PKCS#1"),
    (["genpkey", "-algorithm", "ED25519"], "has a key that is damaged, or neither X25519 nor RSA"),
])
def test_refused_key_is_named(content, says, alice):
    """What a key file is that can't be used, and what to do."""
    path = alice.home / "key"
    path.write_text(openssl(*content))
    path.chmod(0o600)
    assert "%s %s" % (path, says) in alice.run("keygen", "--show", "-f", path, code=LOCAL).errors
    assert "%s %s" % (path, says) in alice.run("serve", "tcp://127.0.0.1:0", "-i", path, code=LOCAL).errors
