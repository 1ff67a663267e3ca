"""What is published: its bytes depend on nothing but the sources and tools, and it is what it says."""

import copy
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile

import pytest

from conftest import SCHAT, TOP, do, needs, the, with_what_was_fetched

jsonschema = pytest.importorskip("jsonschema")


# ---- the same bytes ----

def test_same_bytes(published, tmp_path):
    """Whatever the umask, the time zone, the locale, the environment and the folder from which it is started."""
    env = {"PATH": published.env["PATH"], "HOME": "/nonexistent", "MAINTAINER": published.env["MAINTAINER"], "TZ": "Asia/Kathmandu",
           "LANG": "tr_TR.UTF-8", "LC_ALL": "en_US.UTF-8", "GZIP_OPT": "-1", "SOURCE_DATE_EPOCH": "1", "CDPATH": "/"}
    again = tmp_path / "with a blank" / "again"
    do(TOP / "scripts" / "release", again, "%s=%s" % (published.cpu, os.path.relpath(SCHAT, TOP)), env=env, cwd="/", umask=0o077)
    names = sorted(path.name for path in published.folder.iterdir())
    assert names == sorted(path.name for path in again.iterdir()) and len(names) >= 6
    assert [name for name in names if (published.folder / name).read_bytes() != (again / name).read_bytes()] == []
    assert {path.stat().st_mode & 0o777 for path in again.iterdir()} <= {0o600, 0o644}


