"""--ui json: the order of events, the words and codes of failures, and which conversation a message is for."""

import json
import signal

import pytest

from hosts import CUT, DONE, TRUST, UNREACHABLE, VERSION, Json, connect, free_port, serve


def send(talker, text, **more):
    talker.run.write(json.dumps({"cmd": "send", "text": text, **more}) + "\n")


def answer(talker, id):
    """What became of a command: a sent or an error."""
    def find():
        return [event for event in talker.all() if event.get("id") == id]
    return talker.run.wait_for(find, id)[0]


def nobody_there(alice, bob):
    return Json(bob.start("connect", "--ui", "json", "tcp://velvet-anchor@127.0.0.1:%d" % free_port())), UNREACHABLE, "unreachable"


def wrong_code(alice, bob):
    line = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port()).command()
    words = line.split("//")[1].split("@")[0]
    other = "zoo-zoo" if words != "zoo-zoo" else "abandon-zoo"
    return connect(bob, "json", line.replace(words, other)), TRUST, "trust"


def not_allowed(alice, bob):
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.run("peers", "add", "carol", "schat-x25519", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
    bob.knows(alice)
    serve(alice, "lines", where, "--allow", "carol").run.says("listening on")
    peers = bob.home / "peers"
    peers.write_text(peers.read_text().strip() + " addr=%s\n" % where)
    return Json(bob.start("connect", "--ui", "json", "alice")), TRUST, "trust"


def another_mode(alice, bob):
    line = serve(alice, "pipe", "tcp://127.0.0.1:%d" % free_port()).command()
    return connect(bob, "json", line.replace("--pipe ", "")), VERSION, "version"


def interrupted(alice, bob):
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % free_port())
    a.command()
    a.run.signal(signal.SIGTERM)
    return a, 143, "cut"


def interrupted_in_a_conversation(alice, bob):
    b = serve(bob, "lines", "tcp://127.0.0.1:%d" % free_port())
    a = connect(alice, "json", b.command())
    a.connected()
    a.run.signal(signal.SIGINT)
    return a, 130, "cut"


def peer_interrupted(alice, bob):
    b = serve(bob, "lines", "tcp://127.0.0.1:%d" % free_port())
    a = connect(alice, "json", b.command())
    a.connected()
    b.run.signal(signal.SIGTERM)
    return a, CUT, "cut"


@pytest.mark.parametrize("failure", [nobody_there, wrong_code, not_allowed, another_mode, interrupted,
                                     interrupted_in_a_conversation, peer_interrupted], ids=lambda f: f.__name__)
def test_closed_is_the_last_event(failure, alice, bob):
    """Whatever happens: 'closed' comes last, with the exit code and its word; an 'error' or 'over' before it says why."""
    talker, code, word = failure(alice, bob)
    talker.ends(code)
    talker.check_order()
    events = talker.all()
    assert events[-1]["ev"] == "closed" and events[-1]["exit"] == code
    assert events[-1]["err"] == word
    reasons = [event for event in events if event["ev"] in ("error", "over")]
    assert failure is interrupted or reasons[-1]["err"] == word


def test_a_conversation_in_order(alice, bob):
    """As the example of docs/JSON.md: hello, waiting, connected, sent, receipt, msg, peer-left, over, closed."""
    alice.knows(bob)
    bob.knows(alice)
    port = free_port()
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % port, "--allow", "bob")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    peers = bob.home / "peers"
    peers.write_text(peers.read_text().strip() + " addr=tcp://127.0.0.1:%d\n" % port)
    b = Json(bob.start("connect", "--ui", "json", "alice"))
    send(a, "hello", id="a1")
    b.hears("hello")
    a.run.wait_for(lambda: a.events("receipt"), "receipt")
    send(b, "hi")
    a.hears("hi")
    b.run.wait_for(lambda: b.events("receipt"), "receipt")
    b.run.write('{"cmd":"quit"}\n')
    a.ends(DONE)
    b.ends(DONE)
    a.check_order()
    b.check_order()
    names = [event["ev"] for event in a.all()]
    assert [n for n in names if n not in ("listening", "path", "notice")] == \
        ["hello", "connected", "sent", "receipt", "msg", "peer-left", "over", "closed"]


def test_long_lines(alice):
    """Up to 100,000 bytes a line is a command; a longer one is refused, and the next is read."""
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % free_port())
    for pad in (60_000, 99_000, 101_000, 1_000_000, 0):
        a.run.write(json.dumps({"cmd": "contacts", "id": str(pad), "x": "y" * pad}) + "\n")
    a.run.wait_for(lambda: len(a.events("contacts")) == 3, "contacts")
    assert [e["id"] for e in a.events("contacts")] == ["60000", "99000", "0"]
    assert [e["err"] for e in a.events("error")] == ["usage", "usage"]
    a.run.write('{"cmd":"quit"}\n')
    a.ends(DONE)


