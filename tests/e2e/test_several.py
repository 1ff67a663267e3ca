"""Several peers at a time: who hears what, who comes and goes while others talk, and where the limit is."""

import json
import signal

import pytest

from hosts import COMMAND, CUT, DONE, TRUST, UNREACHABLE, connect, free_port, serve


@pytest.fixture
def company(make_host, alice):
    """company(UI, NAMES..., options): alice serves, and knows each of them. Returns her talker and a function that brings one."""
    def begin(ui, *names, options=(), server=None):
        where = "tcp://127.0.0.1:%d" % free_port()
        hosts = {name: make_host(name) for name in names}
        for host in hosts.values():
            alice.knows(host)
            host.knows(alice)
            peers = host.home / "peers"
            peers.write_text("%s addr=%s\n" % (peers.read_text().strip(), where))
        a = serve(alice, ui, where, *(word for name in names for word in ("--allow", name)), *options)
        if ui == "json":
            a.run.wait_for(lambda: a.events("listening"), "listening")
        elif ui == "lines":
            a.run.says("listening on ")
        else:
            a.wait_for("listening on ")
        return a, lambda name, ui="lines": connect(hosts[name], ui, "schat connect alice")
    return begin


def command(talker, **what):
    talker.run.write(json.dumps(what) + "\n")


def test_three_at_a_time_in_json(company):
    """Each message goes to the one it names, by number or by name, and each event says whose it is. Who is killed is missed by nobody
    else. The program ends when the last one has left, and its status tells of all."""
    a, come = company("json", "bob", "carol", "dave")
    guests, convs = {}, {}
    for number, name in enumerate(("bob", "carol", "dave"), 1):
        guests[name] = come(name)
        guests[name].connected()
        a.run.wait_for(lambda: len(a.events("connected")) == number, name)
        convs[name] = a.events("connected")[-1]["conv"]
    assert [event["peer"] for event in a.events("connected")] == ["bob", "carol", "dave"]
    assert sorted(convs.values()) == [1, 2, 3]
    for name, guest in guests.items():
        guest.say("I am " + name)
        a.hears("I am " + name)
        command(a, cmd="send", to=name, text="hello " + name, id=name)
        command(a, cmd="send", conv=convs[name], text="once more " + name)
    for name, guest in guests.items():
        guest.hears("once more " + name)
        assert guest.heard() == ["hello " + name, "once more " + name]
    a.run.wait_for(lambda: len(a.events("receipt")) >= 3 and
                   all(any(e["n"] == 2 and e["peer"] == name for e in a.events("receipt")) for name in guests), "receipts")
    for event in a.events("msg") + a.events("sent") + a.events("receipt"):
        assert convs[event["peer"]] == event["conv"], event
    assert {event["id"]: event["peer"] for event in a.events("sent") if "id" in event} == {n: n for n in guests}
    command(a, cmd="send", text="to whom?", id="x")
    command(a, cmd="send", to="eve", text="who?", id="y")
    command(a, cmd="who", id="z")
    a.run.wait_for(lambda: len(a.events("who")) == 3, "who")
    assert {event["id"]: event["err"] for event in a.events("error")} == {"x": "usage", "y": "state"}
    guests["carol"].run.signal(signal.SIGKILL)
    guests["carol"].ends(-signal.SIGKILL)
    guests["bob"].say("and I go on")
    a.hears("and I go on")
    again = come("carol")
    again.connected()
    a.run.wait_for(lambda: len(a.events("connected")) == 4, "carol again")
    assert a.events("connected")[-1]["again"] is True
    assert [event["peer"] for event in a.events("over")] == ["carol"]
    command(a, cmd="send", to="carol", text="back?")
    again.hears("back?")
    for guest in (guests["bob"], again):
        guest.leave()
        guest.ends()
    a.run.wait_for(lambda: len(a.events("over")) == 3, "over")
    assert not a.events("closed")
    guests["dave"].leave()
    guests["dave"].ends()
    a.ends(DONE)
    assert a.events("closed")[0]["exit"] == 0


def test_three_at_a_time_in_lines(company):
    """Each line says whose it is, and whom it is for. A line for nobody who is here goes to nobody."""
    a, come = company("lines", "bob", "carol", options=("--max", "5", "--keep"))
    bob = come("bob")
    a.run.says("connected to bob")
    bob.say("carol> I am not carol")
    a.hears("bob> carol> I am not carol")
    a.say("you are alone")
    bob.hears("you are alone")
    a.say("carol> too early")
    a.run.says("carol isn't here. To keep what is for carol, use --outbox on.")
    carol = come("carol")
    a.run.says("connected to carol")
    a.say("carol> to carol")
    a.say("bob> to bob")
    a.say("to whom")
    carol.hears("to carol")
    bob.hears("to bob")
    a.run.says("1 line was not sent: begin each with NAME>, the name of a peer who is here")
    carol.say("hi")
    a.hears("carol> hi")
    bob.leave()
    bob.ends()
    a.run.says("the conversation with bob is over")
    a.say("carol> still here?")
    carol.hears("still here?")
    assert bob.heard() == ["you are alone", "to bob"] and carol.heard() == ["to carol", "still here?"]
    carol.leave()
    carol.ends()


