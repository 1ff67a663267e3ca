"""What a mistake gets: an exit code of its own, what is wrong, and what to do."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from hosts import LOCAL, SCHAT, TOP, UNREACHABLE, USAGE, VERSION, Lines, Signal, connect, console, free_port, serve


@pytest.mark.parametrize("argv, expected", [
    (["serve", "--insecre"], "--insecure"),
    (["connect", "--no-rely", "x"], "--no-relay"),
    (["conect"], "connect"),
    (["signal", "--listn", "x"], "--listen"),
])
def test_nearest_match(argv, expected, alice):
    """A bad word: exit 2, and the nearest good one."""
    run = alice.run(*argv, code=USAGE)
    assert expected in run.errors and run.output == ""


@pytest.mark.parametrize("argv, expected", [
    (["serve", "-Z"], "-Z"),
    (["serve", "-s"], "needs a value"),
    (["serve", "--timeout", "soon"], "is not a number"),
    (["serve", "--words", "5"], "is out of range (2 to 4)"),
    (["serve", "--crypto", "nois"], "not one of hybrid, noise, rsa, pseudo"),
    (["keygen", "-t", "x25591"], "not one of x25519, rsa"),
    (["serve", "--allow", "bob", "--to", "localhost:0"], "--to needs a host and a port"),
    (["--check-config", "--profile", "work"], "set SCHAT_PROFILE"),
    (["serve", "--ui=window"], "not one of console, lines, json"),
    (["serve", "here"], "'here' is not an address to listen on"),
    (["serve", "tcp://example.net:1"], "is not an address to listen on"),
    (["serve", "tcp://127.0.0.1:99999"], "is not an address to listen on"),
    (["serve", "tcp://127.0.0.1:99999"], "A port is at most 65535."),
    (["signal", "-l", "7242,70000"], "NAME:7242, or 7242. A port is at most 65535."),
    (["connect", "107-velvet-anchor@vps:70000"], "HOST:PORT. A port is at most 65535."),
    (["check", "vps:70000"], "HOST:PORT/KEY. A port is at most 65535."),
    (["serve", "tcp://127.0.0.1:1", "tcp://127.0.0.1:2"], "one address at most"),
    (["connect", "a", "b"], "connect takes one code, name or address"),
    (["check", *"abcdefghi"], "check takes up to eight servers"),
    (["connect", "tcp://127.0.0.1:0"], "isn't a valid host"),
    (["connect", "nobody"], "is not a contact, a code (like 107-velvet-anchor) or an address"),
    (["connect", "velvet-anchor@localhost"], "the number in front of the code's words is missing"),
    (["connect", "tcp://107-velvet-anchor@127.0.0.1:1"], "only words, no number"),
    (["connect", "107-velvet-anchor"], "no signaling server given"),
    (["connect", "-c", "pseudo", "--insecure", "107-velvet-anchor@127.0.0.1"], "takes neither codes nor contacts"),
    (["connect", "-c", "pseudo", "tcp://127.0.0.1:1"], "--insecure"),
    (["serve", "-c", "pseudo", "tcp://127.0.0.1:1"], "--insecure"),
    (["serve"], "no signaling server given. Name one with -s HOST"),
    (["serve", "--relay-only", "tcp://127.0.0.1:0"], "--relay-only hides your address"),
    (["connect", "--relay-only", "udp://velvet-anchor@127.0.0.1:1"], "--relay-only hides your address"),
    (["connect", "--relay-only", "--no-relay", "107-velvet-anchor@127.0.0.1"], "--relay-only and --no-relay can't be used together"),
    (["serve", "-s", "127.0.0.1", "--inbox", "in", "--relay-lines"], "Leave one of them out"),
    (["connect", "-s", "127.0.0.1", "--accept-from", "nobody", "107-velvet-anchor"], "no such contact: nobody"),
    (["keygen", "more"], "keygen takes options only"),
    (["signal", "more"], "signal takes options only"),
    (["peers", "fly"], "unknown action 'fly'. Use one of list, "),
    (["peers", "add", "bob", "schat-x25519 nonsense"], "isn't a public key"),
    (["peers", "add", "b@b", "x"], "b@b"),
])
def test_usage(argv, expected, alice):
    """Exit 2 and what would be right; nothing is made, not even a key."""
    run = alice.run(*argv, code=USAGE)
    assert expected in run.errors and run.output == ""
    assert not (alice.home / "id_x25519").exists()


def test_enter_alone_where_a_code_is_asked_for(alice):
    asked = console(alice, [SCHAT, "connect"])
    asked.wait_for("code: ")
    asked.terminal.send("\r")
    asked.wait_for("Type the code that schat serve shows on the other host, like 107-velvet-anchor")
    asked.ends(USAGE)


@pytest.mark.parametrize("lines, number, expected", [
    ("nick = al\n\n# remark\nsignl = example.net\n", 4, "unknown setting 'signl'"),
    ("crypto = pseudo\n", 1, "pseudo does not encrypt"),
    ("nick = al\ninsecure = yes\n", 2, "'insecure' may be given on the command line only"),
    ("tofu = yes\n", 1, "command line only"),
    ("timeout = soon\n", 1, "is not a number"),
    ("no-relay = perhaps\n", 1, "neither yes nor no"),
    ("nonsense\n", 1, "not of the form 'key = value'"),
])
def test_settings_file(lines, number, expected, alice):
    """A wrong line of the settings file is named as FILE:LINE; exit 2."""
    (alice.home / "config").write_text(lines)
    run = alice.run("serve", "tcp://127.0.0.1:%d" % free_port(), code=USAGE)
    assert "%s/config:%d: " % (alice.home, number) in run.errors and expected in run.errors


def test_settings_in_order(alice, server):
    """The command line counts more than the environment, and that more than the file."""
    (alice.home / "config").write_text("signal = 127.0.0.1:1\nnick = from-file\ntimeout = 1\n")
    a = Lines(alice.start("serve", env={"SCHAT_SIGNAL": server.address}))
    assert a.command().endswith("@" + server.address)
    a = Lines(alice.start("serve", "-s", server.address, env={"SCHAT_SIGNAL": "127.0.0.1:1"}))
    assert a.command().endswith("@" + server.address)


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_nobody_there(way, alice):
    """A port where nothing runs: exit 3, the address, and what to look for."""
    port = free_port()
    run = alice.run("connect", "%s://velvet-anchor@127.0.0.1:%d" % (way, port), code=UNREACHABLE)
    assert "can't reach %s://127.0.0.1:%d" % (way, port) in run.errors and "Check that schat serve is running there" in run.errors


def test_no_signaling_server(alice, bob):
    """The same for a signaling server, on either side, when --timeout is over; before that it may come."""
    where = "127.0.0.1:%d" % free_port()
    runs = [alice.start("serve", "-s", where, "--timeout", "4"), bob.start("connect", "107-velvet-anchor@" + where, "--timeout", "4")]
    for run in runs:
        run.says("can't reach the signaling server %s.*still trying" % where)
        run.ends(UNREACHABLE)
        assert "can't reach the signaling server " + where in run.errors and "schat signal" in run.errors


def test_full_server(alice, bob, make_host):
    """Who gets no place at a server is told that, and nothing of who is there."""
    own = make_host("server")
    key = own.run("keygen", "-t", "access").output.strip()
    (own.home / "access").write_text("home %s members=1\n" % key)
    (own.home / "access").chmod(0o600)
    where = "%s/%s" % (Signal(own, "--access", "access").address, key)
    a = serve(alice, "lines", "-s", where)
    run = bob.start(*a.command().split()[1:], "--timeout", "15")
    run.says("has no place left for your access key.*still trying")
    run.ends(UNREACHABLE)
    assert run.errors.count("has no place left for your access key") == 2 and "nobody" not in run.errors
    a.leave()


def test_unknown_host(alice):
    """A name that no resolver knows: exit 3, and the name."""
    run = alice.run("connect", "tcp://velvet-anchor@host.invalid:7242", code=UNREACHABLE)
    assert "host.invalid" in run.errors


@pytest.mark.parametrize("argv", [["serve", "tcp://%s"], ["serve", "udp://%s"], ["signal", "-l", "%s"]])
def test_busy_port(argv, alice):
    """A port that another program uses: exit 6, and that is the cause, or what to check."""
    kind = socket.SOCK_DGRAM if "udp" in argv[1] else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        where = "127.0.0.1:%d" % other.getsockname()[1]
        run = alice.run(*[a.replace("%s", where) for a in argv], code=LOCAL)
    assert where in run.errors and re.search("already in use|Another program uses", run.errors)


@pytest.mark.parametrize("way, a_suite, b_suite", [
    ("tcp", "noise", "hybrid"), ("udp", "rsa", "noise"), ("signal", "noise", "hybrid"), ("signal", "hybrid", "rsa")])
def test_suites_differ(way, a_suite, b_suite, alice, bob, server, with_rsa):
    """Exit 7, both suites named, the option that helps; the code is as good as before."""
    with_rsa(alice, bob)
    where = ["-s", server.address] if way == "signal" else ["%s://127.0.0.1:%d" % (way, free_port())]
    a = serve(alice, "lines", *where, "-c", a_suite)
    line = a.command()
    b = Lines(bob.start("connect", "-c", b_suite, line.split()[-1]))
    b.ends(VERSION)
    assert "the peer uses the suite %s, this side %s" % (a_suite, b_suite) in b.run.errors
    assert "-c " + a_suite in b.run.errors
    b = connect(bob, "lines", line)
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    assert "wrong code" not in a.run.errors


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(number, code, alice, bob, own_server):
    """128 and the signal's number, before a conversation and in it; the peer is told and exits with 5."""
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port())
    a.command()
    a.run.signal(number)
    a.ends(code)
    a = serve(alice, "lines", "-s", own_server.address)
    b = connect(bob, "lines", a.command())
    a.connected()
    b.connected()
    b.run.signal(number)
    b.ends(code)
    a.ends(5)
    assert "bob left without waiting" in a.run.errors
    own_server.run.signal(number)
    own_server.run.ends(code)


