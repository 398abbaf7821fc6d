# SPDX-License-Identifier: ISC
"""regress/bench/run says what it can do before anything is built."""

import os
import subprocess

from isolated import SOURCE


def test_its_help_needs_no_build():
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("POSTERN_")}
    result = subprocess.run([f"{SOURCE}/regress/bench/run", "--help"],
                            env=env, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "--only NAME" in result.stdout
