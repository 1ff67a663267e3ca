"""schat check sees what each network is, and says what that means."""

import json
import subprocess

import pytest

from lab import PATIENCE, SCHAT, asking, has_ipv6, inside

ENVIRONMENT = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
AT_ONCE = 8  # programs that check at the same time: they mostly wait


def start(host, *arguments):
    return subprocess.Popen(inside(host.ns, *asking(host.ns), SCHAT, "check", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=ENVIRONMENT)


def finish(process, status=0):
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status, err
    return out


def check(host, *servers, status=0):
    """What it finds out."""
    found = json.loads(finish(start(host, "--json", *servers), status))
    print(found)
    return found


@pytest.fixture(scope="module")
def net(module_lab):
    """A lab, and two servers in it."""
    servers = module_lab.public(), module_lab.public()
    for server in servers:
        module_lab.signal(server)
    return module_lab, [server.public for server in servers]


def peers(open_, home, hard, no_udp="relay"):
    return {"open": open_, "home": home, "hard": hard, "no_udp": no_udp}


EASY, HARD = peers("direct", "direct", "search"), peers("direct", "search", "relay")
NO_UDP = dict(udp4=False, tcp=True, mapping=None, packet=0, peers=peers("tcp", "relay", "relay", "maybe"))

# What each kind is found to be. tests/unit/test_survey.c has all of them, against the same NATs as a model.
KINDS = {
    "nat=endpoint filter=none ports=random delay=10ms": dict(mapping="endpoint", filter4="address", ports=None, hairpin=False,
                                                             peers=peers("direct", "direct", "direct")),
    "nat=endpoint filter=address hairpin": dict(mapping="endpoint", filter4="address", hairpin=True),
    "nat=endpoint filter=port ports=near overload": dict(mapping="endpoint", filter4="port", peers=EASY),
    "nat=address filter=none ports=random": dict(mapping="address", filter4="address"),
    "nat=address filter=port ports=random": dict(mapping="address", filter4="port"),
    "nat=port filter=address ports=random": dict(mapping="port", filter4="address", hairpin=None, peers=peers("direct", "search", "maybe")),
    "nat=port filter=port ports=random": dict(mapping="port", filter4="port", peers=HARD, udp4=True, tcp=True, packet=1500, compared=2),
    "nat=port filter=port ports=sequential step=4": dict(mapping="port", step=4, peers=peers("direct", "search", "maybe")),
    "nat=port filter=port ports=random range=40000-40511": dict(mapping="port", step=0, peers=HARD),
    "cone": dict(mapping="endpoint", filter4="address"),
    "restricted": dict(mapping="endpoint", filter4="port", peers=EASY),
    "random": dict(mapping="port", filter4="port", low=True, peers=peers("direct", "search", "maybe")),
    "symmetric": dict(mapping="port", filter4="port", low=False, peers=HARD),
    "nat=endpoint filter=port mtu=1400": dict(packet=1400),
    "nat=endpoint filter=port mtu=600": dict(packet=576),
    "nat=endpoint filter=port udp=blocked": NO_UDP,
    "nat=endpoint filter=port udp=refused icmp": NO_UDP,
    "noudp": NO_UDP,
    "refusing": NO_UDP,
}


def test_every_kind(net):
    lab, servers = net
    kinds, wrong = list(KINDS), []
    for at_once in AT_ONCE, 1:  # three seconds may be too short while other tests run: those that were wrong are asked again, alone
        wrong = []
        for first in range(0, len(kinds), at_once):
            running = [(kind, start(lab.home(kind), "--json", *servers)) for kind in kinds[first:first + at_once]]
            for kind, process in running:
                found = json.loads(finish(process))
                found.update(found["ports"] or {})
                wrong += [(kind, name, found.get(name), value) for name, value in KINDS[kind].items() if found.get(name) != value]
        kinds = sorted({kind for kind, *_ in wrong})
    assert not wrong


def test_one_server_takes_a_nat_by_address_for_an_easy_one(net):
    """And says how that is found out."""
    lab, servers = net
    host = lab.home("nat=address filter=port ports=random")
    programs, people = start(host, "--json", servers[0]), start(host, servers[0])
    found = json.loads(finish(programs))
    assert (found["mapping"], found["compared"]) == ("endpoint", 1)
    assert "a second server shows more" in finish(people)


def test_a_public_host_takes_everybody(net):
    lab, servers = net
    found = check(lab.public(), *servers)
    assert found["mapping"] == "none" and found["filter4"] == "address" and found["mapper"] is None and found["local"] is False
    assert found["peers"] == peers("direct", "direct", "direct", "tcp")


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
    running = [start(host, "--json", place) for place in (server.public, "203.0.113.250")]
    for found in [json.loads(finish(process, 3)) for process in running]:
        assert found["udp4"] is False and found["tcp"] is False and set(found["peers"].values()) == {"none"}
