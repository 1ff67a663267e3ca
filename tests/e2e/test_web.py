"""--ui web: who gets what from the server of the page, and what it does when it is asked for something else."""

import contextlib
import http.client
import http.server
import json
import re
import signal
import socket
import threading

import pytest

from browser import EVIL as EVIL_HOST, PROGRAM, Browser
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
    "files without a token": (403, "POST /files/1 HTTP/1.1\r\n" + HOST + BODY),
    "files from a foreign page": (403, "POST /files/1 HTTP/1.1\r\n" + HOST + AUTH + "Origin: https://evil.example\r\n" + BODY),
    "files that nobody has offered": (404, "POST /files/1 HTTP/1.1\r\n" + HOST + AUTH + BODY),
    "files without a length": (411, "POST /files/1 HTTP/1.1\r\n" + HOST + AUTH + "\r\n"),
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


@pytest.fixture
def files(page, bob):
    """The page and bob, in a conversation."""
    events = page.events()
    b = Json(bob.start(*events.until("code")["text"].split()[1:], "--ui", "json", "--dir", bob.home))
    events.until("connected")

    class Files:
        def offer(self, upload, **fields):
            page.post("/commands", {"cmd": "offer", "conv": 1, "upload": upload, **fields})

        def offered(self, upload):
            """The numbers of the transfer: ours, and bob's."""
            heard = len(b.events("offer"))
            self.offer(upload)
            number = events.until("offer")["transfer"]
            b.run.wait_for(lambda: len(b.events("offer")) > heard, "an offer")
            return number, b.events("offer")[-1]["transfer"]

        def send(self, number, body, length=None):
            """The connection, on which these bytes are on their way."""
            s = socket.create_connection(("127.0.0.1", page.port), timeout=PATIENCE)
            s.sendall(("POST /files/%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
                       % (number, page.port, page.token, len(body) if length is None else length)).encode() + body)
            return s

    given = Files()
    given.page, given.events, given.b, given.bob = page, events, b, bob
    return given


def test_files_of_a_page(files):
    """What a page hands in arrives: several files in one body, an empty one, names as they are; and goes on where it was broken off."""
    big = bytes(range(256)) * 4096
    number, theirs = files.offered("%d 1600000000000 ä b.bin/0 5 empty/3 5 <b>" % len(big))
    assert [i["name"] for i in files.b.events("offer")[-1]["items"]] == ["ä b.bin", "empty", "<b>"]
    files.page.post("/commands", {"cmd": "files", "id": "list"})
    assert [i["name"] for i in files.events.until("progress", id="list")["items"]] == ["ä b.bin", "empty", "<b>"]
    s = files.send(number, big[:300000], len(big) + 3)
    files.b.run.write(json.dumps({"cmd": "accept", "transfer": theirs}) + "\n")
    files.b.run.wait_for(lambda: any(e["bytes"] for e in files.b.events("progress")), "bytes")
    s.close()
    assert files.events.until("transfer", transfer=number)["err"] == "cut"
    number, theirs = files.offered("%d 1600000000000 ä b.bin/0 5 empty/3 5 <b>" % len(big))
    files.b.run.write(json.dumps({"cmd": "accept", "transfer": theirs}) + "\n")
    with files.send(number, big + b"abc") as s:
        assert s.recv(12) == b"HTTP/1.1 200"
    assert files.events.until("transfer", transfer=number)["err"] == "none"
    assert [(files.bob.home / n).read_bytes() for n in ("ä b.bin", "empty", "<b>")] == [big, b"", b"abc"]
    assert (files.bob.home / "ä b.bin").stat().st_mtime == 1600000000
    files.b.run.wait_for(lambda: len([e for e in files.b.events("file") if e["err"] == "none"]) == 3, "files")
    assert {e["dir"] for e in files.b.events("file") if e["err"] == "none"} == {str(files.bob.home.resolve())}


