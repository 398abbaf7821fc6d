# SPDX-License-Identifier: ISC
"""Makes the isolated host of regress/system for a program that follows."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

import isolated  # noqa: E402

if __name__ == "__main__":
    isolated.make_host()
