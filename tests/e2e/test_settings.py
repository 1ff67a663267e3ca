"""What counts: the command line, the environment, what is remembered, the settings; and what of it is told."""

import os
import re
import signal

import pytest

from hosts import LOCAL, USAGE, Lines, Signal, connect, free_port, serve


def meet(alice, bob, server, *how):
    """bob finds alice, who waits at server, and both leave."""
    a = serve(alice, "lines", "-s", server.address, "--allow", "bob")
    b = connect(bob, "lines", "schat connect", *how)
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    return b


def pair_at(server, alice, bob):
    a = serve(alice, "lines", "-s", server.address)
    b = connect(bob, "lines", a.command())
    a.connected()
    b.leave()
    b.ends()
    a.ends()


@pytest.fixture
def moved(alice, bob, server, make_host):
    """alice and bob have met at a server that is no more; alice waits at another one."""
    old = Signal(make_host("old"))
    pair_at(old, alice, bob)
    old.run.stop()
    assert "signal=" + old.address in (bob.home / "peers").read_text()
    return server


@pytest.mark.parametrize("how", ["-s", "@"])
def test_server_on_the_command_line_beats_the_remembered_one(how, alice, bob, moved):
    """-s NEW or NAME@NEW: asked, and it alone; and remembered, since it worked."""
    meet(alice, bob, moved, *(["alice", "-s", moved.address] if how == "-s" else ["alice@" + moved.address]))
    assert "signal=" + moved.address in (bob.home / "peers").read_text()
    meet(alice, bob, moved, "alice")


@pytest.mark.parametrize("where", ["environment", "settings"])
def test_settings_are_asked_where_the_remembered_server_is_gone(where, alice, bob, moved):
    """The user's server has moved: what the settings or the environment name is asked next, and remembered."""
    if where == "settings":
        (bob.home / "config").write_text("signal = %s\n" % moved.address)
    else:
        bob.env["SCHAT_SIGNAL"] = moved.address
    meet(alice, bob, moved, "alice")
    (bob.home / "config").unlink(missing_ok=True)
    bob.env.pop("SCHAT_SIGNAL", None)
    meet(alice, bob, moved, "alice")


def test_settings_are_asked_where_the_remembered_server_has_nobody(alice, bob, server, own_server):
    """The server of the last meeting is there, but alice waits at that of the settings now."""
    pair_at(own_server, alice, bob)
    (bob.home / "config").write_text("signal = %s\n" % server.address)
    meet(alice, bob, server, "alice")
    assert "signal=" + server.address in (bob.home / "peers").read_text()


def test_address_of_a_contact_that_moved(alice, bob):
    """tcp://NAME@NEW calls a contact at a new address, which is remembered; -s calls it at a server."""
    ports = free_port(), free_port()
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % ports[0])
    b = connect(bob, "lines", a.command())
    for _ in range(2):
        a.connected()
        b.leave()
        b.ends()
        a.ends()
        a = serve(alice, "lines", "tcp://127.0.0.1:%d" % ports[1])
        a.run.says("listening on")
        b = connect(bob, "lines", "schat connect tcp://alice@127.0.0.1:%d" % ports[1])
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    assert "addr=tcp://127.0.0.1:%d" % ports[1] in (bob.home / "peers").read_text()


def test_contact_with_an_address_is_met_at_a_server(alice, bob, server):
    """-s SERVER for a contact kept with an address: met there, and from then on without -s."""
    bob.knows(alice)
    alice.knows(bob)
    peers = bob.home / "peers"
    peers.write_text(peers.read_text().strip() + " addr=tcp://127.0.0.1:%d\n" % free_port())
    meet(alice, bob, server, "alice", "-s", server.address)
    assert "addr=" not in peers.read_text()
    meet(alice, bob, server, "alice")


def test_verbose_tells_where_settings_come_from(alice, bob, eve, server):
    """-v names each setting and its source."""
    (alice.home / "config").write_text("timeout = 9\nkeep = yes\nnick = al\nallow = bob\nallow = eve\nno-relay = no\n")
    alice.knows(bob)
    alice.knows(eve)
    a = Lines(alice.start("serve", "-v", "-n", "ali", env={"SCHAT_SIGNAL": server.address}))
    a.run.says("signaling server")
    for line in ("signal = %s (from SCHAT_SIGNAL)" % server.address, "timeout = 9 (from ~/config)",
                 "keep = yes (from ~/config)", "allow = bob, eve (from ~/config)", "no-relay = no (from ~/config)", "nick = ali (from the command line)"):
        assert "schat: " + line + "\n" in a.run.errors


def test_unattended_box_by_its_settings(alice, bob, server):
    """keep and allow stand in the settings file: serve alone makes a box that stays."""
    alice.knows(bob)
    bob.knows(alice)
    (alice.home / "config").write_text("signal = %s\nkeep = yes\nallow = bob\n" % server.address)
    a = Lines(alice.start("serve"))
    for _ in range(2):
        a.run.says("[Ww]aiting for")
        b = connect(bob, "lines", "schat connect alice", "-s", server.address)
        b.connected()
        b.say("hi")
        b.leave()
        b.ends()
    assert "schat connect" not in a.run.errors


def test_pipe_beats_the_interface_of_the_settings(alice, bob):
    """ui and keep are set for everyday use; --pipe, and a connect in a script, do what they say all the same."""
    for host in (alice, bob):
        (host.home / "config").write_text("ui = json\nkeep = yes\n")
    a = serve(alice, "pipe", "tcp://127.0.0.1:%d" % free_port(), "--keep=no")
    b = bob.shell(a.command())
    b.write_all(b"some bytes")
    a.run.close()
    b.ends(0)
    a.run.ends(0)
    assert a.run.output == "some bytes"


