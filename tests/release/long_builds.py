"""The whole build twice, as different as can be: what is published has the same bytes. And Debian's own check of its package."""

import os
import tempfile
from pathlib import Path

import pytest

from conftest import do, needs, the, with_what_was_fetched

PATH = "/usr/local/bin:/usr/bin:/bin"


def tree(published, folder, umask):
    """The source as it is published, and what was fetched for it."""
    folder.mkdir()
    do("tar", "--no-same-permissions", "-xf", the(published.folder, "schat-%s.tar.gz" % published.version), "-C", folder, umask=umask)
    top = the(folder, "*")
    with_what_was_fetched(top, umask=umask)
    return top


@pytest.fixture
def base():
    """A folder that other users may enter: those of pytest are closed to them again whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_another_builder_gets_the_same_bytes(published, base):
    """Two builds from nothing: other folders, times, users, locales, time zones, umasks, and numbers of jobs. The archive of the source,
    which both make from what they unpacked, is the one that was published."""
    needs("faketime", "setpriv", "localedef")
    locales = base / "locales"
    locales.mkdir()
    do("localedef", "-i", "tr_TR", "-f", "UTF-8", locales / "tr_TR.UTF-8", code=None)
    assert do("locale", "charmap", env={"PATH": PATH, "LOCPATH": str(locales), "LC_ALL": "tr_TR.UTF-8"}) == "UTF-8\n"
    one, two = tree(published, base / "one", 0o022), tree(published, base / "another-one-with-a-longer-name", 0o077)
    maintainer = published.env["MAINTAINER"]
    do("make", "-j2", "release", cwd=one, umask=0o022, env={"PATH": PATH, "HOME": "/root", "LC_ALL": "C", "MAINTAINER": maintainer})
    command = ["faketime", "-f", "+900d", "make", "-j3", "release"]
    if os.geteuid() == 0:
        do("chown", "-R", "65534:65534", two.parent)
        command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]
    do(*command, cwd=two, umask=0o077, env={"PATH": PATH, "HOME": "/nonexistent", "USER": "somebody", "LOCPATH": str(locales),
                                            "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "MAINTAINER": maintainer})
    results = [top / "build" / "release" for top in (one, two)]
    names = sorted(path.name for path in results[0].iterdir())
    assert names == sorted(path.name for path in results[1].iterdir()) and len(names) >= 6
    assert [name for name in names if (results[0] / name).read_bytes() != (results[1] / name).read_bytes()] == []
    assert do("date", "+%Y", env={"PATH": PATH}) != do("faketime", "-f", "+900d", "date", "+%Y", env={"PATH": PATH})  # the control
    source = "schat-%s.tar.gz" % published.version
    assert (results[0] / source).read_bytes() == (published.folder / source).read_bytes()


def test_lintian_has_nothing_to_say(published):
    """No error and no warning, but for those that packaging/debian/lintian-overrides gives reasons for."""
    needs("lintian")
    said = do("lintian", "--no-cfg", "--fail-on", "error,warning", the(published.folder, "*.deb"))
    assert [line for line in said.splitlines() if line.startswith(("E:", "W:"))] == []
