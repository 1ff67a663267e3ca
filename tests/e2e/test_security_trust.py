"""Nothing is said to somebody who is not known, and an unattended host accepts nobody by itself. docs/SECURITY.md, S27 and S29."""

import shutil

import pytest

from hosts import TRUST, UNREACHABLE, USAGE, VERSION, connect, free_port, serve
from test_trust import new_key, pair

SECRET = b"the secret sentence 5521\n"


@pytest.mark.parametrize("way, a_options, b_options", [
    ("tcp", [], []),
    ("udp", [], ["--tofu"]),
    ("tcp", ["--tofu"], []),
    ("tcp", ["--pipe"], ["--pipe"]),
    ("tcp", ["--pipe"], ["--pipe", "--tofu"]),
    ("tcp", ["-c", "rsa"], ["-c", "rsa", "--tofu"]),
    ("tcp", ["-c", "pseudo", "--insecure"], []),
    ("udp", ["-c", "pseudo", "--insecure"], ["-c", "pseudo"]),
    ("tcp", ["--tofu"], ["-c", "pseudo", "--insecure"]),
])
def test_without_a_source_of_trust_nothing_is_said(way, a_options, b_options, alice, bob, with_rsa):
    """Who connects without a code, a known key, or --tofu on both ends is sent away, and not a byte of the input arrives."""
    with_rsa(alice, bob)
    where = "%s://127.0.0.1:%d" % (way, free_port())
    ui = [] if "--pipe" in a_options else ["--ui", "lines"]
    a = alice.start("serve", where, *a_options, *ui)
    a.says("schat connect|listening on|waiting")
    b = bob.start("connect", where, "--timeout", 2, *b_options, *([] if "--pipe" in b_options else ["--ui", "lines"]))
    b.write_all(SECRET)
    b.ends()
    assert b.process.returncode in (USAGE, UNREACHABLE, TRUST, VERSION), b.story()
    a.signal(15)
    a.ends()
    assert SECRET.strip() not in a.output.encode() + a.errors.encode(), a.story()


def test_with_one_it_is_said(alice, bob):
    """The control: the same with --tofu on both ends arrives."""
    where = "tcp://127.0.0.1:%d" % free_port()
    a = alice.start("serve", where, "--tofu", "--ui", "lines")
    a.says("schat connect|listening on|waiting")
    b = bob.start("connect", where, "--tofu", "--ui", "lines")
    b.write_all(SECRET)
    b.ends(0)
    assert a.prints("5521")


@pytest.mark.parametrize("ui", ["lines", "json"])
def test_a_host_that_keeps_waiting_accepts_no_changed_key(ui, alice, bob, eve):
    """serve --keep: a contact who comes with another key is refused each time, and told; the host stays, tells its user once, changes
    nothing, and takes the next contact, and then the right key."""
    where = "tcp://127.0.0.1:%d" % free_port()
    pair(alice, bob, where)
    pair(alice, eve, where)
    before = (alice.home / "peers").read_text()
    copy = bob.home / "copy"
    copy.mkdir()
    for name in ("id_x25519", "id_x25519.pub"):
        shutil.copy2(bob.home / name, copy)
    new_key(bob)
    a = serve(alice, ui, where, "--keep", "--allow", "bob", "--allow", "eve", "--log", alice.home / "log")
    a.run.wait_for(lambda: "listening" in a.run.errors + a.run.output, "listening")
    for _ in range(3):
        connect(bob, "lines", "schat connect alice").ends(TRUST)
        a.run.wait_for(lambda: "refused a peer" in (alice.home / "log").read_text(), "refused")
    assert (alice.home / "peers").read_text() == before
    for host in (eve, bob):
        if host is bob:
            for name in ("id_x25519", "id_x25519.pub"):
                shutil.copy2(copy / name, bob.home)
        b = connect(host, "lines", "schat connect alice")
        b.say("I am " + host.name)
        a.hears("I am " + host.name)
        b.leave()
        b.ends()
    assert a.run.process.poll() is None
    assert (alice.home / "log").read_text().count("refused a peer") == 1
