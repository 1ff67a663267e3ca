"""The files for init systems: each starts the server in the way that it says, with as few rights as it can have."""

import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from conftest import SCHAT, TOP, do, needs

PACKAGING = TOP / "packaging"


def test_systemd_takes_the_unit(tmp_path):
    """It understands all of it, and counts little that the service could do and need not (systemd's own figures: below 2 is "OK")."""
    needs("systemd-analyze")
    unit = (PACKAGING / "schat-signal.service").read_text().replace("/usr/bin/schat", "/bin/true")
    unit = re.sub(r"man:\S+", "https://example.org", unit)  # the pages are not installed here
    (tmp_path / "schat-signal.service").write_text(unit)
    assert do("systemd-analyze", "verify", tmp_path / "schat-signal.service") == ""
    (tmp_path / "bad.service").write_text(unit.replace("[Service]", "[Service]\nNoSuchThing=yes"))
    assert "NoSuchThing" in do("systemd-analyze", "verify", tmp_path / "bad.service", code=None)
    rating = do("systemd-analyze", "security", "--no-pager", "--offline=true", tmp_path / "schat-signal.service")
    exposure = float(re.search(r"exposure level for schat-signal.service: ([\d.]+)", rating).group(1))
    assert exposure <= 2.0, rating


PROCD = """
config_load() { :; }
config_get_bool() { eval "$1=\\${CONFIG_$3:-${4-}}"; }
config_get() { eval "$1=\\${CONFIG_$3:-${4-}}"; }
config_list_foreach() { for each in ${CONFIG_listen-}; do $3 "$each"; done; }
procd_open_instance() { echo open; }
procd_set_param() { echo "set $*"; }
procd_append_param() { echo "append $*"; }
procd_close_instance() { echo close; }
procd_add_reload_trigger() { echo "reload on $*"; }
mkdir() { echo "mkdir $*"; }
chown() { echo "chown $*"; }
. "$1"
start_service
service_triggers
"""


def procd(**settings):
    env = {"PATH": os.environ["PATH"], **{"CONFIG_" + name: value for name, value in settings.items()}}
    return do("sh", "-euc", PROCD, "sh", PACKAGING / "openwrt" / "schat-signal.init", env=env).splitlines()


def test_procd_is_told_what_the_settings_say():
    """Off by default; else the server, as nobody, with what is set."""
    assert procd() == ["reload on schat"]
    lines = procd(enabled="1", listen="7242 443", relay="128")
    command = " ".join(line.split(" command ")[1] for line in lines if " command " in line)
    assert command == "/usr/bin/schat signal -l 7242,443 --relay 128"
    assert {"mkdir -p -m 0700 /var/run/schat", "chown nobody /var/run/schat", "set user nobody", "set no_new_privs 1",
            "set env RUNTIME_DIRECTORY=/var/run/schat", "set term_timeout 20"} <= set(lines)
    assert lines.index("open") < lines.index("set user nobody") < lines.index("close")
    assert "append command" not in " ".join(procd(enabled="1"))


OPENRC = """
checkpath() { echo "checkpath $*"; }
need() { echo "need $*"; }
after() { echo "after $*"; }
. "$2"
. "$1"
depend
start_pre
echo "$command $command_args as $command_user in $RUNTIME_DIRECTORY by $supervisor, stopped by $retry"
"""


def test_openrc_is_told_what_the_settings_say(tmp_path):
    """The server, as nobody or who is set, watched by OpenRC's supervisor."""
    script, settings = PACKAGING / "openrc" / "schat-signal", PACKAGING / "openrc" / "schat-signal.confd"
    lines = do("sh", "-euc", OPENRC, "sh", script, settings).splitlines()
    assert lines[-1] == "/usr/bin/schat signal  as nobody in /run/schat by supervise-daemon, stopped by TERM/20/KILL/5"
    assert "checkpath -d -m 0700 -o nobody /run/schat" in lines
    (tmp_path / "confd").write_text(re.sub(r"^#(\w+=)", r"\1", settings.read_text(), flags=re.M).replace('nobody"', 'chat:chat"'))
    lines = do("sh", "-euc", OPENRC, "sh", script, tmp_path / "confd").splitlines()
    assert lines[-1] == "/usr/bin/schat signal -l 7242,443 --relay 64 as chat:chat in /run/schat by supervise-daemon, stopped by TERM/20/KILL/5"


def test_an_init_script_starts_reloads_and_stops_the_server():
    """With what /etc/default says, under a user of its own; it has ended when stop has."""
    needs("start-stop-daemon")
    if os.geteuid() != 0:
        pytest.skip("needs root")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # of pytest's, nobody may look into the one above
    env = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(folder), "NOTIFY_SOCKET": str(folder / "notify")}
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # the server says there how it is, as it does to systemd
    notices.settimeout(60)

    def hears(what):
        while what not in notices.recv(4096).split(b"\n"):
            pass

    try:
        folder.chmod(0o755)
        notices.bind(env["NOTIFY_SOCKET"])
        (folder / "notify").chmod(0o777)
        script = (PACKAGING / "buildroot" / "S99schat-signal").read_text().replace("/usr/bin/schat", str(SCHAT))
        (folder / "script").write_text(script.replace("/var/run", str(folder)).replace("/etc/default", str(folder)))
        (folder / "schat-signal").write_text('SCHAT_SIGNAL_ARGS="-l 127.0.0.1:0"\n')
        assert do("sh", folder / "script", "start", env=env) == "Starting schat-signal: OK\n"
        pid = int((folder / "schat-signal.pid").read_text())
        hears(b"READY=1")
        assert Path("/proc/%d" % pid).stat().st_uid == 65534
        assert do("sh", folder / "script", "reload", env=env) == "Reloading schat-signal: OK\n"
        hears(b"RELOADING=1")
        assert do("sh", folder / "script", "stop", env=env) == "Stopping schat-signal: OK\n"
        hears(b"STOPPING=1")
        assert not Path("/proc/%d/exe" % pid).exists() and not (folder / "schat-signal.pid").exists()
        assert "FAIL" in do("sh", folder / "script", "reload", code=None, env=env)
    finally:
        do("sh", folder / "script", "stop", code=None, env=env)
        notices.close()
        shutil.rmtree(folder)
