"""What the program is unable to do, by what it is made of: weaken a suite, start another program. docs/SECURITY.md, S8 and S30."""

import os
import re
import subprocess

import pytest

import locked
from hosts import SCHAT, USAGE, Lines, Run, free_port

COMMANDS = ["serve", "connect", "signal", "keygen", "peers"]
KNOBS = re.compile(r"cipher|curve|hash|kdf|digest|algorithm|aes|chacha|poly|gcm|sha|dh\b|group|mac\b|prf|padding|rounds|iter|psk|"
                   r"compress|tls|version-|downgrade|legacy|weak", re.I)


def options_of(text):
    """The long options that a help text offers."""
    return re.findall(r"^ +(?:-\w, |    )--([\w-]+)", text, re.M)


def test_only_whole_suites_are_offered(alice):
    """-c takes the name of a whole suite, and no option sets a part of one."""
    for command in COMMANDS:
        text = alice.run(command, "--help").output
        assert options_of(text), text
        assert [o for o in options_of(text) if KNOBS.search(o)] == []
    for command in ("serve", "connect"):
        line = re.search(r"--crypto SUITE +(.*)", alice.run(command, "--help").output).group(1)
        assert re.findall(r"\b(noise|hybrid|rsa|pseudo)\b", line) == ["hybrid", "noise", "rsa", "pseudo"]
    assert KNOBS.search("ciphers") and KNOBS.search("curve") and KNOBS.search("hash")  # the control: croc and openssl have these


@pytest.mark.parametrize("suite", ["aes", "aes-256-gcm", "chacha20", "noise,rsa", "noise:chacha20", "noise-nk", "Noise_XX_25519_AESGCM_SHA256",
                                   "rsa-1024", "none", "null", "any", "", "NOISE!", "tls"])
def test_parts_of_suites_are_refused(suite, alice):
    """Anything but the name of a suite ends before a byte is sent, on the command line and in the settings."""
    run = alice.run("connect", "-c", suite, "tcp://acid-zebra@127.0.0.1:%d" % free_port(), code=USAGE)
    assert "noise" in run.errors
    (alice.home / "config").write_text("crypto = %s\n" % suite)
    alice.run("connect", "tcp://acid-zebra@127.0.0.1:%d" % free_port(), code=USAGE)


@pytest.mark.parametrize("option", ["--cipher=aes", "--curve=siec", "--hash=md5", "--kdf=x", "--no-encryption", "--psk=x", "--relay-pass=x"])
def test_knobs_are_unknown(option, alice):
    """There are no such options, and none that is like them by half."""
    alice.run("connect", option, "tcp://acid-zebra@127.0.0.1:%d" % free_port(), code=USAGE)


# ---- starting programs ----

STARTERS = re.compile(r"^(_*(exec(v|l|ve|vp|vpe|le|lp|veat)|fexecve|system|popen|posix_spawn\w*|vfork|wordexp|dlopen|dlsym))(@.*)?$")


def starters(path):
    """The functions in a program's symbols that start programs or load code."""
    done = subprocess.run(["nm", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = [line.split()[-1] for line in done.stdout.splitlines() if line.strip()]
    assert len(names) > 20, "%s has no symbols" % path
    return [name for name in names if STARTERS.match(name)]


def test_nothing_that_starts_programs_is_linked(tmp_path):
    """No exec, system, popen, posix_spawn nor dlopen in the binary, which is static: what is not in it, it cannot call."""
    debug = SCHAT + ".debug"
    if not os.path.exists(debug):
        pytest.skip("%s is not there, and %s has no symbols" % (debug, SCHAT))
    assert starters(debug) == []
    source = '#include <stdlib.h>\nint main(void) { return system("true"); }\n'
    subprocess.run(["gcc", "-x", "c", "-", "-o", str(tmp_path / "control")], input=source, text=True, check=True)
    assert len(starters(str(tmp_path / "control"))) == 1


def start_locked(host, *argv, **more):
    """Starts schat, which is killed when it tries to start a program."""
    argv = [SCHAT, *map(str, argv)]
    run = Run(argv, host.env, cwd=host.home, preexec_fn=locked.locked(argv, host.env), **more)
    host.runs.append(run)
    return run


@pytest.fixture
def can_lock(tmp_path):
    """Programs can be locked; and the control: a shell that is locked starts nothing."""
    reason = locked.why_not()
    if reason:
        pytest.skip(reason)
    for line, want in (("exit 7", 7), ("/bin/true; exit $?", 128 + 31)):
        argv = ["/bin/sh", "-c", line]
        run = subprocess.run(argv, preexec_fn=locked.locked(argv, os.environ), stderr=subprocess.DEVNULL)
        if run.returncode == 99:
            pytest.skip("seccomp is not permitted here")
        assert run.returncode == want, run


@pytest.mark.parametrize("suite", ["noise", "rsa"])
def test_nothing_is_started(suite, can_lock, alice, bob, with_rsa, own_server):
    """A whole conversation with a first meeting, under a filter that kills whoever starts a program. (RSA makes its key pair in a
    child, which is a copy of the program and no other one.)"""
    if suite == "rsa":
        with_rsa(alice, bob)
    a = Lines(start_locked(alice, "serve", "-c", suite, "-s", own_server.address, "--ui", "lines"))
    code = a.command().split()[-1]
    b = Lines(start_locked(bob, "connect", "-c", suite, code, "--ui", "lines"))
    b.say("; touch started")
    a.hears("; touch started")
    b.say("$(touch started) `touch started` | touch started")
    a.hears("$(touch started) `touch started` | touch started")
    b.leave()
    b.ends()
    a.ends()
    assert not (alice.home / "started").exists() and not (bob.home / "started").exists()


def test_nothing_is_started_by_the_other_commands(can_lock, alice):
    start_locked(alice, "keygen").ends(0)
    start_locked(alice, "peers").ends(0)
    start_locked(alice, "help", "serve").ends(0)
    server = start_locked(alice, "signal", "-l", "127.0.0.1:%d" % free_port())
    server.says("listening on ")
    server.signal(15)
    server.ends(143)
