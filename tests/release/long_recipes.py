"""The recipes for OpenWrt, Alpine and Buildroot, and the container. Their own tools are not in Debian (but buildah is): stand-ins take the
same steps with this host's compiler, whose C library is another one."""

import os
import stat
from pathlib import Path

import pytest

from conftest import SCHAT, TOP, do, needs, the

PATH = "/usr/local/bin:/usr/bin:/bin"
BEARSSL = {"BEARSSL_SRC": str(TOP / "build" / "bearssl-src")}  # which scripts/fetch-bearssl takes before a tarball, and verifies


@pytest.fixture
def source(published, unpacked):
    """The source as a packager has it: unpacked."""
    return unpacked("schat-%s.tar.gz" % published.version)


def is_the_program(path, published):
    assert path.stat().st_mode & 0o777 == 0o755
    assert do(path, "--version") == "schat %s\n" % published.version
    do(TOP / "scripts" / "check-elf", path)


APKBUILD = """
. "$1"
for word in "$pkgname" "$pkgver" "$pkgrel" "$pkgdesc" "$url" "$arch" "$license" "$source" "$sha512sums"; do
	[ -n "$word" ] || exit 9
done
for file in $source; do
	echo "$sha512sums" | grep -q "^[0-9a-f]\\{128\\}  ${file##*/}$"
done
cd "$2"
pkgdir=$3
srcdir=$4
build
package
"""


def test_alpine(published, unpacked, source, tmp_path):
    """Alpine's abuild reads an APKBUILD with sh, and calls build and package in the folder of the source."""
    recipe = unpacked("*-recipes.tar.gz") / "alpine" / "APKBUILD"
    do("sh", "-euc", APKBUILD, "sh", recipe, source, tmp_path / "pkg", tmp_path, env={"PATH": PATH, "CFLAGS": "-Os -fstack-clash-protection", **BEARSSL})
    is_the_program(tmp_path / "pkg" / "usr" / "bin" / "schat", published)
    for name in ("etc/init.d/schat-signal", "etc/conf.d/schat-signal", "usr/share/man/man1/schat.1", "usr/share/licenses/schat/LICENSE",
                 "usr/share/licenses/schat/copyright"):
        assert (tmp_path / "pkg" / name).is_file(), name
    assert (tmp_path / "pkg" / "etc/init.d/schat-signal").stat().st_mode & stat.S_IXUSR


RULES = """TARGET_CC:=gcc
TARGET_AR:=gcc-ar
TARGET_CROSS:=
HOSTCC:=cc
TARGET_CFLAGS:=-Os -pipe
INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
INSTALL_CONF:=install -m0600
"""
PACKAGE = """PKG_BUILD_DIR:=$(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)
define Download
$(eval $(Download/$(1)))$(info fetches $(URL)$(FILE) $(HASH))
endef
define BuildPackage
compile:
$(Build/Compile)
install:
$(call Package/$(1)/install,$(ROOT))
endef
"""


def test_openwrt(published, unpacked, source, tmp_path):
    """OpenWrt's rules call Build/Compile and Package/schat/install, with the compiler and flags of the router."""
    (tmp_path / "rules.mk").write_text(RULES)
    (tmp_path / "package.mk").write_text(PACKAGE)
    recipe = unpacked("*-recipes.tar.gz") / "openwrt" / "Makefile"
    make = ["make", "-f", recipe, "TOPDIR=%s" % tmp_path, "INCLUDE_DIR=%s" % tmp_path, "BUILD_DIR=%s" % source.parent, "DL_DIR=%s" % tmp_path,
            "ROOT=%s" % (tmp_path / "root"), "PKG_JOBS=-j2"]
    assert "fetches https://www.bearssl.org/bearssl-0.6.tar.gz 6705" in do(*make, "compile", env={"PATH": PATH, **BEARSSL})
    do(*make, "install", env={"PATH": PATH})
    root = tmp_path / "root"
    is_the_program(root / "usr" / "bin" / "schat", published)
    assert (root / "etc" / "init.d" / "schat-signal").stat().st_mode & stat.S_IXUSR
    assert "option enabled '0'" in (root / "etc" / "config" / "schat").read_text()


