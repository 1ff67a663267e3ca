"""Who is let in: contacts by their keys, nobody else, unless --tofu says so."""

import re
import subprocess

import pytest

from hosts import DONE, LOCAL, TRUST, UNREACHABLE, USAGE, connect, free_port, serve


def at(way="tcp"):
    return "%s://127.0.0.1:%d" % (way, free_port())


def pair(a_host, b_host, where):
    a = serve(a_host, "lines", where)
    b = connect(b_host, "lines", a.command())
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def new_key(host):
    """The host loses its key and makes another: the old and the new fingerprint."""
    old = host.fingerprint()
    for name in ("id_x25519", "id_x25519.pub"):
        (host.home / name).unlink()
    host.run("keygen")
    return old, host.fingerprint()


def test_changed_key_of_who_connects(alice, bob):
    """bob comes with a new key: alice says what was known and what came; pasted, her command lets him in."""
    where = at()
    pair(alice, bob, where)
    old, new = new_key(bob)
    a = serve(alice, "lines", where, "--allow", "bob")
    a.run.says("listening on")
    refused = connect(bob, "lines", "schat connect alice")
    refused.ends(TRUST)
    a.run.says("refused a peer calling itself")
    told = re.search(r"schat peers trust [^\n]+", a.run.says(r"schat: If .*").group(0)).group(0)
    assert old in a.run.errors and new in a.run.errors
    a.run.stop()
    alice.shell(told).ends(0)
    a = serve(alice, "lines", where, "--allow", "bob")
    a.run.says("listening on")
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def test_changed_key_of_who_waits(alice, bob):
    """alice waits with a new key: bob is refused a conversation with whoever that is, and told the key he knows."""
    where = at()
    pair(alice, bob, where)
    old, _ = new_key(alice)
    a = serve(alice, "lines", where)
    a.command()
    b = connect(bob, "lines", "schat connect alice", "--timeout", 5)
    b.ends(TRUST)
    assert "alice" in b.run.errors and old in b.run.errors and "schat peers trust alice" in b.run.errors
    bob.run("peers", "trust", "alice", *alice.key_line().split())
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def test_tofu_does_not_undo_a_contact(alice, bob):
    """Another key at a contact's address: --tofu does not get past what is known, the command that is told does."""
    where = at()
    pair(alice, bob, where)
    old, new = new_key(alice)
    a = serve(alice, "lines", where, "--tofu")
    a.command()
    b = connect(bob, "lines", "schat connect " + where, "--tofu")
    b.ends(TRUST)
    assert "alice's key has changed. Known: " + old in b.run.errors and "now: " + new in b.run.errors
    bob.shell(re.search(r"schat peers trust [^\n]+", b.run.errors).group(0)).ends(0)
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_allow(way, alice, bob, eve):
    """--allow bob: eve is a contact too, but it is not her turn, and both are told; then bob comes."""
    where = at(way)
    pair(alice, bob, where)
    pair(alice, eve, where)
    a = serve(alice, "lines", where, "--allow", "bob")
    a.run.says("listening on")
    refused = connect(eve, "lines", "schat connect alice")
    refused.ends(TRUST)
    a.run.says("refused eve, who is not named with --allow")
    assert "you are not among the contacts accepted now" in refused.run.errors
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def test_allow_at_a_server(alice, bob, eve, server):
    """The same at a signaling server: eve does not even find the room."""
    for host in (bob, eve):
        alice.knows(host)
        host.knows(alice)
    a = serve(alice, "lines", "-s", server.address, "--allow", "bob")
    a.run.says("waiting for bob$")
    refused = eve.run("connect", "alice", "-s", server.address, "--timeout", 1, code=UNREACHABLE)
    assert "alice isn't waiting at " + server.address in refused.errors
    b = connect(bob, "lines", "schat connect alice -s " + server.address)
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def test_allow_of_nobody_known(alice):
    """--allow takes contacts; a name near to one is offered."""
    run = alice.run("serve", at(), "--allow", "bob", code=USAGE)
    assert "no such contact: bob" in run.errors


@pytest.mark.parametrize("suite", ["noise", "rsa"])
@pytest.mark.parametrize("way", ["tcp", "signal"])
def test_tofu_shows_words(way, suite, alice, bob, server, with_rsa):
    """--tofu on both ends: the same three words on both, to be compared; the next time neither words nor --tofu are needed."""
    if suite == "rsa":
        with_rsa(alice, bob)
    where = ["-s", server.address] if way == "signal" else [at()]
    a = serve(alice, "lines", *where, "--tofu", "-c", suite)
    line = a.command()
    assert "--tofu" in line
    b = connect(bob, "lines", line)
    words = [t.run.says(r"compare these words with \S+, by voice or in person: ([a-z -]+)$").group(1) for t in (a, b)]
    assert words[0] == words[1] and len(re.findall("[a-z]+", words[0])) == 3
    b.say("hi")
    a.hears("hi")
    b.leave()
    b.ends()
    a.ends()
    a = serve(alice, "lines", *where, "-c", suite, "--allow", "bob")
    a.run.says("waiting for bob|listening on")
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    assert "compare" not in a.run.errors + b.run.errors


