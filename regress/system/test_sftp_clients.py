# SPDX-License-Identifier: ISC
"""Real SFTP clients against every way to serve them.

Debian's sftp-server under our sshd is the control: what fails there is the
client, or the test.
"""

import os
import random
import shutil
import subprocess

import pytest

import sftp_clients
from sftp_clients import (CLIENTS, FORMS, HAS_SSH2, USER, Ssh2, good,
                          paramiko_session, sftp, sftp_process, sshfs_mount)
from tracing import strace


ALWAYS = ("internal", "root")


def _forms(names):
    """Parameters; some run only with the slow tests."""
    return [pytest.param(FORMS[name], id=name,
                         marks=[] if name in ALWAYS else [pytest.mark.slow])
            for name in names]


every_form = pytest.mark.parametrize("form", _forms(FORMS))
every_form_of_ours = pytest.mark.parametrize(
    "form", _forms(name for name in FORMS if name != "debian"))
needs_ssh2 = pytest.mark.skipif(
    not HAS_SSH2, reason="npm's ssh2 is not there: regress/system/npm/install")
every_client = pytest.mark.parametrize(
    "name", [*(name for name in CLIENTS if name != "ssh2"),
             pytest.param("ssh2", marks=needs_ssh2)])


def _random_file(path, size, seed=1):
    with open(path, "wb") as out:
        out.write(random.Random(seed).randbytes(size))
    return str(path)


def _content(path):
    with open(path, "rb") as f:
        return f.read()


def _owned(path, content=b""):
    """A file of the user in the served tree."""
    with open(path, "wb") as out:
        out.write(content)
    shutil.chown(path, USER, USER)
    return path


@every_form
@every_client
def test_a_file_goes_up_and_comes_back(form, name, make_server, keys,
                                       tmp_path):
    server = form.make(make_server)
    client = CLIENTS[name](server, keys)
    source = _random_file(tmp_path / "source", 3 * 1024 * 1024 + 17)
    remote = f"{form.remote}/grün"
    client.put(source, remote)
    assert _content(f"{form.local}/grün") == _content(source)
    client.get(remote, str(tmp_path / "back"))
    assert _content(tmp_path / "back") == _content(source)


@every_form
def test_every_client_lists_10000_entries(form, make_server, keys):
    server = form.make(make_server)
    expected = sorted(f"entry-{n:05}" for n in range(10000))
    for entry in expected:
        open(f"{form.local}/{entry}", "w").close()
    for client in CLIENTS.values():
        if getattr(client, "names", None):
            found = client(server, keys).names(form.remote)
            assert sorted(found) == expected, client.name


@every_form
def test_broken_transfers_are_resumed(form, make_server, keys, tmp_path):
    server = form.make(make_server)
    source = _random_file(tmp_path / "source", 500_000)
    for client in CLIENTS.values():
        if not getattr(client, "resume_put", None):
            continue
        half = _content(source)[:200_000]
        _owned(f"{form.local}/up", half)
        client(server, keys).resume_put(source, f"{form.remote}/up")
        assert _content(f"{form.local}/up") == _content(source), client.name
        _owned(f"{form.local}/down", _content(source))
        back = tmp_path / "back"
        back.write_bytes(half)
        client(server, keys).resume_get(f"{form.remote}/down", str(back))
        assert _content(back) == _content(source), client.name


@every_form
def test_names_are_bytes(form, make_server, keys, tmp_path):
    server = form.make(make_server)
    name = b"caf\xe9 \xff\xfe"
    source = _random_file(tmp_path / "source", 1000)
    remote = form.remote.encode() + b"/" + name
    good(sftp(server, keys["ed25519"],
              b'put "%s" "%s"\n' % (os.fsencode(source), remote)))
    assert name in os.listdir(form.local.encode())
    back = os.fsencode(tmp_path) + b"/back"
    good(sftp(server, keys["ed25519"],
              b'get "%s" "%s"\nrm "%s"\n' % (remote, back, remote)))
    assert _content(back) == _content(source)
    assert os.listdir(form.local) == []
    with paramiko_session(server, keys) as session:
        with session.open(remote, "wb") as out:
            out.write(b"data")
        session.chmod(remote, 0o600)
        session.remove(remote)


