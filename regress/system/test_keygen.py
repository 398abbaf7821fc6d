# SPDX-License-Identifier: ISC
"""sshd-keygen and ssh-keygen read each other's files."""

import os
import random
import stat
import subprocess

import pytest

from server import KEY_TYPES, make_key, program

pytestmark = pytest.mark.postern_only

OURS = program("sshd-keygen")
THEIRS = "ssh-keygen"
BOTH = pytest.mark.parametrize("writer, reader",
                               [(OURS, THEIRS), (THEIRS, OURS)],
                               ids=["ours-theirs", "theirs-ours"])


def run(tool, *args, cwd, status=0, **kwargs):
    result = subprocess.run([tool, *map(str, args)], cwd=cwd, text=True,
                            capture_output=True, stdin=subprocess.DEVNULL,
                            **kwargs)
    assert result.returncode == status, result.stderr
    return result.stdout if status == 0 else result.stdout + result.stderr


# ---- keys -------------------------------------------------------------------

def test_missing_host_keys_are_made_below_a_prefix(tmp_path):
    (tmp_path / "etc/ssh").mkdir(parents=True)
    kept = make_key(str(tmp_path / "etc/ssh/ssh_host_ecdsa_key"))
    before = open(kept).read()
    said = run(OURS, "-A", "-f", tmp_path, cwd=tmp_path)
    assert said == "sshd-keygen: generating new host keys: RSA ED25519 \n"
    assert open(kept).read() == before
    names = sorted(os.listdir(tmp_path / "etc/ssh"))
    assert names == [f"ssh_host_{kind}_key{end}"
                     for kind in ("ecdsa", "ed25519", "rsa")
                     for end in ("", ".pub")]
    for name in names:
        mode = stat.S_IMODE(os.stat(tmp_path / "etc/ssh" / name).st_mode)
        assert mode == (0o644 if name.endswith(".pub") else 0o600)
    assert run(OURS, "-A", "-f", tmp_path, cwd=tmp_path) == ""


def test_an_empty_host_key_is_made_anew(tmp_path):
    """As a loss of power leaves it, with which no server would start."""
    (tmp_path / "etc/ssh").mkdir(parents=True)
    path = tmp_path / "etc/ssh/ssh_host_ed25519_key"
    path.write_text("")
    run(OURS, "-q", "-A", "-f", tmp_path, cwd=tmp_path)
    assert run(THEIRS, "-y", "-f", path, cwd=tmp_path) == \
        open(f"{path}.pub").read()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_server_runs_with_the_keys_it_makes(make_server, keys, tmp_path):
    (tmp_path / "etc/ssh").mkdir(parents=True)
    run(OURS, "-q", "-A", "-f", tmp_path, cwd=tmp_path)
    paths = [f"{tmp_path}/etc/ssh/ssh_host_{kind}_key"
             for kind in ("rsa", "ecdsa", "ed25519")]
    server = make_server("".join(f"HostKey {path}\n" for path in paths),
                         kinds=())
    server.host_keys = paths
    for algorithm in ("rsa-sha2-512", "ecdsa-sha2-nistp256", "ssh-ed25519"):
        assert server.ssh("alice", keys["ed25519"], "true", options=[
            "-o", f"HostKeyAlgorithms={algorithm}"]).returncode == 0


@pytest.mark.parametrize("kind", KEY_TYPES)
@BOTH
def test_what_one_tool_writes_the_other_prints(tmp_path, kind, writer,
                                               reader):
    run(writer, "-q", *KEY_TYPES[kind], "-N", "", "-C", "a comment", "-f",
        "key", cwd=tmp_path)
    public = (tmp_path / "key.pub").read_text()
    assert public.endswith(" a comment\n")
    assert run(reader, "-y", "-f", "key", cwd=tmp_path) == public
    for file in ("key", "key.pub"):
        for hash_name in ("md5", "sha256"):
            line = run(reader, "-l", "-E", hash_name, "-f", file,
                       cwd=tmp_path)
            assert line == run(writer, "-l", "-E", hash_name, "-f", file,
                               cwd=tmp_path)
            assert "a comment" in line


