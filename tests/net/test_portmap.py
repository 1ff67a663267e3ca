"""A router that leads others to its hosts when they ask (PCP, NAT-PMP): Debian's miniupnpd, behind whose NAT nobody gets otherwise."""

import json
import os
import shutil
import subprocess
import time

import pytest

from lab import PATIENCE, SCHAT, inside, run
from talk import Pair

RULES = """
add chain inet filter miniupnpd
insert rule inet filter forward jump miniupnpd
table inet upnp {
    chain prerouting_miniupnpd { }
    chain postrouting_miniupnpd { }
    chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
    chain postrouting { type nat hook postrouting priority 99; jump postrouting_miniupnpd; }
}
"""
SETTINGS = """
ext_ifname=wan
listening_ip=lan
enable_natpmp=yes
enable_upnp=no
upnp_table_name=filter
upnp_nat_table_name=upnp
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
allow 1024-65535 192.168.1.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
"""


@pytest.fixture
def leads(lab, tmp_path):
    """Starts miniupnpd on a host's router."""
    program = shutil.which("miniupnpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not program:
        pytest.skip("miniupnpd is not installed")
    started = []

    def start(host):
        (tmp_path / "conf").write_text(SETTINGS)
        run(*inside(host.router, "nft", "-f", "-"), text=RULES)
        log = open(tmp_path / "log", "wb")
        started.append(subprocess.Popen(inside(host.router, program, "-d", "-f", str(tmp_path / "conf"), "-P", str(tmp_path / "pid")),
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    yield start
    for process in started:
        process.terminate()
        process.wait()


def renumber(lab, host, address):
    """miniupnpd does nothing at the addresses of documentation that a lab has; this one is somebody's, and leaves no namespace."""
    lab.ip(host.router, f"addr add {address}/32 dev wan\naddr del {host.public}/32 dev wan\n")
    lab.ip(lab.public_ns, f"route add {address} dev w{host.number}\n")
    return host._replace(public=address)


def test_a_router_that_is_asked_leads_the_peer_in(lab, server, leads):
    """Neither of two NATs that choose a port at random for each address can be guessed; one of them is told what to do."""
    a, b = lab.home("symmetric"), lab.home("symmetric")
    a = renumber(lab, a, "45.0.113.9")
    leads(a)
    pair = Pair(lab, server, a, b).connect()
    pair.wait_all_heard()
    pair.wait_paths("direct udp")
    pair.check_path_used()
    pair.a.wait_told("the router forwards 45.0.113.9:")
    pair.check_end()
    wait_given_back(a)


def wait_given_back(host):
    until = time.monotonic() + PATIENCE
    while "dnat" in (rules := run(*inside(host.router, "nft", "list", "chain", "inet", "upnp", "prerouting_miniupnpd"))):
        assert time.monotonic() < until, rules
        time.sleep(0.05)


def test_check_asks_the_router(lab, server, leads):
    """A hard NAT whose router opens ports is as good as none. What was asked for is given back."""
    host = renumber(lab, lab.home("symmetric"), "45.0.113.9")
    leads(host)
    found = {}
    until = time.monotonic() + PATIENCE
    while found.get("mapper") is not True:  # it begins to listen
        assert time.monotonic() < until, found
        found = json.loads(run(*inside(host.ns, SCHAT, "check", "--json", server.public)))
    assert found["mapped"].startswith("45.0.113.9:") and found["seen4"].startswith("45.0.113.9:") and found["mapping"] == "port"
    assert found["peers"] == {"open": "direct", "home": "direct", "hard": "direct", "no_udp": "relay"}
    wait_given_back(host)
