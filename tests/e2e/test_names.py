"""Host names and lists of servers: whatever name servers and servers do in passing, hosts find each other in the end."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from hosts import PATIENCE, UNREACHABLE, Signal, connect, free_port, serve

HERE = pathlib.Path(__file__).resolve().parent


@pytest.mark.parametrize("case", ["half", "none", "moved", "late", "contact", "zone", "ways", "services", "check"])
def test_name_servers(case, tmp_path):
    """half: an answer for one family is an answer. none: that there is no such name is said at once. moved: a server that is somewhere
    else now is found by its name, by who waits there. late, contact: name servers that fail at first end neither serve --keep nor
    a call to a contact. zone: link-local addresses, with the interface they need. ways: the address for the other host is one that it
    can use. services: a domain names its servers. check: what
    schat check says of all that."""
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    namespace = ["unshare", "-n", "-m"] if os.geteuid() == 0 else ["unshare", "-rnm"]
    if not shutil.which("ip", path=env["PATH"]) or subprocess.run([*namespace, "true"], capture_output=True, env=env).returncode != 0:
        pytest.skip("no network and mounts of one's own on this machine, as in a chroot")
    done = subprocess.run([*namespace, "/usr/bin/python3", str(HERE / "names_on_a_network.py"), str(tmp_path), case], env=env,
                          capture_output=True, text=True, timeout=4 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_dead_server_costs_nothing(alice, bob, server):
    """Where the first of two servers does not answer, the other one numbers the code, which names it; that is said once."""
    dead = "127.0.0.1:%d" % free_port()
    a = serve(alice, "lines", "-s", "%s,%s" % (dead, server.address))
    line = a.command()
    assert line.endswith("@" + server.address)
    a.run.says("can't reach the signaling server %s.*; going on without it" % dead)
    b = connect(bob, "lines", line.replace("@" + server.address, " -s %s,%s" % (dead, server.address)))
    for talker in b, a:
        talker.connected()
    b.leave()
    b.ends()
    a.ends()


def test_connect_looks_for_its_contact_at_every_server(alice, bob, server, own_server):
    """Both servers answer, but the contact waits at the second alone; there it is looked for the next time."""
    alice.knows(bob)
    bob.knows(alice)
    a = serve(alice, "lines", "-s", own_server.address)
    a.run.says("waiting for bob")
    b = connect(bob, "lines", "schat connect alice", "-s", "%s,%s" % (server.address, own_server.address))
    for talker in b, a:
        talker.connected()
    b.leave()
    b.ends()
    a.ends()
    assert own_server.address in (bob.home / "peers").read_text()


@pytest.mark.parametrize("first", [0, 1])
def test_a_relay_that_goes_takes_no_session_with_it(first, alice, bob, make_host):
    """Both servers relay for two contacts that meet at both. One is killed, and comes back; then the other is. They talk on."""
    alice.knows(bob)
    bob.knows(alice)
    hosts = [make_host("server%d" % i) for i in range(2)]
    servers = [Signal(host) for host in hosts]
    where = ["-s", ",".join(s.address for s in servers), "--relay-only"]
    a = serve(alice, "lines", *where)
    a.run.says("waiting for bob")
    b = connect(bob, "lines", "schat connect alice", *where)
    for talker in b, a:
        talker.connected()
    for n, i in enumerate((first, 1 - first)):
        a.say("before %d" % n)
        b.hears("before %d" % n)
        servers[i].run.signal(signal.SIGKILL)
        servers[i].run.process.wait()
        a.say("after %d" % n)
        b.hears("after %d" % n)
        b.say("and back %d" % n)
        a.hears("and back %d" % n)
        servers[i].run = hosts[i].start("signal", "-l", servers[i].address, stdin=subprocess.DEVNULL)
        servers[i].run.says("listening on ")
    b.leave()
    b.ends()
    a.ends()


def test_no_server_of_the_list(alice):
    """The end comes when none answers; exit 3."""
    places = ["127.0.0.1:%d" % free_port() for _ in range(2)]
    run = alice.run("connect", "107-velvet-anchor", "-s", ",".join(places), "--timeout", "4", code=UNREACHABLE)
    assert "can't reach the signaling server %s or %s: Connection refused" % tuple(places) in run.errors


@pytest.mark.parametrize("host", ["müller.example", "two words", "a b", "7242", "1.2.3"])
def test_names_that_can_be_none(host, alice):
    """Nobody is asked for what can't be a name; exit 2."""
    run = alice.run("connect", "tcp://velvet-anchor@%s:9" % host, code=2)
    assert "'%s' isn't a valid host name" % host in run.errors