GENERIC = """TARGET_CC = gcc
TARGET_AR = gcc-ar
TARGET_STRIP = strip
TARGET_OBJCOPY = objcopy
HOSTCC = cc
TARGET_CFLAGS = -Os -D_LARGEFILE_SOURCE
TARGET_MAKE_ENV =
INSTALL = install
SCHAT_DL_DIR = $(DL)
define generic-package
$(SOURCE)/.built:
	$$(SCHAT_BUILD_CMDS)
$(SOURCE)/.installed: $(SOURCE)/.built
	$$(SCHAT_INSTALL_TARGET_CMDS)
	$$(SCHAT_INSTALL_INIT_SYSV)
	$$(SCHAT_INSTALL_INIT_SYSTEMD)
	$$(SCHAT_INSTALL_INIT_OPENRC)
endef
include $(RECIPE)
"""


def test_buildroot(published, unpacked, source, tmp_path):
    """Buildroot's generic-package runs SCHAT_BUILD_CMDS and so on, with $(@D) as the folder of the source."""
    (tmp_path / "Makefile").write_text(GENERIC)
    recipe = unpacked("*-recipes.tar.gz") / "buildroot" / "schat.mk"
    make = ["make", "-f", tmp_path / "Makefile", "RECIPE=%s" % recipe, "SOURCE=%s" % source, "DL=%s" % tmp_path, source / ".installed"]
    target, plain = tmp_path / "target", tmp_path / "plain"
    do(*make, "TARGET_DIR=%s" % target, "BR2_PACKAGE_SCHAT_SIGNAL=y", env={"PATH": PATH, **BEARSSL})
    do(*make, "TARGET_DIR=%s" % plain, env={"PATH": PATH, **BEARSSL})
    assert [path.name for path in plain.rglob("*") if path.is_file()] == ["schat"]  # without the service
    is_the_program(target / "usr" / "bin" / "schat", published)
    for name in ("usr/lib/systemd/system/schat-signal.service", "etc/init.d/schat-signal", "etc/init.d/S99schat-signal", "etc/conf.d/schat-signal"):
        assert (target / name).is_file(), name


def test_container(tmp_path):
    """The container has the program and nothing else that runs, is not root, and can keep its keys."""
    needs("buildah")
    if os.geteuid() != 0:
        pytest.skip("needs root")
    buildah = ["buildah", "--storage-driver", "vfs", "--root", tmp_path / "store", "--runroot", tmp_path / "run"]
    do(*buildah, "bud", "--isolation", "chroot", "-f", TOP / "packaging" / "Containerfile", "-t", "schat", TOP)
    container = do(*buildah, "from", "schat").split()[-1]
    try:
        run = [*buildah, "run", "--isolation", "chroot", container, "/schat"]
        assert do(*run, "--version") == do(SCHAT, "--version")
        do(*run, "keygen")
        assert "x25519" in do(*run, "keygen", "--show") or "schat" in do(*run, "keygen", "--show")
        mounted = Path(do(*buildah, "mount", container).strip())
        assert the(mounted, "schat").read_bytes() == SCHAT.read_bytes()
        owners = {path.stat().st_uid for path in (mounted / "home" / "schat").rglob("*")}
        assert owners == {65534}
        assert {path.name for path in mounted.iterdir()} <= {"schat", "home", "dev", "proc", "sys", "etc", "run", "tmp"}
        assert do(*buildah, "inspect", "--format", "{{.OCIv1.Config.User}} {{.OCIv1.Config.Cmd}}", container).strip() == "65534:65534 [signal]"
    finally:
        do(*buildah, "rm", container)
        do(*buildah, "rmi", "-f", "schat")