def test_pseudo_has_no_code(alice):
    """At an address there is a command, but no code, where no words are asked for."""
    a = serve(alice, "json", "-c", "pseudo", "--insecure", "tcp://127.0.0.1:%d" % free_port())
    event = a.run.wait_for(lambda: a.events("code"), "code")[0]
    assert "code" not in event and "schat connect" in event["text"]


@pytest.fixture
def keep(alice, bob, eve):
    """Alice keeps on waiting for bob and eve: her way to be started, and theirs to come."""
    port = free_port()
    for other in (bob, eve):
        alice.knows(other)
        other.knows(alice)
        peers = other.home / "peers"
        peers.write_text(peers.read_text().strip() + " addr=tcp://127.0.0.1:%d\n" % port)

    def host(ui):
        a = serve(alice, ui, "tcp://127.0.0.1:%d" % port, "--keep", "--allow", "bob", "--allow", "eve")
        return a

    def come(other):
        return Json(other.start("connect", "--ui", "json", "alice", "--timeout", 20))

    return host, come


def leave(talker):
    talker.run.write('{"cmd":"quit"}\n')
    talker.ends(DONE)


def test_a_message_goes_where_it_is_addressed(keep, bob, eve):
    """To the conversation it names or to nobody: what was for bob never reaches eve, and its sender is told."""
    host, come = keep
    a = host("json")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    send(a, "before anybody came", id="first", conv=1)
    b = come(bob)
    b.hears("before anybody came")
    send(a, "without", id="without")
    send(a, "to bob", id="to bob", conv=1)
    b.hears("to bob")
    leave(b)
    a.run.wait_for(lambda: a.events("over"), "over")
    send(a, "your password, bob, is hunter2", id="late", conv=1)
    assert answer(a, "late")["err"] == "state"
    e = come(eve)
    a.run.wait_for(lambda: len(a.events("connected")) == 2, "eve")
    send(a, "your password, bob, is hunter2", id="later", conv=1)
    send(a, "whoever is next", id="early", conv=3)
    send(a, "to eve", id="to eve", conv=2)
    e.hears("to eve")
    leave(e)
    a.run.wait_for(lambda: len(a.events("over")) == 2, "over")
    a.run.signal(signal.SIGTERM)
    a.ends(143)
    a.check_order()
    assert b.heard() == ["before anybody came", "to bob"] and e.heard() == ["to eve"]
    got = {id: answer(a, id) for id in ("first", "without", "to bob", "late", "later", "early", "to eve")}
    assert {id for id in got if got[id]["ev"] == "sent"} == {"first", "to bob", "to eve"}
    assert got["without"]["err"] == "usage"
    assert all(got[id]["err"] == "state" and got[id]["text"].startswith("not sent") for id in ("late", "later", "early"))
    assert [event["err"] for event in a.events("over")] == ["none", "none"]


def test_lines_go_where_they_were_written(keep, bob, eve):
    """In lines the same: between two conversations, and when the next has begun but nobody was told yet."""
    host, come = keep
    a = host("lines")
    a.run.says("listening on")
    b = come(bob)
    a.run.says("connected to bob")
    a.say("to bob")
    b.hears("to bob")
    leave(b)
    a.run.says("Waiting for the next")
    a.say("bob, are you there?")
    a.run.says("^schat: 1 line was not sent: nobody is connected$")
    a.run.signal(signal.SIGSTOP)
    a.say("bob, one more thing")  # it lies there when eve comes
    e = come(eve)
    a.run.signal(signal.SIGCONT)
    a.run.says("connected to eve")
    a.run.says("^schat: 1 line was not sent(: nobody is connected| to bob, who is gone)$", 20)
    a.run.wait_for(lambda: a.run.errors.count("1 line was not sent") == 2, "the second")
    send(e, "I am eve")
    a.hears("I am eve")
    a.say("to eve")
    e.hears("to eve")
    leave(e)
    a.run.signal(signal.SIGTERM)
    a.ends(143)
    assert b.heard() == ["to bob"] and e.heard() == ["to eve"]


def test_a_peer_that_starts_anew_is_another_conversation(keep, bob):
    """A peer that died and came again: what was for the first conversation is not sent in the second."""
    host, come = keep
    a = host("json")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    b = come(bob)
    b.connected()
    a.connected()
    b.run.signal(signal.SIGKILL)
    b = come(bob)
    a.run.wait_for(lambda: len(a.events("connected")) == 2, "bob again", 40)
    send(a, "first", id="first", conv=1)
    send(a, "second", id="second", conv=2)
    b.hears("second")
    assert answer(a, "first")["ev"] == "error"
    leave(b)
    a.run.signal(signal.SIGTERM)
    a.ends(143)
    a.check_order()
    assert b.heard() == ["second"]


