import os
import signal

import pytest

from lab import Lab, why_not
from talk import Pair, Slow

# When a run is ended from outside, its labs still have to be taken down.
signal.signal(signal.SIGTERM, signal.default_int_handler)
# A shell starts what it runs in the background with SIGINT ignored, and the programs here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def opened(delay=0):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    lab = Lab(delay)
    try:
        yield lab
    finally:
        lab.close()


@pytest.fixture
def lab():
    yield from opened()


@pytest.fixture(scope="module")
def module_lab():
    """Where there are boxes, if this machine has TUN devices."""
    if not os.path.exists("/dev/net/tun"):
        pytest.skip("this machine has no TUN devices")
    yield from opened()


@pytest.fixture(scope="module")
def wide_lab():
    """Where packets take 20 ms, as between two cities."""
    yield from opened(delay=0.02 if os.path.exists("/dev/net/tun") else 0)


@pytest.fixture(scope="session")
def session_lab():
    yield from opened()


@pytest.fixture
def server(lab):
    """A host where schat signal runs."""
    server = lab.public()
    lab.signal(server)
    return server


@pytest.fixture(scope="session")
def stranded(session_lab):
    """Neither a hole nor a relay: the server's choice, or that of one user. It takes 20 s until schat gives up."""
    server, poor_server = session_lab.public(), session_lab.public()
    session_lab.signal(server)
    session_lab.signal(poor_server, "--relay=0")
    a, b = session_lab.home("symmetric"), session_lab.home("symmetric")
    return {"--relay=0": Pair(session_lab, poor_server, a, b).connect(),
            "--no-relay": Pair(session_lab, server, a, b, options=["--no-relay"]).connect()}


@pytest.fixture(scope="session")
def short_lived(session_lab):
    """NATs whose mappings end soon: if nothing passes, or in any case. They are talked through for a minute. None: no TUN devices."""
    if not os.path.exists("/dev/net/tun"):
        yield None
        return
    server = session_lab.public()
    session_lab.signal(server)
    homes = [[session_lab.home("nat=endpoint filter=port ports=random inbound delay=10ms " + life) for _ in range(2)]
             for life in ("idle=10s", "absolute=50s", "absolute=20s")]
    slow = Slow([Pair(session_lab, server, *two).connect() for two in homes])
    slow.start()
    yield slow
    slow.over.set()
    slow.join()


@pytest.fixture(scope="session", autouse=True)
def early(request):
    """What takes long begins with the run, if it is to be looked at."""
    for name in ("stranded", "short_lived"):
        if any(name in item.fixturenames for item in request.session.items):
            request.getfixturevalue(name)
