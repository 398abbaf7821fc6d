# SPDX-License-Identifier: ISC
"""Files of more than 4 GiB, whole and in pieces, compared by checksum."""

import hashlib
import os
import random
import shutil
import subprocess
import tempfile

import pytest

from sftp_clients import FORMS, USER, good, sftp

pytestmark = [pytest.mark.slow, pytest.mark.postern_only]

BUILD = os.environ["POSTERN_BUILD"]
MIB = 1 << 20
GIB = 1 << 30
SIZE = 5 * GIB + 12345
ROOM = 12 * GIB     # both copies, and something


@pytest.fixture
def disk():
    """Two directories on a disk: memory would not be enough."""
    if shutil.disk_usage(BUILD).free < ROOM:
        pytest.skip(f"less than 12 GiB are free in {BUILD}")
    with tempfile.TemporaryDirectory(dir=BUILD) as path:
        os.chmod(path, 0o755)
        for name in ("here", "there"):
            os.mkdir(f"{path}/{name}")
        shutil.chown(f"{path}/there", USER, USER)
        yield path


@pytest.fixture(params=["internal", "root"])
def served(request, disk, make_server):
    """A server, the name of the directory to it, and to the host."""
    form = FORMS[request.param]
    server = form.make(make_server)
    subprocess.run(["mount", "--bind", f"{disk}/there", form.local],
                   check=True)
    yield server, form.remote, form.local
    server.stop()
    subprocess.run(["umount", "-l", form.local], check=True)


def _write_full(path):
    """No two blocks of 32 KiB are the same: each is in its place or seen."""
    piece = bytearray(random.Random(4).randbytes(MIB))
    with open(path, "wb") as out:
        for start in range(0, SIZE, MIB):
            for at in range(0, MIB, 32768):
                piece[at:at + 8] = (start + at).to_bytes(8, "big")
            out.write(piece[:SIZE - start])


def _write_sparse(path):
    """Holes, with data where offsets need more than 31 and 32 bits."""
    with open(path, "wb") as out:
        for at in (0, 2 * GIB - 5, 4 * GIB - 5, 4 * GIB + 4095,
                   SIZE - 10):
            out.seek(at)
            out.write(at.to_bytes(8, "big"))
        out.truncate(SIZE)


def _checksum(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while data := f.read(4 * MIB):
            digest.update(data)
    return digest.hexdigest()


both_kinds = pytest.mark.parametrize("write", [_write_full, _write_sparse])
# where a transfer broke off
BROKEN = [4 * GIB - 3, 4 * GIB + 100 * MIB + 1]


def _sftp(server, keys, line):
    good(sftp(server, keys["ed25519"], line, timeout=450))


@both_kinds
def test_5_gib_go_up(served, disk, keys, write):
    server, remote, local = served
    source = f"{disk}/here/source"
    write(source)
    wanted = _checksum(source)
    _sftp(server, keys, f"put {source} {remote}/big\n")
    assert _checksum(f"{local}/big") == wanted
    for size in BROKEN:
        os.truncate(f"{local}/big", size)
        _sftp(server, keys, f"reput {source} {remote}/big\n")
        assert _checksum(f"{local}/big") == wanted


@both_kinds
def test_5_gib_come_down(served, disk, keys, write):
    server, remote, local = served
    back = f"{disk}/here/back"
    write(f"{local}/big")
    wanted = _checksum(f"{local}/big")
    _sftp(server, keys, f"get {remote}/big {back}\n")
    assert _checksum(back) == wanted
    for size in BROKEN:
        os.truncate(back, size)
        _sftp(server, keys, f"reget {remote}/big {back}\n")
        assert _checksum(back) == wanted
