# SPDX-License-Identifier: ISC
"""scp and sftp with the external file server."""

import hashlib
import os
import subprocess

import pytest

SFTP_SERVER = "/usr/lib/openssh/sftp-server"
LENGTH = 100_000_000


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "file"
    path.write_bytes(os.urandom(LENGTH // 100) * 100)
    return path


@pytest.fixture
def file_server(make_server):
    return make_server(f"Subsystem sftp {SFTP_SERVER}\n")


@pytest.fixture
def remote():
    path = "/home/alice/copy"
    yield path
    if os.path.exists(path):
        os.unlink(path)


def _checksum(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _run(program, server, keys, *words, **kwargs):
    result = subprocess.run(
        [program, *server.ssh_options(keys["ed25519"]), "-P",
         str(server.port), *words], capture_output=True, timeout=60, **kwargs)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


@pytest.mark.parametrize("protocol", ["-s", "-O"], ids=["sftp", "rcp"])
def test_scp_copies_a_big_file_up_and_down(file_server, keys, big_file,
                                           remote, tmp_path, protocol):
    _run("scp", file_server, keys, protocol, str(big_file),
         "alice@127.0.0.1:copy")
    assert _checksum(remote) == _checksum(big_file)
    back = tmp_path / "back"
    _run("scp", file_server, keys, protocol, "alice@127.0.0.1:copy",
         str(back))
    assert _checksum(back) == _checksum(big_file)


def test_sftp_copies_a_big_file_up_and_down(file_server, keys, big_file,
                                            remote, tmp_path):
    back = tmp_path / "back"
    _run("sftp", file_server, keys, "-b", "-", "alice@127.0.0.1",
         input=f"put {big_file} copy\nget copy {back}\n".encode())
    assert _checksum(remote) == _checksum(big_file)
    assert _checksum(back) == _checksum(big_file)


def test_sftp_makes_lists_and_removes(file_server, keys):
    shown = _run("sftp", file_server, keys, "-b", "-", "alice@127.0.0.1",
                 input=b"mkdir made\nls -1\nrmdir made\npwd\n")
    assert "\nmade\n" in shown
    assert "/home/alice" in shown
    assert not os.path.exists("/home/alice/made")


def test_files_belong_to_the_user(file_server, keys, big_file, remote):
    _run("scp", file_server, keys, str(big_file), "alice@127.0.0.1:copy")
    assert os.stat(remote).st_uid == 2001
