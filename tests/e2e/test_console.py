"""The console in tmux: what is really on the screen."""

import re
import shutil
import signal
import subprocess
import termios
import time

import pytest

from hosts import COMMAND, PATIENCE, SCHAT, Json, connect, free_port

if not shutil.which("tmux"):
    pytest.skip("tmux is not installed", allow_module_level=True)


class Tmux:
    """A terminal of 100 columns and 30 lines, with schat in it, or a shell."""

    def __init__(self, host, socket, *argv, columns=100, lines=30, shell=None):
        self.base = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        words = " ".join(map(str, argv))
        self.env = {**host.env, "TERM": "xterm-256color"}
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(lines),
                  shell or "TERM=screen-256color %s %s; echo \"ended with $?\"; cat" % (SCHAT, words))

    def tmux(self, *argv, **more):
        return subprocess.run(self.base + list(argv), env=self.env, cwd=self.env["HOME"], capture_output=True, text=True,
                              timeout=PATIENCE, check=True, **more).stdout

    def screen(self):
        """The lines of the screen, without what is blank at their ends."""
        return [line.rstrip() for line in self.tmux("capture-pane", "-p", "-J", "-S", "-100").rstrip("\n").split("\n")]

    def shows(self, pattern):
        """Waits until the screen shows it."""
        until = time.monotonic() + PATIENCE
        while True:
            text = "\n".join(self.screen())
            found = re.search(pattern, text, re.M)
            if found:
                return found
            assert time.monotonic() < until, "not on the screen: %s\n%s" % (pattern, text)
            time.sleep(0.02)  # tmux tells nothing by itself: it has to be asked

    def command(self):
        return self.shows(COMMAND.pattern).group(1)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def paste(self, text):
        """As a terminal does it that knows bracketed paste."""
        self.tmux("load-buffer", "-", input=text)
        self.tmux("paste-buffer", "-p")

    def cursor(self):
        return int(self.tmux("display-message", "-p", "#{cursor_x}"))

    def last(self):
        """The line with the prompt."""
        return [line for line in self.screen() if line][-1]

    def is_raw(self):
        """Waits until single keys are read, also those that a shell leaves to the terminal."""
        with open(self.tmux("display-message", "-p", "#{pane_tty}").strip(), "rb") as tty:
            until = time.monotonic() + PATIENCE
            while termios.tcgetattr(tty)[3] & termios.ISIG:
                assert time.monotonic() < until, "not raw"
                time.sleep(0.02)

    def end(self):
        subprocess.run(self.base + ["kill-server"], env=self.env, capture_output=True, timeout=PATIENCE)


@pytest.fixture
def terminal(tmp_path):
    """terminal(HOST, ARGV...): schat in tmux."""
    opened = []

    def make(host, *argv, **more):
        opened.append(Tmux(host, tmp_path / ("tmux%d" % len(opened)), *argv, **more))
        return opened[-1]

    yield make
    for t in opened:
        t.end()


@pytest.fixture
def both(terminal, alice, bob):
    """alice on a terminal, bob as a program, connected."""
    a = terminal(alice, "serve", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "json", a.command())
    b.connected()
    a.shows("connected to bob")
    return a, b


def test_half_typed_line_stays(both):
    """Lines that arrive appear above the one that is being typed; sent, it is whole."""
    a, b = both
    a.type("half a sent")
    a.shows("^you> half a sent$")
    for number in range(5):
        b.say("line %d" % number)
    a.shows("bob> line 4")
    a.shows("^you> half a sent$")
    screen = a.screen()
    assert [re.search("bob> (.*)", line).group(1) for line in screen if "bob> " in line] == ["line %d" % n for n in range(5)]
    assert screen.index(a.last()) > max(i for i, line in enumerate(screen) if "bob> " in line)
    assert sum("half a sent" in line for line in screen) == 1
    a.type("ence")
    a.keys("Enter")
    b.hears("half a sentence")
    a.shows(r"you> half a sentence.*✓✓")


