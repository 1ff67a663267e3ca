"""The Debian package in a bare Debian: installed, used, upgraded, removed. And the service under OpenRC. They need root and a mirror."""

import os
import platform
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from conftest import DEBIAN_ENV, SCHAT, TOP, bare_debian, do, inside, the

PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A bare Debian of this release."""
    folder = tmp_path_factory.mktemp("debian") / "root"
    bare_debian(folder, re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.M).group(1))
    yield folder
    shutil.rmtree(folder)


def install(root, deb):
    shutil.copy(deb, root / "new.deb")
    try:
        inside(root, "dpkg", "-i", "/new.deb")
    finally:
        (root / "new.deb").unlink()


def files(root):
    """What there is, but for what dpkg keeps of its own."""
    own = ("var/lib/dpkg/", "var/log/", "var/cache/", "root/")
    return {name for name in (str(path.relative_to(root)) for path in root.rglob("*")) if not name.startswith(own)}


@pytest.fixture
def next_version(published, unpacked, tmp_path):
    """The package of a version that follows this one."""
    source = unpacked("schat-%s.tar.gz" % published.version)
    (source / "VERSION").write_text("%s.1\n2027-01-01\n" % published.version)
    do(source / "scripts" / "release", tmp_path / "next", "%s=%s" % (platform.machine(), SCHAT), env=published.env)
    return the(tmp_path / "next", "*.deb")


class Talker:
    """A schat of the bare Debian that talks, as a user who is not root."""

    def __init__(self, root, name, user, *arguments):
        home = root / "home" / name
        home.mkdir(parents=True)
        shutil.chown(home, user, user)
        self.lines, self.news = [], threading.Condition()
        self.process = subprocess.Popen(
            ["chroot", "--userspec=%d:%d" % (user, user), root, "schat", *arguments, "--ui", "lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={"PATH": DEBIAN_ENV["PATH"], "HOME": "/home/" + name, "USER": name})
        threading.Thread(target=self.gather, daemon=True).start()

    def gather(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def hears(self, text):
        with self.news:
            assert self.news.wait_for(lambda: any(text in line for line in self.lines), PATIENCE), "%s not in %s" % (text, self.lines)
            return next(line for line in self.lines if text in line)

    def says(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()


def talk(root, port):
    """Two users meet by a code, and say a line each."""
    talkers = []
    try:
        talkers.append(Talker(root, "alice", 1001, "serve", "tcp://127.0.0.1:%d" % port))
        command = talkers[0].hears("schat connect ").split("schat ")[1].split()
        talkers.append(Talker(root, "bob", 1002, *command))
        talkers[1].hears("connected to ")
        talkers[0].says("from alice")
        talkers[1].hears("from alice")
        talkers[1].says("from bob")
        talkers[0].hears("from bob")
        for talker in reversed(talkers):
            talker.process.stdin.close()
        assert [talker.process.wait(PATIENCE) for talker in talkers] == [0, 0]
    finally:
        for talker in talkers:
            talker.process.kill()
            talker.process.wait()


def test_installed_used_upgraded_removed(root, published, next_version):
    """Nothing is started or enabled on its own; an upgrade restarts a service that runs, and leaves users' files; nothing remains at the end.
    Where systemd would run, calls of it are noted instead."""
    before = files(root)
    for name in ("systemctl", "deb-systemd-invoke"):
        (root / "usr" / "local" / "sbin" / name).write_text('#!/bin/sh\necho "%s $*" >>/root/calls\n' % name)
        (root / "usr" / "local" / "sbin" / name).chmod(0o755)
    (root / "run" / "systemd" / "system").mkdir(parents=True)
    calls = root / "root" / "calls"

    install(root, the(published.folder, "*.deb"))
    assert calls.read_text() == "systemctl --system daemon-reload\n"
    assert inside(root, "schat", "--version") == "schat %s\n" % published.version
    assert inside(root, "dpkg", "--verify", "schat") == "" and inside(root, "dpkg-query", "-W", "schat") == "schat\t%s-1\n" % published.version
    talk(root, 20000 + os.getpid() % 10000)
    kept = {path: path.read_bytes() for path in (root / "home").rglob("*") if path.is_file()}
    assert kept

    calls.unlink()
    install(root, next_version)
    assert calls.read_text() == "systemctl --system daemon-reload\ndeb-systemd-invoke try-restart schat-signal.service\n"
    assert inside(root, "dpkg-query", "-W", "schat") == "schat\t%s.1-1\n" % published.version
    assert {path: path.read_bytes() for path in (root / "home").rglob("*") if path.is_file()} == kept

    calls.unlink()
    inside(root, "/var/lib/dpkg/info/schat.postinst", "abort-remove")  # as dpkg does when the package is kept after all
    assert calls.read_text() == "deb-systemd-invoke start schat-signal.service\n"

    calls.unlink()
    inside(root, "dpkg", "--remove", "schat")
    assert calls.read_text() == "deb-systemd-invoke stop schat-signal.service\nsystemctl --system daemon-reload\n"
    inside(root, "dpkg", "--purge", "schat")
    assert {path: path.read_bytes() for path in (root / "home").rglob("*") if path.is_file()} == kept

    for name in ("usr/local/sbin/systemctl", "usr/local/sbin/deb-systemd-invoke"):
        (root / name).unlink()
    shutil.rmtree(root / "run" / "systemd")
    for name in ("alice", "bob"):
        shutil.rmtree(root / "home" / name)
    assert files(root) - before == set() and before - files(root) == set()


OPENRC = """
set -eu
ip link set lo up
mount -t proc proc "$1/proc"
exec chroot "$1" sh -euc '
	mkdir -p /run/openrc
	touch /run/openrc/softlevel
	rc-service schat-signal start
	pid() { for dir in /proc/[0-9]*; do tr "\\0" " " <$dir/cmdline | grep -q "^/usr/bin/schat signal" && echo ${dir#/proc/} && return; done; false; }
	again() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 600 ] || exit 7; sleep 0.1; done; }
	again pid
	first=$(pid)
	grep -E "^(Uid|NoNewPrivs):" /proc/$first/status
	again schat check 127.0.0.1
	kill -9 $first
	other() { second=$(pid) && [ "$second" != "$first" ]; }
	again other
	echo "back"
	rc-service schat-signal stop
	! pid
	echo "stopped"
