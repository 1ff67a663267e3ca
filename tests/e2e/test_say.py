"""schat say: one message, and an exit status that tells what became of it."""

import pytest

from hosts import TRUST, UNREACHABLE, USAGE, Json, free_port


@pytest.fixture
def a(alice, bob):
    """Alice waits for bob, who knows where."""
    alice.knows(bob)
    bob.knows(alice)
    where = "tcp://127.0.0.1:%d" % free_port()
    (bob.home / "peers").write_text((bob.home / "peers").read_text().strip() + " addr=%s\n" % where)
    a = Json(alice.start("serve", where, "--keep", "--allow", "bob", "--ui", "json"))
    a.run.wait_for(lambda: a.events("listening"), "listening")
    return a


def test_a_text_is_one_message(a, bob):
    """Exactly as it was written: lines, quotes and blanks too; longer ones in parts; of standard input all but the last newline."""
    long = "0123456789äöü" * 9000
    texts = ["it's  'done' ", "two\nlines\n", "-x"]
    for text in texts:
        assert bob.run("say", "alice", "--", text).output == ""
    for text, given in ((long, long), ("a\n\nb\n", "a\n\nb\n\n"), ("c", "c\n"), (None, ""), (None, "\n")):
        assert bob.run("say", "alice", "-", stdin=given.encode()).errors == ""
        texts += [text] if text else [""] if given else []
    a.run.wait_for(lambda: len(a.events("over")) == len(texts) + 1, "over")
    heard = [""]
    for event in a.events("msg"):
        heard[-1] += event["text"]
        heard += [] if event.get("more") else [""]
    assert heard == [*texts, ""]


def test_what_it_says_is_what_was_shown(a, alice, bob, eve):
    """0 is never said of what was not shown: nobody there, a stranger, a peer that shows nothing, a wrong command line."""
    eve.knows(alice)
    (eve.home / "peers").write_text((eve.home / "peers").read_text().strip() + " " + (bob.home / "peers").read_text().split()[-1] + "\n")
    assert "refused" in eve.run("say", "alice", "hello", code=TRUST).errors
    assert not a.events("msg")
    for words in (["alice"], ["alice", ""], ["alice", "two", "words"]):
        assert "quotes" in bob.run("say", *words, code=USAGE).errors or len(words) < 3
    a.run.signal(19)
    assert bob.run("say", "alice", "hello", "--timeout", "1", code=UNREACHABLE).errors
    a.run.signal(18)
    a.run.process.kill()
    assert bob.run("say", "alice", "hello", "--timeout", "1", code=UNREACHABLE).errors
