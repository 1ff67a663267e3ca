"""Where a packet can be sent: an address, a connection, a pair of the forwarder."""

import socket

import wire

def listening(host="127.0.0.1", port=0):
    """A UDP socket and a TCP listener at the same port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind((host, port))
            return udp, socket.create_server((host, udp.getsockname()[1]))
        except OSError:
            udp.close()
            if port:
                raise


class Udp:
    """An address, over the peer's one UDP socket. In OPEN while a cookie is all that speaks for us."""
    rank, reliable, broken = 3, False, False

    def __init__(self, sock, addr, cookie=None):
        self.sock, self.addr, self.cookie = sock, addr, cookie
        self.key = ("udp", sock.fileno(), addr)

    def address(self):
        return wire.address(*self.addr)

    def send(self, packet):
        if self.cookie:
            packet = bytes([wire.OPEN, wire.VERSION]) + self.cookie + packet
        try:
            self.sock.sendto(packet, self.addr)
        except OSError:
            pass

    def opened(self):
        self.cookie = None


class Tcp:
    """A connection. What it cannot take at once waits in it."""
    rank, reliable = 2, True

    def __init__(self, sock):
        self.sock, self.broken, self.into, self.waiting = sock, False, bytearray(), bytearray()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.key = ("tcp", id(self))

    def address(self):
        try:
            return wire.address(*self.sock.getpeername()[:2])
        except OSError:
            return b"\0" * 18

    def send(self, packet):
        self.waiting += wire.len16(packet)
        self.flush()

    def flush(self):
        try:
            while self.waiting:
                del self.waiting[:self.sock.send(self.waiting)]
        except BlockingIOError:
            pass
        except OSError:
            self.broken = True

    def packets(self):
        """What has come, or [] at the end."""
        try:
            some = self.sock.recv(65536)
            self.broken |= not some
            self.into += some
        except BlockingIOError:
            pass
        except OSError:
            self.broken = True
        while 2 <= len(self.into) and int.from_bytes(self.into[:2], "big") <= wire.DATAGRAM and len(self.into) >= 2 + int.from_bytes(self.into[:2], "big"):
            size = int.from_bytes(self.into[:2], "big")
            packet = bytes(self.into[2:2 + size])
            del self.into[:2 + size]
            if packet:
                yield packet
        self.broken |= len(self.into) >= 2 and int.from_bytes(self.into[:2], "big") > wire.DATAGRAM

    def opened(self):
        pass

    def close(self):
        self.broken = True
        self.sock.close()


class Forward:
    """A pair of the forwarder."""
    reliable = False

    def __init__(self, server, pair, peer, host):
        self.server, self.pair, self.peer, self.host, self.broken = server, pair, peer, host, False
        self.rank = 1 if server.rank == 3 else 0
        self.key = ("pair", pair)

    def address(self):
        return b"\0" * 18

    def send(self, packet):
        self.server.send(bytes([wire.FORWARD]) + self.pair + packet)

    def opened(self):
        pass
