"""Slim runs of the fuzzers; the large ones are commands (see .github/SECURITY.md)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("script", "inputs"), [("fuzz_faces.py", 240), ("fuzz.py", 120)], ids=["faces", "parsers"]
)
def test_damaged_input_is_answered_or_refused(script: str, inputs: int) -> None:
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script)), "--inputs", str(inputs)],
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{inputs} inputs, 0 bad" in ran.stdout
