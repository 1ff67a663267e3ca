"""Hosts that have IPv6 alone, where a translator leads to IPv4 (NAT64): Debian's tayga before a NAT of the kernel's."""

import os
import shutil
import socket
import subprocess
import threading

import pytest

import lab as net
from talk import Pair

PREFIXES = [("2001:db8:6464::", 96), ("2001:db8:6464:64::", 64), ("2001:db8:6400::", 40)]  # tayga's 64:ff9b:: leads to no 203.0.113.x
CONFIG = """tun-device nat64
ipv4-addr 192.168.255.1
ipv6-addr fd00:64::1
prefix %s/%d
dynamic-pool 192.168.255.0/24
data-dir %s
"""


def embedded(prefix, bits, address):
    """RFC 6052."""
    six, four = bytearray(socket.inet_pton(socket.AF_INET6, prefix)), socket.inet_pton(socket.AF_INET, address)
    places = [place for place in range(bits // 8, 16) if place != 8]
    for place, byte in zip(places, four):
        six[place] = byte
    return bytes(six)


def answer(question, prefix, bits):
    """What a name server of such a network says of ipv4only.arpa; of other names it knows nothing."""
    end = question.index(b"\0", 12)
    name, kind = question[12:end].lower(), question[end + 1:end + 3]
    known = name == b"\x08ipv4only\x04arpa"
    found = [embedded(prefix, bits, a) for a in ("192.0.0.170", "192.0.0.171")] if known and kind == b"\0\x1c" else []
    head = question[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\1" + len(found).to_bytes(2, "big") + bytes(4)
    return head + question[12:end + 5] + b"".join(b"\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10" + a for a in found)


class Translated:
    """A home that has no IPv4."""

    def __init__(self, lab, nat, prefix, bits):
        self.host = lab.home(nat)
        ns, router, number = self.host.ns, self.host.router, self.host.number
        folder = os.path.join(lab.folder, "tayga-%d" % number)
        os.mkdir(folder)
        config = os.path.join(folder, "conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG % (prefix, bits, folder))
        lab.ip(router, f"addr add 2001:db8:{number}:1::1/64 dev lan nodad\n")
        lab.ip(ns, "addr del 192.168.1.2/24 dev lan\n"
               f"addr add 2001:db8:{number}:1::2/64 dev lan nodad\nroute add default via 2001:db8:{number}:1::1\n")
        net.run(*net.inside(router, "tayga", "-c", config, "--mktun"))
        lab.ip(router, f"link set nat64 up\naddr add 192.168.254.1/32 dev nat64\nroute add 192.168.255.0/24 dev nat64\n"
               f"route add {prefix}/{bits} dev nat64\n")
        with open(os.path.join(folder, "log"), "wb") as log:
            self.tayga = subprocess.Popen(net.inside(router, "tayga", "-c", config, "-d"), stdout=log, stderr=log,
                                          stdin=subprocess.DEVNULL)
        self.names = lab.socket(router, family=socket.AF_INET6)
        self.names.bind((f"2001:db8:{number}:1::1", 53))
        threading.Thread(target=self.serve, args=(prefix, bits), daemon=True).start()
        net.RESOLVERS[ns] = os.path.join(folder, "resolv.conf")
        with open(net.RESOLVERS[ns], "w", encoding="ascii") as file:
            file.write(f"nameserver 2001:db8:{number}:1::1\n")

    def serve(self, prefix, bits):
        try:
            while True:
                question, who = self.names.recvfrom(4096)
                self.names.sendto(answer(question, prefix, bits), who)
        except OSError:
            pass

    def close(self):
        self.names.close()
        self.tayga.kill()
        self.tayga.wait()


@pytest.fixture
def translated(lab):
    if not net.has_ipv6() or not shutil.which("tayga"):
        pytest.skip("this kernel has no IPv6, or tayga is not installed")
    made = []

    def make(nat, prefix, bits):
        made.append(Translated(lab, nat, prefix, bits))
        return made[-1].host

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("prefix, bits", PREFIXES)
def test_no_ipv4_but_a_translator(lab, server, translated, prefix, bits):
    """A server and a peer of IPv4 are reached as if this host had it, also directly."""
    pair = Pair(lab, server, translated("cone", prefix, bits), lab.home("restricted")).connect()
    pair.wait_paths("direct udp")
    pair.wait_all_heard()
    pair.check_path_used()
    print(pair.account())
    pair.check_end()


def test_no_ipv4_and_no_udp(lab, server, translated):
    """The same over TCP."""
    pair = Pair(lab, server, translated("noudp", *PREFIXES[0]), lab.home("restricted")).connect()
    pair.a.wait_path("relay tcp")
    pair.wait_all_heard()
    print(pair.account())
    pair.check_end()
