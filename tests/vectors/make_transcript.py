#!/usr/bin/python3
"""make_transcript: writes the annotated conversations into docs/PROTOCOL.md (appendix B) and docs/SIGNALING.md (appendix).

The handshake's messages and keys are those of protocol.json; everything behind them is made here, by an implementation that shares
nothing with the program. With --check nothing is written: exit 1 when a page says something else.
"""

import hashlib
import hmac
import json
import os
import struct
import sys
import textwrap

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(HERE, "..", "..", "docs")
GROUP = "noise, code velvet-anchor, AES-256-GCM"
COLUMNS = 96

CONNECTION = bytes.fromhex("0011223344556677")
COOKIE = bytes.fromhex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")
NONCE = bytes.fromhex("0001020304050607")
ALICE = bytes(10) + b"\xff\xff" + bytes([198, 51, 100, 7]) + struct.pack(">H", 40001)
BOB = bytes(10) + b"\xff\xff" + bytes([203, 0, 113, 9]) + struct.pack(">H", 40002)


def hkdf(salt, ikm, info, length=32):
    prk = hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


class Side:
    """One direction of the session: its key, its connection id, its next number."""

    def __init__(self, half, connection_id):
        self.aead = AESGCM(hkdf(b"", half, b"AES-256-GCM"))
        self.id, self.number = connection_id, 0

    def seal(self, frames):
        header = b"\xe0" + self.id + struct.pack(">Q", self.number)
        nonce = bytes(4) + struct.pack(">Q", self.number)
        self.number += 1
        return header + self.aead.encrypt(nonce, frames, header)


def handshake(number, message):
    assert len(message) <= 1184
    return b"\xd1\x01\x01" + CONNECTION + struct.pack(">BHH", number, len(message), 0) + message


def record(kind, *fields):
    body = bytes([kind]) + b"".join(fields)
    return struct.pack(">H", 62) + body + bytes(62 - len(body))


def stream_at(offset, data):
    place = bytes([offset]) if offset < 64 else struct.pack(">H", 0x4000 | offset)
    return b"\x03\x01" + place + struct.pack(">H", 0x4000 | len(data)) + data


def ack(largest, delay_us):
    return b"\x02" + bytes([largest]) + struct.pack(">H", 0x4000 | delay_us) + b"\x00" + bytes([largest])


def shown(data):
    """Hexadecimal in lines; long runs of zeroes are told, not shown."""
    text, at = "", 0
    parts = []
    while at < len(data):
        end = at
        while end < len(data) and data[end] == 0:
            end += 1
        if end - at >= 24:
            parts.append(text)
            parts.append(f"... {end - at} zero bytes")
            text, at = "", end
        else:
            text += data[at:at + 1].hex()
            at += 1
    parts.append(text)
    lines = []
    for part in parts:
        if part.startswith("..."):
            lines.append(part)
        else:
            lines += [part[i:i + COLUMNS] for i in range(0, len(part), COLUMNS)]
    return lines


class Transcript:
    def __init__(self):
        self.count, self.text = 0, ""

    def say(self, text):
        self.text += textwrap.fill(" ".join(text.split()), 124) + "\n\n"

    def packet(self, who, what, data, note="", plain=None):
        self.count += 1
        self.say(f"**{self.count}. {who}: {what}.** {note}")
        for title, some in (("frames", plain), ("sent", data)):
            if some is not None:
                lines = shown(some)
                self.text += "".join(f"    {title if i == 0 else '':<7} {line}\n" for i, line in enumerate(lines))
        self.text += "\n"


