"""Each box is what its words say: a host behind it and an observer with two addresses, on two ports each, look at it with plain sockets."""

import itertools
import socket
import time

import pytest

from lab import PATIENCE

PORTS = 7001, 7002
IP_MTU_DISCOVER, IP_PMTUDISC_DO, IP_MTU, UDP_SEGMENT = 10, 2, 14, 103
SHORT, MARGIN = 1.5, 0.3  # seconds that a short-lived mapping lives; so much later it certainly is dead


class Observer:
    """Two public hosts with two sockets each."""

    def __init__(self, lab):
        self.sockets = {}
        self.hosts = lab.public(), lab.public()
        for host, port in itertools.product(self.hosts, PORTS):
            s = lab.socket(host.ns)
            s.bind((host.public, port))
            self.sockets[host.public, port] = s

    def place(self, host, port):
        return self.hosts[host].public, PORTS[port]

    def socket(self, host, port):
        return self.sockets[self.place(host, port)]


@pytest.fixture(scope="module")
def net(module_lab):
    """A lab, and the observer in it."""
    return module_lab, Observer(module_lab)


def packet(s, seconds=PATIENCE):
    """(bytes, source) of the next packet; None: nothing came."""
    s.settimeout(seconds)
    try:
        return s.recvfrom(2000)
    except (TimeoutError, socket.timeout):
        return None


class Prober:
    """Somebody behind a box."""

    def __init__(self, net, words):
        self.lab, self.observer = net
        self.host = self.lab.home(words)
        self.numbers = itertools.count()

    def socket(self, port=0):
        s = self.lab.socket(self.host.ns)
        s.bind(("192.168.1.2", port))
        return s

    def seen(self, s, host=0, port=0):
        """The address and port that the observer sees."""
        mark = b"%d" % next(self.numbers)
        s.sendto(mark, self.observer.place(host, port))
        while True:
            came = packet(self.observer.socket(host, port))
            assert came, "nothing gets out"
            if came[0] == mark:
                return came[1]

    def lets_in(self, s, place, host, port):
        """Whether a packet from there gets in. One from an endpoint that was written to follows it, so nothing has to be waited for."""
        mark = b"%d" % next(self.numbers)
        self.observer.socket(host, port).sendto(b"?" + mark, place)
        last = self.seen(s)
        self.observer.socket(0, 0).sendto(b"." + mark, last)
        found = False
        while True:
            came = packet(s)
            assert came, "no answer comes in"
            found |= came[0] == b"?" + mark
            if came[0] == b"." + mark:
                return found

    def mapping(self):
        s = self.socket()
        first, other_port, other_host = self.seen(s), self.seen(s, 0, 1), self.seen(s, 1, 0)
        assert self.seen(s) == first
        if first == other_port:
            return "endpoint" if first == other_host else "address"
        return "port" if first != other_host else "odd"

    def filtering(self):
        s = self.socket()
        place = self.seen(s)
        if self.lets_in(s, place, 1, 1):
            return "none"
        return "address" if self.lets_in(s, place, 0, 1) else "port"


KINDS = list(itertools.product(("endpoint", "address", "port"), ("none", "address", "port")))


@pytest.mark.parametrize("mapping, filtering", KINDS, ids=["-".join(kind) for kind in KINDS])
@pytest.mark.parametrize("ports", ["sequential", "random", "near"])
def test_box_maps_and_filters_as_declared(net, mapping, filtering, ports):
    prober = Prober(net, "nat=%s filter=%s ports=%s" % (mapping, filtering, ports))
    assert (prober.mapping(), prober.filtering()) == (mapping, filtering)


def test_box_numbers_ports_as_declared(net):
    prober = Prober(net, "nat=port filter=port ports=sequential range=40000-40511 step=3")
    s = prober.socket()
    ports = [prober.seen(s, host, port)[1] for host, port in itertools.product((0, 1), (0, 1))]
    assert all((b - a) % 512 == 3 for a, b in zip(ports, ports[1:])), ports
    prober = Prober(net, "nat=endpoint ports=random range=40000-40511")
    ports = {prober.seen(prober.socket())[1] for _ in range(40)}
    assert all(40000 <= port <= 40511 for port in ports) and max(ports) - min(ports) > 256, ports
    prober = Prober(net, "nat=port ports=near")
    s = prober.socket(5000)
    assert [prober.seen(s)[1], prober.seen(s, 0, 1)[1], prober.seen(s, 1, 0)[1]] == [5000, 5001, 5002]