@every_form
def test_times_and_modes_are_kept(form, make_server, keys, tmp_path):
    server = form.make(make_server)
    source = _random_file(tmp_path / "source", 10)
    os.chmod(source, 0o640)
    os.utime(source, (1_000_000_000, 1_234_567_890))
    good(sftp(server, keys["ed25519"],
              f'put -p "{source}" "{form.remote}/kept"\n'))
    st = os.stat(f"{form.local}/kept")
    assert (st.st_mode & 0o7777, int(st.st_mtime)) == (0o640, 1_234_567_890)
    good(sftp(server, keys["ed25519"],
              f'chmod 705 "{form.remote}/kept"\n'
              f'get -p "{form.remote}/kept" "{tmp_path}/back"\n'))
    st = os.stat(tmp_path / "back")
    assert (st.st_mode & 0o7777, int(st.st_mtime)) == (0o705, 1_234_567_890)
    with paramiko_session(server, keys) as session:
        session.utime(f"{form.remote}/kept", (5, 7))
        assert session.stat(f"{form.remote}/kept").st_mtime == 7
        session.truncate(f"{form.remote}/kept", 3)
        assert session.stat(f"{form.remote}/kept").st_size == 3


@every_form
def test_links_and_renames(form, make_server, keys):
    server = form.make(make_server)
    base = form.remote
    _owned(f"{form.local}/a", b"A")
    _owned(f"{form.local}/b", b"B")
    good(sftp(server, keys["ed25519"],
              f'ln -s a "{base}/soft"\nln "{base}/a" "{base}/hard"\n'
              f'mkdir "{base}/d"\nrename "{base}/b" "{base}/d/b"\n'))
    assert os.readlink(f"{form.local}/soft") == "a"
    assert os.stat(f"{form.local}/hard").st_nlink == 2
    assert _content(f"{form.local}/d/b") == b"B"
    with paramiko_session(server, keys) as session:
        assert session.readlink(f"{base}/soft") == "a"
        assert session.normalize(f"{base}/d/../soft") == f"{base}/a"
        assert session.normalize(f"{base}/missing") == f"{base}/missing"
        with pytest.raises(OSError):
            session.rename(f"{base}/a", f"{base}/d/b")
        assert _content(f"{form.local}/d/b") == b"B"
        session.posix_rename(f"{base}/a", f"{base}/d/b")
        assert _content(f"{form.local}/d/b") == b"A"
        with pytest.raises(OSError):
            session.rmdir(f"{base}/d")
        session.remove(f"{base}/d/b")
        session.rmdir(f"{base}/d")
        assert sorted(session.listdir(base)) == ["hard", "soft"]
        session.remove(f"{base}/soft")
        assert _content(f"{form.local}/hard") == b"A"


@every_form
def test_a_sparse_file_of_5_gib_is_reached_at_its_end(form, make_server,
                                                      keys):
    server = form.make(make_server)
    size = 5 * 1024 ** 3
    with paramiko_session(server, keys) as session:
        with session.open(f"{form.remote}/big", "wb") as out:
            out.seek(size - 5)
            out.write(b"there")
        assert session.stat(f"{form.remote}/big").st_size == size
        assert os.stat(f"{form.local}/big").st_blocks < 100
        with session.open(f"{form.remote}/big", "rb") as f:
            f.seek(size - 8)
            assert f.read(100) == b"\0\0\0there"
            f.seek(size)
            assert f.read(1) == b""


@every_form
def test_a_full_disk_is_told(form, make_server, keys, tmp_path):
    server = form.make(make_server)
    os.mkdir(f"{form.local}/small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=1m,uid="
                    f"{shutil.os.stat(form.local).st_uid}", "tmpfs",
                    f"{form.local}/small"], check=True)
    try:
        source = _random_file(tmp_path / "source", 3 * 1024 * 1024)
        result = sftp(server, keys["ed25519"],
                      f'put "{source}" "{form.remote}/small/x"\n')
        assert result.returncode != 0
        if form.name != "debian":
            with paramiko_session(server, keys) as session:
                f = session.open(f"{form.remote}/small/y", "wb")
                with pytest.raises(OSError, match="No space left"):
                    f.write(_content(source))
    finally:
        subprocess.run(["umount", "-l", f"{form.local}/small"], check=True)


