# SPDX-License-Identifier: ISC
"""Login with a certificate of a CA that the user or the server trusts."""

import asyncio
import os
import re
import subprocess

import asyncssh
import paramiko
import pytest

from certificates import Authority, write_as
from server import KEY_TYPES

HOME_KEYS = "/home/alice/.ssh/authorized_keys"


@pytest.fixture(scope="module")
def ca(syslog, tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("ca") / "ca"))


@pytest.fixture(scope="module")
def trusting(ca, host_keys, keys, tmp_path_factory):
    """A server that trusts the CA for everybody."""
    from server import Server
    directory = str(tmp_path_factory.mktemp("trusting"))
    config = ca.trusted_by(os.path.join(directory, "cas"))
    with Server(directory, [host_keys["ed25519"]], config) as server:
        yield server


@pytest.fixture
def ca_line(ca):
    """A function: alice's file lists the CA with these options."""
    with open(HOME_KEYS) as f:
        before = f.read()

    def write(options="", authority=ca):
        words = ",".join(["cert-authority", *([options] if options else [])])
        write_as("alice", HOME_KEYS, f"{words} {authority.public()}\n", 0o600)

    yield write
    write_as("alice", HOME_KEYS, before, 0o600)


def refused(server, user, key, line):
    """True when the login fails and the log says why."""
    assert server.ssh(user, key, "true").returncode == 255
    return server.wait_for_log(line)


def refusal(ca, key_id, fault, via=""):
    serial = 100 + int(key_id[2:])
    return (f'Refusing certificate ID "{key_id}" serial={serial} signed by '
            f"ED25519 CA {ca.fingerprint()}{via}: {fault}")


def id_of(key):
    return "id" + re.search(r"signed(\d+)$", key).group(1)


# ---- TrustedUserCAKeys


@pytest.mark.parametrize("kind", sorted(KEY_TYPES))
def test_a_certificate_of_a_trusted_ca_lets_its_principal_in(trusting, ca,
                                                             kind):
    key = ca.sign(kind=kind)
    assert trusting.ssh("alice", key, "echo in").stdout == b"in\n"
    key_id = id_of(key)
    trusting.wait_for_log(
        f'Accepted certificate ID "{key_id}" (serial {100 + int(key_id[2:])})'
        f" signed by ED25519 CA {ca.fingerprint()} via ")
    line = trusting.wait_for_log(f" ID {key_id} (serial ")
    assert re.search(
        r"Accepted publickey for alice from 127\.0\.0\.1 port \d+ ssh2: "
        r"[A-Z0-9]+-CERT SHA256:\S+ ID " + key_id +
        r" \(serial \d+\) CA ED25519 " + re.escape(ca.fingerprint()) + "$",
        trusting.wait_for_log("Accepted publickey for alice from 127.0.0.1 "
                              "port " + re.search(r"port (\d+)",
                                                  line).group(1)))


@pytest.mark.parametrize("kind", ["ecdsa", "ecdsa521", "rsa"])
def test_cas_of_other_types_sign_too(make_server, tmp_path, kind):
    authority = Authority(str(tmp_path / "ca"), kind)
    server = make_server(authority.trusted_by(str(tmp_path / "cas")))
    assert server.ssh("alice", authority.sign(), "true").returncode == 0


NO_PRINCIPAL = "Certificate does not contain an authorized principal"

REFUSED = [
    pytest.param(["-V", "20200101:20210101"], "alice",
                 "Certificate invalid: expired", id="expired"),
    pytest.param(["-V", "20400101:20410101"], "alice",
                 "Certificate invalid: not yet valid", id="not-yet-valid"),
    pytest.param([], "bob,root", "Certificate invalid: name is not a listed "
                 "principal", id="another-principal"),
    pytest.param([], "", "Certificate lacks principal list",
                 id="no-principals"),
    pytest.param(["-O", "source-address=192.0.2.0/24"], "alice",
                 "Refused by certificate options", id="source-address"),
    pytest.param(["-O", "critical:colour@example=blue"], "alice",
                 "Invalid certificate options", id="critical-option"),
]


@pytest.mark.parametrize("args, principals, fault", REFUSED)
def test_what_a_trusted_ca_did_not_grant_is_refused(trusting, ca, args,
                                                    principals, fault):
    key = ca.sign(*args, principals=principals)
    refused(trusting, "alice", key, refusal(ca, id_of(key), fault))