def test_the_limit(company):
    """Where it is reached, the next is told that alice is busy, and nobody has to go; when one has left, there is room."""
    a, come = company("json", "bob", "carol", "dave", options=("--max", "2"))
    bob, carol = come("bob"), come("carol")
    bob.connected()
    carol.connected()
    dave = come("dave")
    dave.ends(UNREACHABLE)
    assert "alice is talking with someone else" in dave.run.errors
    for guest in (bob, carol):
        guest.say("still here")
    a.run.wait_for(lambda: len(a.events("msg")) == 2, "both are")
    bob.leave()
    bob.ends()
    a.run.wait_for(lambda: a.events("over"), "bob's end")
    dave = come("dave")
    dave.connected()
    dave.say("here")
    a.hears("here")
    command(a, cmd="quit")
    for guest in (carol, dave):
        guest.ends(CUT)
    a.ends(DONE)


def test_who_reads_nothing_holds_up_nobody(company):
    """bob is stopped in the middle of it. What is for him is refused when there is no room for it any more; carol hears everything."""
    a, come = company("json", "bob", "carol")
    bob, carol = come("bob"), come("carol")
    bob.connected()
    carol.connected()
    a.run.wait_for(lambda: len(a.events("connected")) == 2, "both")
    bob.run.signal(signal.SIGSTOP)
    try:
        for number in range(400):
            command(a, cmd="send", to="bob", text="x" * 15000, id="b%d" % number)
            if number % 100 == 0:
                command(a, cmd="send", to="carol", text="c%d" % number)
        carol.hears("c300")
        refused = a.run.wait_for(lambda: [e for e in a.events("error") if e.get("err") == "busy"], "refused")
        assert all(event["id"].startswith("b") for event in refused)
    finally:
        bob.run.signal(signal.SIGCONT)
    command(a, cmd="send", to="carol", text="the end")
    carol.hears("the end")
    assert carol.heard() == ["c0", "c100", "c200", "c300", "the end"]


def test_three_at_a_time_in_the_console(company):
    """The prompt names whom a line goes to, /to chooses, and what was begun for one never goes to another, whoever comes and leaves."""
    a, come = company("console", "bob", "carol", "dave")
    bob = come("bob")
    a.wait_for("connected to bob")
    a.wait_for("you> ")
    a.say("you are alone")
    bob.hears("you are alone")
    carol = come("carol")
    a.wait_for("connected to carol")
    dave = come("dave")
    a.wait_for("connected to dave")
    a.wait_for("to bob> ")
    carol.say("hi, this is carol")
    a.wait_for("carol> hi, this is carol")
    a.say("still bob's")
    bob.hears("still bob's")
    a.terminal.send("/to carol\rfor carol\r/to dave\rfor dave\r")  # at once, as a fast typist or a script has it
    carol.hears("for carol")
    dave.hears("for dave")
    a.wait_for("you to carol> for carol")
    a.wait_for("you to dave> for dave")
    a.say("/to eve")
    a.wait_for("nobody called eve is here; here: bob, carol, dave")
    a.say("/who")
    a.wait_for("bob, fingerprint[^~]*carol, fingerprint[^~]*dave, fingerprint")
    a.terminal.send("this is for da")
    a.wait_for("to dave> this is for da")
    dave.leave()
    dave.ends()
    a.wait_for("to bob> this is for da")
    a.terminal.send("ve\r")
    a.wait_for("you started this line for dave. To send it to bob, wait two seconds")
    a.terminal.send("\x15/to car\t\rback to carol\r")
    carol.hears("back to carol")
    assert bob.heard() == ["you are alone", "still bob's"]
    bob.run.signal(signal.SIGKILL)
    carol.say("I am still here")
    a.wait_for("carol> I am still here")
    again = come("bob")
    a.wait_for("bob has started again")
    again.say("me, too")
    a.wait_for("bob> me, too")
    for guest in (again, carol):
        guest.leave()
        guest.ends()
    a.ends(DONE)


def test_lines_are_passed_on(company):
    """With --relay-lines everybody hears everybody, by a name that nobody can take; all are told who is here and who reads along. For
    alice's program it is as if nothing was passed on."""
    a, come = company("json", "bob", "carol", "dave", options=("--relay-lines",))
    bob = come("bob")
    bob.hears("[This host passes on what you say to everybody who is here, with your name in front, and reads all of it. "
              "Others here: nobody]")
    carol = come("carol", "json")
    carol.hears("[This host passes on what you say to everybody who is here, with your name in front, and reads all of it. "
                "Others here: bob]")
    bob.hears("[carol is here]")
    bob.say("hello")
    carol.hears("bob> hello")
    a.hears("hello")
    command(carol, cmd="send", text="one\ndave> two")
    bob.hears("carol> one\\n  dave> two")
    command(carol, cmd="send", text="ü" * 8000)
    dave = come("dave")
    carol.hears("[dave is here]")
    bob.run.wait_for(lambda: sum(line.count("ü") for line in bob.heard() if line.startswith("carol> ü")) == 8000, "all of it")
    command(a, cmd="send", to="dave", text="only you", id="1")
    dave.hears("only you")
    bob.say("once more")
    carol.hears("bob> once more")
    a.run.wait_for(lambda: a.events("receipt"), "receipt")
    assert [(e["peer"], e["id"]) for e in a.events("sent")] == [("dave", "1")]
    assert [e["peer"] for e in a.events("receipt")] == ["dave"]
    bob.leave()
    bob.ends()
    carol.hears("[bob has left]")
    assert "only you" not in carol.heard() and "bob> hello" not in bob.heard()
    for guest in (carol, dave):
        guest.leave()
        guest.ends()
    a.ends(DONE)


