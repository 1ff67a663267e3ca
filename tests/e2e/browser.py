"""A headless Chromium, spoken to over two pipes as the DevTools protocol has it: JSON, a zero byte behind each message."""

import json
import os
import pathlib
import select
import shutil
import subprocess
import time

from hosts import PATIENCE

EVIL = "evil.example"  # a name of which somebody says that it is this host
PROGRAM = next((path for name in ("chromium-headless-shell", "chromium", "chrome-headless-shell") if (path := shutil.which(name))), None)


class Browser:
    def __init__(self, folder):
        ours, theirs = os.pipe(), os.pipe()  # (read, write): what it says, what we say
        self.read, self.write = ours[0], theirs[1]

        def descriptors():
            hear, speak = os.dup(theirs[0]), os.dup(ours[1])
            high = max(hear, speak, 9) + 1
            os.dup2(hear, high), os.dup2(speak, high + 1)
            os.dup2(high, 3), os.dup2(high + 1, 4)

        # no sandbox of its own: tests run as root, in namespaces, and show it nothing but this program's page
        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--disable-dev-shm-usage", "--host-resolver-rules=MAP %s 127.0.0.1" % EVIL, "--user-data-dir=%s" % folder, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=descriptors, close_fds=False,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"})
        os.close(theirs[0]), os.close(ours[1])
        self.bytes, self.ids, self.answers, self.events = b"", 0, {}, []

    def hear(self, until):
        while b"\0" not in self.bytes:
            ready, _, _ = select.select([self.read], [], [], max(0, until - time.monotonic()))
            assert ready, "the browser says nothing"
            some = os.read(self.read, 1 << 16)
            assert some, "the browser is gone"
            self.bytes += some
        message, self.bytes = self.bytes.split(b"\0", 1)
        message = json.loads(message)
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            self.events.append(message)

    def call(self, method, session=None, **params):
        self.ids += 1
        message = {"id": self.ids, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        until, mine = time.monotonic() + PATIENCE, self.ids
        while mine not in self.answers:
            self.hear(until)
        answer = self.answers.pop(mine)
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def tab(self, url):
        return Tab(self, url)

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.read), os.close(self.write)


class Tab:
    def __init__(self, browser, url):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")
        self.go("Page.navigate", url=url)

    def go(self, method, **params):
        """Until the page is loaded."""
        self.browser.events.clear()
        self.call(method, **params)
        until = time.monotonic() + PATIENCE
        while not any(e["method"] == "Page.loadEventFired" and e.get("sessionId") == self.session for e in self.browser.events):
            self.browser.hear(until)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def run(self, script):
        """What the script says in the page: its last expression, as JSON."""
        got = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def until(self, script):
        """Waits in the page until the script is true, looking at each change of it."""
        return self.run("""new Promise((done, fail) => {
            const look = () => { let v; try { v = (%s) } catch (e) { v = 0 }; if (v) { clearTimeout(late); seen.disconnect(); done(v) } }
            const late = setTimeout(() => fail(new Error(%s + ' is not so in ' + document.body.innerText.slice(-2000))), %d)
            const seen = new MutationObserver(look)
            seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
            look()
        })""" % (script, json.dumps(script), PATIENCE * 900))

    def key(self, name, code=0, text="", modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, modifiers=modifiers,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def enter(self, modifiers=0):
        self.key("Enter", 13, "\r", modifiers)

    def pick(self, selector, *paths):
        """The user picks these files."""
        found = self.call("Runtime.evaluate", expression="document.querySelector(%s)" % json.dumps(selector))
        self.call("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=found["result"]["objectId"])

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        import base64
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def complaints(self):
        """What the browser wrote to its console: errors, and what the page's policy forbids."""
        return [e["params"] for e in self.browser.events if e.get("sessionId") == self.session and e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
