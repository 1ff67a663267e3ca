"""Two hosts behind NATs of all kinds meet by a code: which way do they talk, and do they say which?"""

import itertools
import time

import pytest

from talk import PUNCHING, Pair

KINDS = ["cone", "restricted", "symmetric"]
CELLS = list(itertools.product(KINDS, KINDS))


def expected(a, b):
    """Direct but where the ports of both have to be guessed, each of 64,512: one is found by a search."""
    return "relay udp" if a == b == "symmetric" else "direct udp"


@pytest.fixture(scope="module")
def cells(wide_lab):
    """All nine conversations at the same time; each of the six homes has three of them."""
    server = wide_lab.public()
    wide_lab.signal(server)
    left = {kind: wide_lab.home(kind) for kind in KINDS}
    right = {kind: wide_lab.home(kind) for kind in KINDS}
    pairs = {(a, b): Pair(wide_lab, server, left[a], right[b]) for a, b in CELLS}
    for pair in pairs.values():
        pair.connect()
    last = max(pair.b.started for pair in pairs.values())
    for pair in pairs.values():
        pair.wait_all_heard()
    time.sleep(max(0, last + PUNCHING - time.monotonic()))
    return pairs


@pytest.mark.parametrize("a, b", CELLS, ids=["%s-%s" % cell for cell in CELLS])
def test_pair_of_nats(cells, a, b):
    pair = cells[a, b]
    pair.wait_paths(expected(a, b))
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_routers_that_listen(wide_lab):
    """A packet that comes in before the own one went out makes such a NAT choose another port. They talk, one way or the other."""
    server = wide_lab.public()
    wide_lab.signal(server)
    a, b = wide_lab.home("open"), wide_lab.home("open")
    pairs = [Pair(wide_lab, server, a, b).connect() for _ in range(4)]
    for pair in pairs:
        pair.wait_all_heard()
    time.sleep(PUNCHING)
    for pair in pairs:
        print(pair.account())
        pair.check_path_used()
        pair.check_end()
