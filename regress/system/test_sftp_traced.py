# SPDX-License-Identifier: ISC
"""ChrootDirectory: nothing outside is ever opened, by either SFTP server."""

import os
import shutil

import pytest

import storm
from raw_sftp import F_READ, Status, over_ssh
from sftp_clients import FORMS, USER, sftp_process

pytestmark = pytest.mark.postern_only
OUTSIDE = "/home/outside"


@pytest.fixture
def outside():
    """What a link would have to lead to."""
    os.makedirs(f"{OUTSIDE}/etc")
    for path in (f"{OUTSIDE}/secret", f"{OUTSIDE}/etc/passwd"):
        with open(path, "wb") as out:
            out.write(storm.SECRET)
    for path in (OUTSIDE, f"{OUTSIDE}/etc", f"{OUTSIDE}/secret",
                 f"{OUTSIDE}/etc/passwd"):
        shutil.chown(path, USER, USER)
    yield OUTSIDE
    shutil.rmtree(OUTSIDE)


def _state(path):
    return [(folder, sorted(folders), sorted(files),
             [os.lstat(f"{folder}/{name}").st_mtime_ns for name in files])
            for folder, folders, files in os.walk(path)]


def _run(form, make_server, keys, tmp_path, count):
    server = form.make(make_server)
    jail = os.path.dirname(form.local)
    os.mkdir(f"{form.local}/d")
    shutil.chown(f"{form.local}/d", USER, USER)
    os.symlink(OUTSIDE, f"{form.local}/out")
    before = _state(OUTSIDE)
    with over_ssh(server, USER, keys["ed25519"]) as sftp:
        for path in ("/work/out/secret", "/work/../../outside/secret",
                     f"{OUTSIDE}/secret", "/../outside/secret"):
            with pytest.raises(Status, match="No such file"):
                sftp.open(path, F_READ)
        opened = storm.trace(sftp, sftp_process(server),
                             str(tmp_path / "trace"), count, jail, OUTSIDE,
                             "/work")
    assert opened > count // 100
    assert _state(OUTSIDE) == before


both_servers = pytest.mark.parametrize("name", ["chroot", "chroot-program"])


@both_servers
def test_links_that_are_swapped_lead_nowhere(name, make_server, keys, outside,
                                             tmp_path):
    _run(FORMS[name], make_server, keys, tmp_path, 2000)


@pytest.mark.slow
@both_servers
def test_links_that_are_swapped_lead_nowhere_100000_times(
        name, make_server, keys, outside, tmp_path):
    _run(FORMS[name], make_server, keys, tmp_path, 100_000)
