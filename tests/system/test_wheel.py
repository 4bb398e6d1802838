"""The product as a wheel, in a folder that has never seen the checkout."""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.system
CHECKOUT = Path(__file__).resolve().parents[2]


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        # A path that leads into the checkout would prove nothing.
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A virtual environment that holds the wheel, and its dependencies from this one."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=CHECKOUT)
    (wheel,) = tmp_path.glob("incentive-*.whl")
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    purelib = Path(
        run(
            venv / "bin" / "python",
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
            cwd=tmp_path,
        ).strip()
    )
    # The path alone, not its .pth files: those would lead back into the checkout.
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python", "-q"]
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    return venv / "bin" / "incentive"


def test_an_installed_wheel_serves_outside_the_checkout(up, installed):
    where = run(
        installed.parent / "python",
        "-P",
        "-c",
        "import incentive; print(incentive.__file__)",
        cwd=installed.parent,
    )
    assert str(CHECKOUT) not in where

    product = up(command=[str(installed)], PYTHONPATH="").wait_until_ready()
    assert product.status("/readyz") == 200
    with httpx.Client(base_url=product.url, follow_redirects=True) as browser:
        page = browser.get("/")
        assert page.status_code == 200
        # What the page itself names must have travelled along: styles, scripts, icons.
        named = set(re.findall(r'"(/static/[^"#]+)', page.text))
        assert named
        assert {path: browser.get(path).status_code for path in named} == dict.fromkeys(named, 200)
    assert product.stop() == 0
    assert product.alive() == []
