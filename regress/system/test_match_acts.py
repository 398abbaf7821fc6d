# SPDX-License-Identifier: ISC
"""Every keyword that may stand in a Match block acts there: each is set to
one value for everybody and to another one for alice, and what alice and bob
meet is compared. A new keyword is a row of ROWS."""

import glob
import os
import re
import subprocess
import uuid

import pytest

import raw_sftp
from agents import ssh_agent
from server import make_key

pytestmark = pytest.mark.postern_only

HERE = os.path.dirname(os.path.abspath(__file__))
KEYWORDS_C = os.path.join(HERE, "../../sshd/config/keywords.c")


class Place:
    """One server, and what tests of it need besides."""

    def __init__(self, server, keys, things):
        self.server = server
        self.keys = keys
        self.things = things

    def ssh(self, user, *words, key="ed25519", options=(), **kwargs):
        return self.server.ssh(user, self.keys.get(key, key), *words,
                               options=options, **kwargs)


# ---- what a user meets -----------------------------------------------------

def may_log_in(place, user, **kwargs):
    return place.ssh(user, "true", **kwargs).returncode == 0


def may_with_rsa(place, user):
    return may_log_in(place, user, key="rsa")


def may_with_stranger(place, user):
    return may_log_in(place, user, key=place.things["stranger"])


def may_with_certificate(place, user):
    return may_log_in(place, user, key=place.things["signed"])


def may_at_second_try(place, user):
    return may_log_in(place, user, options=["-i", place.things["stranger"]])


def output(*words, options=()):
    def observe(place, user):
        return place.ssh(user, *words, options=options).stdout.decode().strip()
    return observe


def methods(place, user):
    said = place.ssh(user, "true", key="/nonexistent").stderr.decode()
    return sorted(re.search(r"Permission denied \((.*)\)", said)[1].split(","))


def offers(method):
    return lambda place, user: method in methods(place, user)


def greeting(place, user):
    said = place.ssh(user, "true", options=["-o", "LogLevel=INFO"]).stderr
    return b"Be warned" in said


def reaches(place, user):
    """The server's own port, through the connection."""
    said = place.ssh(user, options=[
        "-W", f"127.0.0.1:{place.server.port}"]).stdout
    return said.startswith(b"SSH-2.0-")


def may_forward(*options):
    def observe(place, user):
        return may_log_in(place, user, options=[
            "-o", "ExitOnForwardFailure=yes", *options])
    return observe


def listens_for_all(place, user):
    """On a port of the server's choice: one that is free on loopback may be
    taken elsewhere."""
    done = place.ssh(user, "ss -tlnH", options=[
        "-o", "ExitOnForwardFailure=yes", "-o", "LogLevel=INFO",
        "-R", "0:127.0.0.1:1"])
    port = re.search(rb"Allocated port (\d+)", done.stderr)[1].decode()
    shown = done.stdout.decode().split()
    found = {address for address in ("0.0.0.0", "[::]", "127.0.0.1", "[::1]")
             if f"{address}:{port}" in shown}
    assert found in ({"0.0.0.0", "[::]"}, {"127.0.0.1", "[::1]"}), (port,
                                                                   shown)
    return "0.0.0.0" in found


def socket_path():
    return f"/tmp/match-{uuid.uuid4()}"


def socket_mode(place, user):
    path = socket_path()
    return place.ssh(user, f"stat -c %a {path}", options=[
        "-o", "ExitOnForwardFailure=yes",
        "-R", f"{path}:127.0.0.1:1"]).stdout.decode().strip()


def may_forward_socket(place, user):
    return may_forward("-R", f"{socket_path()}:127.0.0.1:1")(place, user)


def replaces_socket(place, user):
    path = socket_path()
    made = place.ssh(user, "python3 -c 'import socket; "
                     f"socket.socket(socket.AF_UNIX).bind(\"{path}\")'")
    assert made.returncode == 0
    return may_forward("-R", f"{path}:127.0.0.1:1")(place, user)


def display(place, user):
    env = {**os.environ, "DISPLAY": "127.0.0.1:99"}
    return place.ssh(user, "echo $DISPLAY", options=["-Y"],
                     env=env).stdout.decode().strip().partition(":")


def display_host(place, user):
    return display(place, user)[0]


