"""ssh and scp through ProxyCommand "schat connect --pipe", while networks change.

The large run, half an hour and 2 GB of disk:

    CHANGES=100 OUTAGE=600 MB=1024 PATIENCE=300 python3 -m pytest -s tests/net/test_ssh.py
"""

import collections
import hashlib
import os
import shutil
import subprocess
import sys
import time

import pytest

from lab import PATIENCE, SCHAT, inside
from talk import Known

CHANGES, OUTAGE = int(os.environ.get("CHANGES", 3)), float(os.environ.get("OUTAGE", 2))  # seconds
MB = int(os.environ.get("MB", 6))
STEP = (MB << 20) // (CHANGES + 3)  # what scp carries before the first change, after each, after the outage, and at the end
RATE = STEP * 8 // 600  # kbit/s: it takes 0.6 s at least, so that some of it is sent while a network changes
GATE = os.path.dirname(os.path.abspath(__file__)) + "/gate.py"
PORT = "2022"
assert STEP >= 1 << 18, "more MB, or fewer CHANGES: the gate counts what ssh and scp add, too, and lets half a step more through"

Box = collections.namedtuple("Box", "folder log")


@pytest.fixture
def box(lab):
    """Where a real sshd is about to run: its keys, its configuration, and what it says."""
    if shutil.which("ssh") is None or shutil.which("sshd", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("this machine has no ssh, or no sshd")
    folder = lab.folder + "/ssh"
    os.mkdir(folder)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "%s/%s" % (folder, name)], check=True)
    shutil.copy(folder + "/user.pub", folder + "/authorized")
    with open(folder + "/config", "w", encoding="ascii") as file:
        file.write("HostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nPermitRootLogin yes\nUsePAM no\nPidFile none\n"
                   "ListenAddress 127.0.0.1:%s\nSubsystem sftp internal-sftp\n" % (folder, folder, PORT))
    with open(folder + "/log", "w+", encoding="utf-8", errors="replace") as log:
        yield Box(folder, log)


@pytest.fixture
def sshd(box, lab):
    """sshd(HOST) starts it there."""
    running = []

    def start(host):
        command = [shutil.which("sshd", path="/usr/sbin:/usr/bin"), "-D", "-e", "-f", box.folder + "/config"]
        own_run = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"', "sh"]  # it wants /run/sshd
        if subprocess.run([*own_run, "true"], capture_output=True).returncode != 0:
            pytest.skip("sshd needs /run/sshd, and this machine forbids mounts of one's own")
        running.append(subprocess.Popen(inside(host.ns, *own_run, *command), stdin=subprocess.DEVNULL, stderr=box.log))
    yield start
    for process in running:
        process.kill()
        process.wait()


def change(lab, a, b, number):
    """Another network, another address within the network, another address of the router: by turns, of either host. After the last,
    alice only listens, and is where nobody knows until she asks her server something, 20 s later at most: her own address is the same."""
    if number % 6 == 0:
        b = lab.move(b, "restricted")
    elif number % 6 == 1:
        lab.renumber(a, 70 + number)
    elif number % 6 == 2:
        b = lab.readdress(b)
    elif number % 6 == 3:
        a = lab.move(a, "restricted")
    elif number % 6 == 4:
        lab.renumber(b, 70 + number)
    else:
        a = lab.readdress(a)
    return a, b


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).digest()


class Ssh:
    """Bob's ssh and scp."""

    def __init__(self, lab, box, server, host, known):
        self.folder, self.ns, self.count = box.folder, host.ns, 0
        self.env = {**os.environ, **known.env["bob"]}
        self.options = ["-F", "none", "-i", box.folder + "/user", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                        "UserKnownHostsFile=%s/known" % box.folder, "-o", "LogLevel=ERROR"]
        self.proxy = "%s connect -q -s %s --pipe %%h" % (SCHAT, server.public)
        self.prompt = self.start("ssh", *self.options, "-o", "ProxyCommand=" + self.proxy, "-l", "root", "alice", "cat")
        self.answer()

    def start(self, *command):
        return subprocess.Popen(inside(self.ns, *command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.env)

    def answer(self):
        """Types a line, and waits until it comes back. How long that took."""
        began, line = time.monotonic(), b"line %d\n" % self.count
        self.count += 1
        self.prompt.stdin.write(line)
        self.prompt.stdin.flush()
        assert self.prompt.stdout.readline() == line
        return time.monotonic() - began

    def allow(self, size):
        """Scp may send so many bytes in all."""
        with open(self.folder + "/allowed", "ab") as file:
            file.truncate(size)

    def copy(self):
        self.wanted = 0
        self.allow(0)
        gate = "%s %s %s/allowed | %s" % (sys.executable, GATE, self.folder, self.proxy)
        self.scp = self.start("scp", "-q", "-l", str(RATE), *self.options, "-o", "ProxyCommand=" + gate, self.folder + "/here",
                              "root@alice:%s/there" % self.folder)

    def carried(self):
        there = self.folder + "/there"
        return os.path.getsize(there) if os.path.exists(there) else 0

    def goes_on(self):
        """An answer, and the file has grown by a step. How long the answer took. Half a step more may be sent: so scp is under way when
        something changes next, and however long that takes here, it is not done before, and has the next step to carry after."""
        self.wanted += STEP
        self.allow(self.wanted + STEP // 2)
        answered, began = self.answer(), time.monotonic()
        while self.carried() < self.wanted:
            assert self.scp.poll() is None, "scp ended with status %d after %d bytes" % (self.scp.returncode, self.carried())
            assert time.monotonic() < began + PATIENCE, "%d bytes of %d" % (self.carried(), self.wanted)
            time.sleep(0.02)
        return answered


def test_changes_and_an_outage(lab, server, box, sshd):
    """Two NATed hosts, and an sshd that knows nothing of schat. While somebody types at a prompt and scp copies a file, the hosts are in
    other networks, or have other addresses, and in the middle nothing passes for a while. Both connections go on, and the file is whole."""
    a, b = lab.home("restricted"), lab.home("restricted")
    sshd(a)
    known = Known(lab)
    alice = lab.start(a, "serve", "-s", server.public, "--allow", "bob", "--to", "127.0.0.1:" + PORT, env=known.env["alice"])
    alice.wait_told("waiting for bob")
    with open(box.folder + "/here", "wb") as file:
        for number in range(MB):
            file.write(hashlib.sha256(b"%d" % number).digest() * (1 << 15))
    ssh = Ssh(lab, box, server, b, known)
    ssh.copy()
    ssh.goes_on()
    answers = []
    for number in range(CHANGES):
        if number == CHANGES // 2:
            lab.unplug(a)
            time.sleep(OUTAGE)
            lab.plug(a)
            print("after the outage: an answer in %.2f s" % ssh.goes_on())
        a, b = change(lab, a, b, number)
        answers.append(ssh.goes_on())
        print("change %d: an answer in %.2f s, %d MB" % (number, answers[-1], ssh.carried() >> 20), flush=True)
    answers.sort()
    print("after %d changes: an answer in %.2f s (median), %.2f s (longest)" % (CHANGES, answers[len(answers) // 2], answers[-1]))
    ssh.allow(1 << 40)
    assert ssh.scp.wait(PATIENCE) == 0
    assert digest(box.folder + "/there") == digest(box.folder + "/here")
    assert ssh.prompt.communicate(timeout=PATIENCE) == (b"", None) and ssh.prompt.returncode == 0
    box.log.seek(0)
    assert sum("Accepted publickey" in line for line in box.log) == 2
    assert "ended" not in str(alice) and "replaced" not in str(alice)
