"""The vendored browser libraries are the ones that VERSIONS.json names, whole."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "VERSIONS.json").read_text(encoding="utf-8"))["packages"]
FILES = [file for package in PACKAGES for file in package["files"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])
def test_a_vendored_file_is_byte_for_byte_the_published_one(file):
    assert hashlib.sha256((VENDOR / file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_no_file_is_vendored_without_being_listed():
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert found == {file["path"] for file in FILES} | {"VERSIONS.json"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_library_comes_with_its_licence(package):
    assert package["licence"]
    assert any(Path(file["path"]).name == "LICENSE" for file in package["files"])


def test_the_scanner_never_asks_another_host_for_its_wasm():
    scanner = (ROOT / "static" / "js" / "scan.js").read_text(encoding="utf-8")
    assert "locateFile" in scanner
    assert re.search(r"https?://", scanner) is None