def test_check_config(alice, bob):
    """--check-config shows what each source gives; every mistake is named with its line, and the exit status is 2."""
    alice.knows(bob)
    config = alice.home / "config"
    assert re.search(r"^the environment: no settings\n%s: no such file$" % config, alice.run("--check-config").output, re.M)
    config.write_text("signal = vps.example, [::1]:99\nallow = bob\n# words = 9\nproxy = socks5://me:secret@gate:1\n")
    run = alice.run("--check-config", env={"SCHAT_NICK": "Al"})
    assert run.errors == "" and "secret" not in run.output
    assert run.output.startswith("the environment\n  nick = Al\n%s\n  signal = vps.example, [::1]:99\n" % config)
    assert "  allow = bob\n  proxy = socks5://" in run.output
    config.write_text("keep = perhaps\n\nfrob = 1\nsignal = a:b\nallow = carol\nproxy = ftp://gate\nidentity = none\ntofu = yes\n")
    run = alice.run("--check-config", code=USAGE)
    for fault in (":1: 'keep': 'perhaps'", ":3: unknown setting 'frob'", ": 'a:b' isn't a server", ": 'carol' isn't a contact", ": 'proxy' must",
                  "there is no key in %s" % (alice.home / "none"), ":8: 'tofu' may be given on the command line only"):
        assert fault in run.errors, fault
    assert "found 7 mistakes" in run.errors
    for content, why in ((b"signal = a\0b\n", "isn't a text file"), (b"#" * 9000, "too large"),
                         (b"signal = a\rnick = b\r", "Unix line ends")):
        config.write_bytes(content)
        assert why in alice.run("--check-config", code=USAGE).errors
    config.unlink()
    old = alice.home / "old"  # lines as on systems of the last century: one of them would pass for all
    old.write_bytes(b"a SECRET\rb SECRET\r")
    old.chmod(0o600)
    assert "Unix line ends" in alice.run("signal", "-l", "0", "--access", str(old), code=USAGE).errors
    old.rename(alice.home / "peers")
    assert "Unix line ends" in alice.run("peers", code=LOCAL).errors
    (alice.home / "peers").unlink()
    config.write_text("signal = vps\n")
    config.chmod(0o666)
    run = alice.run("--check-config", code=USAGE)
    assert "chmod" in run.errors and "vps" not in run.output


def test_profiles(alice, bob):
    """A profile has its own key, contacts and settings, by option or environment; others and none are as they were."""
    alice.knows(bob)
    alice.run("keygen")
    own = alice.fingerprint()
    (alice.home / "profiles" / "work").mkdir(parents=True, mode=0o700)
    (alice.home / "profiles" / "work" / "config").write_text("nick = Boss\n")
    work = alice.run("keygen", "--profile", "work").output
    assert work.strip() != own and alice.run("keygen", "--show", env={"SCHAT_PROFILE": "work"}).output == work
    assert alice.run("keygen", "--show", "--profile", "", code=USAGE).output == "" and alice.fingerprint() == own
    assert alice.run("peers", "--profile", "work").output == "" and alice.run("peers").output.startswith("bob")
    assert "nick = Boss" in alice.run("--check-config", env={"SCHAT_PROFILE": "work"}).output
    assert "nick" not in alice.run("--check-config").output
    a = Lines(alice.start("serve", "tcp://127.0.0.1:0", "--profile", "home"))
    a.command()
    assert "created your key" in a.run.errors and (alice.home / "profiles" / "home" / "id_x25519").exists()
    a.run.stop()
    for name in ("../x", "a/b", ".", "..", "7", "a b"):
        assert "can't be a profile's name" in alice.run("peers", "--profile", name, code=USAGE).errors
        alice.run("--check-config", env={"SCHAT_PROFILE": name}, code=USAGE)


def test_what_is_no_file(alice, bob):
    """A pipe, a device or a folder where a file should be stops a start at once, and is named; /dev/null is an empty file; a key may come
    through a pipe if it is named, and who waits for it can be ended."""
    alice.knows(bob)
    alice.key_line()
    key = (alice.home / "id_x25519").read_bytes()
    for name in ("config", "peers", "id_x25519"):
        path, kept = alice.home / name, alice.home / "kept"
        if path.exists():
            path.rename(kept)
        for make in (os.mkfifo, os.mkdir, lambda at: at.symlink_to("/dev/zero")):
            make(path)
            run = alice.run("serve", "tcp://127.0.0.1:0", "--allow", "bob", code=LOCAL)
            assert "can't read %s: it isn't a regular file" % path in run.errors
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        if kept.exists():
            kept.rename(path)
    (alice.home / "config").symlink_to("/dev/null")
    os.mkfifo(alice.home / "log")
    assert "log" in alice.run("serve", "tcp://127.0.0.1:0", "--log", "log", code=LOCAL).errors
    for run in (alice.start("serve", "tcp://127.0.0.1:0", "-i", "/dev/stdin"), alice.start("keygen", "--show", "-f", "/dev/stdin")):
        run.write_all(key)
        run.close()
        run.says("on the other host, run:") if "serve" in run.argv else run.ends(0)
    run = alice.start("serve", "tcp://127.0.0.1:0", "-i", "log")
    with open(alice.home / "log", "wb"):  # as soon as it reads there
        run.signal(signal.SIGTERM)
        run.ends(-signal.SIGTERM)
