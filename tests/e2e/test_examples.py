"""docs/examples: the bots answer, and each is small enough to be read."""

import os
import signal
import sys

import pytest

from hosts import TOP, Json, Run, free_port

EXAMPLES = TOP / "docs" / "examples"


@pytest.fixture
def where(alice, bob):
    alice.knows(bob)
    bob.knows(alice)
    where = "tcp://127.0.0.1:%d" % free_port()
    (bob.home / "peers").write_text((bob.home / "peers").read_text().strip() + " addr=%s\n" % where)
    return where


def ask(bob, *pairs):
    """Each question gets its answer, in order."""
    b = Json(bob.start("connect", "--ui", "json", "alice", "--timeout", 20))
    b.connected()
    for question, answer in pairs:
        before = len(b.heard())
        b.say(question)
        heard = b.run.wait_for(lambda before=before: b.heard()[before:], answer)[0]
        assert answer in heard if isinstance(answer, str) else answer(heard), heard
    b.run.write('{"cmd":"quit"}\n')
    b.ends()


def start(alice, *argv, **more):
    run = Run(list(map(str, argv)), alice.env, cwd=alice.home, start_new_session=True, **more)
    alice.runs.append(run)
    return run


def test_they_are_short():
    for name in ("bot.py", "bot.lua", "bot.sh"):
        assert len((EXAMPLES / name).read_text().splitlines()) <= 60, name


def test_python(alice, bob, where):
    """It may be ended and started again: nothing is answered twice, or left out."""
    path = alice.home / "s"
    serve = alice.start("serve", where, "--keep", "--socket", path)
    serve.wait_for(lambda: os.path.exists(path), path)
    bot = start(alice, sys.executable, EXAMPLES / "bot.py", path)
    ask(bob, ("time", ":"), ("x" * 15000, "I know"), ("count", "3 so far"))
    bot.wait_for(lambda: os.path.exists(str(path) + ".seen"), "seen")
    bot.stop()
    b = Json(bob.start("connect", "--ui", "json", "alice"))
    b.connected()
    b.say("count")
    bot = start(alice, sys.executable, EXAMPLES / "bot.py", path)
    b.hears("1 so far")
    assert len(b.heard()) == 1
    b.run.stop()
    serve.signal(signal.SIGTERM)
    serve.ends(143)
    bot.ends(0)


def test_lua(alice, bob, where):
    os.mkfifo(alice.home / "commands")
    line = 'schat serve "$1" --keep --ui json <commands | "$2" >commands'
    run = start(alice, "/bin/sh", "-c", line, "sh", where, EXAMPLES / "bot.lua")
    ask(bob, ("3d6", lambda heard: len(heard.split()) == 3 and all(1 <= int(n) <= 6 for n in heard.split())),
        ("\"\\ \n\U0001f3b2\u202e\"ev\":\"msg\"", "\"\\ \n\U0001f3b2\u202e\"ev\":\"msg\""), ("0d0", "Try"))
    os.killpg(run.pid, signal.SIGTERM)
    run.ends()


def test_sh(alice, bob, where):
    run = start(alice, EXAMPLES / "bot.sh", where)
    ask(bob, ("kernel", os.uname().release), ("$(touch hacked) `touch hacked`; touch hacked", "I know"), ("load", "."))
    assert not list(alice.home.glob("hacked"))
    os.killpg(run.pid, signal.SIGTERM)
    run.ends()
