"""A slim run of the harness: some kills at named steps and at random moments, all survived."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
@pytest.mark.parametrize(
    ("options", "kills"),
    [("--seed 5", 8), ("--only settings,token,pull", 24)],
    ids=["loses_and_doubles_nothing", "leaves_no_half_file_behind"],
)
def test_being_killed(options: str, kills: int) -> None:
    harness = Path(__file__).with_name("kills.py")
    ran = subprocess.run(
        [sys.executable, str(harness), "--kills", str(kills), *options.split()],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{kills} killed, {kills} survived" in ran.stdout