def test_files_that_are_none(files):
    """Bodies of another length, pages that go or never come, refusals and lists that are none end the transfer, and nothing else."""
    for i, upload in enumerate(("", "x", "1 2", "1 2 ", "1 2 ..", "1 2 .", "1 2 a/", "/1 2 a", "-1 2 a", "1 x a", "1 2 a/1 3 a", "9007199254740993 1 a",
                   "9007199254740992 1 a/1 1 b", "1 2 " + "a" * 256, "1 2 a\0b")):
        files.offer(upload, id=str(i))
        assert files.events.until("error", id=str(i))["err"] == "usage", upload
    files.offer("1 2 a", id="both", path="/etc/passwd")
    assert files.events.until("error", id="both")["err"] == "usage"
    for body, length, answer in ((b"12", 2, b"400"), (b"1234", 4, b"400"), (b"", 0, b"400")):
        number, theirs = files.offered("3 2 a")
        with files.send(number, body, length) as s:
            assert s.recv(12) == b"HTTP/1.1 " + answer
        assert files.events.until("transfer", transfer=number)["err"] == "cut"
    number, theirs = files.offered("3 2 a")
    with files.send(number, b"1", 3) as s, files.send(number, b"123") as twice:
        assert twice.recv(12) == b"HTTP/1.1 404"
        files.b.run.write(json.dumps({"cmd": "reject", "transfer": theirs}) + "\n")
        assert files.events.until("transfer", transfer=number)["err"] == "trust"
        assert s.recv(12) == b"HTTP/1.1 503"
    number, theirs = files.offered("3 2 a")
    with files.send(number, b"1", 3) as s:
        files.page.post("/commands", {"cmd": "reject", "transfer": number})
        assert s.recv(12) == b"HTTP/1.1 503"
    assert files.events.until("transfer", transfer=number)["err"] == "cut"
    files.page.post("/commands", {"cmd": "send", "conv": 1, "text": "still here"})
    files.b.hears("still here")


def memory(run):
    with open("/proc/%d/status" % run.pid, encoding="ascii") as status:
        return int(re.search(r"^RssAnon:\s+(\d+)", status.read(), re.M).group(1)) << 10


def test_a_large_file_of_a_page_fills_nothing(files):
    """As long as the peer takes nothing, schat takes a little; and what goes through is kept nowhere."""
    size = 10 << 30
    number, theirs = files.offered("%d 2 a" % size)
    s = files.send(number, b"", size)
    s.settimeout(0.2)
    piece, gone = b"\0" * (1 << 20), 0

    def push(most):
        nonlocal gone
        try:
            while gone < most:
                gone += s.send(piece)
        except TimeoutError:
            pass

    before = memory(files.page.run)
    push(size)
    assert gone < 32 << 20  # the kernel's buffers
    files.b.run.write(json.dumps({"cmd": "accept", "transfer": theirs}) + "\n")
    s.settimeout(PATIENCE)
    push(48 << 20)
    assert memory(files.page.run) - before < 24 << 20  # of which a window is the session's
    s.close()
    assert files.events.until("transfer", transfer=number)["err"] == "cut"


def test_what_it_goes_with(alice, bob):
    alice.knows(bob)
    for more in (["--socket", "s"], ["--pipe"]):
        alice.run("serve", "tcp://127.0.0.1:0", "--ui", "web", *more, code=USAGE)
    alice.run("send", alice.home, "bob", "--ui", "web", code=USAGE)


# ---- in a browser

EVIL = ["<script>document.title='x'</script><img src=/x onerror=\"document.title='x'\">", "\u202egnp.exe \u200b\u2066\x1b[2J\x07", "a" * 16000,
        "</p></li></ol><style>*{display:none}</style>", "{\"ev\":\"closed\"}\n{\"cmd\":\"quit\"}"]