def test_every_key_of_a_file_is_printed(tmp_path, keys):
    lines = "# keys\n" + "".join(open(key + ".pub").read()
                                 for key in keys.values())
    (tmp_path / "all").write_text(lines)
    assert run(OURS, "-l", "-f", "all", cwd=tmp_path) == \
        run(THEIRS, "-l", "-f", "all", cwd=tmp_path)


@pytest.mark.parametrize("before", [
    'from="192.0.2.1",command="a \\"quoted\\" word"', "no-pty",
    "example.org,192.0.2.1", "|1|aaaa=|bbbb="])
@pytest.mark.parametrize("comment", ["", " a comment"])
def test_keys_of_authorized_keys_and_known_hosts_are_printed(
        tmp_path, keys, before, comment):
    key = " ".join(open(keys["ecdsa"] + ".pub").read().split()[:2])
    (tmp_path / "lines").write_text(f"# a line\n\n{before} {key}{comment}\n")
    assert run(OURS, "-l", "-f", "lines", cwd=tmp_path) == \
        run(THEIRS, "-l", "-f", "lines", cwd=tmp_path)
    (tmp_path / "marked").write_text(f"@revoked *.example.org {key}\n")
    assert " *.example.org (ECDSA)" in run(OURS, "-l", "-f", "marked",
                                           cwd=tmp_path)


def test_an_encrypted_key_is_told_by_the_file_beside_it(tmp_path):
    run(THEIRS, "-q", "-t", "ed25519", "-N", "secret", "-C", "c", "-f",
        "key", cwd=tmp_path)
    assert run(OURS, "-l", "-f", "key", cwd=tmp_path) == \
        run(THEIRS, "-l", "-f", "key", cwd=tmp_path)


@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
def test_an_encrypted_key_is_told_from_a_damaged_one(tmp_path, form):
    """With what to do about it; nobody is asked for a passphrase."""
    run(THEIRS, "-q", "-t", "ecdsa", "-m", form, "-N", "secret", "-f", "key",
        cwd=tmp_path)
    (tmp_path / "key.pub").unlink()
    assert run(OURS, "-y", "-f", "key", cwd=tmp_path, status=255) == (
        "sshd-keygen: key is encrypted: this tool asks for no passphrase, "
        "ssh-keygen -y does\n")
    assert run(OURS, "-l", "-f", "key", cwd=tmp_path, status=255) == (
        "sshd-keygen: key is encrypted, and there is no public key in "
        "key.pub: ssh-keygen -y asks for the passphrase and prints one\n")


@pytest.mark.parametrize("args, status, said", [
    (["-t", "dsa", "-N", "", "-f", "k"], 255, "rsa, ecdsa and ed25519"),
    (["-t", "rsa", "-b", "1023", "-N", "", "-f", "k"], 255, "1024 to 16384"),
    (["-t", "ecdsa", "-b", "512", "-N", "", "-f", "k"], 255, "256, 384 or"),
    (["-t", "rsa", "-b", "2k", "-N", "", "-f", "k"], 255, "not a number"),
    (["-f", "k"], 255, "say -N ''"), (["-N", "secret", "-f", "k"], 255,
                                      "without a passphrase"),
    (["-N", ""], 255, "with -f"), (["-k", "-l", "-f", "k"], 1, "usage: "),
    (["-l", "-f", "missing"], 255, "missing: No such file"),
    (["-y", "-f", "/etc/passwd"], 255, "/etc/passwd is not a private key"),
    (["-l", "-E", "crc32", "-f", "a.pub"], 255, "no such hash")])
def test_what_can_not_be_done_is_said(tmp_path, keys, args, status, said):
    (tmp_path / "a.pub").write_text(open(keys["ed25519"] + ".pub").read())
    assert said in run(OURS, *args, cwd=tmp_path, status=status)
    assert not (tmp_path / "k").exists()