def test_editing_emoji_and_chinese(both):
    """Backspace takes one visible character, arrows go over one, however many bytes and columns it has."""
    a, b = both
    a.type("你好👩\u200d🚀世")
    a.shows("世")
    a.keys("BSpace")
    a.keys("BSpace")
    a.shows("^you> 你好$")
    assert a.cursor() == len("you> ") + 4
    a.keys("Left", "Left")
    a.type("e\u0301x")
    a.keys("BSpace")
    a.keys("Right")
    a.type("🙂🙂")
    a.keys("BSpace", "End")
    a.type("!")
    a.keys("Home")
    a.type(">")
    a.keys("Enter")
    b.hears(">e\u0301你🙂好!")


@pytest.mark.parametrize("text", ["👍🏽", "❤️ and 🇩🇪", "a 👩\u200d👩\u200d👧 b"])
def test_emoji_are_printed_once(text, both):
    """Terminals differ in how wide they are: the mark behind them still changes in place."""
    a, b = both
    a.type(text)
    a.keys("Enter")
    b.hears(text)
    a.shows(r"you> .*✓✓$")
    a.type("next")
    a.shows("^you> next$")
    assert sum("✓" in line for line in a.screen()) == 1


def test_long_line_and_narrow_terminal(terminal, alice, bob):
    """A line longer than the terminal can be edited, and arrives whole."""
    a = terminal(alice, "serve", "tcp://127.0.0.1:%d" % free_port(), columns=30, lines=15)
    line = a.command()
    b = connect(bob, "lines", line)
    b.connected()
    text = " ".join("word%d" % n for n in range(30))
    a.type(text)
    a.keys("Home")
    a.type("start ")
    a.keys("End")
    a.type(" end")
    a.keys("Enter")
    b.hears("start " + text + " end")


def test_pasted_page_is_one_message(both):
    """A page pasted arrives as one message, with its newlines, when Enter is pressed, and not before."""
    a, b = both
    page = "\n".join("%d: a line of the page, with\ta tab" % n for n in range(12))
    a.paste(page)
    a.shows("11: a line of the page|12 lines")
    assert b.heard() == []
    a.keys("Enter")
    b.hears(page)
    assert b.heard() == [page]


def test_a_long_paste_is_asked_about(both):
    """It is named by its lines and bytes; Enter sends it, Escape drops it."""
    a, b = both
    page = "\n".join("%d: a line of the page, pasted" % n for n in range(30))
    a.paste(page)
    a.shows(r"^\[paste: 30 lines, 0?\.?[0-9.]+ (KB|bytes)\] Enter sends, Esc drops>$")
    a.keys("Escape")
    a.shows("^you>$")
    a.paste(page)
    a.shows(r"^\[paste: 30 lines")
    a.keys("Enter")
    b.hears(page)
    assert b.heard() == [page]


def test_text_of_a_file(both, alice):
    """Tab completes its name, also in quotes, and /paste sends it, after a question."""
    a, b = both
    (alice.home / "notes.txt").write_text("one\ntwo\n")
    a.type("/paste no")
    a.keys("Tab")
    a.shows("^you> /paste notes.txt$")
    a.keys("Enter")
    a.shows(r"^\[paste: 2 lines, 8 bytes\]")
    a.keys("Enter")
    b.hears("one\ntwo")
    (alice.home / "my other notes").write_text("three\nfour\n")
    a.type("/paste 'my o")
    a.keys("Tab")
    a.shows("^you> /paste 'my other notes'$")
    a.keys("Enter")
    a.shows(r"^\[paste: 2 lines, 11 bytes\]")
    a.keys("Enter")
    b.hears("three\nfour")
    a.type("/paste notes.nix")
    a.keys("Enter")
    a.shows("can't send notes.nix: No such file or directory")


