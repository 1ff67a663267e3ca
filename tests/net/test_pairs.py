"""The nine kinds of NAT that RFC 4787 tells apart, each with each, both ways: wherever no port has to be guessed the two talk directly.
Linux has two of the nine; these are boxes (tests/net/box.c). scripts/matrix shows how long each pair takes, and does the others too."""

import itertools
import time

import pytest

from talk import PUNCHING, Pair

MAPPINGS, FILTERS = ["endpoint", "address", "port"], ["none", "address", "port"]
KINDS = list(itertools.product(MAPPINGS, FILTERS))
AT_ONCE = 8


def lets_reach(us, them):
    """A port of ours is known and lets in one that it has not sent to; or anybody, and they let in our address with another port."""
    return us[0] == "endpoint" and us[1] != "port" or us[1] == "none" and them[1] != "port"


def needs_no_guess(a, b):
    return a[0] == b[0] == "endpoint" or lets_reach(a, b) or lets_reach(b, a)


@pytest.fixture(scope="module")
def homes(module_lab):
    """Two homes of each kind, and the server."""
    server = module_lab.public()
    module_lab.signal(server)
    words = "nat=%s filter=%s ports=%s inbound delay=10ms"
    return server, [{kind: module_lab.home(words % (*kind, "preserve" if kind[0] == "endpoint" else "random")) for kind in KINDS}
                    for _ in range(2)]


@pytest.mark.parametrize("a", KINDS, ids=["-".join(kind) for kind in KINDS])
def test_pairs_that_need_no_guess_are_direct(module_lab, homes, a):
    server, (left, right) = homes
    others = [b for b in KINDS if needs_no_guess(a, b)]
    for start in range(0, len(others), AT_ONCE):
        pairs = [Pair(module_lab, server, left[a], right[b]).connect() for b in others[start:start + AT_ONCE]]
        for pair in pairs:
            pair.wait_all_heard()
            pair.wait_paths("direct udp")
            print(pair.account())
        for pair in pairs:
            pair.a.kill()
            pair.b.kill()


def test_behind_one_nat_that_lets_them_back_in(module_lab):
    """The hosts are kept from each other, as in a guest network, but the router passes on what they send to its own address."""
    server = module_lab.public()
    module_lab.signal(server)
    a, b = module_lab.home("nat=endpoint filter=port ports=preserve inbound hairpin", hosts=2)
    module_lab.isolate(a.router, 2)
    pair = Pair(module_lab, server, a, b).connect()
    pair.wait_all_heard()
    pair.wait_paths("direct udp")
    pair.check_end()


@pytest.mark.parametrize("other", ["none", "port"])
def test_behind_a_nat_with_several_addresses(module_lab, other):
    """Each mapping has any one of four: where a packet comes from is seen only when it comes. If the other NAT lets in only whom its
    host has written to, a search may find the way or not."""
    server = module_lab.public()
    module_lab.signal(server)
    a = module_lab.home("nat=port filter=port ports=random inbound addresses=4 pooled")
    b = module_lab.home("nat=endpoint filter=%s ports=preserve inbound" % other)
    pair = Pair(module_lab, server, a, b).connect()
    pair.wait_all_heard()
    if other == "none":
        pair.wait_paths("direct udp")
    for i in range(12):
        pair.say(pair.a, "a %d" % i)
        pair.say(pair.b, "b %d" % i)
    pair.wait_all_heard()
    pair.check_end()


HOME = "nat=port filter=port ports=preserve overload inbound"


@pytest.mark.parametrize("filtering", FILTERS)
def test_behind_a_carrier(module_lab, filtering):
    """Two NATs one after the other are as strict as the stricter of them."""
    server = module_lab.public()
    module_lab.signal(server)
    carrier = module_lab.carrier("nat=endpoint filter=%s ports=random range=40000-40511 inbound" % filtering)
    pair = Pair(module_lab, server, module_lab.home(HOME, into=carrier), module_lab.home(HOME)).connect()
    pair.wait_all_heard()
    pair.wait_paths("direct udp")
    pair.check_path_used()
    pair.check_end()


@pytest.mark.parametrize("hairpin, path", [("", "relay udp"), (" hairpin", "direct udp")])
def test_two_customers_of_a_carrier(module_lab, hairpin, path):
    """They reach each other only by its public address, if it lets them back in."""
    server = module_lab.public()
    module_lab.signal(server)
    carrier = module_lab.carrier("nat=endpoint filter=port ports=random range=40000-40511 inbound" + hairpin)
    pair = Pair(module_lab, server, *(module_lab.home(HOME, into=carrier) for _ in range(2))).connect()
    pair.wait_all_heard()
    pair.wait_paths(path)
    time.sleep(PUNCHING)
    assert pair.paths() == (path, path), "%s%s" % (pair.a, pair.b)
    pair.check_end()
