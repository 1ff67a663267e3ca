"""A signaling server as its operator sees it: its supervisor, its counts, its settings, its user, its end."""

import os
import re
import subprocess
import time


from hosts import PATIENCE, SCHAT, free_port


def start(host, *options, **more):
    """A server, and its port."""
    port = free_port()
    return host.start("signal", "-l", "127.0.0.1:%d" % port, *options, stdin=subprocess.DEVNULL, **more), port


def test_the_journal_is_told_how_grave_it_is(alice, tmp_path):
    """Where standard error is what $JOURNAL_STREAM says, and nowhere else."""
    with open(tmp_path / "journal", "wb") as journal, open(tmp_path / "other", "wb") as other:
        stream = "%d:%d" % (os.fstat(journal.fileno()).st_dev, os.fstat(journal.fileno()).st_ino)
        for to in journal, other:
            for arguments in ["signal", "-l", "192.0.2.1:443"], ["signal", "-l", "127.0.0.1:%d" % free_port(), "-v"]:
                run = subprocess.Popen([SCHAT, *arguments], stderr=to, stdin=subprocess.DEVNULL,
                                       env={**alice.env, "JOURNAL_STREAM": stream})
                if arguments[-1] == "-v":
                    until = time.monotonic() + PATIENCE
                    while "listening" not in open(to.name).read():
                        assert time.monotonic() < until
                        time.sleep(0.02)
                    run.terminate()
                run.wait(PATIENCE)
    lines = (tmp_path / "journal").read_text().splitlines()
    assert lines[0].startswith("<3>can't listen on 192.0.2.1:443") and lines[-1].startswith("<6>listening on ")
    assert [line for line in (tmp_path / "other").read_text().splitlines() if not line.startswith("schat: ")] == []


def status(server):
    text = open("/proc/%d/status" % server.pid).read()
    return {key: value.split() for key, value in re.findall(r"^(\w+):\t(.*)$", text, re.M)}