'
"""


def test_the_service_under_openrc(root, published):
    """OpenRC starts it as nobody, without a way to more rights; hosts reach it; it is back after it was killed; and it stops."""
    for name in ("resolv.conf", "hosts"):
        if Path("/etc", name).exists():
            shutil.copy("/etc/" + name, root / "etc" / name)
    said = inside(root, "apt-get", "-qq", "update", code=None)
    said += inside(root, "apt-get", "-qq", "install", "-y", "--no-install-recommends", "openrc", "bsdutils", code=None)
    if not (root / "sbin" / "rc-service").exists():
        pytest.skip("no OpenRC: " + said[-200:])
    install(root, the(published.folder, "*.deb"))
    do("install", "-D", "-m", "755", TOP / "packaging" / "openrc" / "schat-signal", root / "etc" / "init.d" / "schat-signal")
    do("install", "-D", "-m", "644", TOP / "packaging" / "openrc" / "schat-signal.confd", root / "etc" / "conf.d" / "schat-signal")
    (root / "etc" / "init.d" / "hwclock.sh").unlink(missing_ok=True)  # which needs what a bare root does not have
    (root / "etc" / "init.d" / "a-network").write_text("#!/sbin/openrc-run\ndepend() { provide net; }\nstart() { :; }\n")
    (root / "etc" / "init.d" / "a-network").chmod(0o755)
    said = do("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", OPENRC, "sh", root, env=DEBIAN_ENV, timeout=600)
    assert re.search(r"^Uid:\s+65534\s+65534", said, re.M) and re.search(r"^NoNewPrivs:\s+1$", said, re.M), said
    assert "back\n" in said and said.endswith("stopped\n"), said
