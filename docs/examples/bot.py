#!/usr/bin/env python3
"""bot.py SOCKET: answers contacts who ask for "time" or "count".

It may be ended and started again: where it was stands in SOCKET.seen (docs/JSON.md, "At a socket").

    schat serve -s vps.example --keep --socket $XDG_RUNTIME_DIR/schat.sock
    ./bot.py $XDG_RUNTIME_DIR/schat.sock
"""

import json
import os
import socket
import sys
import time


def seen(path):
    """The run, and the last event that was dealt with."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="ascii") as f:
        return tuple(map(int, f.read().split()))


def note(path, run, number):
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write("%d %d\n" % (run, number))
    os.replace(path + ".new", path)


def main(path):
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    lines = server.makefile("r", encoding="utf-8", newline="\n")

    def command(**fields):
        server.sendall((json.dumps(fields) + "\n").encode())

    last = seen(path + ".seen")
    where = {"run": last[0], "from": last[1] + 1} if last else {}
    command(cmd="attach", write="wait", **where)
    run, start, parts, count = 0, 0, {}, 0
    for line in lines:
        event = json.loads(line)
        if event["ev"] == "attached":
            run, start = event["run"], event["from"]
        elif event["ev"] == "msg":
            parts.setdefault(event["conv"], []).append(event["text"])
            if not event.get("more"):
                text = "".join(parts.pop(event["conv"])).strip()
                count += 1
                answers = {"time": time.strftime("%H:%M"), "count": "%d so far" % count}
                command(cmd="send", conv=event["conv"], text=answers.get(text, "I know: time, count"))
        elif event["ev"] == "over":
            parts.pop(event["conv"], None)
        if event.get("seq", 0) >= start > 0:
            note(path + ".seen", run, event["seq"])


main(sys.argv[1])