@pytest.mark.postern_only
@every_form_of_ours
def test_a_used_up_quota_is_told(form, make_server, keys):
    """Few kernels have quotas for a test, so these answers are made up."""
    server = form.make(make_server)
    with paramiko_session(server, keys) as session, \
            session.open(f"{form.remote}/x", "wb") as out:
        out.write(b"there was room")
        with strace("-o", "/dev/null", "-e", "inject=pwrite64,mkdir,mkdirat,"
                    "symlink,symlinkat:error=EDQUOT",
                    pids=[sftp_process(server)]):
            for attempt in (
                    lambda: out.write(b"no more"),
                    lambda: session.mkdir(f"{form.remote}/d"),
                    lambda: session.symlink("x", f"{form.remote}/l")):
                with pytest.raises(OSError, match="Disk quota exceeded"):
                    attempt()
        session.mkdir(f"{form.remote}/d")
    if form.name in ALWAYS:
        server.wait_for_log("SFTP upload failed (Disk quota exceeded): ")


@every_form
def test_what_is_not_permitted_is_told(form, make_server, keys):
    server = form.make(make_server)
    os.mkdir(f"{form.local}/roots", 0o700)
    _owned(f"{form.local}/unreadable", b"x")
    os.chmod(f"{form.local}/unreadable", 0)
    with paramiko_session(server, keys) as session:
        for attempt in (
                lambda: session.open(f"{form.remote}/unreadable", "rb"),
                lambda: session.open(f"{form.remote}/roots/x", "wb"),
                lambda: session.listdir(f"{form.remote}/roots"),
                lambda: session.chmod(f"{form.remote}/roots", 0o777)):
            with pytest.raises(PermissionError):
                attempt()
        for attempt in (lambda: session.stat(f"{form.remote}/none"),
                        lambda: session.remove(f"{form.remote}/none"),
                        lambda: session.listdir(f"{form.remote}/none")):
            with pytest.raises(FileNotFoundError):
                attempt()


def _values(results):
    for result in results:
        assert "value" in result, result
    return [result["value"] for result in results]


@needs_ssh2
@every_form
def test_ssh2_names_and_attributes(form, make_server, keys):
    server = form.make(make_server)
    client, base = Ssh2(server, keys), form.remote
    _owned(f"{form.local}/a", b"A")
    _owned(f"{form.local}/b", b"B")
    found = _values(client.do(
        ["mkdir", f"{base}/d"],
        ["rename", f"{base}/b", f"{base}/d/b"],
        ["symlink", "a", f"{base}/soft"],
        ["ext_openssh_hardlink", f"{base}/a", f"{base}/hard"],
        ["chmod", f"{base}/a", 0o640],
        ["utimes", f"{base}/a", 5, 7],
        ["stat", f"{base}/soft"],
        ["lstat", f"{base}/soft"],
        ["readlink", f"{base}/soft"],
        ["realpath", f"{base}/d/../soft"],
        ["ext_openssh_rename", f"{base}/a", f"{base}/d/b"],
        ["open", f"{base}/d/b", "r+"],
        ["ext_openssh_fsync", {"result": 11}],
        ["ext_openssh_statvfs", base],
        ["fsetstat", {"result": 11}, {"size": 0}],
        ["fstat", {"result": 11}],
        ["close", {"result": 11}],
        ["unlink", f"{base}/d/b"],
        ["rmdir", f"{base}/d"],
        ["readdir", base],
    ))
    assert (found[6]["mode"], found[6]["size"]) == (0o100640, 1)
    assert (found[6]["atime"], found[6]["mtime"]) == (5, 7)
    assert found[7]["mode"] & 0o170000 == 0o120000
    assert (found[8], found[9]) == ("a", f"{base}/a")
    assert found[13]["f_namemax"] == 255
    assert found[15]["size"] == 0
    names = {entry["filename"] for entry in found[19]}
    assert names - {".", ".."} == {"hard", "soft"}
    assert sorted(os.listdir(form.local)) == ["hard", "soft"]