def display_number(place, user):
    return display(place, user)[2].partition(".")[0]


def agent_is_there(place, user):
    env = {**os.environ, "SSH_AUTH_SOCK": place.things["agent"]}
    return place.ssh(user, "echo $SSH_AUTH_SOCK", options=["-A"],
                     env=env).stdout.strip() != b""


def has_terminal(place, user):
    return b"/dev/pts/" in place.ssh(user, "tty", options=["-tt"]).stdout


def runs_rc(place, user):
    path = f"/home/{user}/.ssh/rc"
    with open(path, "w") as out:
        out.write("echo from rc\n")
    try:
        return b"from rc" in place.ssh(user, "true").stdout
    finally:
        os.unlink(path)


def subsystem(place, user):
    return place.ssh(user, "probe", options=["-s"]).stdout.decode().strip()


def rekeys(place, user):
    said = place.ssh(user, "head -c 300000 /dev/zero", options=[
        "-o", "LogLevel=DEBUG1"]).stderr
    return said.count(b"SSH2_MSG_KEXINIT received") > 1


def is_told_verbosely(place, user):
    assert may_log_in(place, user)
    place.server.wait_for_log(f"Disconnected from user {user}")
    return f"Starting session: command for {user}" in place.server.log()


class Upload:
    """What a user's upload looked like while it was open, and after it."""

    def __init__(self, place, user):
        path = f"/home/{user}/upload-{uuid.uuid4()}"
        with raw_sftp.over_ssh(place.server, user,
                               place.keys["ed25519"]) as client:
            handle = client.open(path, raw_sftp.F_CREAT | raw_sftp.F_WRITE)
            self.was_there = os.path.exists(path)
            client.close_handle(handle)
        self.mode = os.stat(path).st_mode & 0o777
        # behind whatever it had to say
        place.server.wait_for_log(f"session closed for local user {user} ")
        self.is_audited = any(path in line and "complete" in line
                              for line in place.server.log().splitlines())


def upload_mode(place, user):
    return Upload(place, user).mode


def upload_is_seen(place, user):
    return Upload(place, user).was_there


def upload_is_audited(place, user):
    return Upload(place, user).is_audited


SFTP = "Subsystem sftp internal-sftp -l INFO\nLogLevel VERBOSE"
SSH_USER_AUTH = output("test -r \"$SSH_USER_AUTH\" && echo yes")