def closed_pipe():
    readable, writable = os.pipe()
    os.close(readable)
    return writable


def test_closed_standard_output(alice, bob):
    """Nobody reads any more: 141, quietly."""
    for argv in (["help"], ["--version"], ["keygen"], ["help", "serve"]):
        out = closed_pipe()
        run = alice.start(*argv, stdout=out)
        os.close(out)
        run.ends(141)
    assert "can't write" not in run.errors
    out = closed_pipe()
    a = Lines(alice.start("serve", "tcp://127.0.0.1:%d" % free_port(), stdout=out))
    os.close(out)
    b = connect(bob, "lines", a.command())
    b.run.write_all(b"hello\n")
    a.ends(141)
    b.ends(5)


def test_full_disk_for_help(alice):
    """A full disk is no success, not even for --version."""
    with open("/dev/full", "wb") as full:
        alice.start("--version", stdout=full).ends(LOCAL)
        alice.start("keygen", stdout=full).ends(LOCAL)


def test_home_cannot_be_written(alice):
    """A folder that cannot be: exit 6 and its name."""
    (alice.home / "file").write_text("")
    path = alice.home / "file" / "below"
    run = alice.run("keygen", env={"SCHAT_HOME": str(path)}, code=LOCAL)
    assert str(path) in run.errors


