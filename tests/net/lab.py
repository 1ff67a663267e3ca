"""lab: a small internet in network namespaces, and people with schat in it. Needs root, ip, nft, nsenter.

    lab = Lab()                       the public network: one namespace that routes between all that is plugged in
    a = lab.home("cone")              a router with a public address and a NAT of the kernel's, and a host behind it
    c = lab.home("nat=port loss=5%")  the same with a NAT and a line of our own make (tests/nat/words.h)
    b = lab.public()                  a host with a public address of its own
    d = lab.public(line="delay=40ms rate=100mbit")
    lab.close()                       everything is gone again

Lab(delay=0.02) has every packet take 20 ms through the public network.

All traffic between two public addresses passes the public network, where it is counted and can be cut.
"""

import collections
import ctypes
import functools
import itertools
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCHAT = os.environ.get("SCHAT", os.path.join(ROOT, "build", "schat"))
PATIENCE = float(os.environ.get("PATIENCE", 60))  # seconds that anything may take on a loaded machine
GATEWAY = "203.0.113.1"
TOOLS = ["ip", "nft", "nsenter"]

# A NAT is a ruleset of its router, whose interfaces are wan and lan. The names say how it maps and what it lets in:
#   restricted  what a home router does: the port is kept where possible, only those who were written to may answer
#   symmetric   another random port of 64,512 toward each address and port
#   random      the same, but a low port gets one of 424 low ones: Linux if it is not told otherwise
#   cone        one port toward everybody, open for everybody
#   open        like restricted, but what is not for a host behind it is for the router itself, which listens
#   noudp       restricted, and nothing but TCP passes
#   refusing    the same, but says so
#   noudp symmetric  nothing but TCP passes, from another random port toward each address and port
#   noudp resetting  noudp, and a SYN that nobody waits for is answered with a reset
#   firewall    no translation: only answers come in (IPv6)
#   firewall noudp      the same, and nothing but TCP passes
FILTER = """
table inet filter {
    chain input { type filter hook input priority 0; %(input)s
        iifname wan icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        iifname wan ct state new drop
    }
    chain forward { type filter hook forward priority 0; %(forward)s
        ct state established,related accept
        iifname wan drop
    }
}
"""
MASQUERADE = """
table ip nat {
    chain pre { type nat hook prerouting priority dstnat; }
    chain post { type nat hook postrouting priority srcnat
        oifname wan masquerade %s
    }
}
"""
CONE = """
table ip nat {
    map cone { type inet_service : ipv4_addr . inet_service; flags dynamic; }
    chain pre { type nat hook prerouting priority dstnat
        iifname wan meta l4proto udp dnat ip to udp dport map @cone
    }
    chain post { type nat hook postrouting priority srcnat
        oifname wan meta l4proto udp update @cone { udp sport : ip saddr . udp sport }
        oifname wan masquerade
    }
}
"""
NATS = {
    "restricted": MASQUERADE % "" + FILTER % {"input": "", "forward": ""},
    "symmetric": MASQUERADE.replace("%s", "to :1024-65535 fully-random").replace("wan masq", "wan meta l4proto { tcp, udp } masq")
                 + FILTER % {"input": "", "forward": ""},
    "random": MASQUERADE % "fully-random" + FILTER % {"input": "", "forward": ""},
    "cone": CONE,
    "open": MASQUERADE % "" + FILTER % {"input": "accept", "forward": ""},
    "noudp": MASQUERADE % "" + FILTER % {"input": "", "forward": "meta l4proto udp drop"},
    "noudp symmetric": MASQUERADE.replace("%s", "to :1024-65535 fully-random").replace("wan masq", "wan meta l4proto tcp masq") + FILTER % {"input": "", "forward": "meta l4proto udp drop"},
    "noudp resetting": MASQUERADE % "" + FILTER % {"input": "iifname wan tcp flags syn ct state new reject with tcp reset",
                                                   "forward": "meta l4proto udp drop"},
    "refusing": MASQUERADE % "" + FILTER % {"input": "", "forward": "meta l4proto udp reject with icmpx admin-prohibited"},
    "firewall": FILTER % {"input": "", "forward": ""},
    "firewall noudp": FILTER % {"input": "", "forward": "meta l4proto udp drop"},
}
PUBLIC = """
table inet public {
    set cut { type ipv4_addr . ipv4_addr . inet_proto; }
    set flows { type ipv4_addr . ipv4_addr . inet_proto; counter; flags dynamic; }
    set flows6 { type ipv6_addr . ipv6_addr . inet_proto; counter; flags dynamic; }
    chain forward { type filter hook forward priority 0
        oifname delay accept
        ip saddr . ip daddr . meta l4proto @cut drop
        meta nfproto ipv4 update @flows { ip saddr . ip daddr . meta l4proto }
        meta nfproto ipv6 update @flows6 { ip6 saddr . ip6 daddr . meta l4proto }
    }
}
"""
RUN = secrets.token_hex(3)
NAMES = ("schat-%s-%d" % (RUN, n) for n in itertools.count())