# Keyword, value for everybody, value for alice, what is looked at, what bob
# and alice meet, and lines that it needs. {NAME}: of the fixture things.
ROWS = [
    ("AcceptEnv", "NONE", "TEST_*", output(
        "echo $TEST_X", options=["-o", "SetEnv=TEST_X=1"]), "", "1"),
    ("AllowAgentForwarding", "yes", "no", agent_is_there, True, False),
    ("AllowGroups", "*", "nobody-here", may_log_in, True, False),
    ("AllowStreamLocalForwarding", "yes", "no", may_forward_socket, True,
     False),
    ("AllowTcpForwarding", "yes", "no", reaches, True, False),
    ("AllowUsers", "*", "eve", may_log_in, True, False),
    ("AuthenticationMethods", "any", "publickey,publickey", may_log_in, True,
     False),
    ("AuthorizedKeysCommand", "none", "/usr/bin/cat {stranger}.pub",
     may_with_stranger, False, True, "AuthorizedKeysCommandUser root"),
    ("AuthorizedKeysFile", ".ssh/authorized_keys", "none", may_log_in, True,
     False),
    ("Banner", "none", "{banner}", greeting, False, True),
    ("CASignatureAlgorithms", "ssh-ed25519", "ecdsa-sha2-nistp256",
     may_with_certificate, True, False, "TrustedUserCAKeys {ca}.pub"),
    ("ChrootDirectory", "none", "{jail}", output("echo here"), "here", ""),
    ("DenyGroups", "nobody-here", "*", may_log_in, True, False),
    ("DenyUsers", "eve", "alice", may_log_in, True, False),
    ("DisableForwarding", "no", "yes", reaches, True, False),
    ("ExposeAuthInfo", "no", "yes", SSH_USER_AUTH, "", "yes"),
    ("ForceCommand", "none", "echo forced", output("echo free"), "free",
     "forced"),
    ("GatewayPorts", "no", "yes", listens_for_all, False, True),
    ("HostbasedAuthentication", "no", "yes", offers("hostbased"), False,
     True),
    ("KbdInteractiveAuthentication", "no", "yes",
     offers("keyboard-interactive"), False, True, "UsePAM yes"),
    ("LogLevel", "INFO", "VERBOSE", is_told_verbosely, False, True),
    ("LogVerbose", "none", "program_launch.c:*", is_told_verbosely, False,
     True, "LogLevel INFO"),
    ("MaxAuthTries", "6", "1", may_at_second_try, True, False),
    ("MaxSessions", "10", "0", may_log_in, True, False),
    ("PasswordAuthentication", "no", "yes", offers("password"), False, True),
    ("PermitListen", "any", "none", may_forward("-R", "0:127.0.0.1:1"), True,
     False),
    ("PermitOpen", "any", "none", reaches, True, False),
    ("PermitTTY", "yes", "no", has_terminal, True, False),
    ("PermitUserRC", "yes", "no", runs_rc, True, False),
    ("PubkeyAcceptedAlgorithms", "ssh-ed25519,rsa-sha2-512", "rsa-sha2-512",
     may_log_in, True, False),
    ("PubkeyAuthentication", "yes", "no", may_log_in, True, False),
    ("RefuseConnection", "no", "yes", may_log_in, True, False),
    ("RekeyLimit", "default", "32K", rekeys, False, True),
    ("RequiredRSASize", "2048", "4096", may_with_rsa, True, False),
    ("RevokedKeys", "none", "{ed25519}.pub", may_log_in, True, False),
    ("SetEnv", "SEEN=all", "SEEN=alice", output("echo $SEEN"), "all",
     "alice"),
    ("StreamLocalBindMask", "0177", "0111", socket_mode, "600", "666"),
    ("StreamLocalBindUnlink", "no", "yes", replaces_socket, False, True),
    ("SftpAudit", "yes", "no", upload_is_audited, True, False, SFTP),
    ("SftpModes", "file=0600", "file=0640", upload_mode, 0o600, 0o640, SFTP),
    ("SftpRights", "none", "/**=list", output("echo shell"), "shell",
     "This service allows sftp connections only.", SFTP),
    ("SftpRoot", "none", "{jail}", output("echo shell"), "shell",
     "This service allows sftp connections only.", SFTP),
    ("SftpUpload", "direct", "atomic", upload_is_seen, True, False, SFTP),
    ("Subsystem", "probe /bin/echo all", "probe /bin/echo alice", subsystem,
     "all", "alice"),
    ("TrustedUserCAKeys", "none", "{ca}.pub", may_with_certificate, False,
     True),
    ("X11DisplayOffset", "20", "50", display_number, "20", "50",
     "X11Forwarding yes"),
    ("X11Forwarding", "no", "yes", display_host, "", "localhost"),
    ("X11UseLocalhost", "yes", "no", display_host, "localhost",
     os.uname().nodename, "X11Forwarding yes"),
]
# Shown in a file of their own, because they take time, root or a device.
ELSEWHERE = {
    "AuthorizedKeysCommandUser": "test_commands.py",
    "AuthorizedPrincipalsCommand": "test_commands.py",
    "AuthorizedPrincipalsCommandUser": "test_commands.py",
    "AuthorizedPrincipalsFile": "test_certificates.py",
    "ChannelTimeout": "test_timeouts.py",
    "ClientAliveCountMax": "test_keepalive.py",
    "ClientAliveInterval": "test_keepalive.py",
    "IPQoS": "test_timeouts.py",
    "LogForwards": "test_forward_log.py",
    "PAMServiceName": "test_pam.py",
    "PermitEmptyPasswords": "test_passwords.py",
    "PermitRootLogin": "test_login.py",
    "PermitTunnel": "test_tun.py",
    "PubkeyAuthOptions": "test_fido.py",
    "HostbasedAcceptedAlgorithms": "test_hostbased.py",
    "HostbasedUsesNameFromPacketOnly": "test_hostbased.py",
    "IgnoreRhosts": "test_hostbased.py",
    "SessionIdleTimeout": "test_timeouts.py",
    "SessionMaxDuration": "test_timeouts.py",
    "UnusedConnectionTimeout": "test_timeouts.py",
}
# Linux does not have it.
NOT_HERE = {"RDomain"}
# Programs of OpenSSH.
NO_EFFECT = {"SshdAuthPath", "SshdSessionPath"}


