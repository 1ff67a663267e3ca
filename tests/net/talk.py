"""talk: two people meet in a lab, talk, and the wire is asked which way it went. Or they know each other already."""

import subprocess
import tempfile
import threading
import time

from lab import PATIENCE, SCHAT

LINES, LENGTH, PADDED = 12, 300, 1024  # docs/PROTOCOL.md 7.1-1
PUNCHING = 3  # seconds that the first round of hole punching takes at most; then what was found is what will be


class Pair:
    """Alice waits, Bob comes by her code; both say a line as soon as they can."""

    def __init__(self, lab, server, a, b, options=(), b_options=(), a_home=None, b_home=None, target=None):
        self.lab, self.server, self.a_host, self.b_host = lab, server, a, b
        self.b_options, self.said = [*options, *b_options], {"alice": [], "bob": []}
        address = server.public if ":" not in server.public else "[%s]" % server.public
        self.a = lab.start(a, "serve", "-v", "-s", address, "-n", "alice", *options, name="alice", home=a_home)
        self.target, self.address, self.b_home = target, address, b_home
        self.b = None

    def connect(self):
        target = [self.target, "-s", self.address] if self.target else [self.a.code()]
        self.b = self.lab.start(self.b_host, "connect", "-v", "-n", "bob", *target, *self.b_options, name="bob", home=self.b_home)
        self.say(self.a, "first of alice")
        self.say(self.b, "first of bob")
        return self

    def say(self, person, *lines):
        self.said[person.name] += lines
        person.say(*lines)

    def wait_all_heard(self, seconds=PATIENCE):
        """Every line that was said, once and in order."""
        self.a.wait_heard(self.said["bob"], seconds)
        self.b.wait_heard(self.said["alice"], seconds)

    def wait_paths(self, path, seconds=PATIENCE):
        self.a.wait_path(path, seconds)
        self.b.wait_path(path, seconds)

    def used(self):
        """Bytes so far: between the two, and between them and the server."""
        count = self.lab.bytes_between
        return count(self.a_host, self.b_host), count(self.a_host, self.server) + count(self.b_host, self.server)

    def paths(self):
        return self.a.path(), self.b.path()

    def check_path_used(self):
        """Talks on, and holds what was told of the path against the counters of the public network."""
        told, before = self.paths(), self.used()
        for i in range(LINES):
            for person in (self.a, self.b):
                self.say(person, ("line %d of %s " % (i, person.name)).ljust(LENGTH, "."))
        self.wait_all_heard()
        direct, relayed = (after - was for after, was in zip(self.used(), before))
        assert self.paths() == told, "%s%s" % (self.a, self.b)
        data = 2 * LINES * PADDED  # the other way may carry probes, or a search, but never as much
        what = "told %s; bytes: direct %d, relayed %d\n%s%s" % (told, direct, relayed, self.a, self.b)
        if told[0] == told[1] and told[0] in ("direct udp", "tcp"):
            assert direct > data and relayed < data, what
        elif told[0] == told[1] == "same network, direct udp":
            assert direct == 0 and relayed < data, what
        else:
            assert told[0].startswith("relay") and told[1].startswith("relay"), what
            assert relayed > 2 * data and direct < data, what
        return direct, relayed

    def check_end(self):
        """Both leave; who is second may hear of it before its own input ends, and ends with 5 then."""
        self.a.check_idle()
        self.b.check_idle()
        self.a.leave()
        self.b.leave()
        assert self.a.exit_code() in (0, 5), str(self.a)
        assert self.b.exit_code() in (0, 5), str(self.b)

    def account(self):
        """When the first line and the direct path came, in seconds since Bob was started."""
        late = self.b.started - self.a.started
        return "first line %.2f %.2f; paths: alice %s; bob %s" % (
            self.a.first_line_after() - late, self.b.first_line_after(),
            ", ".join("%s %.2f" % (path, t - late) for t, path in self.a.paths()),
            ", ".join("%s %.2f" % (path, t) for t, path in self.b.paths()))


class Known:
    """Alice, who forwards a port, and Bob, who knows her: a home folder each."""

    def __init__(self, lab):
        homes = {name: tempfile.mkdtemp(dir=lab.folder) for name in ("alice", "bob")}
        self.env = {name: {"SCHAT_HOME": home} for name, home in homes.items()}
        for name in homes:
            self.schat(name, "keygen")
        for name, other in (("alice", "bob"), ("bob", "alice")):
            with open(homes[other] + "/id_x25519.pub", encoding="ascii") as key:
                self.schat(name, "peers", "add", other, *key.read().split())

    def schat(self, name, *arguments):
        subprocess.run([SCHAT, *arguments], env=self.env[name], check=True, capture_output=True)


def talk_for(pair, seconds, every=0.05):
    """A line of each so often."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        n = len(pair.said["alice"])
        pair.say(pair.a, "alice %d" % n)
        pair.say(pair.b, "bob %d" % n)
        time.sleep(every)


def gap(person, since):
    """The longest time without a line, from then on."""
    times = [since] + [t for t, _ in person.heard if t > since]
    return max(later - earlier for earlier, later in zip(times, times[1:]))


def check_gaps(pair, since):
    """Nobody waited for long. How long is printed, and depends on the machine: the bound only tells a pause from a halt."""
    gaps = gap(pair.a, since), gap(pair.b, since)
    print("longest silence: %.2f s at alice, %.2f s at bob; %s" % (*gaps, pair.account()))
    assert max(gaps) < PATIENCE / 2, "%s%s" % (pair.a, pair.b)


class Slow(threading.Thread):
    """Pairs that talk beside what else is tested. The first says a line every 15 s, by turns; the others one each second, both."""

    SECONDS, PAUSE = 63, 15

    def __init__(self, pairs):
        super().__init__(daemon=True)
        self.pairs, self.over, self.lines = pairs, threading.Event(), []  # lines: when, of whom, and who hears it as its nth

    def say(self, pair, second, one, other):
        self.lines.append((time.monotonic(), one, other, len(pair.said[one.name])))
        pair.say(one, "%s, second %d" % (one.name, second))

    def run(self):
        began = time.monotonic()
        for second in range(1, self.SECONDS):
            if self.over.wait(max(0, began + second - time.monotonic())):
                return
            for pair in self.pairs[1:]:
                self.say(pair, second, pair.a, pair.b)
                self.say(pair, second, pair.b, pair.a)
            if second % self.PAUSE == 0:
                pair = self.pairs[0]
                people = [pair.a, pair.b] if second % (2 * self.PAUSE) else [pair.b, pair.a]
                self.say(pair, second, *people)

    def waits(self):
        """How long each line took; all must have been heard."""
        return [other.heard[n][0] - when for when, _, other, n in self.lines]