def test_the_refused_source_address_is_named(trusting, ca):
    key = ca.sign("-O", "source-address=192.0.2.7")
    refused(trusting, "alice", key, "Authentication tried for alice with "
            "valid certificate but not from a permitted source address "
            "(127.0.0.1).")


def test_an_unknown_critical_option_is_named(trusting, ca):
    refused(trusting, "alice", ca.sign("-O", "critical:shape@example"),
            'Certificate critical option "shape@example" is not supported')


def test_an_unknown_extension_is_named_and_ignored(trusting, ca):
    key = ca.sign("-O", "extension:size@example=9")
    assert trusting.ssh("alice", key, "true").returncode == 0
    trusting.wait_for_log(
        'Certificate extension "size@example" is not supported')


def test_a_ca_that_nobody_trusts_lets_nobody_in(trusting, tmp_path):
    stranger = Authority(str(tmp_path / "stranger"))
    key = stranger.sign()
    refused(trusting, "alice", key, f" ID {id_of(key)} (serial ")
    assert "Refusing certificate ID \"id1\" serial=101 signed by ED25519 " \
        f"CA {stranger.fingerprint()}" not in trusting.log()


def test_a_file_of_cas_that_is_missing_trusts_nobody(make_server, ca):
    server = make_server("TrustedUserCAKeys /nonexistent/cas\n")
    refused(server, "alice", ca.sign(), "TrustedUserCAKeys /nonexistent/cas: "
            "No such file or directory")


def test_a_missing_user_is_refused_without_a_word_about_it(trusting, ca):
    key = ca.sign(principals="ghost")
    assert trusting.ssh("ghost", key, "true").returncode == 255
    trusting.wait_for_log("Connection closed by invalid user ghost")
    assert f'ID "{id_of(key)}"' not in trusting.log()


def test_the_permitted_address_is_let_in(trusting, ca):
    key = ca.sign("-O", "source-address=192.0.2.7,127.0.0.0/8")
    assert trusting.ssh("alice", key, "true").returncode == 0


def test_a_certificate_forces_its_command(trusting, ca):
    key = ca.sign("-O", "force-command=echo $SSH_ORIGINAL_COMMAND forced")
    assert trusting.ssh("alice", key, "asked").stdout == b"asked forced\n"


def test_a_certificate_without_extensions_permits_nothing(trusting, ca,
                                                          tmp_path):
    key = ca.sign("-O", "clear")
    result = trusting.ssh("alice", key, "tty; true", options=[
        "-tt", "-o", "LogLevel=INFO"])
    assert b"PTY allocation request failed" in result.stderr
    granted = ca.sign("-O", "clear", "-O", "permit-pty")
    result = trusting.ssh("alice", granted, "tty", options=["-tt"])
    assert result.stdout.startswith(b"/dev/pts/")


def test_only_wanted_signature_algorithms_of_cas_count(make_server, ca,
                                                       tmp_path):
    server = make_server(ca.trusted_by(str(tmp_path / "cas")) +
                         "CASignatureAlgorithms -ssh-ed25519\n")
    refused(server, "alice", ca.sign(), "userauth_pubkey: certificate "
            "signature algorithm ssh-ed25519: signature algorithm not "
            "supported [preauth]")


def test_certificates_can_be_left_out_of_the_accepted_algorithms(
        make_server, ca, tmp_path):
    server = make_server(ca.trusted_by(str(tmp_path / "cas")) +
                         "PubkeyAcceptedAlgorithms ssh-ed25519\n")
    key = ca.sign()
    assert server.ssh("alice", key, "true", options=[
        "-o", "PubkeyAcceptedAlgorithms=ssh-ed25519-cert-v01@openssh.com"
    ]).returncode == 255


def test_the_log_has_no_control_characters_of_a_key_id(trusting, ca):
    key = ca.sign("-I", 'x\n"Accepted')
    assert trusting.ssh("alice", key, "true").returncode == 0
    trusting.wait_for_log('ID x\\n"Accepted (serial')


# ---- cert-authority lines


