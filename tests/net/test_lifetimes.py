"""NATs that forget after ten seconds, or after a while however much passes. Nobody waits for a line, nor stays on the relay. What was
measured is printed; the bounds only tell a moment from a halt, which is what an earlier version had. tests/sim/lifetimes.c has the same
on a clock that no load disturbs."""

import time

import pytest

from lab import PATIENCE

MOMENT = PATIENCE / 20


def stays(person, since):
    """[(when, seconds)] that a person was on the relay after that moment."""
    paths = [(person.started + t, path) for t, path in person.paths()] + [(time.monotonic(), "")]
    found = []
    for (t, path), (end, _) in zip(paths, paths[1:]):
        if path.startswith("relay") and end > since:
            found.append((t - since, end - t))
    return found


def test_short_lived(short_lived):
    if short_lived is None:
        pytest.skip("this machine has no TUN devices")
    short_lived.join(short_lived.SECONDS + PATIENCE)
    began = short_lived.lines[0][0]
    for pair in short_lived.pairs:
        pair.wait_all_heard()
        pair.wait_paths("direct udp")
        for person in (pair.a, pair.b):
            found = stays(person, began)
            print("%s on the relay: %s" % (person.name, ", ".join("at %.1f for %.2f s" % stay for stay in found)))
            assert all(long < MOMENT for _, long in found), str(person)
    waits = short_lived.waits()
    print("%d lines, the slowest %.3f s" % (len(waits), max(waits)))
    assert len(waits) >= 4 * (short_lived.SECONDS - 1) + 3 and max(waits) < MOMENT
    assert any(stays(pair.a, began) for pair in short_lived.pairs[1:]), "no mapping has ended"
    # twice a mapping of 20 s has ended though it was used: all others were left in time
    for person in (short_lived.pairs[2].a, short_lived.pairs[2].b):
        assert not stays(person, began + 2 * 20 + MOMENT), str(person)
    for pair in short_lived.pairs:
        pair.check_end()