Host = collections.namedtuple("Host", "ns public router number box", defaults=[None])  # router: its namespace, or None
LIBC, CLONE_NEWNET = ctypes.CDLL(None, use_errno=True), 0x40000000


def why_not():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for tool in TOOLS:
        if not shutil.which(tool):
            return "%s is not installed" % tool
    if subprocess.run(["unshare", "-n", "nft", "list", "ruleset"], capture_output=True).returncode != 0:
        return "this machine forbids network namespaces or nftables"
    if not os.access(SCHAT, os.X_OK):
        return "%s is not built" % SCHAT
    return None


def has_ipv6():
    return os.path.exists("/proc/sys/net/ipv6")


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("%s: %s%s" % (" ".join(command), done.stdout, done.stderr))
    return done.stdout


def inside(ns, *command):
    return ["nsenter", "--net=/run/netns/" + ns, *command]


RESOLVERS = {}  # of namespaces that have a name server of their own: the file that says where it is


def asking(ns):
    """What comes before a program that asks the name server of its namespace."""
    if ns not in RESOLVERS:
        return []
    return ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', RESOLVERS[ns]]


@functools.lru_cache(None)
def tool(name):
    """Where box or flood is, built if need be."""
    run("make", "-s", "-C", ROOT, "BUILD=build/opt", "CC=gcc", "LIBC=system", "CFLAGS=-O2", name)
    return os.path.join(ROOT, "build", "opt", "tests", name)


