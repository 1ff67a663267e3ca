"""What is said of parts and vulnerabilities, read by programs of others: spdx-tools, of those who make SPDX, and go-vex, of those who make
OpenVEX. Debian's testing has both, so they run in a bare one. They need root and a mirror."""

import json
import shutil

import pytest

from conftest import bare_debian, inside, the

PACKAGES = ["python3-spdx-tools", "golang-go", "golang-github-package-url-packageurl-go-dev", "golang-gopkg-yaml.v3-dev"]
# Its package would install two hundred others, for what is not used here.
GO_VEX = "apt-get -qq download golang-github-openvex-go-vex-dev && dpkg-deb -x golang-github-openvex-go-vex-dev_*.deb /"
VALIDATE = """package main

import (
	"fmt"
	"os"

	"github.com/openvex/go-vex/pkg/vex"
)

func main() {
	document, err := vex.Open(os.Args[1])
	for i := 0; err == nil && i < len(document.Statements); i++ {
		err = document.Statements[i].Validate()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(len(document.Statements), "statements are valid")
}
"""
BUILD = "cd /validate && GO111MODULE=off GOPATH=/usr/share/gocode GOROOT=/usr/lib/go CGO_ENABLED=0 go build -p 1 -o /usr/bin/validate-vex ."


@pytest.fixture(scope="module")
def testing(tmp_path_factory):
    """A bare Debian with both."""
    folder = tmp_path_factory.mktemp("testing") / "root"
    bare_debian(folder, "testing")
    inside(folder, "apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES)
    inside(folder, "sh", "-c", "cd /root && " + GO_VEX)
    (folder / "validate").mkdir()
    (folder / "validate" / "main.go").write_text(VALIDATE)
    inside(folder, "sh", "-c", BUILD)
    yield folder
    shutil.rmtree(folder)


def judge(root, kind, page, code):
    """What the program of others says of it, and how it has to end."""
    (root / ("page.%s.json" % kind)).write_text(json.dumps(page))
    return inside(root, *{"spdx": ["pyspdxtools", "-i"], "vex": ["validate-vex"]}[kind], "/page.%s.json" % kind, code=code)


def test_spdx_tools_finds_the_bill_valid(published, testing):
    """And not one without a namespace, with a license or a part that nobody knows, or with half a checksum."""
    page = json.loads(the(published.folder, "*.spdx.json").read_text())
    assert judge(testing, "spdx", page, 0) == ""
    judge(testing, "spdx", {name: value for name, value in page.items() if name != "documentNamespace"}, 1)
    for name, value in (("licenseDeclared", "my own"), ("SPDXID", "SPDXRef-another"), ("checksums", [{"algorithm": "SHA256", "checksumValue": "0123"}])):
        assert "invalid" in judge(testing, "spdx", {**page, "packages": [{**page["packages"][0], name: value}, *page["packages"][1:]]}, 1), name


def test_go_vex_finds_the_statements_valid(published, testing):
    """And not one whose status or justification OpenVEX does not have, or that lacks what its status needs."""
    page = json.loads(the(published.folder, "*.vex.json").read_text())
    assert judge(testing, "vex", page, 0) == "%d statements are valid\n" % len(page["statements"])
    first = page["statements"][0]
    assert first["status"] == "not_affected"
    for more in ({"status": "harmless"}, {"justification": "harmless"}, {"justification": ""}, {"status": "affected"}, {"status": "fixed"}):
        assert judge(testing, "vex", {**page, "statements": [{**first, **more}, *page["statements"][1:]]}, 1), more
    judge(testing, "vex", {**page, "timestamp": "yesterday"}, 1)
