"""Files (section 7.5) by the second implementation: sent and taken as the page says, and as nobody honest would."""

import os

import pytest

import crypto
import wire
from wire import ACCEPT, DATA, DONE, END, FILE, FROM, ITEM_DONE, OFFER, SKIP, START, STOP, file, folder, parcel, varint

GOOD = wire.offer(100, 10, 10000)
F = file(4, b"f")
AT_0, WHOLE = parcel(FROM, b"\0"), parcel(END, b"\0")
FOUR = parcel(DATA, b"1234")


class Sender:
    """A contact whose files are taken without a question."""

    def __init__(self, alice, peer, quota=1, into=("--accept-from", "kit", "--dir", "in")):
        friend, me = crypto.X25519(), alice.identity()
        alice.knows("kit", friend)
        self.folder = alice.folder / "in"
        self.folder.mkdir()
        self.run = alice.serve("tcp://127.0.0.1:0", "--allow", "kit", "--keep", *into, "--quota", quota)
        port = int(self.run.says(r"listening on .*:(\d+)").group(1))
        self.peer = peer(wire.INITIATOR, identity=friend, psks=[crypto.contact_psk("x25519", me.public)], flags=4)
        self.peer.tcp("127.0.0.1", port)
        self.session = self.peer.talk()
        self.session.stream3 = self.session.grant

    def begin(self, *records, end=False):
        number = self.session.open()
        self.say(number, b"\1", *records)
        self.session.out[number].ended = end
        return number

    def say(self, number, *records):
        self.session.out[number].data += b"".join(records)

    def answers(self, number, kind, count=1):
        """The bodies of its records of a kind, as soon as there are so many."""
        found = lambda: [b for k, b in wire.parcels(self.session.into[number].data) if k == kind]  # noqa: E731
        self.peer.until(lambda: number in self.session.resets or len(found()) >= count, "record %d: %s" % (kind, self.run.story()))
        assert number not in self.session.resets, "RESET %d" % self.session.resets[number]
        return found()

    def end(self, number):
        self.session.out[number].ended = True
        self.peer.until(lambda: self.session.into[number].whole, "its end")

    def reset(self, number, what):
        self.peer.until(lambda: number in self.session.resets or self.session.closed, "RESET: " + what)
        assert not self.session.closed, what
        return self.session.resets[number]

    def names(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))


@pytest.fixture
def sender(alice, peer):
    return Sender(alice, peer)


def send_one(s, name, content):
    """A file, from its offer to the end of both sides."""
    n = s.begin(wire.offer(1, 0, len(content), items=[(0, len(content), 1, b"\0" * 16, name)]))
    assert s.answers(n, ACCEPT) == [b""]
    s.say(n, file(len(content), name, 1000000, True))
    assert s.answers(n, START) == [b"\0"]
    s.say(n, parcel(FROM, b"\0"), *[parcel(DATA, content[i:i + 65536]) for i in range(0, len(content), 65536)], WHOLE)
    assert s.answers(n, ITEM_DONE) == [b"\0"]
    s.end(n)


def test_files_and_folders_arrive(sender):
    content = os.urandom(300000)
    send_one(sender, b"one", content)
    one = sender.folder / "one"
    assert one.read_bytes() == content and one.stat().st_mtime == 1000 and one.stat().st_mode & 0o7122 == 0o100
    n = sender.begin(wire.offer(2, 2, 8, items=[(1, 8, 2, b"v" * 16, b"tree")]))
    sender.answers(n, ACCEPT)
    sender.say(n, file(4, b"tree/a"), file(4, b"tree/sub/b"), folder(b"tree/sub"), folder(b"tree", version=b"v" * 16))
    assert sender.answers(n, START, 2) == [b"\0", b"\0"]
    sender.say(n, AT_0, FOUR, WHOLE, AT_0, parcel(DATA, b"12"), parcel(99, b"unknown"), parcel(DATA, b"34"), WHOLE)
    assert sender.answers(n, ITEM_DONE) == [b"\0"]
    sender.end(n)
    assert sender.names() == ["one", "tree", "tree/a", "tree/sub", "tree/sub/b"]


