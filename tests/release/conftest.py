"""Fixtures: what is published, made once from build/schat. The long_*.py are for scripts/release --test."""

import os
import platform
import shutil
import subprocess
import types
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SCHAT = TOP / "build" / "schat"
DEBIAN_ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def do(*command, code=0, **more):
    """What a command writes; it has to end with that status."""
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **more)
    assert code is None or done.returncode == code, "%s\n%s" % (" ".join(map(str, command)), done.stdout)
    return done.stdout


def needs(*programs):
    """Skips the test where one of these is missing, as scripts/setup would not leave it."""
    for name in programs:
        if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            pytest.skip("%s is not installed here" % name)


def the(folder, pattern):
    """The one file of that pattern."""
    found = list(folder.glob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0]


def with_what_was_fetched(tree, **more):
    """The source can be built without the network then."""
    (tree / "build").mkdir()
    do("cp", "-r", TOP / "build" / "bearssl-src", TOP / "build" / "bearssl.mk", tree / "build", **more)


def bare_debian(folder, release):
    """The smallest Debian of that release; where there can be none, the test is skipped."""
    needs("debootstrap", "chroot", "unshare")
    if os.geteuid() != 0:
        pytest.skip("making a bare Debian takes root")
    said = do("debootstrap", "--variant=minbase", release, folder, code=None, env=DEBIAN_ENV)
    if not (folder / "usr" / "bin" / "dpkg").exists() or "Base system installed" not in said:
        pytest.skip("debootstrap got no Debian: " + said[-200:])
    (folder / "usr" / "sbin" / "policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (folder / "usr" / "sbin" / "policy-rc.d").chmod(0o755)


def inside(root, *command, **more):
    return do("chroot", root, *command, env=more.pop("env", DEBIAN_ENV), **more)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """What scripts/release makes: folder, version, CPU, and the environment it had."""
    assert SCHAT.exists(), "%s is not there: make" % SCHAT
    folder, cpu = tmp_path_factory.mktemp("release") / "published", platform.machine()
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "MAINTAINER": "Tom & Co. <schat@example.org>"}
    do(TOP / "scripts" / "release", folder, "%s=%s" % (cpu, SCHAT), env=env)
    return types.SimpleNamespace(folder=folder, cpu=cpu, env=env, version=(TOP / "VERSION").read_text(encoding="ascii").split()[0])


@pytest.fixture(scope="session")
def unpacked(published, tmp_path_factory):
    """unpacked(PATTERN): the folder of an archive of the release."""
    def unpack(pattern):
        folder = tmp_path_factory.mktemp("unpacked")
        do("tar", "-xf", the(published.folder, pattern), "-C", folder)
        return the(folder, "*")
    return unpack
