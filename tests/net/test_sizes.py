"""Lines that carry small packets only, whether they say so or not: what is said and piped arrives whole."""

import time

import pytest

from talk import Pair

HOME = "nat=endpoint filter=port ports=preserve delay=20ms "
SMALL = ["mtu=1100", "mtu=600", "mtu=1100 icmp", "mtu=600 icmp"]


def pages(person, count, length):
    return [("%s %d " % (person, i)).ljust(length, person[0]) for i in range(count)]


def say_pages(pair, *lengths):
    for length in lengths:
        pair.say(pair.a, *pages("alice", 3, length))
        pair.say(pair.b, *pages("bob", 3, length))


@pytest.mark.parametrize("line", SMALL)
def test_chat_is_whole_over_a_small_line(module_lab, line):
    """Both homes have such a line, and meet at a server without one."""
    lab = module_lab
    server = lab.public()
    lab.signal(server)
    a, b = lab.home(HOME + line), lab.home(HOME + line)
    relayed = Pair(lab, server, a, b, options=["--relay-only"]).connect()
    direct = Pair(lab, server, a, b).connect()
    direct.wait_paths("direct udp")
    for pair in relayed, direct:
        began = time.monotonic()
        say_pages(pair, 3000)
        pair.wait_all_heard()
        print("%.2f s for pages of 3000 bytes; %s" % (time.monotonic() - began, pair.account()))
    relayed.check_end()
    say_pages(direct, 900, 12000)
    direct.wait_all_heard()
    direct.check_path_used()
    assert a.box.count()["out"]["too_big"] > 0
    direct.check_end()


@pytest.mark.parametrize("line", SMALL)
@pytest.mark.parametrize("suite", ["hybrid", "rsa"])
def test_pipe_is_whole_over_a_small_line(module_lab, line, suite):
    """At a known address, by keys that are short and keys that are long."""
    lab = module_lab
    a, b = lab.public(line="delay=20ms " + line), lab.home("restricted")
    serve = lab.start(a, "serve", "--pipe", "-c", suite, "udp://0.0.0.0", name="alice")
    command = serve.wait_told(r"schat connect (.*)$").group(1).split()
    connect = lab.start(b, "connect", *command, name="bob")
    began = time.monotonic()
    there, back = pages("bob", 300, 1000), pages("alice", 300, 1000)
    connect.say(*there)
    serve.say(*back)
    serve.wait_heard(there)
    connect.wait_heard(back)
    print("%.2f s for 300 KB each way" % (time.monotonic() - began))
    serve.leave()
    connect.leave()
    assert serve.exit_code() == connect.exit_code() == 0, "%s%s" % (serve, connect)