def test_an_existing_key_is_kept_unless_the_answer_is_yes(tmp_path):
    path = make_key(str(tmp_path / "key"))
    before = open(path).read()
    run(OURS, "-N", "", "-f", "key", cwd=tmp_path, status=1)
    assert open(path).read() == before
    subprocess.run([OURS, "-q", "-N", "", "-f", path], input="y\n",
                   text=True, capture_output=True, check=True)
    assert open(path).read() != before


# ---- revocation lists -------------------------------------------------------

SPEC = """# every kind of line
serial: 1
serial: 3
Serial: 0x10-0x12
serial: 1000-2000000
serial: 9223372036854775808-18446744073709551615
id: some one
key: {rsa}
sha1: {ecdsa384}
sha256: {ecdsa521}
{ecdsa}
"""


@pytest.fixture
def material(tmp_path, keys):
    """A CA, public keys and certificates in files of their own."""
    make_key(str(tmp_path / "ca"))
    public = {kind: open(path + ".pub").read().strip()
              for kind, path in keys.items()}
    for kind, line in public.items():
        (tmp_path / f"{kind}.pub").write_text(line + "\n")
    (tmp_path / "spec").write_text(SPEC.format(**public))
    for name, serial in (("s1", 1), ("s2", 2), ("s17", 17), ("s500", 500),
                         ("s0", 0)):
        (tmp_path / f"{name}.pub").write_text(public["ed25519"] + "\n")
        run(THEIRS, "-q", "-s", "ca", "-I", "some one" if serial == 0 else
            name, "-z", serial, "-n", "u", f"{name}.pub", cwd=tmp_path)
    return tmp_path


def verdicts(tool, directory, krl):
    """File -> REVOKED or ok."""
    found = {}
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".pub") or name.startswith("s"):
            if not name.endswith("-cert.pub"):
                continue
        result = subprocess.run([tool, "-Q", "-f", krl, name], text=True,
                                cwd=directory, capture_output=True)
        word = result.stdout.split()[-1]
        assert result.returncode == (1 if word == "REVOKED" else 0)
        found[name] = word
    return found


@BOTH
def test_a_list_of_one_tool_means_the_same_to_the_other(material, writer,
                                                        reader):
    run(writer, "-q", "-k", "-f", "krl", "-s", "ca.pub", "-z", 7, "spec",
        cwd=material)
    found = verdicts(reader, material, "krl")
    assert found == verdicts(writer, material, "krl")
    assert {name for name, word in found.items() if word == "REVOKED"} == {
        "rsa.pub", "ecdsa.pub", "ecdsa384.pub", "ecdsa521.pub",
        "s0-cert.pub", "s1-cert.pub", "s17-cert.pub"}


def entries(tool, directory, krl):
    """What -Q -l prints, apart from how a hash is spelled."""
    said = run(tool, "-Q", "-l", "-f", krl, cwd=directory)
    return [line for line in said.splitlines()
            if not line.startswith(("hash: ", "# Generated"))]


def test_both_tools_print_the_same_list(material):
    run(OURS, "-q", "-k", "-f", "krl", "-s", "ca.pub", "-z", 7, "spec",
        cwd=material)
    assert entries(OURS, material, "krl") == entries(THEIRS, material, "krl")


def test_the_printed_list_makes_the_list_again(material):
    (material / "spec").write_text(
        "\n".join(line for line in (material / "spec").read_text()
                  .splitlines() if not line.startswith("sha1")))
    run(OURS, "-q", "-k", "-f", "krl", "-s", "ca.pub", "spec", cwd=material)
    (material / "again").write_text(
        run(OURS, "-Q", "-l", "-f", "krl", cwd=material))
    run(OURS, "-q", "-k", "-f", "krl2", "-s", "ca.pub", "again",
        cwd=material)
    assert verdicts(THEIRS, material, "krl") == \
        verdicts(THEIRS, material, "krl2")