def test_quiet_and_verbose(alice, bob, server):
    """-q says nothing but the code and errors; -v says which server."""
    a = Lines(alice.start("serve", "-s", server.address, "-v"))
    b = connect(bob, "lines", a.command(), "-q")
    a.connected()
    b.say("hi")
    a.hears("hi")
    b.leave()
    b.ends()
    a.ends()
    assert "signaling server " + server.address in a.run.errors
    assert "connected" not in b.run.errors and "has left" not in b.run.errors


def test_log(alice, bob):
    """--log tells what happened, never what was said."""
    log = alice.home / "log"
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "--log", log)
    code = a.command()
    b = connect(bob, "lines", code)
    a.connected()
    b.say("a secret said in confidence")
    a.hears("a secret said in confidence")
    b.leave()
    b.ends()
    a.ends()
    text = log.read_text()
    assert "connected to bob" in text and "secret" not in text
    words = re.search("//(.*)@", code).group(1).split("-")
    assert not all(word in text for word in words)  # one of them may be an ordinary word, as "direct" is
    assert log.stat().st_mode & 0o077 == 0


def test_log_is_opened_again(alice, bob, make_host):
    """SIGHUP without a terminal: the log that was moved away is left alone, a new one begins, and nobody is disturbed."""
    log, old = alice.home / "log", alice.home / "log.1"
    a = Lines(alice.start("serve", "--ui", "lines", "tcp://127.0.0.1:%d" % free_port(), "--log", log, start_new_session=True))
    code = a.command()
    log.rename(old)
    a.run.signal(signal.SIGHUP)
    a.run.wait_for(log.exists, "a new log")
    b = connect(bob, "lines", code)
    a.connected()
    b.leave()
    b.ends()
    a.ends()
    assert "connected to bob" in log.read_text() and "connected" not in old.read_text()

    s = make_host("vps").start("signal", "-l", "127.0.0.1:%d" % free_port(), "--log", log, start_new_session=True,
                               stdin=subprocess.DEVNULL)
    s.says("listening on ")
    log.rename(old)
    s.signal(signal.SIGHUP)
    s.wait_for(log.exists, "a new log")
    s.signal(signal.SIGUSR1)
    s.says("waiting 0, pairs 0")
    assert "waiting 0" in log.read_text() and "listening" in old.read_text()
    s.signal(signal.SIGTERM)
    s.ends(143)


