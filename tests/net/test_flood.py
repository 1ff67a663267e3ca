"""A signaling server in a flood of datagrams from forged addresses: two who know each other meet there meanwhile, and it takes no
memory. FLOOD sets how many come in a second, FLOOD_SECONDS for how long at least, FLOOD_KINDS of what kinds (letters: tests/net/flood.c)."""

import os
import re
import signal
import subprocess
import time

import pytest

from lab import PATIENCE, inside, run, tool
from talk import Pair

RATE, SECONDS = int(os.environ.get("FLOOD", 100_000)), float(os.environ.get("FLOOD_SECONDS", 1))
KINDS = os.environ.get("FLOOD_KINDS", "hrjkfn")
KEY = "aaaqeayeaudaocajbifqydiob4"
SINK = """
table netdev answers {
    chain arrived { type filter hook ingress device flood priority 0
        ip daddr 10.0.0.0/8 drop
    }
}
"""


class Flood:
    """From a host that is plugged into the server's own network. What is answered is dropped as it arrives, as if it were on its way."""

    def __init__(self, lab, server):
        self.ns = lab.namespace()
        lab.ip(server.ns, f"link add flood type veth peer name flood netns {self.ns}\naddr add 198.18.0.1/30 dev flood\n"
               "link set flood up\nroute add 10.0.0.0/8 via 198.18.0.2 dev flood onlink\n")
        lab.ip(self.ns, "addr add 198.18.0.2/30 dev flood\nlink set flood up\n")
        run(*inside(self.ns, "nft", "-f", "-"), text=SINK)
        self.process = subprocess.Popen(inside(self.ns, tool("flood"), "198.18.0.1", "7242", str(RATE), "120", KINDS), stdout=subprocess.PIPE,
                                        text=True, start_new_session=True)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate()[0].strip()


def memory(person):
    """Of the program's own, in KB; what it has mapped but not touched does not count."""
    with open("/proc/%d/smaps_rollup" % person.process.pid) as file:
        return int(re.search(r"Private_Dirty: +(\d+)", file.read()).group(1))


def counts(server):
    told = server.told_count("waiting ")
    os.kill(server.process.pid, signal.SIGUSR1)
    server.wait(lambda: server.told_count("waiting ") > told, 60, "counts")
    found = re.search(r"waiting (\d+),.* packets (\d+), dropped (\d+)", server.told[-1][1])
    return [int(x) for x in found.groups()]


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_two_meet_in_a_flood(lab, closed):
    tool("flood")
    vps, a, b = lab.public(), lab.public(), lab.public()
    file = os.path.join(lab.folder, "access")
    with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as access:
        access.write("all %s\n" % KEY)
    server = lab.signal(vps, *(["--access", file] if closed else []))
    known = vps._replace(public=vps.public + "/" + KEY) if closed else vps
    first = Pair(lab, known, a, b).connect()
    first.wait_all_heard()
    first.check_end()
    before = memory(server)

    flood = Flood(lab, vps)
    begun = time.monotonic()
    while counts(server)[1] < 1000:
        time.sleep(0.02)
        assert time.monotonic() < begun + PATIENCE
    alice = lab.start(a, "serve", "-v", "-s", known.public, "--allow", "bob", name="alice", home=first.a.home)
    alice.wait_told("waiting for bob")
    bob = lab.start(b, "connect", "-v", "alice", name="bob", home=first.b.home)
    bob.wait_told("connected to alice")
    took = bob.told[-1][0] - bob.started
    alice.say("in the flood")
    bob.wait_heard(["in the flood"])
    while time.monotonic() < begun + SECONDS or counts(server)[1] < 20_000:
        time.sleep(0.02)
        assert time.monotonic() < begun + SECONDS + PATIENCE
    sent = flood.end()
    lasted = time.monotonic() - begun
    waiting, packets, dropped = counts(server)
    after = memory(server)
    print("%s; %d came to the server, %.0f a second, and %d were dropped; connected %.3f s after its start; memory %d KB before, %d after"
          % (sent, packets, packets / lasted, dropped, took, before, after))
    assert waiting < 20  # the rooms of three programs
    assert after <= before + 1024  # the buffers of a batch; 64 bytes a packet would be more