HOSTILE_PAGE = """(async (place, token) => {
    const quit = '{"cmd":"quit"}', done = {}
    const load = (name, more) => new Promise(r => {
        const e = Object.assign(document.createElement(name), more)
        e.onload = e.onerror = () => r(e)
        document.body.append(e)
    })
    const of = async (what, f) => { try { done[what] = await f() } catch (e) { done[what] = e.name } }
    for (const mode of ['cors', 'no-cors'])
        await of(mode, () => fetch(place + '/commands', { mode, method: 'POST', body: quit, headers: mode == 'cors' ? { Authorization: 'Bearer ' + token } : {} }))
    await of('frame', async () => (await load('iframe', { src: place + '/' })).contentDocument)
    await of('script', async () => { let ran = 0; onerror = () => { ran = 1 }; await load('script', { src: place + '/' }); return ran })
    await of('socket', () => new Promise(r => { const w = new WebSocket(place.replace('http', 'ws') + '/events'); w.onopen = () => r(1); w.onerror = () => r(0) }))
    await of('form', async () => {
        const frame = await load('iframe', { name: 'to' }), form = document.createElement('form'), field = document.createElement('input')
        Object.assign(form, { target: 'to', method: 'POST', enctype: 'text/plain', action: place + '/commands' })
        Object.assign(field, { name: '{"cmd":"quit","id":"', value: '"}' })
        form.append(field)
        document.body.append(form)
        await new Promise(r => { frame.onload = r; form.submit() })
        return frame.contentDocument
    })
    await of('window', async () => {
        const w = open(place + '/')
        for (let i = 0; i < 500 && !w.closed; i++) await new Promise(r => setTimeout(r, 20))
        return w.closed
    })
    navigator.sendBeacon(place + '/commands', quit)
    return done
})"""


