# SPDX-License-Identifier: ISC
"""Files of /etc/pam.d in the isolated host, and fixtures of tests with PAM."""

import os
import shutil
from contextlib import contextmanager

import pytest

from passwords import Typist, hashed, set_shadow
from server import program

ODD = os.path.normpath(os.path.join(
    os.environ.get("POSTERN_BUILD") or os.path.dirname(program("sshd")),
    "regress/system/pam_odd.so"))
SECRET = "correct horse"     # alice's
KINDS = ("auth", "account", "password", "session")


@contextmanager
def kept():
    """/etc/pam.d/sshd is as before afterwards."""
    shutil.copy("/etc/pam.d/sshd", "/run/isolated/pam_sshd")
    try:
        yield
    finally:
        shutil.copy("/run/isolated/pam_sshd", "/etc/pam.d/sshd")


def stack(**lines):
    """The file /etc/pam.d/sshd; what is not named permits."""
    with open("/etc/pam.d/sshd", "w") as out:
        for kind in KINDS:
            for line in lines.get(kind, "required pam_permit.so"
                                  ).splitlines():
                out.write(f"{kind} {line}\n")


def odd(**arguments):
    """All four kinds are pam_odd's, with these arguments."""
    words = " ".join(f"{what}={value}" for what, value in arguments.items())
    stack(**{kind: f"required {ODD} {words}" for kind in KINDS})


# ---- fixtures -------------------------------------------------------------

@pytest.fixture(autouse=True)
def accounts(syslog):
    set_shadow("alice", hashed(SECRET))
    with kept():
        yield
    set_shadow("alice", "*")


@pytest.fixture
def pam(make_server):
    return lambda config="": make_server("UsePAM yes\n" + config)


@pytest.fixture
def typist(tmp_path):
    return lambda *answers: Typist(str(tmp_path), *answers)
