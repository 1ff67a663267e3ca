"""Bad lines: those who want to meet do meet."""

import os

from talk import Pair

HOME = "nat=port filter=port ports=preserve overload inbound delay=20ms "


def test_all_meet_though_packets_are_lost_in_bursts(module_lab):
    """A fifth of all packets, ten in a row on average, on the line of each home. MEETINGS: how many pairs, eight at a time."""
    lab = module_lab
    server = lab.public()
    lab.signal(server)
    left = int(os.environ.get("MEETINGS", 8))
    a, b = (lab.home(HOME + "loss=20% burst=10") for _ in range(2))
    while left > 0:
        pairs = [Pair(lab, server, a, b) for _ in range(min(left, 8))]
        for pair in pairs:
            pair.connect()
        for pair in pairs:
            pair.wait_all_heard()
            print(pair.account())
        for pair in pairs:
            pair.a.kill()
            pair.b.kill()
        left -= len(pairs)
    assert sum(home.box.count()[way]["lost"] for home in (a, b) for way in ("in", "out")) > 0
