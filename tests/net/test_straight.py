"""TCP straight between peers, where one's network lets no UDP pass, and the other has an address of its own."""

import pytest

from talk import Pair


@pytest.mark.parametrize("waits", ["at home", "in the open"])
def test_no_udp_but_a_peer_with_an_address(lab, server, waits):
    """Who has no UDP connects, whoever waits for whom; the lines leave the relay."""
    hosts = [lab.home("noudp"), lab.public()]
    pair = Pair(lab, server, *(hosts if waits == "at home" else hosts[::-1])).connect()
    pair.wait_paths("tcp")
    pair.wait_all_heard()
    before = pair.used()
    pair.say(pair.a, *("line %d of alice" % i for i in range(40)))
    pair.say(pair.b, *("line %d of bob" % i for i in range(40)))
    pair.wait_all_heard()
    after = pair.used()
    assert after[0] - before[0] > 10 * (after[1] - before[1])
    print(pair.account())
    pair.check_end()