def conversation(v):
    t = Transcript()
    messages = [bytes.fromhex(m) for m in v["messages"]]
    to_bob = Side(bytes.fromhex(v["inner"]["k1"]), bytes.fromhex(v["path ids to the responder"][0]))
    to_alice = Side(bytes.fromhex(v["inner"]["k2"]), bytes.fromhex(v["path ids to the initiator"][0]))
    for known in v["sealed"][:2]:
        side = to_bob if known["from"] == "initiator" else to_alice
        side.number = known["number"]
        assert side.seal(bytes.fromhex(known["frames"])).hex() == known["packet"]
        side.number = 0
    opened = b"\xc6\x01" + COOKIE
    masked = bytes(a ^ b for a, b in zip(ALICE, NONCE + NONCE + NONCE[:2]))

    t.say("""
Bob runs `schat serve udp://`, alice runs `schat connect udp://velvet-anchor@...`; both processors have AES, alice's address is
198.51.100.7:40001. The values of the handshake are session "%s" of appendix A. Connection id, nonce and cookie
were chosen for this page. Each packet is one datagram. What the frames of a SEALED packet say is shown before it is sealed.""" % GROUP)
    t.packet("alice", "HELLO", b"\xc0\x01" + NONCE + bytes(86), "96 bytes (2.1-2).")
    t.packet("bob", "COOKIE", b"\xc1\x01" + NONCE + masked + COOKIE + bytes(8) + b"\xff\xff\x00\x00",
             "Alice's address, masked (SIGNALING S2-2). Bob forgets her again (2.1-3).")
    t.packet("alice", "OPEN, HANDSHAKE 0", opened + handshake(0, messages[0]),
             "Form 0x01, pairing, and share A. It is whole in one packet (3.1-4).")
    t.packet("bob", "HANDSHAKE 1", handshake(1, messages[1]), "Share B.")
    t.packet("alice", "OPEN, HANDSHAKE 2", opened + handshake(2, messages[2]),
             "Confirm A (32 bytes), then suite message 0: e and the tag of the empty payload (48). To alice this is a guess until "
             "confirm B verifies (4.1-9).")
    t.packet("bob", "HANDSHAKE 3", handshake(3, messages[3]),
             "Confirm A was right, or this would be REFUSE 4. Confirm B, then suite message 1 with bob's payload: flags 07, mode 01, "
             "nick \"bob\".")
    t.packet("alice", "OPEN, HANDSHAKE 4", opened + handshake(4, messages[4]),
             "Suite message 2, with alice's payload: 07 01 05 \"alice\". Alice has keys now; both have AES, so they are of AES-256-GCM.")
    plain = b"\x01"
    t.packet("alice", "OPEN, SEALED 0", opened + to_bob.seal(plain), "PING, at once (3.1-10), still in OPEN (2.1-5). If it overtakes "
             "packet 7, bob has no keys and drops it.", plain)
    t.packet("bob", "SEALED 0", to_alice.seal(plain), "PING. When it opens, the session stands for alice, and she sends bare packets.", plain)
    plain = ack(0, 800) + stream_at(0, record(1, b"\x01", b"\x02hi"))
    t.packet("alice", "SEALED 1", to_bob.seal(plain), "ACK of 0, after 800 us. STREAM 1, offset 0, 64 bytes: TEXT 1, \"hi\".", plain)
    plain = ack(1, 500) + stream_at(0, record(2, b"\x01"))
    t.packet("bob", "SEALED 1", to_alice.seal(plain), "ACK of 0 and 1. RECEIPT 1: \"hi\" has been shown.", plain)
    plain = ack(1, 900) + stream_at(64, record(4, b"\x01"))
    t.packet("alice", "SEALED 2", to_bob.seal(plain), "Alice's user leaves. BYE 1: she has said one text.", plain)
    plain = ack(2, 300) + stream_at(64, record(4, b"\x00"))
    t.packet("bob", "SEALED 2", to_alice.seal(plain), "BYE 0: bob has said nothing.", plain)
    plain = b"\x08\x00\x00"
    t.packet("alice", "SEALED 3", to_bob.seal(plain), "Both have said BYE, her text is confirmed, bob has none, and packet 13 has "
             "acknowledged her records: she is done (7.3-3). CLOSE 0.", plain)
    t.packet("bob", "SEALED 3", to_alice.seal(plain), "Bob lacks only the acknowledgment of his BYE, so this is a good end for him as well "
             "(7.3-4). He answers once, with the same code (6.5-6).", plain)
    return t.text.rstrip("\n") + "\n"