class Box:
    """A line between two devices that it makes, with weather, and a NAT at the inner end if the words say so: tests/net/box.c and
    tests/nat/words.h."""

    def __init__(self, inner_ns, inner, outer_ns, outer, address, words):
        command = [tool("box"), inner_ns, inner, outer_ns, outer, address, *words.split()]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("no box: " + " ".join(command))

    def order(self, *words):
        """Words of weather, "dark", "light" or "forget"; they hold when this returns."""
        for word in words:
            self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        for word in words:
            answer = self.process.stdout.readline()
            if answer != "done\n":
                raise RuntimeError("box: " + answer)

    def count(self):
        """What it has carried and what not: a dict."""
        self.process.stdin.write("count\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Lab:
    def __init__(self, delay=0):
        self.names, self.people, self.boxes, self.hosts = [], [], [], 0
        self.folder = tempfile.mkdtemp(prefix="schat-net-")
        try:
            self.public_ns = self.namespace(PUBLIC, forward=True)
            if delay:
                self.box(self.public_ns, "delay", self.public_ns, "delayed", "delay=%dus" % (delay * 1e6))
                self.ip(self.public_ns, "link set delay up\nlink set delayed up\nroute add default dev delay table 100\n"
                        "rule add pref 100 iif delayed lookup main\nrule add pref 200 lookup 100\n")
                run(*inside(self.public_ns, "sh", "-c", "echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; "
                            "echo 0 >/proc/sys/net/ipv4/conf/delayed/rp_filter"))
        except BaseException:
            self.close()
            raise

    def close(self):
        for person in self.people:
            person.kill()
        for box in self.boxes:
            box.close()
        self.end_the_rest()
        for name in reversed(self.names):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_the_rest(self):
        """What a failed test left running in these namespaces, such as an ssh and its proxy."""
        ours = {os.stat("/run/netns/" + name).st_ino for name in self.names if os.path.exists("/run/netns/" + name)}
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.stat("/proc/%s/ns/net" % number).st_ino in ours:
                    os.kill(int(number), signal.SIGKILL)
            except OSError:
                pass  # it is gone

    # --- building

    def ip(self, ns, text):
        run(*inside(ns, "ip", "-batch", "-"), text=text)  # not ip -n, which remounts / and so fails in a chroot

    def namespace(self, ruleset="", forward=False):
        name = next(NAMES)
        self.names.append(name)
        run("ip", "netns", "add", name)
        self.ip(name, "link set lo up\n")
        if forward:
            text = "echo 1 >/proc/sys/net/ipv4/ip_forward"
            if has_ipv6():
                text += "; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"
            run(*inside(name, "sh", "-c", text))
        if ruleset:
            run(*inside(name, "nft", "-f", "-"), text=ruleset)
        return name

    def box(self, inner_ns, inner, outer_ns, outer, words, address=GATEWAY):
        box = Box(inner_ns, inner, outer_ns, outer, address, words)
        self.boxes.append(box)
        return box

    def number(self):
        """Host number N has 203.0.113.N and 2001:db8:N::/48, and is plugged into wN of the public network."""
        self.hosts += 1
        return self.hosts + 9

    def plug_in(self, ns, ipv6=False):
        """Gives the namespace an interface wan with a public address."""
        number = self.number()
        port, address = "w%d" % number, "203.0.113.%d" % number
        self.ip(self.public_ns, f"link add {port} type veth peer name wan netns {ns}\n"
                f"addr add {GATEWAY}/32 dev {port}\nlink set {port} up\nroute add {address}/32 dev {port}\n"
                + (f"addr add fe80::1/64 dev {port} nodad\nroute add 2001:db8:{number}::/48 via fe80::2 dev {port}\n" if ipv6 else ""))
        if ipv6:
            self.ip(ns, f"link set wan up\naddr add fe80::2/64 dev wan nodad\naddr add 2001:db8:{number}::1/128 dev wan nodad\n"
                    "route add default via fe80::1 dev wan\n")
        else:
            self.ip(ns, f"addr add {address}/32 dev wan\nlink set wan up\nroute add default via {GATEWAY} dev wan onlink\n")
        return number, "2001:db8:%d::1" % number if ipv6 else address

    def plug_in_by(self, words, ns, into=None):
        """The same through a box: its number, its address, and the box. With a NAT the namespace has no address yet. into: the
        namespace of a carrier, whose addresses are not public."""
        count = int((re.search(r"addresses=(\d+)", words) or [0, 1])[1])
        numbers = [self.number() for _ in range(count)]
        port, addresses = "w%d" % numbers[0], [("100.64.0.%d" if into else "203.0.113.%d") % n for n in numbers]
        box = self.box(ns, "wan", into or self.public_ns, port, words, addresses[0])
        self.ip(into or self.public_ns, f"addr add {GATEWAY}/32 dev {port}\nlink set {port} up\n"
                + "".join(f"route add {address}/32 dev {port}\n" for address in addresses)
                + (f"route add 2001:db8:{numbers[0]}::/48 dev {port}\n" if has_ipv6() and not into else ""))
        self.ip(ns, "link set wan up\n" + ("" if "nat=" in words else f"addr add {addresses[0]}/32 dev wan\n") + "route add default dev wan\n")
        return numbers[0], addresses[0], box

    def carrier(self, words):
        """A provider that has few public addresses, and a NAT before its customers: for home(into=...)."""
        ns = self.namespace(forward=True)
        _, address, box = self.plug_in_by(words, ns)
        return Host(ns, address, ns, None, box)

    def public(self, ipv6=False, line=None):
        """A host with a public address; line: the weather on its way to the internet, in words."""
        ns = self.namespace()
        if line is not None:
            number, address, box = self.plug_in_by(line, ns)
            return Host(ns, address, None, number, box)
        number, address = self.plug_in(ns, ipv6)
        return Host(ns, address, None, number)

    def home(self, nat, hosts=1, ipv6=False, into=None):
        """A host behind a router, or several. All homes have the same private addresses. nat: one of NATS, or words for a box, which
        may be a customer's of a carrier."""
        router, box = self.namespace(NATS.get(nat, ""), forward=True), None
        if nat in NATS:
            number, address = self.plug_in(router, ipv6)
        else:
            number, address, box = self.plug_in_by(nat, router, into.ns if into else None)
            address = into.public if into else address
        self.ip(router, "link add lan type bridge\nlink set lan up\n"
                + (f"addr add 2001:db8:{number}:1::1/64 dev lan nodad\n" if ipv6 else "addr add 192.168.1.1/24 dev lan\n"))
        found = []
        for i in range(hosts):
            ns = self.namespace()
            self.ip(router, f"link add h{i} type veth peer name lan netns {ns}\nlink set h{i} master lan\nlink set h{i} up\n")
            if ipv6:
                self.ip(ns, f"link set lan up\naddr add 2001:db8:{number}:1::{i + 2}/64 dev lan nodad\n"
                        f"route add default via 2001:db8:{number}:1::1\n")
                address = f"2001:db8:{number}:1::{i + 2}"
            else:
                self.ip(ns, f"link set lan up\naddr add 192.168.1.{i + 2}/24 dev lan\nroute add default via 192.168.1.1\n")
            found.append(Host(ns, address, router, number, box))
        return found[0] if hosts == 1 else found

    def socket(self, ns, kind=socket.SOCK_DGRAM, family=socket.AF_INET):
        """A socket of that namespace, for this program."""
        made = []

        def make():
            with open("/run/netns/" + ns) as file:
                if LIBC.setns(file.fileno(), CLONE_NEWNET) == 0:  # of this thread alone
                    made.append(socket.socket(family, kind))
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return made[0]

    # --- what happens on the way

    def cut(self, a, b, protocol="udp"):
        """From now on nothing goes from one public address to the other, nor back."""
        run(*inside(self.public_ns, "nft", "add element inet public cut { %s . %s . %s, %s . %s . %s }"
                    % (a.public, b.public, protocol, b.public, a.public, protocol)))

    def mend(self):
        """What was cut is whole again."""
        run(*inside(self.public_ns, "nft", "flush set inet public cut"))

    def isolate(self, router, hosts):
        """The hosts behind this router no longer reach each other."""
        self.ip(router, "".join(f"link set h{i} type bridge_slave isolated on\n" for i in range(hosts)))

    def rebind(self, host):
        """The router loses its uplink for a moment, and with it all its mappings."""
        if host.box:
            host.box.order("forget")
            return
        self.ip(host.router, f"link set wan down\nlink set wan up\nroute add default via {GATEWAY} dev wan onlink\n")

    def readdress(self, host):
        """The router's provider gives it another public address. The host as it is from now on."""
        self.hosts += 1
        address, port = "203.0.113.%d" % (self.hosts + 9), "w%d" % host.number
        self.ip(self.public_ns, f"route del {host.public}/32 dev {port}\nroute add {address}/32 dev {port}\n")
        self.ip(host.router, f"link set wan down\naddr del {host.public}/32 dev wan\naddr add {address}/32 dev wan\nlink set wan up\n"
                f"route add default via {GATEWAY} dev wan onlink\n")
        return host._replace(public=address)

    def renumber(self, host, last):
        """The host has 192.168.1.LAST from now on, and no other address."""
        self.ip(host.ns, f"addr flush dev lan\naddr add 192.168.1.{last}/24 dev lan\nroute add default via 192.168.1.1\n")

    def move(self, host, nat):
        """The host leaves its network for another home, where it happens to have the address of a first host. The host as it is from
        now on."""
        other = self.home(nat)
        self.ip(host.ns, "link del lan\n")
        self.ip(other.ns, f"link set lan netns {host.ns}\n")
        self.ip(host.ns, "link set lan up\naddr add 192.168.1.2/24 dev lan\nroute add default via 192.168.1.1\n")
        return other._replace(ns=host.ns)

    def unplug(self, host):
        """Nothing comes or goes, and nobody here notices: the line behind the router is cut."""
        self.ip(self.public_ns, f"link set w{host.number} down\n")

    def plug(self, host):
        self.ip(self.public_ns, f"link set w{host.number} up\nroute add {host.public}/32 dev w{host.number}\n")

    def narrow(self, host, mtu):
        """Larger packets do not pass the line between this router and the public network."""
        self.ip(host.router, f"link set wan mtu {mtu}\n")
        self.ip(self.public_ns, f"link set w{host.number} mtu {mtu}\n")

    def bytes_between(self, a, b, what="bytes"):
        """All bytes so far between two public addresses, both ways."""
        name = "flows6" if ":" in a.public else "flows"
        listed = json.loads(run(*inside(self.public_ns, "nft", "-j", "list", "set", "inet", "public", name)))
        total = 0
        for element in listed["nftables"][1]["set"].get("elem", []):
            source, destination, _ = element["elem"]["val"]["concat"]
            if {source, destination} == {a.public, b.public}:
                total += element["elem"]["counter"][what]
        return total

    def packets_between(self, a, b):
        return self.bytes_between(a, b, "packets")

    # --- people

    def start(self, host, *arguments, name="server", home=None, env=None):
        home = home or tempfile.mkdtemp(dir=self.folder)
        person = Person(host, name, home, arguments, env)
        self.people.append(person)
        return person

    def signal(self, host, *arguments):
        server = self.start(host, "signal", *arguments)
        server.wait_told(r"listening on ")
        return server


PATHS = {"directly, in the same network": "same network, direct udp", "directly": "direct udp",
         "through the server over TCP": "relay tcp", "through the server": "relay udp", "over TCP": "tcp"}


class Person:
    """A running schat in one namespace: told is what it says to its user (standard error), heard what the peer said."""

    def __init__(self, host, name, home, arguments, env=None):
        self.host, self.name, self.home = host, name, home
        self.told, self.heard, self.changed = [], [], threading.Condition()
        self.started = time.monotonic()
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": home, "LC_ALL": "C.UTF-8", **(env or {})}
        self.process = subprocess.Popen(inside(host.ns, *asking(host.ns), SCHAT, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, start_new_session=True)
        for stream, lines in ((self.process.stdout, self.heard), (self.process.stderr, self.told)):
            threading.Thread(target=self.follow, args=(stream, lines), daemon=True).start()

    def follow(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append((time.monotonic(), line.decode(errors="replace").rstrip("\n")))
                self.changed.notify_all()

    def __str__(self):
        return "--- %s, at %s, exit %s\n%s\nheard %d lines, the last: %s\n" % (
            self.name, self.host.public, self.process.poll(), "\n".join("%7.3f %s" % (t - self.started, x) for t, x in self.told),
            len(self.heard), self.heard[-1:])

    def wait(self, condition, seconds, what):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                raise AssertionError("%s: not after %g s: %s\n%s" % (self.name, seconds, what, self))

    def wait_told(self, pattern, seconds=PATIENCE):
        """The match of the first line its user is told that contains the pattern."""
        found = []

        def look():
            found[:] = [m for m in (re.search(pattern, x) for _, x in self.told) if m][:1]
            return found

        self.wait(look, seconds, pattern)
        return found[0]

    def told_count(self, text):
        return sum(text in x for _, x in self.told)

    def wait_heard(self, lines, seconds=PATIENCE):
        self.wait(lambda: len(self.heard) >= len(lines), seconds, "%d lines" % len(lines))
        assert [x for _, x in self.heard] == lines, str(self)

    def say(self, *lines):
        self.process.stdin.write("".join(x + "\n" for x in lines).encode())
        self.process.stdin.flush()

    def code(self):
        return self.wait_told(r"schat connect (\S+@\S+)$").group(1)

    def paths(self):
        """[(seconds since it was started, path)] as told."""
        found = [(t, re.search(r"connected (?:to \S+ )?(%s)\b" % "|".join(PATHS), x)) for t, x in self.told]
        return [(t - self.started, PATHS[m.group(1)]) for t, m in found if m]

    def path(self):
        return self.paths()[-1][1] if self.paths() else None

    def wait_path(self, path, seconds=PATIENCE):
        self.wait(lambda: self.path() == path, seconds, "path " + path)

    def first_line_after(self):
        return self.heard[0][0] - self.started

    def check_idle(self):
        """It does not keep a processor busy."""
        with open("/proc/%d/stat" % self.process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        assert used < 0.3 + 0.05 * (time.monotonic() - self.started), "%s used %.2f s of the processor\n%s" % (self.name, used, self)

    def leave(self):
        self.process.stdin.close()

    def exit_code(self, seconds=PATIENCE):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("%s does not end\n%s" % (self.name, self)) from None

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
