"""NATs that give each destination another port: a search finds a way where one can be found. docs/PROTOCOL.md 6.12. The program
may bind low ports here, as it does where it runs as root or is allowed to; the kernel's NATs give those ports below 1024."""

import time

import pytest

from talk import PUNCHING, Pair

SEARCHING = 15  # seconds, on a loaded machine; tests/sim/hard.c says how long it takes on an idle one
BLOCK = "nat=port filter=port ports=random range=40000-40511 inbound delay=10ms"
ROW = "nat=port filter=port ports=sequential inbound delay=10ms"
FULL = "nat=port filter=port ports=random inbound delay=10ms"
BY_ADDRESS = "nat=address filter=port ports=random inbound delay=10ms"
EASY = "nat=endpoint filter=port ports=random inbound delay=10ms"


@pytest.mark.parametrize("a, b", [("random", "restricted"), ("restricted", "random"), ("random", "random"), (BLOCK, EASY), (EASY, ROW),
                                  (ROW, ROW), (FULL, EASY), (BY_ADDRESS, "restricted")],
                         ids=["linux-random-x-linux", "linux-x-linux-random", "linux-random-both", "block", "row", "row-both", "full", "by-address"])
def test_search_finds(lab, a, b):
    server = lab.public()
    lab.signal(server)
    pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    pair.wait_all_heard()
    for _ in range(2):  # once in 256 times a search of the full range finds nothing; nor does a search whose packets were lost
        try:
            pair.wait_paths("direct udp", SEARCHING)
            break
        except AssertionError:
            if a not in (FULL, BY_ADDRESS):
                raise
            pair.a.kill()
            pair.b.kill()
            pair = Pair(lab, server, lab.home(a), lab.home(b)).connect()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


@pytest.mark.parametrize("options", [["--punch", "easy"], ["--punch", "off"]], ids=["easy", "off"])
def test_search_only_where_it_is_wanted(lab, options):
    """One side does not want it: a few packets, or none, and the relay."""
    server = lab.public()
    lab.signal(server)
    pair = Pair(lab, server, lab.home(BLOCK), lab.home(EASY), b_options=options).connect()
    pair.wait_all_heard()
    time.sleep(PUNCHING)
    pair.check_path_used()
    assert pair.paths() == ("relay udp", "relay udp")
    packets = lab.packets_between(pair.a_host, pair.b_host)
    assert packets <= (0 if "off" in options else 60), packets
    pair.check_end()