def test_log_that_cannot_be_written(alice, bob, make_host):
    """A full disk: it is said once, with the system's words, and the conversation goes on."""
    s = make_host("vps").start("signal", "-l", "127.0.0.1:%d" % free_port(), "--log", "/dev/full", stdin=subprocess.DEVNULL)
    s.says("can't write to the log file /dev/full: No space left on device")
    a = serve(alice, "lines", "tcp://127.0.0.1:%d" % free_port(), "--log", "/dev/full")
    b = connect(bob, "lines", a.command())
    b.say("hello")
    a.hears("hello")
    b.leave()
    b.ends()
    a.ends()
    assert a.run.errors.count("can't write to the log file /dev/full: No space left on device") == 1


def test_called_by_other_names(alice, tmp_path, server):
    """schat-serve and so on, as links, are the commands."""
    for name in ("serve", "connect", "signal", "keygen", "peers", "help"):
        link = tmp_path / ("schat-" + name)
        link.symlink_to(SCHAT)
        done = subprocess.run([link, "--help"], env=alice.env, capture_output=True, text=True, timeout=20, check=True)
        assert "schat " + name in done.stdout
    done = subprocess.run([tmp_path / "schat-keygen"], env=alice.env, capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == alice.fingerprint()


def test_version(alice):
    """--version, -V, and the same behind every command: one line on stdout."""
    version = (TOP / "VERSION").read_text().split()[0]
    for argv in (["--version"], ["-V"], ["version"], ["serve", "--version"], ["connect", "-V"], ["keygen", "--version"]):
        run = alice.run(*argv)
        assert run.output == "schat %s\n" % version and run.errors == ""


def test_help_topics(alice):
    """The program describes its exit statuses, files and JSON: it may be all that there is on a host."""
    told = alice.run("help", "exit").output
    header = (TOP / "base" / "err.h").read_text()
    for status in re.findall(r"EXIT_\w+ = (\d+)", header):
        assert status == "128" or re.search(r"^ +%s$" % status, told, re.M)
        assert status == "128" or alice.run("help", status).output.split("\n", 1)[0].strip() == status
    told = alice.run("help", "files").output
    assert alice.run("help", "config").output == told
    for name in ("id_x25519", "peers", "config"):
        assert "%s/%s" % (alice.home, name) in told and re.search(r"^ .*[/ ]%s" % name, told, re.M)
    assert re.search(r"\{\"cmd\":\"send\",.*\}", alice.run("help", "json").output)
    assert "exit, json" in alice.run("help").output


def manual_text():
    """The lines that the program has: kinds and texts (scripts/make-manual)."""
    pages = sorted(TOP.glob("docs/schat*.1"), key=lambda page: (page.name != "schat.1", page.name))
    made = subprocess.run([TOP / "scripts" / "make-manual", *pages], capture_output=True, text=True, check=True).stdout
    return [(line[:1], line[1:]) for line in made.splitlines()]


def test_manual(alice):
    """schat help manual is the manual, to the word, in rows of 80 columns; pages, headings and names of options are topics."""
    lines = manual_text()
    whole = alice.run("help", "manual").output
    assert whole.replace("SCHAT ", "").split() == " ".join(text for _, text in lines).replace("SCHAT ", "").split()
    assert max(map(len, whole.splitlines())) <= 80
    for kind, text in lines:
        if kind == "=" and text != "schat":
            assert alice.run("help", text).output.split()[:4] == ["SCHAT", text, "NAME", "schat-" + text]
    assert alice.run("help", "keys").output.lstrip().startswith("Keys\n") and "Ctrl-_" in alice.run("help", "KEYS").output
    assert alice.run("help", "code").output.lstrip().startswith("Codes\n")
    for name in ("timeout", "-s", "bell", "SCHAT_CODE", "/search", "7", "said", "id_x25519"):
        told = alice.run("help", "--", name).output
        assert name.lstrip("-") in told.split("\n", 1)[0] and 1 < told.count("\n") < 25
    assert "Did you mean 'timeout'?" in alice.run("help", "timeuot", code=USAGE).errors
    assert "has nothing about" in alice.run("help", "\x1b[2Jx" * 200, code=USAGE).errors


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="no mandoc")
def test_manual_has_what_man_shows(alice):
    """Nothing gets lost between the pages and the program: it has every word that mandoc shows, in any case of letters."""
    def words(text):
        return {word for word in re.findall(r"[\w/~.-]*\w", text.lower()) if len(word) > 2}
    shown = set()
    for page in TOP.glob("docs/schat*.1"):
        text = subprocess.run(["mandoc", "-T", "ascii", page], capture_output=True, text=True, check=True).stdout
        text = re.sub(r".\x08", "", text)
        shown |= words("\n".join(re.sub(r"(?s)\nSEE ALSO\n.*?(?=\n\S|$)", "", text).splitlines()[1:-1]))
    assert shown - words(alice.run("help", "manual").output) - {"schat-%s" % name for name in
        ("serve", "connect", "signal", "check", "keygen", "peers")} == set()