@needs_ssh2
@every_form
def test_ssh2_is_told_what_is_wrong(form, make_server, keys):
    server = form.make(make_server)
    base = form.remote
    for name in ("a", "b", "closed"):
        _owned(f"{form.local}/{name}", b"x")
    os.chmod(f"{form.local}/closed", 0)
    os.mkdir(f"{form.local}/roots")
    results = Ssh2(server, keys).do(
        ["stat", f"{base}/none"],
        ["unlink", f"{base}/none"],
        ["open", f"{base}/closed", "r"],
        ["chmod", f"{base}/roots", 0o777],
        ["rename", f"{base}/a", f"{base}/b"],
        ["mkdir", f"{base}/a"],
        ["open", f"{base}/a", "wx"],
        ["rmdir", base + "/a"],
        ["readdir", f"{base}/a"],
    )
    # no such file, permission denied, failure
    assert [result["code"] for result in results] == \
        [2, 2, 3, 3, 4, 4, 4, 2, 2]
    if form.name != "debian":
        assert [result["message"] for result in results] == [
            "No such file or directory", "No such file or directory",
            "Permission denied", "Operation not permitted", "File exists",
            "File exists", "File exists", "Not a directory",
            "Not a directory"]


@pytest.mark.postern_only
def test_every_client_uploads_atomically_and_is_audited(make_server, keys,
                                                        tmp_path):
    form = FORMS["root"]
    server = form.make(make_server, "SftpUpload atomic\n")
    for size in (0, 100_000, 70_000):
        source = _random_file(tmp_path / "source", size)
        for client in CLIENTS.values():
            client(server, keys).put(source, f"{form.remote}/up")
            assert _content(f"{form.local}/up") == _content(source), \
                client.name
            server.wait_for_log(f'{size} bytes in')
    assert os.listdir(form.local) == ["up"]


def _random_io(path, rounds=300, size=1 << 20):
    """Writes and reads at random places, against a copy in memory."""
    dice = random.Random(7)
    model = bytearray(size)
    with open(path, "w+b", buffering=0) as f:
        f.truncate(size)
        for _ in range(rounds):
            at = dice.randrange(size - 70000)
            data = dice.randbytes(dice.randrange(1, 70000))
            if dice.random() < 0.5:
                os.pwrite(f.fileno(), data, at)
                model[at:at + len(data)] = data
            else:
                got = os.pread(f.fileno(), len(data), at)
                assert got == model[at:at + len(data)]
    assert _content(path) == model


MAKEFILE = """\
CFLAGS = -O0
all: hello
hello: main.o part.o
\t$(CC) -o $@ main.o part.o
"""


def _source_tree(path):
    path.mkdir()
    (path / "Makefile").write_text(MAKEFILE)
    (path / "main.c").write_text(
        "int part(void); int main(void) { return part(); }\n")
    (path / "part.c").write_text(
        "int part(void); int part(void) { return 42; }\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@e", "-C",
           str(path)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    return path


def _work_in(at, source):
    _random_io(f"{at}/random")
    good(sftp_clients.run(["git", "clone", "-q", str(source),
                           f"{at}/clone"]))
    good(sftp_clients.run(["make", "-s", "-C", f"{at}/clone"]))
    good(sftp_clients.run(["git", "-c", "safe.directory=*",
                           "-C", f"{at}/clone", "fsck"]))
    assert subprocess.run([f"{at}/clone/hello"]).returncode == 42
    assert os.statvfs(at).f_blocks > 0


@every_form
def test_sshfs_is_a_file_system(form, make_server, keys, tmp_path):
    server = form.make(make_server)
    source = _source_tree(tmp_path / "source")
    with sshfs_mount(server, keys, form.remote,
                     str(tmp_path / "mount")) as at:
        _work_in(at, source)
    assert os.path.exists(f"{form.local}/clone/part.o")


def _rename_and_remove_open_files(at):
    with open(f"{at}/early", "w") as file:
        file.write("one ")
        file.flush()
        os.rename(f"{at}/early", f"{at}/late")
        file.write("two")
    with open(f"{at}/late") as file:
        assert file.read() == "one two"
    assert not os.path.exists(f"{at}/early")
    with open(f"{at}/late", "w") as file:
        os.unlink(f"{at}/late")
        file.write("nobody reads this")
    assert "late" not in os.listdir(at)


@pytest.mark.postern_only
def test_sshfs_works_with_atomic_uploads(make_server, keys, tmp_path):
    form = FORMS["root"]
    server = form.make(make_server, "SftpUpload atomic\n")
    with sshfs_mount(server, keys, form.remote,
                     str(tmp_path / "mount")) as at:
        _work_in(at, _source_tree(tmp_path / "source"))
        _rename_and_remove_open_files(at)
    assert not [name for _folder, _folders, files in os.walk(form.local)
                for name in files if "partial" in name]
