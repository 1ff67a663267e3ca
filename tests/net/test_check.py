"""schat check sees what each network is, and says what that means."""

import json
import subprocess
import time

import pytest

from lab import SCHAT, asking, has_ipv6, inside

MAPPINGS, FILTERS = ("endpoint", "address", "port"), ("none", "address", "port")


def check(host, *servers, status=0):
    """What it finds out, and how long that takes."""
    began = time.monotonic()
    done = subprocess.run(inside(host.ns, *asking(host.ns), SCHAT, "check", "--json", *servers), capture_output=True, text=True,
                          env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}, timeout=60)
    assert done.returncode == status, done.stderr
    found = json.loads(done.stdout)
    found["seconds"] = time.monotonic() - began
    print(found)
    return found


@pytest.fixture(scope="module")
def net(module_lab):
    """A lab, and two servers in it."""
    servers = module_lab.public(), module_lab.public()
    for server in servers:
        module_lab.signal(server)
    return module_lab, [server.public for server in servers]


@pytest.mark.parametrize("filtering", FILTERS)
@pytest.mark.parametrize("mapping", MAPPINGS)
def test_every_kind(net, mapping, filtering):
    lab, servers = net
    found = check(lab.home("nat=%s filter=%s ports=random delay=10ms" % (mapping, filtering)), *servers)
    assert (found["mapping"], found["compared"]) == (mapping, 2)
    assert found["filter4"] == ("port" if filtering == "port" else "address")
    assert found["udp4"] is True and found["tcp"] is True and found["packet"] == 1500
    assert [s["udp"] for s in found["servers"]] == [True, True]
    easy, open_ = mapping == "endpoint", filtering != "port"
    assert found["peers"] == {"open": "direct", "home": "direct" if easy else "search",
                              "hard": "direct" if easy and open_ else "search" if easy else found["peers"]["hard"], "no_udp": "relay"}
    if not easy:
        assert found["peers"]["hard"] in ("relay", "maybe")


def test_one_server_takes_a_nat_by_address_for_an_easy_one(net):
    lab, servers = net
    found = check(lab.home("nat=address filter=port ports=random"), servers[0])
    assert (found["mapping"], found["compared"]) == ("endpoint", 1)


@pytest.mark.parametrize("nat, ports, hard", [
    ("nat=port filter=port ports=sequential", {"step": 1}, "maybe"),
    ("nat=port filter=port ports=sequential step=4", {"step": 4}, "maybe"),
    ("nat=port filter=port ports=random range=40000-40511", {"step": 0}, "relay"),
    ("nat=port filter=port ports=near overload", None, "search"),
    ("random", {"low": True}, "maybe"),
    ("symmetric", {"low": False}, "relay"),
    ("restricted", None, "search")],
    ids=["sequential", "by-four", "block", "linux-model", "linux-random", "linux-symmetric", "linux"])
def test_ports(net, nat, ports, hard):
    lab, servers = net
    found = check(lab.home(nat), *servers)
    assert found["mapping"] == ("port" if ports else "endpoint")
    assert found["peers"]["hard"] == hard
    if ports:
        assert ports.items() <= found["ports"].items()
    if "range" in nat:
        assert 35000 < found["ports"]["first"] <= 40000 and 40511 <= found["ports"]["last"] < 45000


def test_hairpin(net):
    lab, servers = net
    assert check(lab.home("nat=endpoint filter=port hairpin"), *servers)["hairpin"] is True
    assert check(lab.home("nat=endpoint filter=port"), *servers)["hairpin"] is False


@pytest.mark.parametrize("mtu", [1400, 1100, 600])
def test_packets(net, mtu):
    lab, servers = net
    assert check(lab.home("nat=endpoint filter=port mtu=%d" % mtu), *servers)["packet"] == {1400: 1400, 1100: 1080, 600: 576}[mtu]


def test_a_public_host_takes_everybody(net):
    lab, servers = net
    found = check(lab.public(), *servers)
    assert found["mapping"] == "none" and found["filter4"] == "address" and found["mapper"] is None
    assert found["peers"] == {"open": "direct", "home": "direct", "hard": "direct", "no_udp": "tcp"}


@pytest.mark.parametrize("nat", ["nat=endpoint filter=port udp=blocked", "nat=endpoint filter=port udp=refused icmp", "noudp", "refusing"])
def test_no_udp(net, nat):
    lab, servers = net
    found = check(lab.home(nat), *servers)
    assert found["udp4"] is False and found["tcp"] is True and found["mapping"] is None
    assert found["peers"] == {"open": "tcp", "home": "relay", "hard": "relay", "no_udp": "relay"}


def test_nothing_but_443(lab):
    server = lab.public()
    lab.signal(server, "-l", "7242,443")
    found = check(lab.home("nat=endpoint filter=port udp=blocked tcp=443"), server.public)
    assert (found["udp4"], found["tcp"], found["tcp443"]) == (False, False, True)
    assert found["peers"]["open"] == "relay"


def test_a_server_that_does_not_relay(lab):
    server = lab.public()
    lab.signal(server, "--relay", "0")
    found = check(lab.home("nat=port filter=port ports=random"), server.public)
    assert found["relay"] is False and found["peers"]["hard"] == "none"


@pytest.mark.skipif(not has_ipv6(), reason="this kernel has no IPv6")
def test_ipv6_behind_a_firewall(lab):
    server = lab.public(ipv6=True)
    lab.signal(server)
    found = check(lab.home("firewall", ipv6=True), "[%s]" % server.public)
    assert (found["udp4"], found["udp6"], found["filter6"], found["mapping"]) == (None, True, "port", None)
    assert found["peers"] == {"open": "direct", "home": "direct", "hard": "direct", "no_udp": "relay"}


def test_nobody_answers(lab):
    """The server's host is there, and no server; or nothing is."""
    server, host = lab.public(), lab.home("restricted")
    for place in (server.public, "203.0.113.250"):
        found = check(host, place, status=3)
        assert found["udp4"] is False and found["tcp"] is False and set(found["peers"].values()) == {"none"}