def test_a_file_goes_on_where_it_was_broken_off(sender):
    """The guard is right for what came; another file of the same version begins anew."""
    content = os.urandom(200000)
    offer = wire.offer(1, 0, len(content), items=[(0, len(content), 1, b"v" * 16, b"big")])
    n = sender.begin(offer)
    sender.answers(n, ACCEPT)
    sender.say(n, file(len(content), b"big", version=b"v" * 16))
    sender.answers(n, START)
    sender.say(n, AT_0, parcel(DATA, content[:60000]), parcel(DATA, content[60000:100000]))
    sender.peer.until(lambda: any(p.stat().st_size == 100000 for p in sender.folder.glob(".schat-*")), "what was sent")
    sender.session.reset(n, wire.BROKEN_OFF)
    n = sender.begin(offer)
    sender.answers(n, ACCEPT)
    sender.say(n, file(len(content), b"big", version=b"v" * 16))
    start = sender.answers(n, START)[0]
    assert start == varint(100000) + crypto.sha256(content[100000 - 65536:100000])
    sender.say(n, parcel(FROM, varint(100000)), parcel(DATA, content[100000:150000]), parcel(DATA, content[150000:]), WHOLE)
    sender.answers(n, ITEM_DONE)
    assert (sender.folder / "big").read_bytes() == content
    sender.end(n)
    sender.peer.until(lambda: sender.names() == ["big"], "what is noted until its sender knows")


NONSENSE = [  # records of a sender: RESET 5
    ("FILE before OFFER", [F]), ("a second OFFER", [GOOD, GOOD]), ("an OFFER cut short", [parcel(OFFER, b"\1\0")]),
    ("an OFFER with half an item", [parcel(OFFER, b"\1\0\4\0\0\4")]), ("a record without a type", [GOOD, b"\0\0"]),
    ("a length that is not the shortest", [GOOD, b"\x40\x02\x04\x00"]), ("FILE of 16385 bytes", [GOOD, parcel(FILE, bytes(16385))]),
    ("a record of the receiver's", [GOOD, parcel(ACCEPT)]), ("DONE", [GOOD, parcel(ITEM_DONE, b"\0")]), ("FROM without FILE", [GOOD, AT_0]),
    ("DATA without FROM", [GOOD, F, FOUR]), ("END 0 without FROM", [GOOD, F, WHOLE]), ("FROM where nothing is", [GOOD, F, parcel(FROM, b"\1")]),
    ("FROM far beyond the end", [GOOD, F, parcel(FROM, varint(2**61))]), ("FROM twice", [GOOD, F, AT_0, AT_0]),
    ("more than the size", [GOOD, F, AT_0, parcel(DATA, b"12345")]), ("one more byte", [GOOD, F, AT_0, FOUR, parcel(DATA, b"5")]),
    ("an end before the size", [GOOD, F, AT_0, parcel(DATA, b"123"), WHOLE]), ("END twice", [GOOD, F, AT_0, FOUR, WHOLE, WHOLE]),
    ("a status of the receiver's", [GOOD, F, parcel(END, b"\4")]), ("DATA of 65537 bytes", [GOOD, F, AT_0, parcel(DATA, bytes(65537))]),
    ("257 files at once", [GOOD, *[F] * 257]), ("long paths at once", [GOOD, *[file(4, b"/".join([b"p" * 255] * 15))] * 5]),
    ("another name than was offered", [wire.offer(1, 0, 4, items=[(0, 4, 1, b"\0" * 16, b"notes.txt")]), file(4, b"Makefile")]),
    ("a second item where one was offered", [wire.offer(2, 0, 8, items=[(0, 8, 2, b"\0" * 16, b"f")]), F, F]),
    ("items the other way round", [wire.offer(2, 0, 8, items=[(0, 4, 1, b"\0" * 16, b"f"), (0, 4, 1, b"\0" * 16, b"e")]), file(4, b"e"), F]),
    ("more items than were offered", [wire.offer(9, 0, 90, 1), F, F]),
    ("a folder in the middle of another", [GOOD, file(0, b"a/x"), file(0, b"b/x")]), ("FILE cut short", [GOOD, parcel(FILE, b"\4\0\0")]),
    *[("the path %r" % path, [GOOD, file(4, path)]) for path in (
        b"", b"/", b"/etc/passwd", b"..", b"../x", b"a/../../x", b"a//b", b"a/", b".", b"a/./b", b"a\0b", b"n" * 256,
        b"/".join([b"d"] * 65), b"/".join([b"p" * 255] * 17))],
    *[("the folder %r" % path, [GOOD, folder(path)]) for path in (b"", b"..", b"a/..", b"/", b"a\0")],
]


def test_what_no_honest_sender_says(alice, peer):
    """Each ends its own transfer, and nothing else; nothing stays in the folder, or gets out of it."""
    sender = Sender(alice, peer, 100)
    beside = set(os.listdir(sender.folder.parent))
    for what, records in NONSENSE:
        assert sender.reset(sender.begin(*records), what) == wire.MISUSE, what
    for what, records in (("before a file", [GOOD, F]), ("in a file", [GOOD, F, AT_0, FOUR]), ("in a record", [GOOD, F[:5]]), ("at once", [])):
        assert sender.reset(sender.begin(*records, end=True), what) == wire.MISUSE, "an end " + what
    send_one(sender, b"good", b"fine")
    assert [name for name in sender.names() if not name.startswith(".schat-")] == ["f", "good"]  # of END twice
    assert set(os.listdir(sender.folder.parent)) == beside


