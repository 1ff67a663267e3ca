"""The program as the only file there is: no library, no /etc, no /dev, no /proc."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from hosts import SCHAT, Run, free_port

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="chroot needs root")


@pytest.fixture
def cell(tmp_path):
    """cell(ARGV..., home=NAME): runs the program in a folder that holds it and homes."""
    runs = []
    shutil.copy(SCHAT, tmp_path / "schat")

    def start(*argv, home="home", **more):
        (tmp_path / home).mkdir(exist_ok=True)
        env = {"SCHAT_HOME": "/" + home, "USER": home}
        run = Run(["/schat", *map(str, argv)], env, preexec_fn=lambda: (os.chroot(tmp_path), os.chdir("/")), **more)
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.stop()


def command(run):
    """The words behind 'schat' of the line it prints."""
    return run.says(r"^ *schat (connect .*)").group(1).split()


def test_keygen(cell, tmp_path):
    """keygen of both kinds."""
    for kind in ("x25519", "rsa"):
        run = cell("keygen", "-t", kind)
        run.ends(0, 60)
        assert re.match("[a-z2-7]{4}-", run.output)
        assert (tmp_path / "home" / ("id_" + kind)).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("way", ["tcp", "udp", "signal"])
def test_talk(way, cell):
    """signal, serve and connect: a conversation, and the next one by name."""
    port = free_port()
    where = ["%s://127.0.0.1:%d" % (way, port)]
    if way == "signal":
        cell("signal", "-l", "127.0.0.1:%d" % port, home="server").says("listening on")
        where = ["-s", "127.0.0.1:%d" % port]
    a = cell("serve", *where, home="alice")
    line = command(a)
    for goal in (line, ["connect", "alice"]):
        b = cell(*goal, home="bob")
        a.says("connected to ")
        b.write("schön\n")
        a.prints("^schön$")
        b.close()
        b.ends(0)
        a.ends(5)  # alice had not said that she is done
        a = cell("serve", *where, "--allow", "bob", home="alice")
        a.says("waiting for bob|listening on")
    a.signal(signal.SIGTERM)
    a.ends(143)


def test_rsa(cell):
    """The suite rsa makes its keys there too."""
    a = cell("serve", "-c", "rsa", "tcp://127.0.0.1:%d" % free_port(), home="alice")
    b = cell(*command(a), home="bob")
    b.says("connected to ", 60)
    a.close()
    b.close()
    b.ends()
    a.ends()
    assert {a.process.returncode, b.process.returncode} <= {0, 5}  # whoever was second may have left too late


def test_pipe(cell):
    """A megabyte through a pipe."""
    data = os.urandom(1 << 20)
    a = cell("serve", "--pipe", "tcp://127.0.0.1:%d" % free_port(), home="alice", stdin=subprocess.DEVNULL)
    b = cell(*command(a), home="bob")
    b.write_all(data)
    b.ends(0)
    a.ends(0)
    assert bytes(a.out) == data
