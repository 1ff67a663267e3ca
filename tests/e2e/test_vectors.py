"""The test vectors of the protocol's page are what their script makes; that the program agrees with them, unit tests check."""
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "make_protocol.py"


def test_protocol_vectors_are_what_the_script_makes():
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    done = subprocess.run(["/usr/bin/python3", str(SCRIPT), "--check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
