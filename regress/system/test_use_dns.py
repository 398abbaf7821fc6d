# SPDX-License-Identifier: ISC
"""UseDNS: the client's name counts when it leads back to its address. A name
server of the isolated host answers what each test wants."""

import subprocess

import pytest

from name_server import asked_by_the_host

ADDRESS, NAME = "127.0.0.2", "client.example.org"
CONFIG = "UseDNS yes\n"


@pytest.fixture(scope="module")
def one_name_server(syslog):
    with asked_by_the_host() as server:
        yield server


@pytest.fixture
def names(one_name_server):
    one_name_server.reset(NAME, ADDRESS)
    return one_name_server


@pytest.fixture
def login(keys):
    def run(server, user="alice"):
        return subprocess.run(
            server.ssh_command(user, keys["ed25519"], "true",
                               options=["-b", ADDRESS]),
            capture_output=True, stdin=subprocess.DEVNULL,
            timeout=60).returncode == 0
    return run


@pytest.mark.parametrize("rule", [
    f"AllowUsers *@{NAME}\n", "AllowUsers *@*.Example.ORG\n",
    f"AllowUsers *@{ADDRESS}\n"])
def test_a_name_that_leads_back_counts(make_server, names, login, rule):
    assert login(make_server(CONFIG + rule))


def test_a_block_of_a_host_holds(make_server, names, login):
    server = make_server(CONFIG + f"Match host {NAME.upper()}\n"
                         "DenyUsers alice\n")
    assert not login(server)
    server.wait_for_log(f"User alice from {NAME} not allowed because listed "
                        "in DenyUsers")
    names.name = "other.example.org"
    assert login(server)


def test_a_denied_name(make_server, names, login):
    names.name = "Client.EXAMPLE.org"
    server = make_server(CONFIG + f"DenyUsers alice@{NAME}\n")
    assert not login(server)
    assert login(server, "bob")


@pytest.mark.parametrize("name, address, line", [
    (NAME, "127.0.0.3", f"Address {ADDRESS} maps to {NAME}, but this does not "
     "map back to the address."),
    (NAME, None, f"reverse mapping checking getaddrinfo for {NAME} "
     f"[{ADDRESS}] failed."),
    ("127.0.0.9", ADDRESS, f'Nasty PTR record "127.0.0.9" is set up for '
     f"{ADDRESS}, ignoring"),
    (None, None, None)])
def test_what_does_not_lead_back_is_no_name(make_server, names, login, name,
                                            address, line):
    names.name, names.address = name, address
    server = make_server(CONFIG + f"AllowUsers alice@*.org,127.0.0.9 bob@"
                         f"{ADDRESS}\n")
    assert not login(server)
    if line:
        server.wait_for_log(line)
    server.wait_for_log(f"User alice from {ADDRESS} not allowed")
    assert login(server, "bob")


def test_nothing_is_asked_without_it(make_server, names, login):
    assert login(make_server(""))
    assert names.asked == 0


def test_the_hosts_of_a_key(make_server, names, login, keys, tmp_path):
    with open(keys["ed25519"] + ".pub") as public:
        line = public.read()
    file = tmp_path / "keys"
    file.write_text(f'from="*.Example.org" {line}')
    config = f"StrictModes no\nAuthorizedKeysFile {file}\n"
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:-1]:
        parent.chmod(parent.stat().st_mode | 0o011)
    assert login(make_server(CONFIG + config))
    assert not login(make_server(config))