def test_names_are_made_safe_and_replace_nothing(sender):
    for i, (name, wanted) in enumerate([
            (b".bashrc", "_bashrc"), (b"-rf", "_rf"), (b"a\nb", "a_b"), (b"\x1b[2J", "_[2J"), (b"\xff", "_"),
            ("a\u202egpj.exe".encode(), "a_gpj.exe"), (b"a\\b", "a\\b")]):
        send_one(sender, name, b"%d" % i)
        assert (sender.folder / wanted).read_bytes() == b"%d" % i, (name, sender.names())
    taken = sender.names()
    send_one(sender, b".bashrc", b"another")
    assert (sender.folder / "_bashrc").read_bytes() == b"0"
    assert len(sender.names()) == len(taken) + 1


def test_more_than_the_quota_is_refused_and_more_than_offered_skipped(sender):
    for size in (1000001, 2**61):
        assert sender.reset(sender.begin(wire.offer(1, 0, size)), "an offer of %d bytes" % size) in (wire.REFUSED, wire.NO_ROOM)
    n = sender.begin(wire.offer(1, 0, 4))
    sender.answers(n, ACCEPT)
    sender.say(n, file(2**61, b"f"), F, AT_0, FOUR, WHOLE)
    assert sender.answers(n, SKIP) == [b"\5"]
    assert sender.answers(n, ITEM_DONE, 2) == [b"\5", b"\0"]


def test_the_quota_is_for_what_comes_and_not_for_what_is_offered(sender):
    """Of 1 MB: neither offers of nothing, nor empty files and folders nobody counts, get past it; what was broken off costs once."""
    content = os.urandom(400000)
    n = sender.begin(wire.offer(1, 0, 400000))
    sender.answers(n, ACCEPT)
    sender.say(n, file(400000, b"big"))
    sender.answers(n, START)
    sender.say(n, AT_0, parcel(DATA, content[:60000]))
    sender.peer.until(lambda: any(p.stat().st_size == 60000 for p in sender.folder.glob(".schat-*")), "what was sent")
    sender.session.reset(n, wire.BROKEN_OFF)
    n = sender.begin(wire.offer(0, 0, 0))
    sender.answers(n, ACCEPT)
    sender.say(n, file(400000, b"big"))
    assert sender.answers(n, START)[0][:4] == varint(60000)
    sender.say(n, parcel(FROM, varint(60000)), *[parcel(DATA, content[at:at + 34000]) for at in range(60000, 400000, 34000)], WHOLE)
    sender.answers(n, ITEM_DONE)
    deep = b"/".join([b"d%d"] + [b"d"] * 60) + b"/e"
    sender.say(n, *[file(0, deep % i) + folder(b"d%d" % i) for i in range(10)])  # 62 folders and files of 4 KB each
    sender.answers(n, SKIP)
    assert len(sender.names()) < 1 + 600000 // 4096
    sender.session.reset(n, wire.BROKEN_OFF)
    assert sender.reset(sender.begin(wire.offer(200, 0, 0)), "200 empty files") == wire.NO_ROOM


def test_a_file_is_no_message_of_an_inbox(alice, peer):
    """Whoever reads the messages, as the manual says, does not show on the terminal what a file contains."""
    s = Sender(alice, peer, into=("--inbox", "in"))
    send_one(s, b"2026-11-26 15.40.05.123.txt", b"\x1b]0;mine\a")
    s.session.say("a\x1b[2J")
    s.peer.until(lambda: s.session.receipts == 1, "its receipt")
    messages = list(s.folder.glob("kit/*.txt"))
    assert [path.read_bytes() for path in messages] == [b"a\\x1b[2J\n"]
    assert (s.folder / "kit" / "files" / "2026-11-26 15.40.05.123.txt").read_bytes() == b"\x1b]0;mine\a"


# ---- the program sends ----