def test_words_that_differ_are_followed_by_the_command_that_forgets(alice, bob):
    """Who met a stranger by --tofu is told with the words what to type if they differ; that makes a stranger of it again."""
    where = at()
    a = serve(alice, "lines", where, "--tofu", "-q")
    b = connect(bob, "lines", a.command())
    a.run.says("compare these words with bob")
    command = a.run.says("If they differ, the connection is being intercepted: end the conversation, then run: (schat peers forget bob)$").group(1)
    b.run.says("schat peers forget alice$")
    b.leave()
    b.ends()
    a.ends()
    alice.shell(command).ends(DONE)
    a = serve(alice, "lines", where, "--keep")
    a.run.says("listening on")
    bob.run("connect", "alice", "--timeout", 10, code=TRUST)
    assert "connected" not in a.run.errors


def test_tofu_on_one_end_only(alice, bob):
    """A host that did not ask for strangers takes none; who asks for one without saying so is told what is missing."""
    where = at()
    a = serve(alice, "lines", where)
    a.command()
    b = connect(bob, "lines", "schat connect " + where, "--tofu", "--timeout", 5)
    b.ends(TRUST)
    assert "doesn't accept unknown peers" in b.run.errors
    b = connect(bob, "lines", "schat connect " + where)
    b.ends(USAGE)
    assert "there is no known key for " + where in b.run.errors and "--tofu" in b.run.errors


def test_stranger_who_knows_the_key(alice, bob):
    """A stranger who knows alice's key is refused and told; alice is told how to let him in: pasted, it does."""
    where = at()
    pair(alice, bob, where)
    alice.run("peers", "forget", "bob")
    a = serve(alice, "lines", where)
    a.command()
    b = connect(bob, "lines", "schat connect alice")
    b.ends(TRUST)
    assert "your key is not known here" in b.run.errors
    told = a.run.says("If you know whose key it is, run: (schat peers add .*)").group(1)
    assert "refused a stranger; its key is " + bob.fingerprint() in a.run.errors
    a.run.stop()
    alice.shell(told).ends(0)
    a = serve(alice, "lines", where)
    a.command()
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    b.leave()
    b.ends()
    a.ends()


def test_strangers_with_many_keys_fill_neither_screen_nor_log(alice, make_host):
    """The first is told of in full; those that come soon after are counted, in one sentence some seconds later."""
    where = at()
    strangers = [make_host("stranger%d" % i) for i in range(3)]
    pair(alice, strangers[0], where)
    alice.run("peers", "forget", "stranger0")
    alice.knows(make_host("friend"))
    peers = (strangers[0].home / "peers").read_text()
    log = alice.home / "log"
    a = serve(alice, "lines", where, "--keep", "--allow", "friend", "--log", log)
    a.run.says("listening on")
    for stranger in strangers:
        stranger.key_line()
        (stranger.home / "peers").write_text(peers)
        stranger.run("connect", "alice", code=TRUST)
    a.run.says("2 more attempts to connect were turned away$")
    assert a.run.errors.count("refused") == 1 and "its key is " + strangers[0].fingerprint() in a.run.errors
    assert log.read_text().count("refused") == 1


@pytest.mark.parametrize("name", ["peers", "config", "id_x25519"])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_files_that_others_can_write_are_not_trusted(name, what, alice, bob):
    """Contacts, settings and keys that others can write or replace are refused; the command that mends it is told: pasted, it does."""
    alice.knows(bob)
    alice.run("keygen", "-q") if not (alice.home / "id_x25519").exists() else None
    (alice.home / "config").touch()
    path = alice.home / name
    if what == "file":
        path.chmod(0o666)
    else:
        alice.home.chmod(0o777)
    run = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), code=LOCAL)
    assert ("readable by other users" if (name, what) == ("id_x25519", "file") else "other users can write to ") in run.errors
    command = re.search(r"Run: (chmod \S+ \S+)", run.errors).group(1)
    subprocess.run(command, shell=True, check=True)
    assert "bob" in alice.run("peers").output
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port())
    a.command()
    a.run.stop()


def test_a_name_that_looks_like_a_contact_is_refused_by_peers(alice, bob):
    """Nobody gets two contacts that the eye takes for one."""
    alice.knows(bob)
    key = bob.key_line()[:-4] + "AAA="
    assert "looks like bob" in alice.run("peers", "add", "B0b", *key.split(), code=USAGE).errors
    alice.run("peers", "add", "carol", *key.split())
    assert "looks like bob" in alice.run("peers", "rename", "carol", "BOB", code=USAGE).errors
    alice.run("peers", "rename", "bob", "Bob")


def test_peers_verify_and_rename(alice, bob):
    """What one does with contacts: show, verify by fingerprint, rename, forget."""
    alice.knows(bob)
    fingerprint = bob.fingerprint()
    assert fingerprint in alice.run("peers", "show", "bob").output
    alice.run("peers", "verify", "bob", fingerprint)
    assert "NOT the fingerprint" in alice.run("peers", "verify", "bob", alice.fingerprint()
                                              if alice.key_line() else "", code=TRUST).errors
    alice.run("peers", "rename", "bob", "robert")
    assert "robert" in alice.run("peers").output
    alice.run("peers", "forget", "robert")
    assert "robert" not in alice.run("peers").output
    assert "no such contact: robert" in alice.run("peers", "show", "robert", code=USAGE).errors
