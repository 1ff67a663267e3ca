"""--ui web: who gets what from the server of the page, and what it does when it is asked for something else."""

import http.client
import json
import re
import signal
import socket

import pytest

from browser import PROGRAM, Browser
from hosts import CUT, DONE, PATIENCE, USAGE, Json


class Page:
    """A program with --ui web, and how a page talks to it."""

    def __init__(self, run):
        self.run = run
        self.url = run.prints(r"^http://127\.0\.0\.1:\d+/#[0-9a-f]{32}$").group()
        self.port, self.token = re.fullmatch(r".*:(\d+)/#(\w+)", self.url).groups()
        self.port = int(self.port)
        self.headers = {"Authorization": "Bearer " + self.token}

    def post(self, path, lines, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", path, lines if isinstance(lines, (str, bytes)) else json.dumps(lines), self.headers if headers is None else headers)
        return connection.getresponse()

    def events(self, **fields):
        return Events(self.post("/events", {"cmd": "attach", **fields}))

    def ask(self, request, address=("127.0.0.1", socket.AF_INET)):
        """The whole answer to these bytes."""
        with socket.socket(address[1]) as s:
            s.settimeout(PATIENCE)
            s.connect((address[0], self.port))
            s.sendall(request.replace("PORT", str(self.port)).replace("TOKEN", self.token).encode("latin-1"))
            answer = b""
            while some := s.recv(65536):
                answer += some
            return answer.decode()


class Events:
    def __init__(self, answer):
        assert answer.status == 200
        self.answer, self.all = answer, []

    def next(self):
        line = self.answer.readline()
        if not line:
            return None
        self.all.append(json.loads(line))
        return self.all[-1]

    def until(self, kind, **fields):
        while (event := self.next()) is not None:
            if event["ev"] == kind and fields.items() <= event.items():
                return event
        raise AssertionError(self.all)


@pytest.fixture
def page(alice):
    return Page(alice.start("serve", "tcp://127.0.0.1:0", "--keep", "--ui", "web"))


HOST, AUTH = "Host: 127.0.0.1:PORT\r\n", "Authorization: Bearer TOKEN\r\n"
BODY = "Content-Length: 16\r\n\r\n" + '{"cmd":"attach"}'
HOSTILE = {
    "a name that was rebound": (403, "POST /events HTTP/1.1\r\nHost: evil.example:PORT\r\n" + AUTH + BODY),
    "a foreign origin": (403, "POST /events HTTP/1.1\r\n" + HOST + AUTH + "Origin: https://evil.example\r\n" + BODY),
    "no origin that has a name": (403, "POST /events HTTP/1.1\r\n" + HOST + AUTH + "Origin: null\r\n" + BODY),
    "the same host at another port": (403, "POST /events HTTP/1.1\r\n" + HOST + AUTH + "Origin: http://127.0.0.1:1\r\n" + BODY),
    "no token": (403, "POST /events HTTP/1.1\r\n" + HOST + BODY),
    "another token": (403, "POST /events HTTP/1.1\r\n" + HOST + "Authorization: Bearer " + "0" * 32 + "\r\n" + BODY),
    "a token in the address": (404, "POST /events?TOKEN HTTP/1.1\r\n" + HOST + BODY),
    "a preflight": (405, "OPTIONS /commands HTTP/1.1\r\n" + HOST + "Origin: http://127.0.0.1:PORT\r\n"
                         "Access-Control-Request-Headers: authorization\r\n\r\n"),
    "huge headers": (431, "GET / HTTP/1.1\r\n" + HOST + "X: " + "a" * 9000 + "\r\n\r\n"),
    "a huge body": (413, "POST /commands HTTP/1.1\r\n" + HOST + AUTH + "Content-Length: 99999999999\r\n\r\n"),
    "HTTP/1.0": (505, "GET / HTTP/1.0\r\n" + HOST + "\r\n"),
    "HEAD": (405, "HEAD / HTTP/1.1\r\n" + HOST + "\r\n"),
    "no HTTP": (400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "two requests at once": (200, "GET / HTTP/1.1\r\n" + HOST + "\r\nPOST /commands HTTP/1.1\r\n" + HOST + AUTH + 'Content-Length: 14\r\n\r\n{"cmd":"quit"}'),
}


def test_strangers_get_nothing(page):
    """Each hostile request gets the answer that it should, and one answer; none of them says anything of the conversation, and what
    was asked for in it does not happen."""
    for why, (status, request) in HOSTILE.items():
        answer = page.ask(request)
        head, _, body = answer.partition("\r\n\r\n")
        assert answer.startswith("HTTP/1.1 %d " % status) and answer.count("HTTP/1.1 ") == 1, (why, answer[:300])
        assert "access-control" not in head.lower() and "cookie" not in head.lower() and page.token not in answer, why
        assert "\r\nContent-Security-Policy: default-src 'none'" in head, why
        assert status == 200 or len(body) < 40, why
    assert page.ask("HEAD / HTTP/1.1\r\n" + HOST + "\r\n").endswith("\r\n\r\n")
    assert page.post("/commands", {"cmd": "who"}).status == 200  # it goes on
    long = "POST /qr HTTP/1.1\r\n" + HOST + AUTH + "Content-Length: 40\r\nX: %s\r\n\r\n" + "a" * 40
    for head in range(3900, 4000, 20):  # its body begins in one piece that is read and ends in the next
        assert page.ask(long % ("x" * head)).startswith("HTTP/1.1 200 "), head
    assert page.token not in page.run.errors


def test_who_waits_holds_up_nobody(page, alice):
    """Eight that say nothing, or half a request, or never read; and many more that come and go."""
    idle = [socket.create_connection(("127.0.0.1", page.port)) for _ in range(8)]
    for s in idle[:4]:
        s.sendall(b"GET / HTTP/1.1\r\nHost: ")
    deaf = page.events()
    assert page.ask("GET / HTTP/1.1\r\n" + HOST + "\r\n").startswith("HTTP/1.1 200")
    assert page.ask("GET / HTTP/1.1\r\nHost: [::1]:PORT\r\n\r\n", ("::1", socket.AF_INET6)).startswith("HTTP/1.1 200")
    half = socket.create_connection(("127.0.0.1", page.port))
    half.sendall(("POST /commands HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Length: 99\r\n\r\n{" % (page.port, page.token)).encode())
    half.close()  # what was begun is no command, and the next one is
    for _ in range(20):
        socket.create_connection(("127.0.0.1", page.port)).close()
    assert page.post("/commands", {"cmd": "who", "id": "w"}).status == 200
    assert deaf.until("error", id="w")["text"] == "nobody is connected"
    for s in idle:
        s.close()
    assert page.post("/commands", {"cmd": "quit"}).status == 200
    assert deaf.until("closed")["exit"] == 0 and deaf.next() is None
    page.run.ends(DONE)


def test_two_readers(page, bob):
    """Both hear everything, and what was said by one; who comes later, too. What was said has its marks."""
    one, two = page.events(), page.events()
    code = one.until("code")
    b = Json(bob.start(*code["text"].split()[1:], "--ui", "json"))
    b.connected()
    one.until("connected")
    b.say("hello")
    assert one.until("msg")["text"] == two.until("msg")["text"] == "hello"
    long = "ü\n" * 5000
    page.post("/commands", json.dumps({"cmd": "send", "text": long, "id": "x"}) + "\n" + json.dumps({"cmd": "send", "text": "b", "conv": 1}))
    assert one.until("error", id="x")["err"] == "usage"  # serve --keep: no conversation is named
    page.post("/commands", {"cmd": "send", "text": long, "id": "y", "conv": 1})
    b.hears(long)
    for reader in (one, two, page.events(**{"from": 1})):
        assert reader.until("said", id="y")["text"] == long
        n = reader.until("sent", id="y")["n"]
        while reader.until("receipt")["n"] < n:  # the first part of the text has one of its own
            pass
    page.run.signal(signal.SIGTERM)
    assert one.until("closed")["exit"] == 143 and one.next() is None
    page.run.ends(143)
    b.ends(CUT)


def test_what_it_goes_with(alice, bob):
    alice.knows(bob)
    for more in (["--socket", "s"], ["--pipe"]):
        alice.run("serve", "tcp://127.0.0.1:0", "--ui", "web", *more, code=USAGE)
    alice.run("send", alice.home, "bob", "--ui", "web", code=USAGE)


# ---- in a browser

EVIL = ["<script>document.title='x'</script><img src=/x onerror=\"document.title='x'\">", "\u202egnp.exe \u200b\u2066\x1b[2J\x07", "a" * 16000,
        "</p></li></ol><style>*{display:none}</style>", "{\"ev\":\"closed\"}\n{\"cmd\":\"quit\"}"]


@pytest.mark.skipif(PROGRAM is None, reason="there is no chromium-headless-shell")
def test_in_a_browser(page, bob, tmp_path):
    """The page shows the code; what both say, with its marks; markup of a peer as text, and all of 10,000 lines that it keeps; files
    that are offered; and after a reload the same. Nothing breaks its policy, and the token is not in its address."""
    browser = Browser(tmp_path / "browser")
    try:
        tab = browser.tab(page.url)
        tab.until("document.querySelector('#code code').textContent && document.querySelector('#qr path')")
        assert tab.run("location.href + document.cookie") == "http://127.0.0.1:%d/" % page.port
        line = tab.run("document.querySelector('#code code').textContent")
        (bob.home / "<b>x").write_bytes(b"x" * 12345)
        b = Json(bob.start(*line.split()[1:], "--ui", "json"))
        tab.until("document.querySelector('#code').hidden")
        for text in EVIL:
            b.say(text)
        tab.until("document.body.innerText.includes('cmd')")
        shown = tab.run("document.body.innerText")
        assert EVIL[0] in shown and EVIL[3] in shown and EVIL[2] in shown and "\\u{202e}gnp.exe \\u{200b}\\u{2066}\\u{1b}[2J\\u{7}" in shown
        assert tab.run("document.title") == "schat" and tab.run("document.querySelectorAll('main img, main style, main script').length") == 0

        tab.type("one")
        tab.enter(modifiers=8)
        tab.type("two")
        tab.enter()
        b.hears("one\ntwo")
        tab.until("[...document.querySelectorAll('.own')].some(e => e.querySelector('p').textContent == 'one\\ntwo' && e.innerText.includes('shown'))")

        b.run.write(json.dumps({"cmd": "offer", "path": str(bob.home / "<b>x")}) + "\n")
        tab.until("[...document.querySelectorAll('li button')].some(e => e.textContent == 'Accept')")
        tab.run("[...document.querySelectorAll('li button')].find(e => e.textContent == 'Accept').click()")
        tab.until("[...document.querySelectorAll('i')].some(e => e.textContent == 'done')")

        tab.run("document.querySelector('#invite').click()")
        tab.until("!document.querySelector('#code').hidden && document.querySelector('#code code').textContent != %s" % json.dumps(line))
        tab.run("document.querySelector('#verify').click()")
        assert bob.fingerprint() in tab.run("document.querySelector('#dialog').innerText")
        tab.key("Escape", 27)
        tab.until("!document.querySelector('#dialog').open && document.activeElement.id == 'text'")

        tab.go("Page.reload")
        tab.until("[...document.querySelectorAll('.own')].some(e => e.innerText.includes('shown'))")
        b.run.write("".join(json.dumps({"cmd": "send", "text": "line %d" % i}) + "\n" for i in range(10000)))
        tab.until("document.querySelector('main ol:not([hidden])').lastChild.textContent.includes('line 9999')")
        assert tab.run("document.querySelectorAll('main ol:not([hidden]) li').length") == 1000
        assert tab.complaints() == []
        roles = {n["role"]["value"]: n.get("name", {}).get("value") for n in tab.call("Accessibility.getFullAXTree")["nodes"] if "role" in n}
        assert roles["log"].startswith("Conversation with") and roles["textbox"] == "Message" and "status" in roles
    finally:
        browser.end()
