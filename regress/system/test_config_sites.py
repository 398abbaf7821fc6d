# SPDX-License-Identifier: ISC
"""The configurations of typical sites, whole trees below /etc: each one is
read, means the same to Debian's sshd where that knows the keyword, and lets
the same people in."""

import grp
import os
import re
import shutil
import subprocess

import pytest

from config_oracle import ORACLE, Comparison, run
from isolated import host_file
from server import IS_POSTERN, SSHD, Server, authorize

SITES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sites")
CONFIG = "/etc/ssh/sshd_config"
# Keywords of Red Hat's sshd, which Debian's refuses.
NOT_DEBIAN = re.compile(r"^\s*(GSSAPIEnablek5users|ShowPatchLevel|"
                        r"KerberosUseKuserok|RSAMinSize)\b.*\n", re.M)
GROUPS = {"students": "alice", "staff": "bob", "sftponly": "bob",
          "wheel": "alice", "handin": "alice", "jailed": "bob"}
CONNECTIONS = [
    ["-C", "user=alice,host=client.example.org,addr=192.0.2.7,"
     "laddr=127.0.0.1,lport=22"],
    ["-C", "user=bob,host=pc.lab.example.org,addr=2001:db8::9,"
     "laddr=127.0.0.1,lport=2222"],
    ["-C", "user=root,host=10.0.0.9,addr=10.0.0.9,laddr=::1,lport=22"],
]

pytestmark = [
    pytest.mark.skipif(not os.path.exists(ORACLE), reason="no other sshd"),
    pytest.mark.skipif(not IS_POSTERN, reason="nothing to compare"),
]


@pytest.fixture(scope="module", autouse=True)
def groups():
    known = {entry.gr_name for entry in grp.getgrall()}
    with host_file("/etc/group", "".join(
            f"{name}:x:{7000 + number}:{member}\n"
            for number, (name, member) in enumerate(GROUPS.items())
            if name not in known), "a"):
        yield


@pytest.fixture
def comparison(tmp_path, host_keys):
    made = Comparison(tmp_path, host_keys["ed25519"])
    # so that no site says that its own key is missing
    shutil.copytree("/etc/ssh", tmp_path / "ssh")
    yield made
    for name in ("ssh", "crypto-policies"):
        shutil.rmtree(f"/etc/{name}", ignore_errors=True)
    shutil.copytree(tmp_path / "ssh", "/etc/ssh")


def install(site, change=lambda text: text):
    for folder, _, names in os.walk(os.path.join(SITES, site)):
        to = os.path.join("/etc", os.path.relpath(
            folder, os.path.join(SITES, site)))
        os.makedirs(to, exist_ok=True)
        for name in names:
            with open(os.path.join(folder, name), newline="") as source, \
                    open(os.path.join(to, name), "w", newline="") as out:
                out.write(change(source.read()))


def told_lines(stderr):
    """File, line and keyword of what is passed over."""
    return set(re.findall(r"^(/etc/\S+) line (\d+): "
                          r"(?:Deprecated|Unsupported) option (\w+)",
                          stderr, re.M))


def all_text():
    return "\n".join(
        open(os.path.join(folder, name), encoding="utf-8").read()
        for top in ("/etc/ssh", "/etc/crypto-policies")
        for folder, _, names in os.walk(top)
        for name in names if name != "moduli")


@pytest.mark.parametrize("site", sorted(os.listdir(SITES)))
def test_a_site_keeps_its_configuration(comparison, site):
    found = []
    for spec in CONNECTIONS:
        install(site)
        ours = run(SSHD, CONFIG, comparison.host_key, spec)
        assert ours.returncode == 0, ours.stderr
        install(site, lambda text: NOT_DEBIAN.sub("\n", text))
        theirs = run(ORACLE, CONFIG, comparison.host_key, spec)
        assert theirs.returncode == 0, theirs.stderr
        found += [f"{spec}: {line}" for line in comparison.outcome(
            ours, theirs, all_text())]
        found += [f"not told: {line}" for line in
                  told_lines(theirs.stderr) - told_lines(ours.stderr)
                  if line[2] != "Protocol"]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("site", sorted(os.listdir(SITES)))
def test_a_site_passes_the_short_test(comparison, site):
    install(site)
    result = subprocess.run(
        [SSHD, "-t", "-h", comparison.host_key], capture_output=True,
        text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert result.returncode == 0 and result.stdout == "", result.stderr


# ---- who gets in ------------------------------------------------------------

class SiteServer(Server):
    """One of the two programs with /etc/ssh/sshd_config, on a port of ours."""

    def __init__(self, program, directory, host_keys, *flags):
        directory.mkdir()
        super().__init__(str(directory), host_keys)
        self.command = [program, "-D", "-E", self.log_path, "-p",
                        str(self.port), "-o", "ListenAddress=127.0.0.1",
                        "-o", f"PidFile={self.pid_path}", *flags]
        for key in host_keys:
            self.command += ["-h", key]

    def __enter__(self):
        self.process = subprocess.Popen(self.command,
                                        stdin=subprocess.DEVNULL)
        self.wait_for_pid_file()
        return self

    def outcome(self, user, key, *words, options=()):
        done = self.ssh(user, key, *words, text=True, options=options)
        refusal = re.search(r"Permission denied \((.*)\)", done.stderr)
        return (done.returncode, done.stdout,
                set(refusal[1].split(",")) if refusal else set())

    def outcomes(self, key):
        no_key = ["-o", "PreferredAuthentications=none"]
        return {
            (user, what): self.outcome(user, key, *words, options=options)
            for user in ("alice", "bob", "root")
            for what, words, options in (
                ("command", ["id -un; pwd"], []),
                ("terminal", ["-tt", "id -un"], []),
                ("sftp", ["-s", "sftp"], []),
                ("methods", ["true"], no_key))}


def not_ours(comparison):
    """Methods that Debian's sshd offers alone: GSSAPI, and without PAM a
    dialogue that has no device."""
    shown = run(SSHD, CONFIG, comparison.host_key, []).stdout
    return {"gssapi-with-mic", "gssapi-keyex"} | (
        {"keyboard-interactive"} if "\nusepam no\n" in shown else set())


@pytest.mark.slow
@pytest.mark.parametrize("site", sorted(os.listdir(SITES)))
def test_a_site_lets_the_same_people_in(comparison, site, keys, host_keys,
                                        tmp_path):
    authorize("root", keys["ed25519"] + ".pub")
    used = [host_keys[kind] for kind in ("ed25519", "ecdsa", "rsa")]
    install(site)
    extra = not_ours(comparison)
    with SiteServer(SSHD, tmp_path / "ours", used, "-o",
                    "PerSourcePenalties=no") as server:
        ours = server.outcomes(keys["ed25519"])
    install(site, lambda text: NOT_DEBIAN.sub("\n", text))
    with SiteServer(ORACLE, tmp_path / "theirs", used) as server:
        theirs = server.outcomes(keys["ed25519"])
    for what, (status, said, methods) in theirs.items():
        assert ours[what] == (status, said, methods - extra), what


def test_a_dozen_sites_and_more_are_there():
    assert len(os.listdir(SITES)) >= 15
