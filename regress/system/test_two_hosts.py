# SPDX-License-Identifier: ISC
"""A host vouches for its users: two hosts on a cable, each with addresses and
names of its own, the real ssh-keysign on one, the server on the other."""

import ipaddress
import os

import pytest

from certificates import Authority, write_as
from client_host import HERE, NAME, THERE, ClientHost, hash_names
from isolated import host_file
from name_server import asked_by_the_host

CONFIG = "HostbasedAuthentication yes\nUseDNS yes\n" + "".join(
    f"ListenAddress {address}\n" for address in HERE.values())
BY_ADDRESS = CONFIG.replace("UseDNS yes", "UseDNS no")
BY_PACKET = BY_ADDRESS + "HostbasedUsesNameFromPacketOnly yes\n"
CERTIFICATES = "ssh-ed25519-cert-v01@openssh.com"
KNOWN, KNOWN2 = "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"
OWN, OWN2 = ("/home/alice/.ssh/known_hosts" + n for n in ("", "2"))


@pytest.fixture(scope="module")
def client(syslog):
    with ClientHost() as host:
        yield host


@pytest.fixture(scope="module", autouse=True)
def names(client):
    """The server's host knows the client's by name, and has netgroups."""
    with open("/etc/nsswitch.conf") as file:
        switch = [line for line in file if "netgroup" not in line]
    with host_file("/etc/hosts", "".join(f"{address} {NAME} client\n"
                                         for address in THERE.values()), "a"), \
            host_file("/etc/nsswitch.conf",
                      "".join(switch) + "netgroup: files\n"):
        yield


@pytest.fixture
def files():
    """A function that writes a file, removed after the test."""
    written = []

    def write(path, text):
        user = "alice" if path.startswith("/home") else "root"
        written.append(write_as(user, path, text))
    yield write
    for path in set(written):
        os.unlink(path)


@pytest.fixture
def trusted(files):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")


@pytest.fixture
def known(files, trusted, client):
    files(KNOWN, f"{NAME} {client.public()}\n")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture
def certify(client, authority):
    """A function that gives the client's host a certificate."""
    yield lambda *args, **kwargs: client.certify(authority, *args, **kwargs)
    client.forget_certificate()


def accepted(client, server, **kwargs):
    result = client.ssh_hostbased(server, **kwargs)
    assert result.returncode == 0, result.stderr + server.log()


def refused(client, server, *lines, **kwargs):
    result = client.ssh_hostbased(server, **kwargs)
    assert result.returncode == 255, result.stderr
    address = THERE[kwargs.get("family", 4)]
    server.wait_for_log(f"Connection closed by authenticating user alice "
                        f"{address} port")
    assert "Accepted hostbased" not in server.log()
    for line in (*lines, f"Failed hostbased for alice from {address} port"):
        assert line in server.log(), server.log()


def address_text(family):
    return str(ipaddress.ip_address(THERE[family]))


# ---- names and addresses ------------------------------------------------------

@pytest.mark.parametrize("family", [4, 6])
def test_a_host_is_known_by_its_name(make_server, client, known, family):
    server = make_server(CONFIG)
    accepted(client, server, family=family)
    address = address_text(family)
    server.wait_for_log(f"Accepted ED25519 public key {client.fingerprint()} "
                        f"from alice@{NAME}")
    line = server.wait_for_log(f"Accepted hostbased for alice from {address} "
                               "port")
    assert line.endswith(
        f'ssh2: ED25519 {client.fingerprint()}, client user "alice", '
        f'client host "{NAME}"')
    assert "mismatch" not in server.log()


@pytest.mark.parametrize("family", [4, 6])
def test_a_host_is_known_by_its_address(make_server, client, files, family):
    address = address_text(family)
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files(KNOWN, f"{NAME},{address} {client.public()}\n")
    server = make_server(BY_ADDRESS)
    mismatch = (f"userauth_hostbased mismatch: client sends {NAME}, "
                f"but we resolve {address} to {address}")
    refused(client, server, mismatch, family=family)
    files("/etc/hosts.equiv", f"{address}\n")
    accepted(client, server, family=family)
    server.wait_for_log(f"from alice@{address}")