def test_sums(published, tmp_path):
    """SHA256SUMS has each file, as sha256sum -c wants it, and a changed one is found."""
    names = {path.name for path in published.folder.iterdir()} - {"SHA256SUMS"}
    lines = (published.folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    assert {line.split("  ")[1] for line in lines} == names
    do("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=published.folder)
    do("cp", "-r", published.folder, tmp_path / "copy")
    with the(tmp_path / "copy", "*.deb").open("r+b") as changed:
        changed.seek(100)
        changed.write(b"!")
    assert "_amd64.deb: FAILED" in do("sha256sum", "-c", "SHA256SUMS", cwd=tmp_path / "copy", code=1) or platform.machine() != "x86_64"


def test_they_can_be_signed(published, tmp_path):
    """As CONTRIBUTING says; a changed list is found."""
    needs("ssh-keygen")
    do("cp", published.folder / "SHA256SUMS", tmp_path)
    do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key")
    (tmp_path / "allowed").write_text("schat " + (tmp_path / "key.pub").read_text())
    do("ssh-keygen", "-q", "-Y", "sign", "-n", "schat", "-f", tmp_path / "key", tmp_path / "SHA256SUMS")
    verify = ["ssh-keygen", "-Y", "verify", "-n", "schat", "-I", "schat", "-f", tmp_path / "allowed", "-s", tmp_path / "SHA256SUMS.sig"]
    text = (tmp_path / "SHA256SUMS").read_text()
    do(*verify, input=text)
    do(*verify, input=text.replace("a", "b"), code=255)


def test_the_source_is_the_source(published):
    """The archive has the files that git knows, or in a tree without git what is outside build/; nothing of the host is in it."""
    name = "schat-%s/" % published.version
    with tarfile.open(the(published.folder, name[:-1] + ".tar.gz")) as archive:
        members = archive.getmembers()
    assert all(member.name.startswith(name) for member in members)
    have = {member.name[len(name):] for member in members}
    if (TOP / ".git").exists():
        assert have == set(do("git", "-c", "safe.directory=*", "-C", TOP, "ls-files").splitlines())
    assert {"Makefile", "VERSION", "scripts/release", "packaging/debian/control"} <= have
    assert not [path for path in have if path.startswith("build/") or "__pycache__" in path]
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}
    assert {member.mode for member in members} == {0o644, 0o755}
    assert [member.name for member in members if member.mode == 0o755 and member.name.endswith("/scripts/release")]


def test_what_cannot_run_here_needs_one_that_can(tmp_path):
    """The completions come from the program itself."""
    (tmp_path / "foreign").write_bytes(b"\x7fELF" + bytes(60))
    assert "must run on this host" in do(TOP / "scripts" / "release", tmp_path / "out", "mips=%s" % (tmp_path / "foreign"), code=1)


def test_musl_is_enough_to_build(unpacked, published):
    """Programs that the build itself runs need no other C library: on a fresh machine, scripts/setup installs musl alone."""
    needs("musl-gcc", "unshare")
    tree = unpacked("schat-%s.tar.gz" % published.version)
    headers = "/usr/include/" + do("gcc", "-print-multiarch").strip()
    alone = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', headers]
    said = do(*alone, "true", code=None)
    if said:
        pytest.skip("the headers of this host's C library can't be hidden: " + said.strip())
    with_what_was_fetched(tree)
    env = {**published.env, "LC_ALL": "C"}
    do(*alone, "make", "build/texts_table.h", "build/page_table.h", cwd=tree, env=env)
    assert "fatal error" in do(*alone, "make", "-B", "CC=cc", "build/texts_table.h", cwd=tree, env=env, code=2)  # the control


# ---- the program, for any Linux ----

def test_the_program_archive(published, unpacked):
    """It is unpacked in /usr/local, and has the program, its manual and the completions that this program writes."""
    tree = unpacked("*-linux-*.tar.gz")
    assert (tree / "bin" / "schat").read_bytes() == SCHAT.read_bytes()
    assert do(tree / "bin" / "schat", "--version") == "schat %s\n" % published.version
    pages = {path.name for path in (TOP / "docs").glob("schat*.1")}
    assert {path.name for path in (tree / "share" / "man" / "man1").iterdir()} == pages
    for shell, name in (("bash", "bash-completion/completions/schat"), ("zsh", "zsh/site-functions/_schat"), ("fish", "fish/vendor_completions.d/schat.fish")):
        assert (tree / "share" / name).read_text() == do(SCHAT, "help", "--completion", shell)
    unit = (tree / "lib" / "systemd" / "system" / "schat-signal.service").read_text()
    assert "ExecStart=/usr/local/bin/schat signal" in unit and "/usr/bin/schat" not in unit
    notice = (tree / "share" / "doc" / "schat" / "copyright").read_text()
    assert "Thomas Pornin" in notice and "Rich Felker" in notice and "2026 the schat authors" in notice


# ---- what it is made of ----

def schema(name):
    return json.loads((TOP / "tests" / "release" / name).read_text(encoding="utf-8"))


def bill(published, kind):
    return json.loads(the(published.folder, "*.%s.json" % kind).read_text(encoding="ascii"))


def test_what_it_is_made_of(published):
    """The SPDX file is valid, names each part once, and has the checksums of what is published and of what was fetched."""
    page = bill(published, "spdx")
    jsonschema.validate(page, schema("spdx.json"))
    packages = {package["SPDXID"]: package for package in page["packages"]}
    assert len(packages) == len(page["packages"])
    ids = set(packages) | {"SPDXRef-DOCUMENT"}
    for relation in page["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= ids
    parts = {relation["relatedSpdxElement"] for relation in page["relationships"] if relation["relationshipType"] == "STATIC_LINK"}
    assert parts == {"SPDXRef-BearSSL", "SPDXRef-musl", "SPDXRef-libgcc"}
    program = packages["SPDXRef-program-" + published.cpu.replace("_", "-")]
    assert program["checksums"][0]["checksumValue"] == hashlib.sha256(SCHAT.read_bytes()).hexdigest()
    source = published.folder / packages["SPDXRef-schat"]["packageFileName"]
    assert packages["SPDXRef-schat"]["checksums"][0]["checksumValue"] == hashlib.sha256(source.read_bytes()).hexdigest()
    for part, script in (("BearSSL", "fetch-bearssl"), ("musl", "fetch-musl")):
        for check in packages["SPDXRef-" + part].get("checksums", []):
            assert check["checksumValue"] in (TOP / "scripts" / script).read_text()


def without(page, *path):
    page = copy.deepcopy(page)
    at = page
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return page


def changed(page, value, *path):
    page = copy.deepcopy(page)
    at = page
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return page


@pytest.mark.parametrize("kind, spoil", [
    ("spdx", lambda page: without(page, "documentNamespace")),
    ("spdx", lambda page: changed(page, "yesterday", "creationInfo", "created")),
    ("spdx", lambda page: changed(page, "SPDXRef-a_b", "packages", 0, "SPDXID")),
    ("spdx", lambda page: changed(page, "my own", "packages", 0, "licenseDeclared")),
    ("spdx", lambda page: without(page, "packages", 1, "downloadLocation")),
    ("vex", lambda page: without(page, "statements", 0, "justification")),
    ("vex", lambda page: changed(page, "affected", "statements", 0, "status")),
    ("vex", lambda page: changed(page, "harmless", "statements", 0, "justification")),
    ("vex", lambda page: changed(page, [], "statements", 0, "products")),
])
def test_what_is_wrong_is_found(kind, spoil, published):
    """The control of the two schemas."""
    page = bill(published, kind)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoil(page), schema({"spdx": "spdx.json", "vex": "openvex.json"}[kind]))


def test_what_is_known_of_it(published):
    """The VEX file is valid, judges each vulnerability once, and is about this very program."""
    page = bill(published, "vex")
    jsonschema.validate(page, schema("openvex.json"))
    names = [statement["vulnerability"]["name"] for statement in page["statements"]]
    assert len(set(names)) == len(names) and {"CVE-2025-26519", "CVE-2026-40200", "CVE-2026-6042", "BearSSL-b715b43"} <= set(names)
    made_of = {reference["referenceLocator"] for package in bill(published, "spdx")["packages"] for reference in package.get("externalRefs", [])}
    for statement in page["statements"]:
        for product in statement["products"]:
            assert product["hashes"]["sha-256"] == hashlib.sha256(SCHAT.read_bytes()).hexdigest()
            assert {part["@id"] for part in product["subcomponents"]} <= made_of


@pytest.mark.parametrize("source, why", [
    ("void iconv(void); void iconv(void) { }", "contains iconv of musl"), ("void __qsort_r(void); void __qsort_r(void) { }", "contains __qsort_r"),
    ("void br_skey_decoder_push(void); void br_skey_decoder_push(void) { }", "contains br_skey_decoder_push"), ("", None)])
def test_a_statement_that_is_untrue_is_not_made(source, why, published, tmp_path):
    """"Not in the program" is looked up in its symbols; the control is a program without such functions."""
    do("cp", SCHAT, tmp_path / "schat")
    subprocess.run(["gcc", "-x", "c", "-", "-o", str(tmp_path / "schat.debug")], input=source + "\nint main(void) { return 0; }\n", text=True, check=True)
    do("cp", the(published.folder, "schat-%s.tar.gz" % published.version), tmp_path)
    said = do(TOP / "scripts" / "bill", tmp_path, "x=%s" % (tmp_path / "schat"), code=1 if why else 0)
    assert why is None or why in said
    assert bool(list(tmp_path.glob("*.vex.json"))) == (why is None)


# ---- Debian ----

def test_the_debian_package(published, tmp_path):
    """Its files are root's, with the modes that they should have; it depends on nothing, and the checksums in it are right."""
    needs("dpkg-deb")
    deb = the(published.folder, "*.deb")
    fields = dict(line.split(": ", 1) for line in do("dpkg-deb", "--field", deb).splitlines() if re.match(r"\w", line))
    assert fields["Version"] == published.version + "-1" and fields["Architecture"] == do("dpkg", "--print-architecture").strip()
    assert "Depends" not in fields and fields["Maintainer"] == published.env["MAINTAINER"]
    for line in do("dpkg-deb", "--contents", deb).splitlines():
        mode, owner, _, _, _, name = line.split()
        assert owner == "root/root" and mode == ("drwxr-xr-x" if name.endswith("/") else "-rwxr-xr-x" if name == "./usr/bin/schat" else "-rw-r--r--"), line
    do("dpkg-deb", "--raw-extract", deb, tmp_path / "root")
    assert do(tmp_path / "root" / "usr" / "bin" / "schat", "--version") == "schat %s\n" % published.version
    do("md5sum", "--strict", "-c", "DEBIAN/md5sums", cwd=tmp_path / "root")
    for script in (tmp_path / "root" / "DEBIAN").glob("p*"):
        do("sh", "-n", script)
        assert os.access(script, os.X_OK)


# ---- recipes ----

def test_the_recipes_are_filled(published, unpacked):
    """No word is left that scripts/release should have filled in, and the checksums are those of the source that is published."""
    recipes = unpacked("*-recipes.tar.gz")
    source = (published.folder / ("schat-%s.tar.gz" % published.version)).read_bytes()
    files = [path for path in recipes.rglob("*") if path.is_file()]
    assert {"Makefile", "APKBUILD", "schat.mk", "Config.in", "schat.hash", "schat-signal", "Containerfile"} <= {path.name for path in files}
    for path in files:
        assert re.findall(r"@[A-Z0-9]+@", path.read_text()) == [], path
    assert "PKG_HASH:=" + hashlib.sha256(source).hexdigest() in (recipes / "openwrt" / "Makefile").read_text()
    assert hashlib.sha512(source).hexdigest() + "  schat-" in (recipes / "alpine" / "APKBUILD").read_text()
    sums = (recipes / "buildroot" / "schat.hash").read_text()
    known = [source, *((TOP / name).read_bytes() for name in ("LICENSE", "packaging/debian/copyright"))]
    assert [file for file in known if hashlib.sha256(file).hexdigest() not in sums] == []
    for text in (sums, (recipes / "openwrt" / "Makefile").read_text()):
        bearssl = re.search(r"\b(\w{64})  bearssl|\bHASH:=(\w{64})", text)
        assert (bearssl.group(1) or bearssl.group(2)) in (TOP / "scripts" / "fetch-bearssl").read_text()


def test_the_tests_tell_how_to_run_them(tmp_path):
    """Neither a question nor a slip of the fingers starts ten minutes of tests. A copy, which has nothing that it could start."""
    alone = tmp_path / "scripts" / "test"
    alone.parent.mkdir()
    shutil.copy2(TOP / "scripts" / "test", alone)
    told = subprocess.run([alone, "--help"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("test: builds everything") and "--long" in told.stdout and "passed, 1 failed" not in told.stdout
    for wrong in (["--lnog"], ["tests/e2e"], ["--long", "--long"]):
        refused = subprocess.run([alone, *wrong], capture_output=True, text=True, check=False)
        assert refused.returncode == 2 and refused.stdout == "" and "--help" in refused.stderr
