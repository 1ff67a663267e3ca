import signal

import pytest

from lab import Lab, why_not
from talk import Pair

# When a run is ended from outside, its labs still have to be taken down.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def opened():
    reason = why_not()
    if reason:
        pytest.skip(reason)
    lab = Lab()
    try:
        yield lab
    finally:
        lab.close()


lab = pytest.fixture(opened)
module_lab = pytest.fixture(opened, scope="module")
session_lab = pytest.fixture(opened, scope="session")


@pytest.fixture
def server(lab):
    """A host where schat signal runs."""
    server = lab.public()
    lab.signal(server)
    return server


@pytest.fixture(scope="session", autouse=True)
def stranded(session_lab):
    """Neither a hole nor a relay. It takes 20 s until schat gives up, so it begins with the run and is looked at last."""
    server = session_lab.public()
    session_lab.signal(server, "--relay=0")
    return Pair(session_lab, server, session_lab.home("symmetric"), session_lab.home("restricted")).connect()