def test_a_line_with_cert_authority_trusts_the_ca(server, ca, ca_line):
    ca_line()
    key = ca.sign()
    assert server.ssh("alice", key, "echo in").stdout == b"in\n"
    server.wait_for_log(f'Accepted certificate ID "{id_of(key)}" (serial '
                        f"{100 + int(id_of(key)[2:])}) signed by CA ED25519 "
                        f"{ca.fingerprint()} found at {HOME_KEYS}:1")


@pytest.mark.parametrize("args, principals, fault", REFUSED)
def test_what_a_ca_of_the_user_did_not_grant_is_refused(
        server, ca, ca_line, args, principals, fault):
    ca_line()
    key = ca.sign(*args, principals=principals)
    refused(server, "alice", key, refusal(ca, id_of(key), fault,
                                          f" via {HOME_KEYS}:1"))


def test_principals_of_the_line_take_the_place_of_the_name(server, ca,
                                                           ca_line):
    ca_line('principals="ops,web"')
    assert server.ssh("alice", ca.sign(principals="db,web"),
                      "true").returncode == 0
    for principals in ("alice", "op", "ops,web", "*"):
        # ssh-keygen splits at the comma: "ops,web" is two good names
        key = ca.sign(principals=principals)
        if principals == "ops,web":
            assert server.ssh("alice", key, "true").returncode == 0
            continue
        refused(server, "alice", key, refusal(
            ca, id_of(key), "Certificate does not contain an authorized "
            "principal", f" via {HOME_KEYS}:1"))


def test_the_key_of_a_ca_is_not_a_key_of_the_user(server, ca, ca_line):
    ca_line()
    assert server.ssh("alice", ca.key, "true").returncode == 255


def test_a_certificate_is_not_the_key_that_a_line_lists(server, ca, keys):
    key = ca.sign(key=keys["ed25519"])
    alone = ["-o", "PubkeyAcceptedAlgorithms=ssh-ed25519-cert-v01@openssh.com"]
    assert server.ssh("alice", key, "true").returncode == 0
    assert server.ssh("alice", key, "true", options=alone).returncode == 255


def test_a_line_that_lists_a_certificate_lists_nothing(server, ca, ca_line):
    key = ca.sign()
    with open(key + "-cert.pub") as f:
        write_as("alice", HOME_KEYS, f.read(), 0o600)
    assert server.ssh("alice", key, "true").returncode == 255


def test_the_options_of_line_and_certificate_both_hold(server, ca, ca_line):
    ca_line("no-pty")
    key = ca.sign()
    result = server.ssh("alice", key, "tty; true", options=[
        "-tt", "-o", "LogLevel=INFO"])
    assert b"PTY allocation request failed" in result.stderr


def test_two_different_forced_commands_refuse(server, ca, ca_line):
    ca_line('command="echo same"')
    key = ca.sign("-O", "force-command=echo same")
    assert server.ssh("alice", key, "x").stdout == b"same\n"
    key = ca.sign("-O", "force-command=echo other")
    refused(server, "alice", key, refusal(
        ca, id_of(key), "forced command options do not match",
        f" via {HOME_KEYS}:1"))


@pytest.mark.parametrize("options", ['from="192.0.2.1"',
                                     'expiry-time="20200101"'])
def test_the_line_of_a_ca_can_be_over_or_for_elsewhere(server, ca, ca_line,
                                                       options):
    ca_line(options)
    refused(server, "alice", ca.sign(),
            f"Refused by key options at {HOME_KEYS}:1")


# ---- AuthorizedPrincipalsFile


@pytest.fixture
def principals_server(make_server, ca, tmp_path):
    """A function: a server whose alice has this principals file."""
    path = "/home/alice/.ssh/principals"

    def make(text, mode=0o644, pattern=".ssh/principals"):
        write_as("alice", path, text, mode)
        return make_server(ca.trusted_by(str(tmp_path / "cas")) +
                           f"AuthorizedPrincipalsFile {pattern}\n")

    yield make
    os.unlink(path)


@pytest.mark.parametrize("pattern", [
    ".ssh/principals", "%h/.ssh/principals", "/home/%u/.ssh/princ*s"])
def test_the_principals_file_says_who_is_alice(principals_server, ca,
                                               pattern):
    server = principals_server("# who\n\n ops # all of them\nweb\n",
                               pattern=pattern)
    for name in ("ops", "web"):
        assert server.ssh("alice", ca.sign(principals=name),
                          "true").returncode == 0
    for name in ("alice", "who", "of"):
        key = ca.sign(principals=name)
        refused(server, "alice", key, refusal(
            ca, id_of(key), "Certificate does not contain an authorized "
            "principal"))