def test_a_code_while_others_talk(alice, bob, make_host):
    """A stranger may pair while a contact talks, who notices nothing of it, nor of a wrong guess."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.knows(bob)
    bob.knows(alice)
    peers = bob.home / "peers"
    peers.write_text("%s addr=%s\n" % (peers.read_text().strip(), where))
    a = serve(alice, "json", where)
    line = a.command()
    b = connect(bob, "lines", "schat connect alice")
    a.connected()
    code = a.events("code")[0]["code"]
    wrong = "zebra-zoo" if code != "zebra-zoo" else "zoo-zebra"
    assert "wrong" in connect(make_host("eve"), "lines", line.replace(code, wrong)).run.ends(TRUST).errors
    a.run.wait_for(lambda: a.events("guess"), "guess")
    carol = connect(make_host("carol"), "lines", line)
    carol.connected()
    a.run.wait_for(lambda: len(a.events("connected")) == 2, "carol")
    carol.say("I have the code")
    b.say("and I go on")
    a.hears("I have the code")
    a.hears("and I go on")
    for guest in (b, carol):
        guest.leave()
        guest.ends()
    a.ends(DONE)


def test_an_invitation_while_another_talks(alice, bob, make_host, server):
    """alice makes a code by /invite while bob talks, whose only path is the server's relay; carol comes by it and joins them. Nobody is
    there under the number of the code that was used. bob, who connected, is told that alice makes the codes."""
    a = serve(alice, "json", "-s", server.address)
    old = a.command()
    b = connect(bob, "json", old + " --relay-only")
    b.connected()
    a.connected()
    command(b, cmd="invite", id="i")
    assert b.run.wait_for(lambda: b.events("error"), "error")[0]["id"] == "i"
    command(a, cmd="invite")
    a.run.wait_for(lambda: len(a.events("code")) == 2, "code")
    new = COMMAND.match(a.events("code")[-1]["text"]).group(1)
    assert new != old
    b.say("still here")
    a.hears("still here")
    carol = connect(make_host("carol"), "lines", new)
    carol.connected()
    carol.say("I was invited")
    a.hears("I was invited")
    b.say("and I go on")
    a.hears("and I go on")
    nobody = make_host("nobody").run(*old.split()[1:], "--timeout", "1", code=UNREACHABLE)
    assert "nobody is waiting under this code's number" in nobody.errors
    carol.leave()
    carol.ends()
    command(a, cmd="quit")
    b.ends()
    a.ends(DONE)


def test_an_invitation_outlives_whoever_is_here(alice, bob, make_host):
    """Without --keep, alice's program waits for carol, whom she has invited, when bob has left; and ends when carol has left, too."""
    a = serve(alice, "json", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "lines", a.command())
    b.connected()
    a.connected()
    command(a, cmd="invite")
    a.run.wait_for(lambda: len(a.events("code")) == 2, "code")
    b.leave()
    b.ends()
    a.run.wait_for(lambda: a.events("over"), "over")
    carol = connect(make_host("carol"), "lines", COMMAND.match(a.events("code")[-1]["text"]).group(1))
    carol.connected()
    carol.say("I was invited")
    a.hears("I was invited")
    carol.leave()
    carol.ends()
    a.ends(DONE)


def test_two_of_one_name_are_told_apart(alice, make_host):
    """Where contacts cannot be saved, two peers may suggest the same name. Neither gets the other's."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.key_line()
    a = serve(alice, "json", where, "--tofu")
    a.run.wait_for(lambda: a.events("listening"), "listening")
    (alice.home / "peers").unlink(missing_ok=True)
    (alice.home / "peers").mkdir()
    guests = []
    for number in range(2):
        host = make_host("guest%d" % number)
        host.env["USER"] = "same"
        guests.append(connect(host, "lines", "schat connect --tofu " + where))
        guests[-1].connected()
        a.run.wait_for(lambda: len(a.events("connected")) == number + 1, "connected")
    assert [event["peer"] for event in a.events("connected")] == ["same", "same-2"]
    command(a, cmd="send", to="same-2", text="for the second")
    guests[1].hears("for the second")
    for guest in guests:
        guest.leave()
        guest.ends()
    a.ends(DONE)
