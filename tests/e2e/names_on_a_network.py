"""Run by test_names.py in a network and with files of its own: the name server is here, and says what a test wants.

    names_on_a_network.py FOLDER half | moved | late | contact | none | zone | ways | services | check
"""

import pathlib
import re
import socket
import struct
import subprocess
import sys
import threading

from hosts import SCHAT, UNREACHABLE, USAGE, Host, connect, serve

FIRST, SECOND = "10.0.0.1", "10.0.0.2"
FAILS = 2  # SERVFAIL
NONE = 3   # NXDOMAIN
SILENCE = -1


class Names:
    """The name server of this network. answer: an address for A questions, or a failure; those for AAAA fail. services: the SRV
    records of a name, as (priority, port, host), and addresses: of hosts that have one of their own."""

    def __init__(self, folder, answer):
        self.answer, self.asked, self.services, self.addresses = answer, threading.Event(), {}, {}
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", str(folder / "resolv.conf"), "/etc/resolv.conf"], check=True)
        subprocess.run(["ip", "-batch", "-"], input="link set lo up\naddr add %s/32 dev lo\naddr add %s/32 dev lo\n" % (FIRST, SECOND),
                       text=True, check=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, who = self.socket.recvfrom(512)
            end = question.index(b"\0", 12) + 5
            name, a, srv = self.name(question), question[end - 4:end - 2] == b"\0\1", question[end - 4:end - 2] == b"\0\x21"
            answer = self.addresses.get(name, self.answer)
            good = a and isinstance(answer, str)
            code = 0 if good else NONE if srv else FAILS if isinstance(answer, str) else answer
            records = [(1, socket.inet_aton(answer))] if good else []
            for priority, port, host in self.services.get(name, []) if srv else []:
                labels = b"".join(bytes([len(part)]) + part.encode() for part in host.split(".")) + b"\0"
                records.append((33, struct.pack(">HHH", priority, 0, port) + labels))
            code = 0 if records else code
            if code == SILENCE:
                continue
            packed = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 1, len(data)) + data for kind, data in records)
            self.socket.sendto(question[:2] + struct.pack(">BBHHHH", 0x81, 0x80 | code, 1, len(records), 0, 0) + question[12:end] + packed,
                               who)
            self.asked.set()

    def name(self, question):
        parts, at = [], 12
        while question[at]:
            parts.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        return ".".join(parts)

    def hears_again(self):
        """Waits for a question from now on."""
        self.asked.clear()
        assert self.asked.wait(60)


def start_server(host, address):
    run = host.start("signal", "-l", address, stdin=subprocess.DEVNULL)
    run.says("listening on " + re.escape(address))
    return run


def meet(alice, bob):
    b = connect(bob, "lines", "schat connect alice -s vps.example")
    b.connected()
    alice.connected()
    b.leave()
    b.ends()


def half(names, server, alice, bob):
    run = bob.run("connect", "tcp://velvet-anchor@vps.example:9", code=UNREACHABLE)
    assert "can't reach tcp://vps.example:9: Connection refused" in run.errors


def none(names, server, alice, bob):
    names.answer = NONE
    run = bob.run("connect", "107-velvet-anchor@vps.example", code=UNREACHABLE)
    assert "can't find vps.example: no such host" in run.errors


def moved(names, server, alice, bob):
    first = start_server(server, FIRST)
    a = serve(alice, "lines", "-s", "vps.example", "--keep")
    a.run.says("waiting for bob")
    first.stop()
    names.answer = SECOND
    start_server(server, SECOND)
    a.run.says("can't reach the signaling server vps.example.*still trying")
    meet(a, bob)


def services(names, server, alice, bob):
    """A domain names its servers: the code is of the first, contacts meet at any, and the peers file has the domain."""
    names.services["_schat._udp.vps.example"] = [(20, 7302, "b.vps.example"), (10, 7301, "a.vps.example")]
    names.addresses.update({"a.vps.example": FIRST, "b.vps.example": SECOND})
    start_server(server, FIRST + ":7301")
    second = start_server(server, SECOND + ":7302")
    a = serve(alice, "lines", "-s", "vps.example", "--keep")
    line = a.command()
    assert line.endswith("@a.vps.example:7301"), line
    b = connect(bob, "lines", "schat connect alice -s vps.example")
    b.connected()
    a.connected()
    b.leave()
    b.ends()
    assert "signal=vps.example" in (bob.home / "peers").read_text()
    second.stop()
    meet(a, bob)