def test_a_host_that_lies_about_its_name(make_server, client, known, files):
    client.call_itself("liar.example.org")
    try:
        server = make_server(CONFIG)
        accepted(client, server)    # its address says who it is
        line = server.wait_for_log("Accepted hostbased for alice")
        assert line.endswith('client host "liar.example.org"')
        server.wait_for_log(
            "userauth_hostbased mismatch: client sends liar.example.org, "
            f"but we resolve {THERE[4]} to {NAME}")
        refused(client, make_server(BY_PACKET))
        files("/etc/hosts.equiv", "liar.example.org\n")
        files(KNOWN, f"liar.example.org {client.public()}\n")
        accepted(client, make_server(BY_PACKET))
        refused(client, make_server(CONFIG), "mismatch")
    finally:
        client.call_itself(NAME)


@pytest.mark.parametrize("family", [4, 6])
def test_a_name_of_a_name_server(make_server, client, files, family):
    name = "pc.example.net"
    files("/etc/ssh/shosts.equiv", f"{name}\n")
    files(KNOWN, f"{name} {client.public()}\n")
    with host_file("/etc/hosts", "127.0.0.1 localhost\n"), \
            asked_by_the_host() as server_of_names:
        server_of_names.reset(name, THERE[family])
        accepted(client, make_server(CONFIG), family=family)
        server_of_names.reset(name, HERE[family])
        address = address_text(family)
        refused(client, make_server(CONFIG),
                f"Address {address} maps to {name}, but this does not "
                "map back to the address.",
                f"but we resolve {address} to {address}", family=family)


# ---- netgroups ------------------------------------------------------------

@pytest.mark.parametrize("line, good", [
    ("@desks", True), ("@by-address", True), ("@all", True),
    ("+@desks", True), ("@desks alice", True), ("@desks @people", True),
    ("@desks @others", False), ("-@desks", False), ("@desks -@people", False),
    ("@servers", False), ("@nothing", False), ("@", False)])
def test_netgroups(make_server, client, files, line, good):
    files("/etc/netgroup",
          f"desks ({NAME},,)\nby-address ({THERE[4]},,)\n"
          "servers (server.example.org,,)\nall servers desks\n"
          "people (,bob,) (,alice,)\nothers (,bob,)\n")
    files("/etc/hosts.equiv", f"{line}\n")
    files(KNOWN, f"{NAME} {client.public()}\n")
    (accepted if good else refused)(client, make_server(CONFIG))


def test_a_group_of_users_may_log_in_as_others(make_server, client, files):
    files("/etc/netgroup", f"desks ({NAME},,)\nadmins (,alice,)\n")
    files("/etc/hosts.equiv", "@desks @admins\n")
    files(KNOWN, f"{NAME} {client.public()}\n")
    server = make_server(CONFIG)
    accepted(client, server, login_as="bob")
    server.wait_for_log("Accepted hostbased for bob from")
    assert client.ssh_hostbased(server, user="bob",
                                login_as="alice").returncode == 255
    server.wait_for_log("Failed hostbased for alice from")


# ---- known hosts --------------------------------------------------------------

@pytest.mark.parametrize("path", [KNOWN, KNOWN2, OWN, OWN2])
@pytest.mark.parametrize("how", ["hashed", "wildcard"])
def test_files_of_known_hosts(make_server, client, files, trusted, tmp_path,
                              path, how):
    line = f"{NAME} {client.public()}\n"
    text = hash_names(tmp_path, line) if how == "hashed" else \
        line.replace(NAME, "*.example.org,!server.*")
    files(path, text)
    accepted(client, make_server(CONFIG))


@pytest.mark.parametrize("second, wrong, right, good", [
    ("", KNOWN, KNOWN2, False), ("", KNOWN, OWN, True),
    ("", OWN, KNOWN2, False), ("", KNOWN2, OWN2, True)])