def test_box_like_linux(net):
    prober = Prober(net, "nat=port filter=port ports=preserve overload lowports")
    s = prober.socket(5000)
    assert {prober.seen(s, host, port)[1] for host, port in itertools.product((0, 1), (0, 1))} == {5000}
    assert prober.filtering() == "port"
    prober = Prober(net, "nat=port filter=port ports=random overload lowports")
    assert 600 <= prober.seen(prober.socket(700))[1] <= 1023
    assert 1 <= prober.seen(prober.socket(300))[1] <= 511
    assert prober.seen(prober.socket())[1] >= 1024


@pytest.mark.parametrize("strays", ["", " strays"])
def test_box_moves_a_port_that_a_stray_packet_took(net, strays):
    prober = Prober(net, "nat=port filter=port ports=preserve overload" + strays)
    s = prober.socket(5000)
    place = prober.seen(s)
    assert place[1] == 5000 and not prober.lets_in(s, place, 1, 1)
    assert (prober.seen(s, 1, 1)[1] == 5000) == (not strays)
    assert prober.seen(s, 1, 0)[1] == 5000


def test_box_forgets_an_idle_mapping(net):
    prober = Prober(net, "nat=endpoint filter=none ports=sequential idle=%ds unanswered=%dms" % (PATIENCE, SHORT * 1000))
    s, t = prober.socket(), prober.socket()
    answered, unanswered = prober.seen(s), prober.seen(t)
    net[1].socket(0, 0).sendto(b"answer", answered)
    assert packet(s)[0] == b"answer"
    time.sleep(SHORT + MARGIN)
    assert not prober.lets_in(t, unanswered, 0, 0)
    assert prober.lets_in(s, answered, 0, 0) and prober.seen(s) == answered


def test_box_ends_a_mapping_in_spite_of_packets(net):
    prober = Prober(net, "nat=endpoint filter=none ports=sequential absolute=%dms" % (SHORT * 1000))
    s = prober.socket()
    place, end = prober.seen(s), time.monotonic() + SHORT + MARGIN
    while time.monotonic() < end:
        last = prober.seen(s)
        time.sleep(0.1)
    assert last != place


def test_box_forgets_all_when_told(net):
    prober = Prober(net, "nat=endpoint filter=none ports=sequential")
    s = prober.socket()
    place = prober.seen(s)
    prober.lab.rebind(prober.host)
    assert not prober.lets_in(s, place, 0, 0) and prober.seen(s) != place


@pytest.mark.parametrize("hairpin", ["", " hairpin"])
def test_box_hairpins_or_not(net, hairpin):
    prober = Prober(net, "nat=endpoint filter=none" + hairpin)
    s, t = prober.socket(), prober.socket()
    s_place, t_place = prober.seen(s), prober.seen(t)
    t.sendto(b"hairpin", s_place)
    prober.seen(t)  # what it sent before has gone through the box
    net[1].socket(0, 0).sendto(b"last", s_place)
    came = packet(s)
    if hairpin:
        assert came == (b"hairpin", t_place)
    else:
        assert came[0] == b"last"


def test_box_with_several_addresses(net):
    prober = Prober(net, "nat=port filter=port addresses=4 pooled")
    first = int(prober.host.public.rsplit(".", 1)[1])
    places = {prober.seen(prober.socket())[0] for _ in range(40)}
    assert places == {"203.0.113.%d" % (first + i) for i in range(4)}


