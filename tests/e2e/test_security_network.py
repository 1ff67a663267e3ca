"""Who the program talks to: the hosts it was given, and nobody else. docs/SECURITY.md, S33."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from hosts import PATIENCE

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def namespace():
    """How to run a command in a network of its own; users may make one where the machine lets them be root in it."""
    if not shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
        pytest.skip("ip is not installed")
    command = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    if subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine forbids network namespaces")
    return command


def destinations(namespace, folder, way):
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    done = subprocess.run([*namespace, "/usr/bin/python3", str(HERE / "alone_on_a_network.py"), str(folder), way], env=env,
                          capture_output=True, text=True, timeout=8 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return [tuple(x) for x in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.parametrize("way, expected", [
    ("signal", {("udp", "127.0.0.1")}),
    ("udp", {("udp", "127.0.0.1")}),
    ("tcp", {("tcp", "127.0.0.1")}),
    ("elsewhere", {("tcp", "192.0.2.9")}),
])
def test_it_talks_to_no_host_but_those_it_was_given(way, expected, namespace, tmp_path):
    """A first meeting and a talk, in a network where every packet to anywhere is seen: no update check, no question for its own
    address, no name server when no name was given, nothing to a multicast address. The last case is the control."""
    seen = set(destinations(namespace, tmp_path, way))
    assert expected <= seen
    others = {(protocol, address) for protocol, address in seen if address not in {a for _, a in expected}}
    assert not {(p, a) for p, a in others if p in ("udp", "tcp")}, others
    assert {p for p, _ in others} <= {"icmp", "icmp6"}, others  # the kernel's own
