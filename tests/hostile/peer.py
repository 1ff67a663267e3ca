"""A whole peer, initiator or responder, over udp://, tcp:// and a signaling server (sections 2, 3, 6.7, and SIGNALING).

One thread: nothing happens but in until(), which waits for an event of the test's choice. For instance

    peer = Peer(wire.INITIATOR, identity=crypto.X25519(), words="velvet-anchor")
    peer.tcp("127.0.0.1", 7242)
    peer.until(lambda: peer.session, "a session")
"""

import os
import selectors
import socket
import time

import crypto
import stamp
import wire
from routes import Forward, Tcp, Udp
from session import Session

PATIENCE = float(os.environ.get("PATIENCE", 25))  # seconds that anything may take on a loaded machine


def host_of(sock):
    return sock.getsockname()[:2]


class Shake:
    """A key agreement over one route, with fragments and repeats."""

    def __init__(self, peer, cid, route, agreement):
        self.peer, self.cid, self.route, self.agreement = peer, cid, route, agreement
        self.number, self.message, self.due, self.wait = -1, None, 0, 0.25
        self.parts, self.refused, self.failed, self.session = {}, None, None, None
        self.begun = self.progress = time.monotonic()
        self.total = 0
        if agreement.role == wire.INITIATOR:
            self.say(0, agreement.start())

    def say(self, number, message):
        self.number, self.message, self.wait = number, message, 0.25
        self.repeat()

    def repeat(self):
        psk = self.agreement.psks[0] if self.agreement.psks else crypto.ZERO_PSK
        for packet in wire.fragments(self.agreement.suite, self.cid, self.number, self.message, lambda p: crypto.piece_tag(psk, p)):
            self.route.send(packet)
        self.due, self.wait = time.monotonic() + self.wait, min(2, 2 * self.wait)

    def tick(self, now):
        over = self.session or self.failed
        if self.agreement.role == wire.INITIATOR and self.message and not over and now >= self.due:
            self.repeat()

    def came(self, f):
        """A fragment; numbers alternate, ours and theirs."""
        if self.failed:
            return
        if f.number == self.number - 1 and f.offset == 0 and self.agreement.role == wire.RESPONDER and self.message:
            self.repeat()
            return
        if f.number != self.number + 1 or f.suite != self.agreement.suite:
            return
        for at, part in self.parts.items():
            low, high = max(at, f.offset), min(at + len(part), f.offset + len(f.bytes))
            if f.total != self.total or low < high and part[low - at:high - at] != f.bytes[low - f.offset:high - f.offset]:
                self.failed = crypto.Refused("other bytes for an offset")
                return
        self.total, self.parts[f.offset] = f.total, f.bytes
        whole = b""
        for at in sorted(self.parts):
            if at <= len(whole):
                whole += self.parts[at][len(whole) - at:]
        if len(whole) < f.total:
            return
        self.parts = {}
        self.progress = time.monotonic()
        try:
            answer = self.agreement.take(whole)
        except (crypto.Refused, wire.Malformed) as e:
            self.failed = e
            if getattr(e, "reason", 0) and self.agreement.role == wire.RESPONDER:
                self.route.send(wire.refuse(self.agreement.suite, self.cid, e.reason))
            return
        if answer is not None:
            self.say(f.number + 1, answer)
        else:
            self.number, self.message = f.number, None
        if self.agreement.done:
            payload = self.agreement.inner.payload
            first_use = self.agreement.psk == crypto.ZERO_PSK and self.agreement.suite != wire.PSEUDO
            if not 1 <= len(payload) <= 129 or first_use and len(payload) != 3 + payload[2]:
                self.failed = crypto.Refused("payload")
                return
            self.session = Session(self.peer, self.agreement.role, self.agreement.suite, self.agreement, self.route)
            self.peer.sessions.append(self.session)
            modes = [payload[1:2], self.peer.payload[1:2]]
            if self.agreement.role == wire.RESPONDER:
                modes.reverse()
            if modes[0] != modes[1] and modes != [bytes([wire.PORT]), bytes([wire.PIPE])]:  # a responder's, an initiator's
                self.session.close(wire.MODE)
            elif self.peer.knows is not None and not self.agreement.words and self.session.peer not in self.peer.knows:
                self.session.close(wire.NOT_TRUSTED)