def test_second_files_count_when_nothing_is_known(
        make_server, client, files, trusted, second, wrong, right, good):
    files(wrong, f"{NAME} {client.public('ecdsa')}\n")
    files(right, f"{NAME} {client.public()}\n")
    (accepted if good else refused)(client, make_server(CONFIG))


@pytest.mark.parametrize("path", [KNOWN, OWN])
def test_a_revoked_key(make_server, client, files, known, path):
    files(path, f"@revoked * {client.public()}\n{NAME} {client.public()}\n")
    refused(client, make_server(CONFIG),
            f"WARNING: revoked key for {NAME} attempted authentication")


# ---- certificates of hosts ----------------------------------------------------

@pytest.mark.parametrize("principals", [NAME, "other,*.example.org"])
@pytest.mark.parametrize("family", [4, 6])
def test_a_certificate(make_server, client, files, trusted, authority,
                       certify, family, principals):
    certify(principals=principals)
    files(KNOWN, f"@cert-authority *.example.org {authority.public()}\n")
    server = make_server(CONFIG)
    accepted(client, server, algorithms=CERTIFICATES, family=family)
    number = authority.signed
    server.wait_for_log(f'Accepted certificate ID "id{number}" signed by '
                        f"ED25519 CA {authority.fingerprint()} from "
                        f"alice@{NAME}")
    line = server.wait_for_log("Accepted hostbased for alice")
    assert line.endswith(
        f"ssh2: ED25519-CERT {client.fingerprint()} ID id{number} (serial "
        f"{100 + number}) CA ED25519 {authority.fingerprint()}, "
        f'client user "alice", client host "{NAME}"')


@pytest.mark.parametrize("args, principals, reason", [
    (["-h", "-V", "20200101:20210101"], NAME, "invalid: expired"),
    (["-h", "-V", "20900101:20910101"], NAME, "invalid: not yet valid"),
    (["-h"], "other.example.org", "invalid: name is not a listed principal"),
    (["-h"], None, "lacks principal list"),
    (["-O", "clear"], NAME, "invalid: not a host certificate"),
    (["-h", "-O", "critical:odd=1"], NAME,
     "contains unsupported critical options")])
def test_a_certificate_that_is_not_good(make_server, client, files, trusted,
                                        authority, certify, args, principals,
                                        reason):
    certify(*args, principals=principals)
    files(KNOWN, f"@cert-authority * {authority.public()}\n")
    server = make_server(CONFIG)
    refused(client, server, f"\nCertificate {reason}\r",
            algorithms=CERTIFICATES)


def test_a_certificate_of_somebody(make_server, client, files, trusted,
                                   authority, certify):
    certify()
    for text in (f"{NAME} {authority.public()}\n",      # not as an authority
                 f"{NAME} {client.public()}\n",         # the key does not count
                 f"@cert-authority other.* {authority.public()}\n"):
        files(KNOWN, text)
        refused(client, make_server(CONFIG), algorithms=CERTIFICATES)


@pytest.mark.parametrize("what", ["authority", "key"])
def test_a_certificate_of_what_is_revoked(make_server, client, files, trusted,
                                          authority, certify, what):
    revoked = authority.public() if what == "authority" else client.public()
    certify()
    files(KNOWN, f"@cert-authority * {authority.public()}\n"
          f"@revoked * {revoked}\n")
    refused(client, make_server(CONFIG),
            f"WARNING: revoked key for {NAME} attempted authentication",
            algorithms=CERTIFICATES)


def test_a_signature_algorithm_of_an_authority(make_server, client, files,
                                               trusted, authority, certify):
    certify()
    files(KNOWN, f"@cert-authority * {authority.public()}\n")
    server = make_server(CONFIG + "CASignatureAlgorithms ecdsa-sha2-*\n")
    result = client.ssh_hostbased(server, algorithms=CERTIFICATES)
    assert result.returncode == 255
    server.wait_for_log("Connection closed by authenticating user alice")
    assert "Accepted" not in server.log()
    assert ("userauth_hostbased: certificate signature algorithm ssh-ed25519: "
            "signature algorithm not supported [preauth]") in server.log()