@BOTH
def test_a_list_is_updated_by_the_other_tool(material, writer, reader):
    run(writer, "-q", "-k", "-f", "krl", "-s", "ca.pub", "spec",
        cwd=material)
    run(reader, "-q", "-k", "-u", "-f", "krl", "ed25519.pub",
        "s2-cert.pub", cwd=material)
    found = verdicts(writer, material, "krl")
    assert [name for name, word in found.items() if word == "ok"] == [
        "ca.pub"]


def test_certificates_are_revoked_under_their_own_ca(material):
    run(OURS, "-q", "-k", "-f", "krl", "s2-cert.pub", "s0-cert.pub",
        cwd=material)
    found = verdicts(THEIRS, material, "krl")
    assert {name for name, word in found.items() if word == "REVOKED"} == {
        "s0-cert.pub", "s2-cert.pub"}


def test_serials_of_any_ca(material):
    (material / "spec").write_text("serial: 500\n")
    run(OURS, "-q", "-k", "-f", "krl", "-s", "none", "spec", cwd=material)
    assert "# Wildcard CA" in run(THEIRS, "-Q", "-l", "-f", "krl",
                                  cwd=material)
    assert verdicts(THEIRS, material, "krl")["s500-cert.pub"] == "REVOKED"


def test_scattered_serials_survive_every_form_of_the_file(tmp_path):
    """Lists, ranges and bitmaps, dense and sparse, by a fixed seed."""
    make_key(str(tmp_path / "ca"))
    dice = random.Random(4)
    serials, at = [], 0
    for _ in range(300):
        at += dice.choice([2, 3, 9, 60, 100, 5000, 1 << 40])
        length = dice.choice([1, 1, 1, 2, 8, 150, 200, 17000])
        serials.append((at, at + length - 1))
        at += length
    wanted = [f"serial: {low}-{high}" if low != high else f"serial: {low}"
              for low, high in serials]
    (tmp_path / "spec").write_text("\n".join(wanted))
    run(OURS, "-q", "-k", "-f", "krl", "-s", "ca.pub", "spec", cwd=tmp_path)
    for tool in (OURS, THEIRS):
        assert [line for line in entries(tool, tmp_path, "krl")
                if line.startswith("serial")] == wanted
    run(THEIRS, "-q", "-k", "-f", "krl2", "-s", "ca.pub", "spec",
        cwd=tmp_path)
    size = (tmp_path / "krl").stat().st_size
    assert size <= 1.1 * (tmp_path / "krl2").stat().st_size


@pytest.mark.parametrize("line, said", [
    ("serial: 0", "spec:2: invalid format (serial)"),
    ("serial: 5-3", "spec:2: value out of range (serial)"),
    ("serial: x", "spec:2: invalid format (serial)"),
    ("hash: MD5:aa", "spec:2: invalid format (hash is not SHA256)"),
    ("hash: SHA256:abc", "spec:2: invalid format (hash)"),
    ("nonsense", "spec:2: invalid format (key type)")])
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path, line, said):
    (tmp_path / "spec").write_text(f"\n{line}\n")
    assert said in run(OURS, "-k", "-f", "krl", "-s", "none", "spec",
                       cwd=tmp_path, status=255)
    assert not (tmp_path / "krl").exists()


def test_serials_need_a_ca(tmp_path):
    (tmp_path / "spec").write_text("serial: 1\n")
    assert "with -s" in run(OURS, "-k", "-f", "krl", "spec", cwd=tmp_path,
                            status=255)


def test_a_damaged_list_is_not_updated(tmp_path, keys):
    (tmp_path / "krl").write_text("SSHKRL\n")
    assert "cannot update KRL krl" in run(
        OURS, "-k", "-u", "-f", "krl", keys["rsa"] + ".pub", cwd=tmp_path,
        status=255)
    assert "Invalid KRL file krl" in run(
        OURS, "-Q", "-f", "krl", keys["rsa"] + ".pub", cwd=tmp_path,
        status=255)
