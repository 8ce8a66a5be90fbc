"""Which source a measurement is of."""

import pathlib
import subprocess


def commit():
    described = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], check=False,
                               cwd=pathlib.Path(__file__).parent, capture_output=True, text=True)
    return described.stdout.strip() or "unknown"