class Server:
    """Our side of a signaling server: HELLO, JOIN, INTRO, over UDP or TCP."""

    def __init__(self, peer, route, joins, role, key=None):
        self.peer, self.route, self.role, self.rank, self.key = peer, route, role, route.rank, key
        self.joins = joins  # tokens; None: give me a nameplate
        self.tags = {token: os.urandom(8) for token in joins}
        self.cookie, self.nonce, self.due, self.waits, self.intros, self.errors = None, os.urandom(8), 0, {}, {}, []
        self.nameplate, self.seen_as, self.wait = 0, None, 0.2

    def send(self, some):
        self.route.send(stamp.put(some, self.key))

    def tick(self, now):
        if now < self.due:
            return
        if not self.cookie:
            self.send(wire.hello(self.nonce))
            self.due, self.wait = now + self.wait, min(2, 2 * self.wait)
            return
        self.join()
        self.due = now + (1 if len(self.waits) < len(self.joins) else 10)

    def join(self, leave=False):
        for token in self.joins:
            real = token if token is not None else wire.room(self.nameplate) if self.nameplate else b"\0" * 16
            ask = token is None and not self.nameplate
            self.send(wire.join(self.cookie.value, real, self.tags[token], self.role, number=ask, leave=leave))

    def came(self, some):
        kind = some[0]
        if kind == wire.COOKIE:
            cookie = wire.Cookie(some)
            if cookie.nonce == self.nonce:
                first, self.cookie, self.seen_as = not self.cookie, cookie, wire.from_address(cookie.address)
                if first:
                    self.due = 0
        elif kind == wire.WAIT:
            wait = wire.Wait(some)
            self.waits[wait.tag] = wait
            if wait.nameplate and wait.tag == self.tags.get(None):
                self.nameplate = wait.nameplate
        elif kind == wire.INTRO:
            intro = wire.Intro(some)
            self.send(bytes([wire.FORWARD]) + intro.pair)
            new = intro.pair not in self.intros
            self.intros[intro.pair] = intro
            if new:
                self.peer.introduced(self, intro)
        elif kind == wire.ERROR:
            e = wire.Error(some)
            self.errors.append(e.code)
            if e.code == wire.BAD_COOKIE:
                self.cookie, self.due = None, 0
        elif kind == wire.FORWARD:
            intro = self.intros.get(some[1:9])
            route = Forward(self, some[1:9], intro.peer if intro else b"", intro.host if intro else b"")
            if len(some) > 9:
                self.peer.packet(route, some[9:])