def test_options_before_a_principal_hold(principals_server, ca):
    server = principals_server(
        'command="echo ops" ops\nfrom="192.0.2.1" web\n'
        'expiry-time="20200101" old\nno-such-option any\n'
        'cert-authority boss\nboss\nprincipals="x" chief\nchief\n')
    assert server.ssh("alice", ca.sign(principals="ops"),
                      "x").stdout == b"ops\n"
    for name in ("web", "old"):
        key = ca.sign(principals=name)
        refused(server, "alice", key, refusal(
            ca, id_of(key), "Refused by certificate principals options"))
    # the second is of no use: the first of a name decides
    for name, why, fault in (
            ("any", "unknown key option at ", NO_PRINCIPAL),
            ("boss", "cert-authority before a name at ",
             "Refused by certificate principals options"),
            ("chief", "principals before a name at ",
             "Refused by certificate principals options")):
        key = ca.sign(principals=name)
        refused(server, "alice", key, refusal(ca, id_of(key), fault))
        server.wait_for_log(f"bad principals options: {why}")


def test_a_principals_line_that_is_too_long_is_named(principals_server, ca):
    server = principals_server(f"# {'x' * 70000}\n{'y' * 70000}\nops\n")
    assert server.ssh("alice", ca.sign(principals="ops"),
                      "true").returncode == 0
    server.wait_for_log("/home/alice/.ssh/principals:1: skipped: a line is "
                        "at most 65536 bytes long")
    assert "principals:2: skipped" not in server.log()


def test_a_missing_principals_file_lets_nobody_in(make_server, ca, tmp_path):
    server = make_server(ca.trusted_by(str(tmp_path / "cas")) +
                         "AuthorizedPrincipalsFile /nonexistent/%u\n")
    key = ca.sign()
    refused(server, "alice", key, refusal(
        ca, id_of(key), "Certificate does not contain an authorized "
        "principal"))


def test_a_principals_file_that_others_can_write_is_not_read(
        principals_server, ca):
    server = principals_server("ops\n", mode=0o666)
    refused(server, "alice", ca.sign(principals="ops"),
            "Authentication refused: bad ownership or modes for file "
            "/home/alice/.ssh/principals")


def test_the_principals_file_is_not_for_cas_of_the_user(make_server, ca,
                                                        ca_line):
    server = make_server("AuthorizedPrincipalsFile /nonexistent\n")
    ca_line()
    assert server.ssh("alice", ca.sign(), "true").returncode == 0


# ---- other clients


def test_paramiko_logs_in_with_a_certificate(trusting, ca):
    key = paramiko.Ed25519Key.from_private_key_file(path := ca.sign())
    key.load_certificate(path + "-cert.pub")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    with client:
        client.connect("127.0.0.1", trusting.port, "alice", pkey=key,
                       allow_agent=False, look_for_keys=False)
        assert client.exec_command("echo in")[1].read() == b"in\n"


def test_asyncssh_logs_in_with_a_certificate(trusting, ca):
    path = ca.sign(kind="ecdsa")

    async def run():
        async with asyncssh.connect(
                "127.0.0.1", trusting.port, username="alice",
                client_keys=[(path, path + "-cert.pub")],
                known_hosts=None, agent_path=None) as connection:
            return (await connection.run("echo in")).stdout

    assert asyncio.run(run()) == "in\n"


def test_an_agent_offers_a_certificate(trusting, ca):
    path = ca.sign()
    shown = subprocess.run(["ssh-agent", "-s"], capture_output=True,
                           text=True, check=True).stdout
    env = dict(os.environ, **dict(re.findall(r"(SSH_\w+)=([^;]+);", shown)))
    try:
        subprocess.run(["ssh-add", "-q", path], env=env, check=True)
        os.unlink(path)
        assert trusting.ssh(
            "alice", path + ".pub", "true", env=env, options=[
                "-o", f"CertificateFile={path}-cert.pub"]).returncode == 0
    finally:
        subprocess.run(["ssh-agent", "-k"], env=env, stdout=subprocess.DEVNULL)