def completed(shell, host, line):
    """What Tab offers at the end of a line."""
    script = "eval \"$(schat help --completion bash)\"; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _schat; printf '%%s\\n' \"${COMPREPLY[@]}\""
    script = {"bash": script % re.sub(" $", " ''", line), "fish": "schat help --completion fish | source; complete -C '%s'" % line}[shell]
    done = subprocess.run([shell, "-c", script], env=host.env, cwd=host.home, capture_output=True, text=True, timeout=20, check=True)
    return [word.split("\t")[0] for word in done.stdout.splitlines() if word]


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_completion(shell, alice, bob, eve):
    """Tab completes commands, options, their values, names of contacts, topics of help; and runs nothing that a file has in it."""
    if shutil.which(shell) is None:
        pytest.skip("no " + shell)
    alice.knows(bob)
    alice.knows(eve)
    peers = alice.home / "peers"
    peers.write_text(peers.read_text() + "$(touch${IFS}x) %s\n" % bob.key_line().replace("schat-x25519 ", "schat-x25519 A"))
    assert set(completed(shell, alice, "schat se")) == {"serve", "send"}
    assert {"check", "keygen", "peers", "help"} <= set(completed(shell, alice, "schat "))
    assert set(completed(shell, alice, "schat serve --ti")) == {"--timeout"}
    assert set(completed(shell, alice, "schat connect --ui j")) == {"json"}
    assert set(completed(shell, alice, "schat keygen -t ")) == {"x25519", "rsa", "access"}
    for line in ("schat connect ", "schat peers show ", "schat serve --allow "):
        assert set(completed(shell, alice, line)) == {"bob", "eve"}
    assert set(completed(shell, alice, "schat peers ver")) == {"verify"}
    assert {"timeout", "keys"} <= set(completed(shell, alice, "schat help "))
    assert not (alice.home / "x").exists()


