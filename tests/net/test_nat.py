"""Two hosts behind NATs of all kinds meet by a code: which way do they talk, and do they say which?"""

import itertools
import time

import pytest

from talk import PUNCHING, Pair

KINDS = ["cone", "restricted", "symmetric"]
CELLS = list(itertools.product(KINDS, KINDS))


def expected(a, b):
    """Direct wherever no port has to be guessed."""
    return "direct udp" if "cone" in (a, b) or a == b == "restricted" else "relay udp"


@pytest.fixture(scope="module")
def cells(module_lab):
    """All nine conversations at the same time; each of the six homes has three of them."""
    server = module_lab.public()
    module_lab.signal(server)
    left = {kind: module_lab.home(kind) for kind in KINDS}
    right = {kind: module_lab.home(kind) for kind in KINDS}
    pairs = {(a, b): Pair(module_lab, server, left[a], right[b]) for a, b in CELLS}
    for pair in pairs.values():
        pair.connect()
    last = max(pair.b.started for pair in pairs.values())
    for pair in pairs.values():
        pair.wait_all_heard(20)
    time.sleep(max(0, last + PUNCHING - time.monotonic()))
    return pairs


@pytest.mark.parametrize("a, b", CELLS, ids=["%s-%s" % cell for cell in CELLS])
def test_pair_of_nats(cells, a, b):
    pair = cells[a, b]
    pair.wait_paths(expected(a, b))
    pair.check_path_used()
    print(pair.account())
    pair.check_end()