def check(names, server, alice, bob):
    """What schat check says of names; not all that a name server says is fit for a terminal."""
    names.answer = NONE
    assert "can't find vps.example: no such host" in bob.run("check", "vps.example", code=UNREACHABLE).errors
    names.answer = SILENCE
    start_server(server, FIRST + ":7301")
    alone = alice.start("check", "vps.example")
    run = bob.run("check", FIRST + ":7301", "vps.example")
    assert "server vps.example has no address: the name servers don't answer\n" in run.output
    assert "can't find vps.example: the name servers don't answer" in alone.ends(UNREACHABLE).errors
    names.answer = NONE
    names.services["_schat._udp.vps.example"] = [(20, 7301, "a.vps.example"), (10, 7302, "\x1b[31m\nb.vps.example")]
    names.addresses["a.vps.example"] = FIRST
    run = bob.run("check", "vps.example")
    assert run.output.startswith("server a.vps.example:7301 answers over UDP and TCP\nthis network:\n")
    assert "\x1b" not in run.output + run.errors


def late(names, server, alice, bob):
    names.answer = FAILS
    start_server(server, FIRST)
    a = serve(alice, "lines", "-s", "vps.example", "--keep")
    a.run.says("can't find vps.example: the name servers don't answer; still trying")
    names.hears_again()
    names.answer = FIRST
    a.run.says("waiting for bob")
    meet(a, bob)


def contact(names, server, alice, bob):
    start_server(server, FIRST)
    a = serve(alice, "lines", "-s", FIRST, "--keep")
    a.run.says("waiting for bob")
    names.answer = FAILS
    b = connect(bob, "console", "schat connect alice -s vps.example")
    b.wait_for("can't find vps.example")
    names.hears_again()
    names.answer = FIRST
    b.connected()
    b.leave()
    b.ends()


def zone(names, server, alice, bob):
    subprocess.run(["ip", "-batch", "-"], input="link add v0 type veth peer name v1\nlink set v0 up\nlink set v1 up\n"
                   "addr add fe80::5/64 dev v0 nodad\n", text=True, check=True)
    run = bob.run("connect", "tcp://velvet-anchor@[fe80::5]:9", code=USAGE)
    assert "Add the interface of this host that leads there, as in fe80::5%eth0" in run.errors
    run = bob.run("connect", "tcp://velvet-anchor@[fe80::5%v7]:9", code=USAGE)
    assert "no interface named in 'fe80::5%v7'" in run.errors
    run = alice.run("serve", "udp://[fe80::5]:9", code=USAGE)
    assert "Add the interface" in run.errors
    start_server(server, "[fe80::5%v0]:7242")
    for way in "tcp://[fe80::5%v0]:7300", "udp://[fe80::5%v0]:7300", "-s [fe80::5%v0]":
        a = serve(alice, "lines", *way.split(), "--keep")
        line = a.command()
        assert line.endswith("@[fe80::5%%v0]%s'" % (":7300" if "//" in way else ""))
        b = connect(bob, "lines", line)
        b.connected()
        a.connected()
        b.leave()
        b.ends()
        a.run.stop()
        bob.run("peers", "forget", "alice")
        alice.run("peers", "forget", "bob")


def ways(names, server, alice, bob):
    """What is printed for the other host is what it can use."""
    subprocess.run(["ip", "-batch", "-"], input="addr del %s/32 dev lo\naddr del %s/32 dev lo\nlink add wg0 type veth peer name p\n"
                   "link set wg0 up\nlink set p up\naddr add 10.9.9.9/24 dev wg0\n" % (FIRST, SECOND), text=True, check=True)
    for way in "tcp", "udp":
        a = serve(alice, "lines", way + "://")
        assert a.command().endswith("@10.9.9.9:7242")
        a.run.stop()
    subprocess.run(["ip", "addr", "add", "192.168.7.7/24", "dev", "p"], check=True)
    subprocess.run(["ip", "-6", "addr", "add", "fd99::5/64", "dev", "p", "nodad"], check=True)
    a = serve(alice, "lines", "tcp://0.0.0.0:7300")
    printed = a.command().split("@")[1]
    other = {"10.9.9.9:7300": "192.168.7.7:7300", "192.168.7.7:7300": "10.9.9.9:7300"}[printed]
    a.run.says("if the other host can't reach that address, use %s$" % re.escape(other))
    a.run.stop()
    subprocess.run(["ip", "link", "del", "wg0"], check=True)
    a = serve(alice, "lines", "tcp://")
    assert a.command().endswith("@127.0.0.1:7242")
    a.run.says("this host has no address that another host could use")


def main(folder, case):
    folder = pathlib.Path(folder)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "schat").symlink_to(SCHAT)
    hosts = [Host(name, folder / name, bin_folder) for name in ("server", "alice", "bob")]
    names = Names(folder, FIRST)
    hosts[1].knows(hosts[2])
    hosts[2].knows(hosts[1])
    try:
        {"half": half, "none": none, "zone": zone, "ways": ways, "moved": moved, "late": late, "contact": contact,
         "services": services, "check": check}[case](names, *hosts)
    finally:
        for host in hosts:
            host.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