def test_what_is_said_is_kept_when_asked(both, alice):
    """/log on: both sides' messages, in order, for the user alone; /log off ends it."""
    a, b = both
    said = alice.home / "said"
    assert not said.exists()
    a.type("/log on")
    a.keys("Enter")
    a.shows("is now also written to .*, which is\\s+not\\s+encrypted")
    a.type("hello")
    a.keys("Enter")
    b.hears("hello")
    b.say("\x1b[2Jhi")
    a.shows("bob> .*hi")
    a.type("/log off")
    a.keys("Enter")
    a.shows("no longer written")
    b.say("not this")
    a.shows("not this")
    lines = said.read_text().splitlines()
    assert [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d ", "", line) for line in lines] == ["you> hello", "bob> \\x1b[2Jhi"]
    assert said.stat().st_mode & 0o777 == 0o600
    said.chmod(0o644)  # which others could read
    a.type("/log on")
    a.keys("Enter")
    a.shows("readable\\s+by\\s+other\\s+users. Run: chmod")
    b.say("nor this")
    a.shows("nor this")
    assert said.read_text().splitlines() == lines


def test_code_is_asked_for_and_completed(terminal, alice, bob):
    """connect without an argument: Tab completes the words of the code, Ctrl-C leaves; the code does not stay on the screen."""
    waiting = terminal(alice, "serve", "tcp://127.0.0.1:%d" % free_port())
    words, address = re.search(r"tcp://([a-z-]+)@(\S+)", waiting.command()).groups()
    b = terminal(bob, "connect")
    b.shows("^code:$")
    b.type("tcp://")
    first, second = words.split("-")
    b.type(first[:4])
    if len(first) > 3:  # no two words of the list begin with the same four letters
        b.keys("Tab")
        b.shows("^code: .*" + first + "-$")
    else:  # others may begin with all of this one
        b.type("-")
    b.type(second[:4])
    if len(second) > 4:
        b.keys("Tab")
        b.shows("^code: .*" + second)
    b.type("@" + address)
    b.keys("Enter")
    b.shows("connected to alice")
    assert words not in "\n".join(b.screen())
    gone = terminal(bob, "connect")
    gone.shows("^code:$")
    gone.keys("C-c")
    gone.shows("^ended with 130")


HOSTILE = ["\x1b[2J\x1b[Hcleared", "\x1b]0;title\x07", "\x1b[31mred", "back\b\b\b\bspace", "over\rwritten", "\x9b2Jc1",
           "\u202eright to left", "zero\u200bwidth", "\x1bc reset", "bell\x07", "\x0e\x0f shift", "\x1b[6n\x1b[c asks"]


@pytest.mark.parametrize("ui", ["json", "lines"])
def test_hostile_peer(ui, terminal, alice, bob):
    """Escape sequences of a peer are shown, not obeyed, and the screen stays as it was."""
    a = terminal(alice, "serve", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, ui, a.command())
    b.connected()
    a.type("my own words")
    b.say("before")
    a.shows("bob> before")
    before = [line for line in a.screen() if line][:-1]
    for text in HOSTILE:
        b.say(text)
    b.say("after")
    a.shows("bob> after")
    screen = a.screen()
    assert screen[:len(before)] == before
    assert a.last() == "you> my own words"
    shown = "\n".join(line for line in screen if "bob> " in line)
    assert shown.count("bob> ") == len(HOSTILE) + 2
    for visible in ("cleared", "title", "red", "written", "right to left", "width", "reset", "asks"):
        assert visible in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", shown)
    assert re.search(r"\\.*\[2J", shown)  # the escape character in visible form


def test_hostile_flood(both):
    """Ten thousand lines, among them the longest there are, and marks without end: the prompt and what is typed stay as they were."""
    a, b = both
    a.type("my own words")
    a.shows("^you> my own words$")
    nasty = ["\x1b[5;5Hjump", "\u202edrow", "\u200b" * 50, "o" + "\u0301" * 500, "\u0645\u200d\u200d", "a" * 16000, "\u4e16" * 5000,
             "\u0301" * 5000, "you> forged", "\x1b[?2004l\x1b[3A"]
    for number in range(10000):
        b.say(nasty[number % 10] if number % 1000 < 10 else "line %d" % number)
    b.say("that was all")
    a.shows("bob> that was all\nyou> my own words$")
    assert a.cursor() == len("you> my own words")
    a.type("!")
    a.keys("Enter")
    b.hears("my own words!")
    a.shows("you> my own words! ✓✓\nyou>$")


def test_bell(terminal, alice, bob):
    """With --bell, and only for what the peer says."""
    a = terminal(alice, "serve", "--bell", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "json", a.command())
    b.connected()
    a.shows("connected to bob")
    a.type("my own")
    a.keys("Enter")
    a.shows("my own.*✓✓")
    a.tmux("set-option", "-w", "monitor-bell", "on")
    a.tmux("new-window", "cat")  # the flag is for windows one does not look at
    assert a.tmux("list-windows", "-F", "#{window_bell_flag}").split() == ["0", "0"]
    b.say("psst")
    until = time.monotonic() + PATIENCE
    while a.tmux("list-windows", "-F", "#{window_bell_flag}").split() != ["1", "0"]:
        assert time.monotonic() < until, "no bell"
        time.sleep(0.02)


def test_hostile_nick(terminal, alice, bob):
    """Nor does a peer's name reach the terminal as it is."""
    a = terminal(alice, "serve", "tcp://127.0.0.1:%d" % free_port(), "--tofu")
    connect(bob, "lines", a.command(), "--nick", "'\x1b[2Jroot\u202e'").connected()
    a.shows("connected to ")
    assert not re.search("[\x1b\u202e]", "\n".join(a.screen()))
    a.shows("schat connect")


def test_commands(both, bob):
    """/help, /who, an unknown command, // and /quit."""
    a, b = both
    a.type("/help")
    a.keys("Enter")
    a.shows("^/who ")
    a.shows("^//x ")
    a.type("/help keys")
    a.keys("Enter")
    a.shows("Marks: ")
    a.type("/who")
    a.keys("Enter")
    a.shows("bob, fingerprint %s\\S*, not\\s+verified \\(tcp, suite" % bob.fingerprint()[:20])
    a.type("/verify")
    a.keys("Enter")
    a.shows("ask bob to read out the fingerprint")
    words = re.search(r"in words: (\S+)", bob.run("keygen", "--show").errors).group(1)
    a.shows(words[:20])
    a.type("/verify %s" % words.replace("-", " "))
    a.keys("Enter")
    a.shows("^schat: bob.s key is verified")
    a.type("/who")
    a.keys("Enter")
    a.shows(",\\s+verified\\s+[0-9-]+\\s+\\(tcp,")
    a.type("/fly away")
    a.keys("Enter")
    a.shows("/fly is not a command; nothing was sent")
    a.keys("C-u")
    a.type("//etc/passwd")
    a.keys("Enter")
    b.hears("/etc/passwd")
    assert b.heard() == ["/etc/passwd"]
    a.type("/quit")
    a.keys("Enter")
    a.shows("^ended with 0")
    b.ends()


def test_end_of_file(both):
    """Ctrl-D deletes in a line and leaves on an empty one; the terminal is as it was."""
    a, b = both
    a.type("abc")
    a.keys("C-a", "C-d", "Enter")
    b.hears("bc")
    a.keys("C-d")
    a.shows("^ended with 0")
    b.ends()
    a.type("echoed again")
    a.keys("Enter")
    a.shows("^echoed again")


def test_interrupt(both):
    """Ctrl-C drops the line; on an empty one it says how to leave, and a second one ends schat with 130."""
    a, b = both
    a.type("not to be sent")
    a.shows("not to be sent$")
    a.keys("C-c", "C-c")
    a.shows("press Ctrl-C again to leave at once")
    b.say("still here?")
    a.shows("bob> still here[?]")
    a.keys("C-c", "C-c")
    a.shows("^ended with 130")
    b.ends(5)
    assert b.heard() == []


def test_prompt_before_anybody_is_here(terminal, alice, bob):
    """What is typed before a contact is there: the prompt says that it waits, and for whom. Ctrl-C leaves at once."""
    alice.knows(bob)
    a = terminal(alice, "connect", "bob", "-s", "127.0.0.1:%d" % free_port())
    a.shows("^waiting for bob>$")
    a.type("hello")
    a.shows("^waiting for bob> hello$")
    a.keys("C-c", "C-c")
    a.shows("^ended with 130")


def test_resize(both):
    """A terminal that becomes narrow and wide again keeps the typed line, once."""
    a, b = both
    a.type("typed before")
    a.shows("typed before$")
    a.tmux("resize-window", "-x", "40", "-y", "20")
    b.say("while narrow")
    a.shows("bob> while narrow")
    a.tmux("resize-window", "-x", "100", "-y", "30")
    b.say("while wide")
    a.shows("bob> while wide")
    a.shows("^you> typed before$")
    assert sum("typed before" in line for line in a.screen()) == 1


def test_not_encrypted_is_always_seen(terminal, alice, bob):
    """The prompt of a conversation without secrecy says so."""
    a = terminal(alice, "serve", "-c", "pseudo", "--insecure", "tcp://127.0.0.1:%d" % free_port())
    b = connect(bob, "json", a.command())
    b.connected()
    a.shows("^NOT ENCRYPTED")
    assert all(event.get("insecure") for event in b.events("connected"))


def keeping(terminal, alice, bob, eve, *options):
    """Alice at a terminal, waiting for bob and eve, and their way to come."""
    for other in (bob, eve):
        alice.knows(other)
        other.knows(alice)
    port = free_port()
    a = terminal(alice, "serve", "tcp://127.0.0.1:%d" % port, "--keep", "--allow", "bob", "--allow", "eve",
                 *options)
    a.shows("listening on")

    def come(other):
        peers = other.home / "peers"
        peers.write_text(peers.read_text().strip() + " addr=tcp://127.0.0.1:%d\n" % port)
        talker = Json(other.start("connect", "--ui", "json", "alice"))
        a.shows("connected to " + other.name)
        return talker

    return a, come


@pytest.mark.parametrize("seconds", [0, 2])
def test_half_a_line_typed_for_one_reaches_no_other(seconds, terminal, alice, bob, eve):
    """The terminal keeps a line until its Enter. Begun for one who leaves, it goes to nobody, however late it is ended."""
    a, come = keeping(terminal, alice, bob, eve, "--ui", "lines")
    b = come(bob)
    a.type("first")
    a.keys("Enter")
    b.hears("first")
    a.type("a secret for b")
    a.shows("a secret for b$")
    b.run.write('{"cmd":"quit"}\n')
    a.shows("Waiting for the next")
    e = come(eve)
    time.sleep(seconds)  # 2: long enough to have read who is here
    a.type("ob")
    a.keys("Enter")
    a.shows("1 line was not sent to bob, who is gone")
    a.type("hello evf")
    a.keys("BSpace")  # the terminal's lines are edited as before
    a.type("e")
    a.keys("Enter")
    e.hears("hello eve")
    assert e.heard() == ["hello eve"] and b.heard() == ["first"]


def test_line_for_another_stays(terminal, alice, bob, eve):
    """A line that was begun for one peer is not sent to the next, unless the user says so; nor to nobody."""
    a, come = keeping(terminal, alice, bob, eve)
    b = come(bob)
    a.type("your password, bob, is")
    a.shows("^you> your password, bob, is$")
    b.run.write('{"cmd":"quit"}\n')
    a.shows("Waiting for the next")
    a.type(" hunter2")
    a.keys("Enter")
    a.shows("not sent: nobody is connected")
    e = come(eve)
    a.keys("Enter")
    a.shows("not sent: you started this line for bob")
    a.shows("To send it to eve, wait two seconds and press Enter")
    a.keys("Enter", "Enter")  # nor does a second one send it that comes too soon to be meant
    a.shows("^you> your password, bob, is hunter2$")
    assert not e.heard()
    a.keys("C-u")
    time.sleep(2)  # the time to read who came is a rule (1.5 s), and no event marks its end
    a.type("hello, ")
    a.shows("^you> hello, $|^you> hello,$")
    a.keys("Enter")
    e.hears("hello, ")
    assert e.heard() == ["hello, "] and b.heard() == []


def test_half_a_line_is_for_the_same_peer_again(terminal, alice, bob, eve):
    """Bob's program is killed and started again while a line for him is typed: it is sent to him, without a question."""
    a, come = keeping(terminal, alice, bob, eve)
    b = come(bob)
    a.type("half a line ")
    a.shows("^you> half a line")
    b.run.signal(signal.SIGKILL)
    b = Json(bob.start("connect", "--ui", "json", "alice"))
    b.connected()
    a.type("for bob")
    a.shows("^you> half a line for bob$")
    a.keys("Enter")
    b.hears("half a line for bob")


def test_a_line_is_kept_for_the_only_contact_that_can_come(terminal, alice, bob):
    """Bob, who is the only one with --allow, has left: the prompt says for whom a line would wait, and it is delivered."""
    where = "tcp://127.0.0.1:%d" % free_port()
    alice.knows(bob)
    bob.knows(alice)
    bob.run("peers", "set", "alice", "addr=" + where)
    a = terminal(alice, "serve", where, "--keep", "--allow", "bob")
    a.shows("listening on")
    for typed in ("while bob is away", "once more"):
        b = connect(bob, "json", "schat connect alice")
        a.shows("connected to bob")
        a.shows("^you>$")
        b.run.write('{"cmd":"quit"}\n')
        b.ends()
        a.shows("^waiting for bob>$")
        a.type(typed)
        a.keys("Enter")
        a.shows("1 line for bob is kept on this disk")
        b = connect(bob, "json", "schat connect alice")
        b.hears(typed)
        a.shows("bob has seen the lines that waited")
        b.run.write('{"cmd":"quit"}\n')
        b.ends()
        a.shows("^waiting for bob>$")


def test_long_paste_is_refused_whole(both):
    """A paste above the limit of a message: nothing of it is sent, and the line is as it was."""
    a, b = both
    a.type("before")
    a.shows("before$")
    a.paste("x" * 17000)
    a.shows("paste refused: it has 17000 bytes")
    a.shows("^you> before$")
    a.keys("Enter")
    b.hears("before")
    assert b.heard() == ["before"]


def test_the_question_for_a_code_can_be_suspended(tmp_path, alice):
    """Ctrl-Z where connect asks; in the background, it goes on asking when it is back."""
    a = Tmux(alice, tmp_path / "tmux", shell="/bin/bash --norc --noprofile")
    try:
        a.shows(r"[$#]$")
        a.type("schat connect")
        a.keys("Enter")
        a.shows("^code:$")
        a.type("12")
        a.keys("C-z")
        a.shows("Stopped")
        a.type("bg")
        a.keys("Enter")
        a.shows("schat connect &")
        a.type("fg")
        a.keys("Enter")
        a.is_raw()
        a.type("3")
        a.shows("^code: 123$")
        a.keys("C-c", "C-c")  # the line, and the program
        a.shows(r"[$#]$")
    finally:
        a.end()


def test_background_and_foreground_again(tmp_path, alice, bob):
    """Ctrl-Z, bg, fg in a shell: keys are keys again, and not what a terminal makes of them."""
    b = Json(bob.start("serve", "--ui", "json", "tcp://127.0.0.1:%d" % free_port()))
    line = b.command()
    a = Tmux(alice, tmp_path / "tmux", shell="/bin/bash --norc --noprofile")
    try:
        a.shows(r"[$#]$")
        a.type(line)
        a.keys("Enter")
        a.shows("connected to bob")
        a.keys("C-z")
        a.shows("Stopped")
        a.type("bg")
        a.keys("Enter")
        a.shows(r"schat connect \S+ &")
        a.type("fg")
        a.keys("Enter")
        a.is_raw()
        a.type("abc")
        a.keys("Left", "Left")
        a.type("X")
        a.keys("Enter")
        b.hears("aXbc")
    finally:
        a.end()