@contextlib.contextmanager
def hostile_page():
    """A page of somebody else's: its port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><body>evil")

        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def attack(browser, page):
    """Whatever a foreign page tries, of another host or another port of this one, and even with the token: it reads nothing, shows
    nothing, and nothing is done for it. Neither does the page open under a name that was made to lead here."""
    with hostile_page() as port:
        for host in (EVIL_HOST, "127.0.0.1"):
            tab = browser.tab("http://%s:%d/" % (host, port))
            got = tab.run("%s('http://127.0.0.1:%d', %s)" % (HOSTILE_PAGE, page.port, json.dumps(page.token)))
            assert got == {"cors": "TypeError", "no-cors": "TypeError", "frame": None, "script": 0, "socket": 0, "form": None, "window": True}
            frames = tab.call("Page.getFrameTree")["frameTree"]["childFrames"]
            assert len(frames) == 2 and all("unreachableUrl" in f["frame"] for f in frames)
    assert browser.tab(page.url.replace("127.0.0.1", EVIL_HOST)).run("document.body.innerText").strip() == "Forbidden"
    page.events().until("hello")
    assert page.run.process.poll() is None


@pytest.mark.skipif(PROGRAM is None, reason="there is no chromium-headless-shell")
def test_in_a_browser(page, bob, tmp_path):
    """The page shows the code; what both say, with its marks; markup of a peer as text, and all of 10,000 lines that it keeps; files
    that are offered; and after a reload the same. Nothing breaks its policy, and the token is not in its address."""
    browser = Browser(tmp_path / "browser")
    try:
        attack(browser, page)
        tab = browser.tab(page.url)
        tab.until("document.querySelector('#code code').textContent && document.querySelector('#qr path')")
        assert tab.run("location.href + document.cookie") == "http://127.0.0.1:%d/" % page.port
        line = tab.run("document.querySelector('#code code').textContent")
        (bob.home / "<b>x").write_bytes(b"x" * 12345)
        b = Json(bob.start(*line.split()[1:], "--ui", "json", "--dir", bob.home))
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

        def sends(name):
            """What was picked is sent, and arrives."""
            tab.until("document.querySelector('#dialog').open && document.querySelector('#dialog').innerText.includes(%s)" % json.dumps(name[:6]))
            tab.run("document.querySelector('#dialog button').click()")
            b.run.wait_for(lambda: len(b.events("offer")) > len(b.events("file")), "an offer")
            b.run.write(json.dumps({"cmd": "accept", "transfer": b.events("offer")[-1]["transfer"]}) + "\n")
            b.run.wait_for(lambda: name in b.events("file")[-1]["name"], name)

        (tmp_path / "picked ü.bin").write_bytes(bytes(range(256)) * 8000)
        tab.run("document.querySelector('#file').click()")
        tab.pick("#dialog input", tmp_path / "picked ü.bin")
        sends("picked ü.bin")
        assert (bob.home / "picked ü.bin").read_bytes() == bytes(range(256)) * 8000
        drop = "(() => { const d = new DataTransfer(); d.items.add(new File(['dropped'], '%s')); return d })()"
        tab.run("void document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: %s }))" % drop % "a drop.txt")
        sends("a drop.txt")
        assert (bob.home / "a drop.txt").read_bytes() == b"dropped"
        tab.run("void document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData: %s }))" % drop % "image.png")
        sends("picture")
        tab.until("document.body.innerText.includes('has picture')")

        tab.run("document.querySelector('#invite').click()")
        tab.until("!document.querySelector('#code').hidden && document.querySelector('#code code').textContent != %s" % json.dumps(line))
        tab.run("document.querySelector('#verify').click()")
        assert bob.fingerprint() in tab.run("document.querySelector('#dialog').innerText")
        tab.key("Escape", 27)
        tab.until("!document.querySelector('#dialog').open && document.activeElement.id == 'text'")

        (tmp_path / "long.bin").write_bytes(b"x" * 3000000)
        tab.run("document.querySelector('#file').click()")
        tab.pick("#dialog input", tmp_path / "long.bin")
        tab.until("document.querySelector('#dialog').innerText.includes('long.bin')")
        tab.run("document.querySelector('#dialog button').click()")
        b.run.wait_for(lambda: b.events("offer")[-1].get("items", [{}])[0].get("name") == "long.bin", "an offer")
        tab.until("going.size == 1")
        tab.go("Page.reload")  # with the page goes what it was sending
        b.run.wait_for(lambda: b.events("transfer")[-1]["err"] == "cut", "the end of it")
        tab.until("[...document.querySelectorAll('.own')].some(e => e.innerText.includes('shown'))")
        b.run.write("".join(json.dumps({"cmd": "send", "text": "line %d" % i}) + "\n" for i in range(10000)))
        tab.until("document.querySelector('main ol:not([hidden])').lastChild.textContent.includes('line 9999')")
        assert tab.run("document.querySelectorAll('main ol:not([hidden]) li').length") == 1000
        assert tab.complaints() == []
        b.leave()
        tab.until("document.querySelector('#who').innerText.includes('bob, over')")
        b = Json(bob.start("connect", "alice", "--ui", "json"))
        tab.until("document.querySelector('#who').children.length == 2 && document.querySelector('#verify').hidden == false && now.here")
        tab.type("again")
        tab.enter()
        b.hears("again")
        assert "line 9999" in tab.run("document.querySelector('main ol:not([hidden])').textContent")  # it goes on where it was
        tab.run("for (let c = 100; c < 300; c++) { take({ ev: 'connected', conv: c, peer: 'p' + c, ts: 1 }); take({ ev: 'over', conv: c, ts: 1, text: '' }) }; settle()")
        assert tab.run("document.querySelector('#who').children.length") <= 33
        tab.run("take({ ev: 'connected', conv: 300, peer: 'v', fp: 'f', verified: '2026-01-01', ts: 1 }); take({ ev: 'over', conv: 300, ts: 1, text: '' });"
                "take({ ev: 'connected', conv: 301, peer: 'v', fp: 'f', ts: 1 }); face(all.get(301))")
        assert tab.run("all.has(300) || $('about').textContent") == "v · not verified"  # nobody has verified it since
        tab.run("for (let i = 0; i < 20; i++) take({ ev: 'msg', conv: 299, ts: 1, text: 'x'.repeat(16000), more: true })")
        assert tab.run("Math.max(...[...document.querySelectorAll('p')].map(p => p.textContent.length))") < 80000
        assert tab.complaints() == []
        roles = {n["role"]["value"]: n.get("name", {}).get("value") for n in tab.call("Accessibility.getFullAXTree")["nodes"] if "role" in n}
        assert roles["log"].startswith("Conversation with") and roles["textbox"] == "Message" and "status" in roles
    finally:
        browser.end()