def ask(talker, command, id, **more):
    talker.run.write(json.dumps({"cmd": command, "id": id, **more}) + "\n")
    return answer(talker, id)


def test_one_peer_is_hung_up(keep, bob, eve):
    """The program goes on: everything said before is delivered, and then the next peer may come."""
    host, come = keep
    a = host("json")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    assert ask(a, "hangup", "none", conv=1)["text"] == "there is no such conversation now"
    b = come(bob)
    b.connected()
    assert ask(a, "hangup", "unnamed")["err"] == "usage"
    send(a, "goodbye, bob", conv=1)
    a.run.write('{"cmd":"hangup","conv":1}\n')
    b.ends(DONE)
    assert b.heard() == ["goodbye, bob"]
    a.run.wait_for(lambda: a.events("over"), "over")
    assert ask(a, "hangup", "late", conv=1)["text"] == "that conversation is over"
    e = come(eve)
    e.connected()
    send(a, "hello, eve", conv=2)
    e.hears("hello, eve")
    leave(e)
    a.run.write('{"cmd":"quit"}\n')
    a.ends(DONE)
    a.check_order()
    assert [(over["conv"], over["peer"], over["err"], over["exit"]) for over in a.events("over")] == \
        [(1, "bob", "none", 0), (2, "eve", "none", 0)]


def test_a_second_hangup_does_not_wait(keep, bob, eve):
    """A peer that never says goodbye is cut off, and told; the next one may come."""
    host, come = keep
    a = host("json")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    b = come(bob)
    b.connected()
    a.connected()
    b.run.signal(signal.SIGSTOP)
    send(a, "are you there?", conv=1)
    a.run.write('{"cmd":"hangup","conv":1}\n{"cmd":"hangup","conv":1}\n')
    over = a.run.wait_for(lambda: a.events("over"), "over")[0]
    assert (over["err"], over["exit"], over["unconfirmed"]) == ("cut", CUT, 1)
    b.run.signal(signal.SIGCONT)
    b.ends(CUT)
    come(eve).connected()
    a.run.signal(signal.SIGTERM)
    a.ends(143)
    a.check_order()


def test_contacts_are_listed_and_verified(keep, alice, bob):
    """A fingerprint that is the key's marks the contact, in the file and in what is told of it from then on."""
    host, come = keep
    a = host("json")
    waiting = a.run.wait_for(lambda: a.events("listening"), "listening")
    assert ask(a, "who", "nobody")["text"] == "nobody is connected"  # connect says how its search stands
    known = {contact["peer"]: contact for contact in ask(a, "contacts", "all")["contacts"]}
    assert set(known) == {"bob", "eve"} and "verified" not in known["bob"]
    b = come(bob)
    b.connected()
    a.connected()
    assert "verified" not in a.events("connected")[0]
    fp = ask(a, "who", "before")["fp"]
    assert fp == known["bob"]["fp"]
    assert ask(a, "verify", "stranger", peer="carol", fp=fp)["err"] == "state"
    wrong = ask(a, "verify", "wrong", peer="eve", fp=fp)
    assert wrong["err"] == "trust" and "NOT the fingerprint" in wrong["text"]
    right = ask(a, "verify", "right", peer="bob", fp=fp.upper())
    assert [contact["peer"] for contact in right["contacts"]] == ["bob"]
    assert ask(a, "who", "after")["verified"] == right["contacts"][0]["verified"]
    leave(b)
    a.run.signal(signal.SIGTERM)
    a.ends(143)
    a.check_order()
    assert "verified=" in next(line for line in (alice.home / "peers").read_text().split("\n") if line.startswith("bob "))


def test_connect_has_one_peer(alice, bob):
    """There hangup ends the program, as quit does."""
    b = serve(bob, "json", "tcp://127.0.0.1:%d" % free_port())
    a = connect(alice, "json", b.command())
    a.connected()
    a.run.write('{"cmd":"hangup"}\n')
    a.ends(DONE)
    b.ends(DONE)
    assert 0 < a.all()[-1]["ts"] % 1 or 0 < a.all()[0]["ts"] % 1