def test_box_drops_what_is_too_big(net):
    """And says so, or not."""
    for words, told in ("nat=endpoint mtu=1100", False), ("nat=endpoint mtu=1100 icmp", True):
        prober = Prober(net, words)
        s = prober.socket()
        s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        s.connect(prober.observer.place(0, 0))
        s.send(bytes(1100 - 28))
        assert len(packet(prober.observer.socket(0, 0))[0]) == 1100 - 28
        s.send(bytes(1101 - 28))
        s.settimeout(PATIENCE if told else 0.2)
        with pytest.raises(OSError) as caught:
            s.recv(1)
        assert (caught.value.errno is not None) == told, caught.value
        assert s.getsockopt(socket.IPPROTO_IP, IP_MTU) == (1100 if told else 1500)
        assert prober.host.box.count()["out"]["too_big"] == 1


def test_box_blocks(net):
    lab, observer = net
    prober = Prober(net, "nat=endpoint udp=refused icmp tcp=443")
    s = prober.socket()
    s.connect(observer.place(0, 0))
    s.send(b"?")
    s.settimeout(PATIENCE)
    with pytest.raises(OSError) as caught:
        s.recv(1)
    assert caught.value.errno
    prober.host.box.order("udp=blocked")
    blocked = prober.socket()
    blocked.sendto(b"?", observer.place(0, 0))
    listeners = []
    for port in 443, 444:
        listener = lab.socket(observer.hosts[0].ns, socket.SOCK_STREAM)
        listener.bind((observer.hosts[0].public, port))
        listener.listen()
        listeners.append(listener)
    tcp = lab.socket(prober.host.ns, socket.SOCK_STREAM)
    tcp.settimeout(PATIENCE)
    tcp.connect((observer.hosts[0].public, 443))
    accepted, _ = listeners[0].accept()
    accepted.sendall(b"through the NAT")
    assert tcp.recv(100) == b"through the NAT"
    tcp = lab.socket(prober.host.ns, socket.SOCK_STREAM)
    tcp.settimeout(0.3)
    with pytest.raises((TimeoutError, socket.timeout)):
        tcp.connect((observer.hosts[0].public, 444))
    assert packet(observer.socket(0, 0), 0.1) is None


def test_box_loses_in_bursts(net):
    prober = Prober(net, "nat=endpoint out.loss=20% out.burst=10")
    s = prober.socket()
    for _ in range(3000):
        s.sendto(b"x", prober.observer.place(0, 0))
    while True:
        counted = prober.host.box.count()["out"]
        if counted["packets"] + counted["lost"] >= 3000:
            break
        time.sleep(0.01)
    assert 300 < counted["lost"] < 1000, counted  # 600; bursts make it vary by 110


def test_box_delays(net):
    lab, observer = net
    host = lab.public(line="delay=150ms")
    s = lab.socket(host.ns)
    s.bind((host.public, 0))
    began = time.monotonic()
    s.sendto(b"there", observer.place(1, 1))
    _, place = packet(observer.socket(1, 1))
    observer.socket(1, 1).sendto(b"and back", place)
    assert packet(s)[0] == b"and back"
    assert time.monotonic() - began >= 0.3


def test_box_cuts_trains_into_packets(net):
    """Of datagrams that were given to the system as one, each is a packet on the line."""
    lab, observer = net
    host = lab.public(line="mtu=1028")
    s = lab.socket(host.ns)
    s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
    s.sendto(b"".join(b"%d" % i * 1000 for i in range(10)), observer.place(1, 0))
    assert [packet(observer.socket(1, 0))[0] for _ in range(10)] == [b"%d" % i * 1000 for i in range(10)]
    assert host.box.count()["out"]["packets"] >= 10


def test_box_has_a_rate_and_a_queue(net):
    """A line that carries seven packets a second and has room for forty is given three hundred."""
    lab, observer = net
    host = lab.public(line="out.rate=64kbit out.queue=48k")
    s, began = lab.socket(host.ns), time.monotonic()
    for _ in range(300):
        s.sendto(bytes(1172), observer.place(0, 1))
    assert packet(observer.socket(0, 1))
    while True:
        dropped, elapsed = host.box.count()["out"]["dropped"], time.monotonic() - began
        if dropped >= 300 - 40 - 7 * elapsed:
            break
        time.sleep(0.01)
    assert 0 < dropped <= 262
