# SPDX-License-Identifier: ISC
"""The time of a refusal does not tell who exists: 400 attempts of each kind,
of users and of strangers in turn."""

import time

import paramiko
import pytest

from pam_stacks import accounts, pam, stack    # noqa: F401
from passwords import Attempts, hashed
from server import make_key
from test_commands import config, folder, script    # noqa: F401
from timing import assert_time_tells_nothing, make_users

pytestmark = [pytest.mark.slow, pytest.mark.postern_only]
MANY = "MaxAuthTries 100\nMaxStartups 100\n"


def by_password(transport, user):
    transport.auth_password(user, "wrong", fallback=False)


def by_dialogue(transport, user):
    transport.auth_interactive(user, lambda _, __, questions: [
        "wrong" for _ in questions])


def time_of_failure(server, attempt):
    def measure(user):
        with Attempts(server) as attempts:
            attempts.none(user)
            start = time.perf_counter()
            with pytest.raises(paramiko.AuthenticationException):
                attempt(attempts.transport, user)
            return time.perf_counter() - start
    return measure


def hashed_as(method):
    return lambda password: hashed(password, method)


def test_of_shadow_passwords(make_server):
    assert_time_tells_nothing(
        time_of_failure(make_server(MANY), by_password), make_users(hashed))


@pytest.mark.parametrize("method", ["sha512", "yescrypt"])
@pytest.mark.parametrize("attempt", [by_password, by_dialogue])
def test_of_passwords_that_pam_checks(pam, attempt, method):  # noqa: F811
    stack(auth="required pam_unix.so nodelay",
          account="required pam_unix.so")
    assert_time_tells_nothing(time_of_failure(pam(MANY), attempt),
                              make_users(hashed_as(method)))


def test_of_a_command_that_is_asked_for_keys(make_server, script,  # noqa: F811
                                             tmp_path):
    """It takes longer than the least time of a refusal."""
    server = make_server(config(script("exec sleep 0.05"), more=MANY))
    key = paramiko.Ed25519Key.from_private_key_file(
        make_key(str(tmp_path / "unknown")))
    assert_time_tells_nothing(time_of_failure(
        server, lambda transport, user: transport.auth_publickey(user, key)),
        make_users())
