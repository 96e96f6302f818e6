"""A slim run of the harness: some kills at named steps and at random moments, all survived."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
def test_being_killed_loses_and_doubles_nothing() -> None:
    harness = Path(__file__).with_name("kills.py")
    ran = subprocess.run(
        [sys.executable, str(harness), "--kills", "8", "--seed", "5"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "8 killed, 8 survived" in ran.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
def test_being_killed_leaves_no_half_file_behind() -> None:
    harness = Path(__file__).with_name("kills.py")
    ran = subprocess.run(
        [sys.executable, str(harness), "--kills", "24", "--only", "settings,token,pull"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "24 killed, 24 survived" in ran.stdout