def test_connect_keeps_looking_for_its_peer(alice, bob):
    """With --keep, a peer that dies and starts again, or leaves and comes back, is the next conversation; between two of them a
    message waits for the next, and hangup ends the program."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.knows(bob)
    bob.knows(alice)
    peers = bob.home / "peers"
    peers.write_text(peers.read_text().strip() + " addr=%s\n" % where)

    def host():
        a = serve(alice, "json", where, "--allow", "bob")
        a.run.wait_for(lambda: a.events("listening"), "listening")
        return a

    a = host()
    b = Json(bob.start("connect", "--ui", "json", "--keep", "alice"))
    send(b, "one", id="one")
    a.hears("one")
    b.run.wait_for(lambda: b.events("receipt"), "receipt")
    a.run.signal(signal.SIGKILL)
    a.run.ends(-signal.SIGKILL)
    a = host()
    b.run.wait_for(lambda: len(b.events("connected")) == 2, "alice again", 60)
    send(b, "two", id="two", conv=2)
    send(b, "never", id="never", conv=1)
    a.hears("two")
    assert answer(b, "never")["text"] == "not sent: that conversation is over"
    leave(a)
    b.run.wait_for(lambda: len(b.events("over")) == 2, "over")
    send(b, "three", id="three")
    send(b, "four", id="four", conv=3)
    a = host()
    a.hears("four")
    b.run.write('{"cmd":"hangup","conv":3}\n')
    b.ends(DONE)
    a.ends(DONE)
    b.check_order()
    assert a.heard() == ["three", "four"]
    assert ["again" in event for event in b.events("connected")] == [False, True, True]
    assert [(over["err"], over["exit"]) for over in b.events("over")] == [("exists", CUT), ("none", DONE), ("none", DONE)]
    assert [answer(b, id)["conv"] for id in ("one", "two", "three", "four")] == [1, 2, 3, 3]


def test_transfers(alice, bob):
    """A file whose name is taken tells the one it got. What is not there is a failure of ours; and a transfer that is broken off, or whose conversation ends, tells how far it was."""
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "json", a.command())
    b.connected()
    a.connected()
    with open(str(bob.home / "large"), "wb") as f:
        f.truncate(1 << 34)

    def offer(path, id):
        b.run.write(json.dumps({"cmd": "offer", "path": path, "id": id}) + "\n")
        return answer(b, id)

    def over(talker, count):
        talker.run.wait_for(lambda: len(talker.events("transfer")) == count, "transfer")
        return talker.events("transfer")[-1]

    assert offer("missing", "x")["err"] == "local"
    for name in "one.txt", "two":
        (alice.home / name).mkdir() if name == "two" else (alice.home / name).write_text("other")
    (bob.home / "one.txt").write_text("mine")
    (bob.home / "two").mkdir()
    (bob.home / "two" / "x").write_text("x")
    for count, name in enumerate(("one.txt", "two"), 1):
        offer(name, name)
        offered = a.run.wait_for(lambda: a.events("offer")[count - 1:], "offer")[0]
        a.run.write(json.dumps({"cmd": "accept", "transfer": offered["transfer"]}) + "\n")
        assert over(a, count)["err"] == over(b, count)["err"] == "none"
    assert [e["name"] for e in b.events("file")] == ["one.txt", "two"]
    assert [e["name"] for e in a.events("file")] == ["one (1).txt", "two (1)"]
    assert (alice.home / "one (1).txt").read_text() == "mine" and (alice.home / "two (1)" / "x").exists()
    number = offer("large", "y")["transfer"]
    offered = a.run.wait_for(lambda: a.events("offer")[2:], "offer")[0]
    a.run.write(json.dumps({"cmd": "accept", "transfer": offered["transfer"]}) + "\n")
    a.run.wait_for(lambda: all(any(e["of_bytes"] == 1 << 34 for e in x.events("progress")) for x in (a, b)), "progress")
    b.run.write(json.dumps({"cmd": "reject", "transfer": number}) + "\n")
    for event in over(a, 3), over(b, 3):
        assert event["err"] == "cut" and event["of_bytes"] == 1 << 34 and event["of_files"] == 1 and event["bytes"] > 0
    number = offer("large", "z")["transfer"]
    a.run.wait_for(lambda: len(a.events("offer")) == 4, "offer")
    b.run.write(json.dumps({"cmd": "reject", "transfer": number}) + "\n")
    for event in over(a, 4), over(b, 4):
        assert event["err"] == "cut" and event["of_bytes"] == 1 << 34 and event["bytes"] == 0 and "asks" not in event
    offer("large", "end")
    a.run.wait_for(lambda: len(a.events("offer")) == 5, "offer")
    b.run.write('{"cmd":"quit"}\n')
    for event in over(a, 5), over(b, 5):
        assert event["err"] == "cut" and event["of_bytes"] == 1 << 34 and "asks" not in event
    for talker in a, b:
        talker.ends(DONE)
        talker.check_order()
