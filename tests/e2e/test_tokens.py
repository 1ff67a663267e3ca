"""What is pasted, through whatever door: read as it was meant, and when refused, quoted so that it does nothing to a terminal."""

import re

import pytest

from hosts import LOCAL, TRUST, UNREACHABLE, USAGE, Run, free_port

BAD = "\x1b[31mred\r\n\u202eschat: all is well\x07"
DOORS = {
    "code": (["connect", "7-velvet-anchor@" + BAD], {}, ""),
    "word": (["connect", "7-velvet-anch" + BAD], {}, ""),
    "name": (["connect", BAD], {}, ""),
    "input": (["connect", "-"], {}, "7-velvet-anchor@\x1b[31mred\x07:x\n"),
    "SCHAT_CODE": (["connect"], {"SCHAT_CODE": "7-velvet-anchor@" + BAD}, ""),
    "SCHAT_IDENTITY": (["serve", "tcp://127.0.0.1:0"], {"SCHAT_IDENTITY": BAD}, ""),
    "server": (["serve", "-s", BAD], {}, ""),
    "identity": (["serve", "tcp://127.0.0.1:0", "-i", BAD], {}, ""),
    "log": (["serve", "tcp://127.0.0.1:0", "--log", "no/" + BAD], {}, ""),
    "allow": (["serve", "tcp://127.0.0.1:0", "--allow", BAD], {}, ""),
    "address": (["serve", "tcp://" + BAD], {}, ""),
    "listen": (["signal", "-l", BAD], {}, ""),
    "key file": (["keygen", "--show", "-f", BAD], {}, ""),
    "show": (["peers", "show", BAD], {}, ""),
    "action": (["peers", BAD], {}, ""),
    "new name": (["peers", "add", BAD, "schat-x25519", "x"], {}, ""),
    "command": ([BAD], {}, ""),
    "help": (["help", BAD], {}, ""),
    "option": (["serve", "--" + BAD], {}, ""),
    "choice": (["serve", "--ui", BAD], {}, ""),
    "number": (["serve", "--timeout", BAD], {}, ""),
}


def harmless(run):
    """Nothing but lines of the program's own, without a character that a terminal obeys."""
    text = bytes(run.err).decode()
    assert text.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", text), repr(text)
    assert all(line.startswith("schat: ") for line in text.splitlines()), repr(text)


@pytest.mark.parametrize("door", DOORS)
def test_what_is_quoted_does_nothing(door, alice):
    """Escape sequences, newlines and direction marks from any door are shown, not obeyed."""
    argv, env, stdin = DOORS[door]
    run = alice.run(*argv, env=env, stdin=stdin.encode(), code=None)
    assert run.process.returncode in (USAGE, UNREACHABLE, TRUST, LOCAL)
    harmless(run)


@pytest.mark.parametrize("line", ["ni\x1b[31mck = x", "ui = \x1b[31mred", "a\rb = c", "\x1b]0;title\x07"])
def test_settings_are_quoted_harmlessly(line, alice):
    """The same for what is wrong in a settings file."""
    (alice.home / "config").write_text(line + "\n", newline="")
    harmless(alice.run("serve", "tcp://127.0.0.1:0", code=USAGE))


CODE = "velvet-anchor"
PASTED = {
    "carriage return": "%s\r", "BOM": "\ufeff%s", "no-break space": "\u00a0%s\u00a0", "blanks": " \t%s ", "quotes": "\u201c%s\u201d",
    "dashes": None, "zero width": "%s\u200b", "whole command": "schat connect %s",
}


@pytest.mark.parametrize("how", PASTED)
@pytest.mark.parametrize("door", ["argument", "environment", "input"])
def test_a_code_is_read_alike_through_every_door(door, how, alice):
    """All three doors take the code, and go on to the port, where nobody is."""
    port = free_port()
    text = "tcp://%s@127.0.0.1:%d" % (CODE if PASTED[how] else CODE.replace("-", "\u2013"), port)
    text = (PASTED[how] or "%s") % text
    argv, env, stdin = {"argument": ([text], {}, ""), "environment": ([], {"SCHAT_CODE": text}, ""),
                        "input": (["-"], {}, text + "\n")}[door]
    run = alice.run("connect", *argv, env=env, stdin=stdin.encode(), code=UNREACHABLE)
    assert "127.0.0.1:%d" % port in run.errors and "can't reach" in run.errors


def test_settings_file_of_another_editor(alice):
    """BOM, CRLF, no-break spaces; but UTF-16 is named for what it is."""
    config = alice.home / "config"
    config.write_bytes("\ufeffsignal = 127.0.0.1:9\r\n\u00a0nick\u00a0= al\r\n".encode())
    run = alice.run("serve", "--timeout", "3", code=UNREACHABLE)
    assert "127.0.0.1:9" in run.errors
    config.write_bytes("signal = vps\r\n".encode("utf-16"))
    assert "isn't a text file. Save it as UTF-8." in alice.run("serve", code=USAGE).errors


@pytest.mark.parametrize("typed, meant", [("vleet", "velvet"), ("velvt", "velvet"), ("baord", "board"), ("Ancher", "anchor"), ("xqxqx", None)])
def test_mistyped_word_of_a_code(typed, meant, alice):
    """The word that was probably meant is named, and nothing is sent."""
    told = alice.run("connect", "7-%s-anchor@127.0.0.1" % typed, code=USAGE).errors
    assert "'%s' isn't in the list of words for codes." % typed in told and "Nothing was sent." in told
    assert ("Did you mean '%s'?" % meant in told) if meant else "Did you mean" not in told
