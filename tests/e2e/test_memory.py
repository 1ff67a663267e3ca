"""How much memory the program takes, in KB: what it has written to itself (RssAnon), and all that is resident (VmRSS). The
difference is the program file, of which all processes share one copy."""

import re

from hosts import connect, serve


def written(run):
    with open("/proc/%d/status" % run.pid, encoding="ascii") as status:
        return {name: int(value) for name, value in re.findall(r"^(RssAnon|VmRSS|THP_enabled):\s+(\d+)", status.read(), re.M)}


def test_waiting_and_talking_take_little(alice, bob, own_server):
    """Large tables are written to only as far as they are used, and no huge page is taken for the rest of them."""
    a = serve(alice, "lines", "-s", own_server.address)
    line = a.command()
    waiting = written(a.run)
    b = connect(bob, "lines", line)
    for host in (a, b):
        host.connected()
    a.say("hello")
    b.hears("hello")
    talking, server = written(a.run), written(own_server.run)
    assert waiting["RssAnon"] <= 320 and talking["RssAnon"] <= 480 and server["RssAnon"] <= 360, (waiting, talking, server)
    assert waiting["VmRSS"] <= 832, (waiting, "run scripts/order")  # how the kernel has cached the file moves it by 100
    assert all(of.get("THP_enabled", 0) == 0 for of in (waiting, talking, server))
    b.leave()
    b.ends()
    a.ends()