class Receiver:
    """The program's console, which sends what is typed; we are the contact it has called."""

    def __init__(self, alice, peer):
        me, friend = alice.identity(), crypto.X25519()
        alice.knows("kit", friend)
        self.home = alice.folder
        (self.home / "in").mkdir()
        self.peer = peer(wire.RESPONDER, identity=friend, psks=[crypto.contact_psk("x25519", friend.public)], knows=[me.public], flags=4)
        self.run = alice.start("connect", "tcp://kit@127.0.0.1:%d" % self.peer.listen("tcp"), terminal=True)
        self.session = self.peer.talk()
        self.session.stream3 = self.session.grant
        self.peer.sees(self.run, "connected to kit")
        self.next = 4

    def send(self, name):
        """Its next transfer: its stream, when the offer has come."""
        self.run.type("/send %s\r" % name)
        number, self.next = self.next, self.next + 2
        self.peer.until(lambda: number in self.session.into and self.told(number), "an offer")
        assert self.session.into[number].data[0] == 1 and self.told(number)[0][0] == OFFER
        return number

    def told(self, number):
        return wire.parcels(self.session.into[number].data[1:])

    def say(self, number, *records):
        self.session.out[number].data += b"".join(records)

    def hears(self, number, *kinds):
        """Until these are the records since the offer; their bodies."""
        since = lambda: [k for k, _ in self.told(number)[1:]]  # noqa: E731
        self.peer.until(lambda: number in self.session.resets or since() == list(kinds), "%s: %s" % (kinds, since()))
        return [body for _, body in self.told(number)[1:]]


@pytest.fixture
def receiver(alice, peer):
    return Receiver(alice, peer)


def test_files_are_sent_as_the_page_says(receiver):
    content = os.urandom(100000)
    (receiver.home / "a").write_bytes(content)
    os.utime(receiver.home / "a", (1, 1.5))
    n = receiver.send("a")
    r = wire.Reader(receiver.told(n)[0][1])
    assert [r.varint() for _ in range(4)] == [1, 0, 100000, 0]
    assert (r.u8(), r.varint(), r.varint(), len(r.take(16)), r.take(r.u8()), r.rest()) == (0, 100000, 1, 16, b"a", b"")
    receiver.say(n, parcel(ACCEPT))
    r = wire.Reader(receiver.hears(n, FILE)[0])
    assert (r.varint(), r.varint(), r.u8(), len(r.take(16)), r.rest()) == (100000, 1500, 0, 16, b"a")
    receiver.say(n, parcel(START, varint(70000) + crypto.sha256(content[70000 - 65536:70000])))
    assert receiver.hears(n, FILE, FROM, DATA, END)[1:] == [varint(70000), content[70000:], b"\0"]
    receiver.say(n, parcel(ITEM_DONE, b"\0"))
    receiver.session.out[n].ended = True
    receiver.peer.until(lambda: receiver.session.into[n].whole, "its end")
    n = receiver.send("a")
    receiver.say(n, parcel(ACCEPT))
    receiver.hears(n, FILE)
    receiver.say(n, parcel(START, varint(70000) + bytes(32)))  # another guard: from the beginning
    receiver.peer.until(lambda: receiver.told(n)[-1:] == [(END, b"\0")], "all of it")
    assert receiver.told(n)[2] == (FROM, b"\0") and b"".join(b for k, b in receiver.told(n) if k == DATA) == content


START_0, TAKE = parcel(START, b"\0"), parcel(ACCEPT)
ANSWERS = [  # of a receiver that was offered a file of 4 bytes: RESET 5
    ("START before ACCEPT", [START_0]), ("ACCEPT twice", [TAKE, TAKE]),
    ("ACCEPT of a place that no list has", [parcel(ACCEPT, varint(1024))]), ("a record of the sender's", [TAKE, AT_0]),
    ("START beyond the size", [TAKE, parcel(START, b"\5" + bytes(32))]), ("START without a guard", [TAKE, parcel(START, b"\4")]),
    ("START of 2^61", [TAKE, parcel(START, varint(2**61) + bytes(32))]), ("two STARTs", [TAKE, START_0, START_0]),
    ("SKIP and START", [TAKE, parcel(SKIP, b"\0"), START_0]), ("SKIP for a reason of ours", [TAKE, parcel(SKIP, b"\1")]),
    ("STOP of what has not begun", [TAKE, parcel(STOP, b"\0\4")]), ("STOP of a second file", [TAKE, START_0, parcel(STOP, b"\1\4")]),
    ("DONE at once", [parcel(ITEM_DONE, b"\0")]), ("DONE twice", [TAKE, START_0, parcel(ITEM_DONE, b"\0"), parcel(ITEM_DONE, b"\0")]),
    ("an empty record", [b"\0\0"]), ("a length that is not the shortest", [b"\x40\x01\x11"]), ("ACCEPT of 16385 bytes", [parcel(ACCEPT, bytes(16385))]),
]


def test_what_no_honest_receiver_says(receiver):
    """Each ends its own transfer, and nothing else."""
    (receiver.home / "a").write_bytes(b"1234")
    for what, records in ANSWERS:
        n = receiver.send("a")
        receiver.say(n, *records)
        receiver.peer.until(lambda: n in receiver.session.resets or receiver.session.closed, "RESET: " + what)
        assert receiver.session.resets.get(n) == wire.MISUSE, what
    receiver.session.say("still here")
    receiver.peer.sees(receiver.run, "still here")