@pytest.fixture(scope="module")
def things(keys, tmp_path_factory):
    """Files that rows name, by their short names."""
    folder = tmp_path_factory.mktemp("things")
    made = {name: str(folder / name) for name in ("banner", "agent", "jail")}
    with open(made["banner"], "w") as out:
        out.write("Be warned\n")
    made["jail"] = "/srv/empty-root"
    os.makedirs(made["jail"], exist_ok=True)
    for name in ("stranger", "ca", "signed"):
        made[name] = make_key(str(folder / name))
    subprocess.run(["ssh-keygen", "-q", "-s", made["ca"], "-I", "test", "-n",
                    "alice,bob", made["signed"] + ".pub"], check=True)
    with ssh_agent(made["agent"]):
        yield {**keys, **made}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_it_acts_in_a_match_block(make_server, keys, things, tmp_path, row):
    keyword, for_all, for_alice, observe, bob_meets, alice_meets, *more = row
    lines = "\n".join([f"{keyword} {for_all}", *more]).format(**things)
    block = tmp_path / "block"
    block.write_text(f"Match user alice\n{keyword} {for_alice}\n".format(
        **things))
    place = Place(make_server(f"{lines}\nInclude {block}\n"), keys, things)
    assert observe(place, "bob") == bob_meets, place.server.log()
    assert observe(place, "alice") == alice_meets, place.server.log()


def test_a_client_hears_of_the_algorithms_of_match_blocks(
        make_server, keys, things):
    """Clients that hear once, before they name a user, would keep the key of
    a kind that they have not heard of."""
    server = make_server("PubkeyAcceptedAlgorithms ssh-ed25519\nMatch user "
                         "alice\nPubkeyAcceptedAlgorithms rsa-sha2-512\n")
    place = Place(server, keys, things)
    assert may_with_rsa(place, "alice"), server.log()
    assert not may_log_in(place, "alice")
    assert may_log_in(place, "bob"), server.log()
    assert not may_with_rsa(place, "bob")


# ---- nothing is left out ---------------------------------------------------

def keyword_rows():
    """Name, where it may stand, and the rest of each row of the table."""
    with open(KEYWORDS_C) as f:
        text = f.read()
    start = text.index("const struct keyword keywords[] = {")
    body = text[start:text.index("\n};", start)]
    for row in re.split(r"\n\t\{ ", body)[1:]:
        yield (re.search(r'"(\w+)"', row)[1],
               "Match" if "IN_MATCH" in row else "global", row)


def test_every_keyword_of_match_blocks_has_a_row():
    names = {name for name, scope, _ in keyword_rows() if scope == "Match"}
    shown = {row[0] for row in ROWS} | ELSEWHERE.keys()
    assert names - shown - NOT_HERE == set(), "give it a row"
    assert shown - names == set()
    for name, file in ELSEWHERE.items():
        with open(os.path.join(HERE, file)) as f:
            assert name in f.read(), f"{file} does not show {name}"


def test_no_other_keyword_is_without_effect():
    idle = {name for name, _, row in keyword_rows() if ".use = " in row}
    assert idle == NOT_HERE | NO_EFFECT


def test_every_keyword_that_acts_is_read_by_some_code():
    """The field of its row is named outside of the configuration library."""
    with open(os.path.join(HERE, "../../sshd/config/conf.h")) as f:
        body = f.read().partition("\nstruct conf {")[2]
    fields = set(re.findall(r"\*?(\w+)[,;]", body))
    code = ""
    for folder in ("sshd/listener", "sshd/net", "sshd/session", "monitor",
                   "signer"):
        for path in glob.glob(os.path.join(HERE, "../..", folder, "*.c")):
            with open(path) as f:
                code += f.read()
    unread = []
    for name, _, row in keyword_rows():
        if ".use = " in row:
            continue
        field = next(word for word in re.findall(r"\w+", row)
                     if word in fields)
        if not re.search(rf"\b{field}\b", code):
            unread.append(f"{name} ({field})")
    assert unread == []
