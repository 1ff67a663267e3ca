"""Run by test_security_network.py in a network namespace of its own, where everything that is sent anywhere goes to a wire that is
listened to: holds a conversation of schat and prints, as JSON, where the packets of it went: [[protocol, address], ...].

    alone_on_a_network.py FOLDER signal | tcp | udp | elsewhere
"""

import json
import pathlib
import socket
import subprocess
import sys
import threading

from hosts import SCHAT, Host, Signal, connect, free_port, serve

ETH_P_ALL, OUTGOING = 3, 4
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}


class Wire:
    """Everything that leaves this host or stays in it, since both take the loopback interface here."""

    def __init__(self):
        subprocess.run(["ip", "-batch", "-"], input="link set lo up\nroute add default dev lo\n", text=True, check=True)
        subprocess.run(["ip", "-6", "route", "add", "default", "dev", "lo"], capture_output=True)
        self.seen = set()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.2)
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        while not self.end.is_set():
            try:
                packet, where = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            kind, body = packet[12:14], packet[14:]
            if where[2] != OUTGOING:
                continue
            if kind == b"\x08\x00":
                self.seen.add((PROTOCOLS.get(body[9], str(body[9])), socket.inet_ntop(socket.AF_INET, body[16:20])))
            elif kind == b"\x86\xdd":
                self.seen.add((PROTOCOLS.get(body[6], str(body[6])), socket.inet_ntop(socket.AF_INET6, body[24:40])))
            else:
                self.seen.add((kind.hex(), "?"))

    def close(self):
        self.end.set()
        self.thread.join()
        return sorted(self.seen)


def talk(a, b):
    a.connected()
    b.connected()
    b.say("here I am")
    a.hears("here I am")
    b.leave()
    b.ends()
    a.ends()


def main(folder, way):
    folder = pathlib.Path(folder)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "schat").symlink_to(SCHAT)
    hosts = [Host(name, folder / name, bin_folder) for name in ("server", "alice", "bob")]
    server, alice, bob = hosts
    wire = Wire()
    try:
        if way == "elsewhere":  # the control: an address that was given is seen, and no other
            bob.run("connect", "--timeout", "1", "tcp://acid-zebra@192.0.2.9:7", code=3)
        elif way == "signal":
            signal = Signal(server)
            a = serve(alice, "lines", "-s", signal.address)
            talk(a, connect(bob, "lines", a.command()))
            a = serve(alice, "lines", "-s", signal.address, "--allow", "bob")
            a.run.says("waiting for bob")
            talk(a, connect(bob, "lines", "schat connect alice"))
        else:
            a = serve(alice, "lines", "%s://127.0.0.1:%d" % (way, free_port()))
            talk(a, connect(bob, "lines", a.command()))
    finally:
        for host in hosts:
            host.stop()
        print(json.dumps(wire.close()))


if __name__ == "__main__":
    main(*sys.argv[1:])