def meeting():
    t = Transcript()
    secrets = {"bob": bytes.fromhex("b0b1b2b3b4b5b6b7"), "alice": bytes.fromhex("a0a1a2a3a4a5a6a7")}
    ids = {"bob": bytes.fromhex("1b2b3b4b5b6b7b8b"), "alice": bytes.fromhex("1a2a3a4a5a6a7a8a")}
    hosts = {"bob": bytes.fromhex("0b0b0b0b"), "alice": bytes.fromhex("0a0a0a0a")}
    pair, token = bytes.fromhex("9192939495969798"), bytes(12) + struct.pack(">I", 107)
    cookies = {"bob": bytes.fromhex("b0c1b2c3b4c5b6c7b8c9bacbbccdbecf"), "alice": bytes.fromhex("a0c1a2c3a4c5a6c7a8c9aacbaccdaecf")}

    def cookie(address, who):
        masked = bytes(a ^ b for a, b in zip(address, NONCE + NONCE + NONCE[:2]))
        return b"\xc1\x01" + NONCE + masked + cookies[who] + struct.pack(">IIHH", 20782, 64, 21600, 0)

    def join(who, asked, flags):
        return b"\xc2\x01" + cookies[who] + asked + secrets[who] + bytes([flags]) + bytes(29)

    def wait(who, others):
        return b"\xc3\x01" + secrets[who] + token + struct.pack(">IHB", 107, 20, others) + bytes(7)

    def intro(who, peer, role):
        return b"\xc4\x01" + secrets[who] + ids[peer] + pair + bytes([role, 0]) + hosts[peer] + bytes(24)

    t.say("""
Bob (203.0.113.9:40002) waits with a nameplate, alice (198.51.100.7:40001) has been told 107-...; the server relays 64 kbit/s. It is
noon on day 20782. Cookies, secrets and ids were chosen for this page. Each message is one datagram.""")
    t.packet("bob", "HELLO", b"\xc0\x01" + NONCE + bytes(86), "96 bytes.")
    t.packet("server", "COOKIE", cookie(BOB, "bob"), "Bob's address, masked; cookie; day 20782; 64 kbit/s; 43200 s until midnight.")
    t.packet("bob", "JOIN", join("bob", bytes(16), 3), "Flags 3: a responder, who asks for a nameplate; so the token is zero.")
    t.packet("server", "WAIT", wait("bob", 0), "Nameplate 107 and its token; join again in 20 s; nobody is here.")
    t.say("Alice says HELLO and gets a COOKIE in the same way. Then:")
    t.packet("alice", "JOIN", join("alice", token, 0), "An initiator, in the room of nameplate 107.")
    t.packet("server to alice", "WAIT", wait("alice", 1), "One member of the other role is here.")
    t.packet("server to alice", "INTRO", intro("alice", "bob", 0), "Her secret; bob's id; the pair; her role; bob's host. No address (S5-8).")
    t.packet("server to bob", "INTRO", intro("bob", "alice", 1))
    t.packet("bob", "FORWARD, empty", b"\xf0" + pair, "He acknowledges INTRO.")
    t.packet("alice", "FORWARD", b"\xf0" + pair + b"\xd1\x01\x01", "Her first packet is in it (here the first three bytes of a "
             "HANDSHAKE). It acknowledges as well. The server passes it on to bob as it is.")
    return t.text.rstrip("\n") + "\n"


def insert(path, heading, body, check):
    """Replaces what follows heading, to the end of the page. Whether it was there already."""
    with open(path, encoding="utf-8") as f:
        page = f.read()
    start = page.index(heading) + len(heading)
    fresh = page[:start] + "\n\n" + body
    if fresh != page and not check:
        with open(path, "w", encoding="utf-8") as f:
            f.write(fresh)
    return fresh == page


def main(arguments):
    check = arguments == ["--check"]
    with open(os.path.join(HERE, "protocol.json"), encoding="utf-8") as f:
        vectors = {session["name"]: session for session in json.load(f)["sessions"]}
    same = [insert(os.path.join(DOCS, "PROTOCOL.md"), "## Appendix B. A conversation, packet by packet", conversation(vectors[GROUP]), check),
            insert(os.path.join(DOCS, "SIGNALING.md"), "## Appendix. A meeting, message by message", meeting(), check)]
    if check and not all(same):
        print("a transcript in docs/ is not what make_transcript.py makes")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