def test_completion_for_zsh(alice):
    """A script that zsh can read, if there is one; others are refused."""
    script = alice.run("help", "--completion", "zsh").output
    assert script.startswith("#compdef schat\n")
    if shutil.which("zsh"):
        subprocess.run(["zsh", "-nc", script], check=True, timeout=20)
    assert "bash, zsh, fish" in alice.run("help", "--completion", "tcsh", code=USAGE).errors


def test_help(alice):
    """help of everything: on stdout when asked for, exit 0; no line is wider than a terminal."""
    for command in ("serve", "connect", "signal", "keygen", "peers"):
        asked = alice.run(command, "--help")
        assert asked.output.startswith("usage: schat " + command) and asked.errors == ""
        assert asked.output.endswith("The manual: schat help %s\n" % command)
        assert alice.run(command, "-h").output == asked.output
        for option in ("--help", "--version"):
            assert option in asked.output
        assert max(map(len, asked.output.splitlines())) <= 120
    whole = alice.run("help")
    for command in ("serve", "connect", "signal", "keygen", "peers"):
        assert "schat " + command in whole.output
    assert whole.output == alice.run("--help").output
    bare = alice.run(code=USAGE)
    assert bare.output == "" and "schat help" in bare.errors
    assert "nothing about 'fly'" in alice.run("help", "fly", code=USAGE).errors


@pytest.mark.parametrize("command", ["serve", "connect", "receive"])
def test_dir_is_missing(command, alice, bob):
    """Said before anybody is met. That of the settings is for those who receive."""
    alice.knows(bob)
    argv = [command, "-s", "127.0.0.1:1", *(["107-velvet-anchor"] if command == "connect" else []), "--yes"][:None if command == "receive" else -1]
    run = alice.run(*argv, "--dir", "not there", code=LOCAL)
    assert "can't save files in not there: No such file or directory" in run.errors
    (alice.home / "config").write_text("dir = not there\n")
    if command == "receive":
        assert "can't save files in" in alice.run(*argv, code=LOCAL).errors
    else:
        run = alice.start(*argv, "--timeout", "1")
        run.ends(UNREACHABLE)
        assert "can't save" not in run.errors


def test_accept_from_is_whoever_comes(alice, bob, eve):
    """On the command line: a contact, with whom this is a conversation. --name gives the name of somebody new."""
    alice.knows(bob)
    alice.knows(eve)
    for argv in (["connect", "bob@127.0.0.1:1", "--accept-from", "eve"], ["serve", "-s", "127.0.0.1:1", "--allow", "bob", "--accept-from", "eve"]):
        assert "--accept-from names eve, with whom this isn't a conversation" in alice.run(*argv, code=USAGE).errors
    (alice.home / "config").write_text("accept-from = gone, eve\n")
    for argv in (["connect", "bob@127.0.0.1:1"], ["connect", "107-velvet-anchor@127.0.0.1:1", "--name", "new", "--accept-from", "new"]):
        alice.run(*argv, "--timeout", "1", code=UNREACHABLE)
    assert "'gone' isn't a contact" in alice.run("--check-config", code=USAGE).errors
