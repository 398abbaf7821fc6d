# SPDX-License-Identifier: ISC
"""Key files that somebody else could write to open nothing."""

import os
import shutil

import pytest

HOME = "/home/alice"
SSH = HOME + "/.ssh"
FILE = SSH + "/authorized_keys"


@pytest.fixture
def restored():
    """Puts owner and mode of the checked paths back."""
    before = [(path, os.stat(path)) for path in (HOME, SSH, FILE)]
    yield
    for path, stat in before:
        os.chown(path, stat.st_uid, stat.st_gid)
        os.chmod(path, stat.st_mode & 0o7777)


UNSAFE = [
    pytest.param(FILE, 0o620, "file", id="file-writable-by-the-group"),
    pytest.param(FILE, 0o602, "file", id="file-writable-by-others"),
    pytest.param(SSH, 0o720, "directory", id="directory-writable-by-group"),
    pytest.param(HOME, 0o757, "directory", id="home-writable-by-others"),
]


@pytest.mark.parametrize("path, mode, what", UNSAFE)
def test_a_writable_path_is_refused_and_named(make_server, keys, restored,
                                              path, mode, what):
    server = make_server("LogLevel INFO\n")
    shutil.chown(path, group="bob")
    os.chmod(path, mode)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("Authentication refused: bad ownership or modes for "
                        f"{what} {path}")


@pytest.mark.parametrize("path, mode, what", UNSAFE)
def test_without_strict_modes_the_same_path_opens(make_server, keys, restored,
                                                  path, mode, what):
    server = make_server("StrictModes no\n")
    shutil.chown(path, group="bob")
    os.chmod(path, mode)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_a_file_of_another_user_is_refused(make_server, keys, restored):
    server = make_server()
    shutil.chown(FILE, "bob")
    os.chmod(FILE, 0o644)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("Authentication refused: bad ownership or modes for "
                        f"file {FILE}")


def test_a_file_of_root_is_accepted(make_server, keys, restored):
    server = make_server()
    shutil.chown(FILE, "root")
    os.chmod(FILE, 0o644)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_a_file_that_only_root_can_read_is_refused(make_server, keys,
                                                   restored):
    server = make_server()
    shutil.chown(FILE, "root")
    os.chmod(FILE, 0o600)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log(f"Could not open user 'alice' authorized keys "
                        f"'{FILE}': Permission denied")


def test_a_link_to_a_file_in_an_open_directory_is_refused(
        make_server, keys):
    server = make_server("AuthorizedKeysFile .ssh/linked\n")
    os.mkdir("/home/shared")
    os.chmod("/home/shared", 0o777)
    target = "/home/shared/keys"
    shutil.copy(FILE, target)
    shutil.chown(target, "alice")
    os.symlink(target, SSH + "/linked")
    try:
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
        server.wait_for_log("Authentication refused: bad ownership or modes "
                            "for directory ")
    finally:
        os.unlink(SSH + "/linked")
        shutil.rmtree("/home/shared")


def test_a_directory_in_the_place_of_the_file_is_refused(make_server, keys):
    server = make_server("AuthorizedKeysFile .ssh\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("authorized keys '/home/alice/.ssh' is not a "
                        "regular file")


def test_a_fifo_in_the_place_of_the_file_does_not_block(make_server, keys):
    os.mkfifo(SSH + "/fifo", 0o600)
    shutil.chown(SSH + "/fifo", "alice")
    try:
        server = make_server("AuthorizedKeysFile .ssh/fifo\n")
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
        server.wait_for_log("is not a regular file")
    finally:
        os.unlink(SSH + "/fifo")