class Peer:
    """trust: words (and nameplate), or psks; a responder may have several. identity: of the suite's kind."""

    def __init__(self, role, suite=wire.NOISE, identity=None, mode=wire.CHAT, nick=b"kit", words=None, nameplate=0, psks=(),
                 flags=0, host="127.0.0.1", more=b"", knows=None):
        self.role, self.suite, self.identity, self.flags = role, suite, identity, flags
        self.payload = wire.payload(flags, mode, nick, more)
        self.words, self.nameplate, self.psks = words, nameplate, list(psks)
        self.knows = knows  # a responder's: the keys it accepts under its contact psk; None: any
        self.host = host
        self.selector, self.udp = selectors.DefaultSelector(), None
        self.shakes, self.sessions, self.refusals, self.errors, self.log = {}, [], [], [], []
        self.server, self.secret = None, os.urandom(16)
        self.hellos = []  # [addr, nonce, due, wait, ladder]
        self.punch = True
        self.tcps, self.listeners = [], []
        self.again = None  # a pair by which a session has met again
        self.beside = []  # other peers that live in the same thread
        self.packets = []  # every packet that came: (route, packet), for those who look

    # ---- sockets ----

    def open_udp(self, port=0):
        if not self.udp:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind((self.host, port))
            self.udp.setblocking(False)
            self.selector.register(self.udp, selectors.EVENT_READ, self.from_udp)
        return self.udp

    def from_udp(self, sock):
        for _ in range(64):
            try:
                some, addr = sock.recvfrom(65536)
            except OSError:
                return
            if some:
                self.datagram(sock, addr, some)

    def datagram(self, sock, addr, some):
        if self.server and self.server.route.key == ("udp", sock.fileno(), addr):
            return self.server.came(some)
        if some[0] == wire.HELLO and self.role == wire.RESPONDER and (len(some) < 96 or some[1] != wire.VERSION):
            return
        if some[0] == wire.HELLO and self.role == wire.RESPONDER:
            value = crypto.sha256(self.secret, repr(addr).encode())[:16]
            sock.sendto(wire.cookie(some[2:10], wire.address(*addr), value), addr)
        elif some[0] == wire.COOKIE:
            cookie = wire.Cookie(some)
            for entry in self.hellos:
                if entry[0] == addr and entry[1] == cookie.nonce:
                    self.hellos.remove(entry)
                    self.begin(Udp(sock, addr, cookie.value))
                    return
        elif some[0] == wire.OPEN and self.role == wire.RESPONDER:
            if some[1:2] != b"\x01":
                return
            if some[2:18] == crypto.sha256(self.secret, repr(addr).encode())[:16]:
                self.packet(Udp(sock, addr), some[18:])
            elif len(some) >= 56:
                sock.sendto(wire.error(wire.BAD_COOKIE), addr)
        elif some[0] != wire.HANDSHAKE or self.role == wire.INITIATOR:
            self.packet(Udp(sock, addr), some)

    def udp_to(self, host, port):
        """Begins with udp://."""
        self.open_udp()
        self.hellos.append([(host, port), os.urandom(8), 0, 0.25])

    def tcp(self, host, port):
        """Begins with tcp://."""
        sock = socket.create_connection((host, port), PATIENCE, (self.host, 0))
        return self.begin(self.adopt(sock))

    def adopt(self, sock):
        route = Tcp(sock)
        self.tcps.append(route)
        self.selector.register(sock, selectors.EVENT_READ, lambda _: self.from_tcp(route))
        return route

    def from_tcp(self, route):
        for packet in route.packets():
            if self.server and self.server.route is route:
                self.server.came(packet)
            else:
                self.packet(route, packet)
        if route.broken:
            self.drop(route)

    def drop(self, route):
        route.broken = True
        if route in self.tcps:
            self.tcps.remove(route)
            self.selector.unregister(route.sock)
            route.sock.close()

    def listen(self, kind, port=0):
        """Waits as udp:// or tcp://; the port."""
        if kind == "udp":
            return host_of(self.open_udp(port))[1]
        sock = socket.create_server((self.host, port))
        self.listeners.append(sock)
        self.selector.register(sock, selectors.EVENT_READ, lambda s: self.adopt(s.accept()[0]))
        return host_of(sock)[1]

    def meet(self, host, port, joins, tcp=False, key=None):
        """Joins rooms of the signaling server: tokens, or [None] for a new nameplate. key: that a closed server wants."""
        if tcp:
            route = self.adopt(socket.create_connection((host, port), PATIENCE, (self.host, 0)))
        else:
            route = Udp(self.open_udp(), (host, port))
        self.server = Server(self, route, joins, self.role, key)
        return self.server

    # ---- packets ----

    def agreement(self, **more):
        return crypto.Agreement(self.role, self.suite, self.identity, self.payload, self.psks, self.words, self.nameplate, **more)

    def begin(self, route):
        """The initiator's key agreement on a route."""
        shake = Shake(self, os.urandom(8), route, self.agreement())
        self.shakes[shake.cid] = shake
        return shake

    def introduced(self, server, intro):
        route = Forward(server, intro.pair, intro.peer, intro.host)
        if self.sessions:
            self.again = route  # 6.9-2
        elif self.role == wire.INITIATOR:
            self.begin(route)

    def packet(self, route, some):
        if not some:
            return
        self.packets.append((route, some))
        if len(some) > wire.PACKET:
            return
        try:
            if some[0] == wire.HANDSHAKE:
                self.handshake(route, wire.Fragment(some))
            elif some[0] == wire.REFUSE and len(some) >= 12:
                self.refusals.append((some[11], some[2]))
            elif wire.SEALED <= some[0] <= wire.SEALED + 3:
                for session in self.sessions:
                    if some[1:9] in session.mine:
                        session.came(route, some)
        except wire.Malformed as e:
            self.errors.append(str(e))

    def handshake(self, route, f):
        shake = self.shakes.get(f.cid)
        if not shake and self.role == wire.RESPONDER and f.number == 0:
            if f.version != wire.VERSION or f.suite != self.suite:
                route.send(wire.refuse(self.suite, f.cid, wire.NO_SUITE if f.version == wire.VERSION else wire.NO_VERSION))
                return
            if f.tag and f.suite == wire.HYBRID:
                if f.total != 1249 or not any(f.tag == crypto.piece_tag(psk, f.tagged) for psk in self.psks):
                    return
            elif f.offset or len(f.bytes) != f.total:
                return
            shake = self.shakes[f.cid] = Shake(self, f.cid, route, self.agreement())
        if shake:
            shake.came(f)

    def candidates_came(self, session, body):
        """6.7: ours, when we are asked; then probes of theirs."""
        session.events.append(("candidates", body))
        if not self.punch or not self.udp:
            return
        if session.role == wire.RESPONDER:
            session.control(self.our_candidates(body[0]))
        for i in range(body[1]):
            host, port = wire.from_address(body[3 + 19 * i:21 + 19 * i])
            if ":" in host:
                continue
            for ms in (0, 20, 60, 140, 300, 620, 1100):
                session.probing.append((time.monotonic() + ms / 1000, Udp(self.udp, (host, port))))

    def our_candidates(self, number):
        return wire.candidates(number, [(1, *host_of(self.udp))])

    def fire(self, number=1):
        """The initiator's: asks for a direct path."""
        self.session.control(self.our_candidates(number))

    # ---- waiting ----

    @property
    def session(self):
        """The newest session in which something of the other has opened."""
        return next((s for s in reversed(self.sessions) if s.opened), None)

    @property
    def failed(self):
        return next((s.failed for s in self.shakes.values() if s.failed), None)

    def step(self, wait=0.02):
        for key, _ in self.selector.select(wait):
            key.data(key.fileobj)
        now = time.monotonic()
        for entry in self.hellos:
            if now >= entry[2]:
                self.udp.sendto(wire.hello(entry[1], 96), entry[0])
                entry[2], entry[3] = now + entry[3], min(2, entry[3] * 2)
        if self.server:
            self.server.tick(now)
        for shake in list(self.shakes.values()):
            shake.tick(now)
        for session in self.sessions:
            session.tick(now)
            if self.punch and not session.fired and session.opened and self.role == wire.INITIATOR and self.udp \
                    and isinstance(session.path.route, Forward):
                session.fired = True
                self.fire()
        for route in list(self.tcps):
            route.flush()
        for other in self.beside:
            other.step(0)

    def until(self, condition, what, seconds=PATIENCE):
        """The first true value of condition()."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            assert time.monotonic() < end, "not seen in time: %s (refused %s, failed %s, errors %s, closed %s)" % (
                what, self.refusals, self.failed, self.errors, [s.closed or s.closing for s in self.sessions])
            self.step()

    def sees(self, run, words, seconds=PATIENCE):
        """Until the program has printed words."""
        return self.until(lambda: words in run.output, "%r of %s" % (words, run.story()), seconds)

    def outlives(self, run, code=None, seconds=PATIENCE):
        """Until the program has ended, with code."""
        self.until(lambda: not run.alive, "the end of " + run.story(), seconds)
        return run.ends(code)

    def talk(self, seconds=PATIENCE):
        """Until there is a session."""
        return self.until(lambda: self.session, "a session", seconds)

    def end(self, seconds=PATIENCE):
        """Until the session is over: the code of its CLOSE."""
        session = self.session
        self.until(lambda: session.closed or (session.closing and not self.linger(session)), "the end", seconds)
        return (session.closed or session.closing)[0]

    def linger(self, session):
        session.lingers = getattr(session, "lingers", time.monotonic() + 0.5)
        return time.monotonic() < session.lingers

    def quiet(self, seconds):
        """Goes on for so long: to see that something does not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.step()

    def close(self):
        for route in list(self.tcps):
            self.drop(route)
        for sock in self.listeners + ([self.udp] if self.udp else []):
            sock.close()
        self.selector.close()
