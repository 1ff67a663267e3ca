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
