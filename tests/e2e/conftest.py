"""Fixtures of the end-to-end tests: hosts, a signaling server, keys that are slow to make."""

import os
import signal

import pexpect
import pytest

from hosts import PATIENCE, SCHAT, Host, Signal, copy_key

# A shell starts what it runs in the background with SIGINT ignored, and the programs here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def bin_folder(tmp_path_factory):
    """A folder for PATH in which the program is called schat."""
    assert os.access(SCHAT, os.X_OK), SCHAT + " is not there: make"
    folder = tmp_path_factory.mktemp("bin")
    (folder / "schat").symlink_to(SCHAT)
    return folder


@pytest.fixture
def make_host(tmp_path, bin_folder):
    """make_host(NAME): a new host; whatever still runs on it at the end of the test is ended."""
    hosts = []

    def make(name):
        hosts.append(Host(name, tmp_path / name, bin_folder))
        return hosts[-1]

    yield make
    for host in hosts:
        host.stop()
        for run in host.runs:  # shown when the test fails
            print(host.name, run.story())


@pytest.fixture
def alice(make_host):
    return make_host("alice")


@pytest.fixture
def bob(make_host):
    return make_host("bob")


@pytest.fixture
def eve(make_host):
    return make_host("eve")


@pytest.fixture(scope="session")
def server(tmp_path_factory, bin_folder):
    """A signaling server that outlives tests. Whatever they do to it, it ends when it is asked to, and not before."""
    host = Host("server", tmp_path_factory.mktemp("server") / "home", bin_folder)
    server = Signal(host)
    yield server
    server.run.signal(signal.SIGTERM)
    server.run.ends(143)
    host.stop()


@pytest.fixture
def own_server(make_host):
    """A signaling server for one test."""
    return Signal(make_host("server"))


@pytest.fixture(scope="session")
def rsa_keys(tmp_path_factory, bin_folder):
    """Two RSA identities: finding primes takes its time, so all tests share them."""
    host = Host("keys", tmp_path_factory.mktemp("keys") / "home", bin_folder)
    paths = [host.home / name / "id_rsa" for name in ("one", "two")]
    for path in paths:
        host.run("keygen", "-t", "rsa", "-f", path)
    return paths


@pytest.fixture
def with_rsa(rsa_keys):
    """with_rsa(ALICE, BOB): the hosts have RSA identities."""
    def give(*hosts):
        for host, key in zip(hosts, rsa_keys):
            copy_key(key, host)
    return give


@pytest.fixture
def in_terminal():
    """in_terminal(HOST, COLUMNS, *ARGUMENTS): what a run of the program writes to a terminal of that width."""
    def run(host, columns, *argv):
        child = pexpect.spawn(SCHAT, list(argv), env=host.env, cwd=str(host.home), dimensions=(24, columns), timeout=PATIENCE,
                              encoding="utf-8")
        text = child.read()
        child.close()
        return text.replace("\r\n", "\n")
    return run
