"""README's first step in a bare Debian, where nothing is installed. Needs root and a mirror."""

import re
import shutil
from pathlib import Path

from conftest import DEBIAN_ENV, bare_debian, do, with_what_was_fetched


def test_the_demo_installs_what_it_needs(tmp_path, unpacked, published):
    """From the source as it is published: scripts/demo installs, builds, and holds its conversations."""
    root = tmp_path / "root"
    here = re.search(r'^VERSION_CODENAME="?(\w+)', Path("/etc/os-release").read_text(), re.M)
    bare_debian(root, here.group(1) if here else "stable")
    tree = unpacked("schat-%s.tar.gz" % published.version)
    with_what_was_fetched(tree)
    do("mv", tree, root / "root" / "schat")
    inside = 'mount -t proc proc "$1/proc" && exec chroot "$1" /root/schat/scripts/demo'
    said = do("unshare", "--mount", "sh", "-c", inside, "sh", root, env=DEBIAN_ENV)
    shutil.rmtree(root)
    assert "setup: installing " in said and "every line was heard, in order" in said, said
