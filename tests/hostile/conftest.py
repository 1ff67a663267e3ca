"""Fixtures: homes for the program, and an end for whatever runs."""

import os
import resource
import signal
import subprocess

import pytest

import crypto
import peer as peers
import program
import victim as victims
import wire

# A shell starts what it runs in the background with SIGINT ignored, and the programs here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def the_program():
    assert os.access(program.SCHAT, os.X_OK), program.SCHAT + " is not there: make"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))


@pytest.fixture
def home(tmp_path):
    """home(NAME): a new home; what still runs there at the end of the test is ended."""
    homes = []

    def make(name):
        homes.append(program.Home(name, tmp_path / name))
        return homes[-1]

    yield make
    for one in homes:
        one.stop()
        for run in one.runs:  # shown when the test fails
            print(one.name, run.story())


@pytest.fixture
def alice(home):
    return home("alice")


@pytest.fixture
def bob(home):
    return home("bob")


@pytest.fixture
def peer():
    """peer(ROLE, ...): a peer of ours."""
    made = []

    def make(*args, **more):
        made.append(peers.Peer(*args, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def signaling(home):
    """schat signal of one's own: (run, port)."""
    port = program.free_port()
    run = home("signal").start("signal", "-l", "127.0.0.1:%d" % port, stdin=subprocess.DEVNULL)
    run.says("listening on ")
    return run, port


@pytest.fixture(scope="session")
def rsa_identities():
    """Two RSA keys, slow to make. So is the pair that our responders would have to make for each session."""
    crypto.Rsa.shared = crypto.RsaKey().private
    return crypto.RsaKey(), crypto.RsaKey()


@pytest.fixture(scope="session")
def identities(rsa_identities):
    """identities(SUITE): two identities that fit it."""
    noise = crypto.X25519(), crypto.X25519()
    return lambda suite: {wire.NOISE: noise, wire.HYBRID: noise, wire.RSA: rsa_identities, wire.PSEUDO: (None, None)}[suite]


@pytest.fixture
def victim(alice, peer, request):
    """victim(CARRIER, ...): see Victim."""
    def make(carrier, **more):
        signaling = request.getfixturevalue("signaling") if carrier == "signal" else None
        return victims.Victim(carrier, alice, peer, signaling, **more)
    return make
