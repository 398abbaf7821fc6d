# SPDX-License-Identifier: ISC
"""Clients that people write on libraries, with keys that are soon used up."""

import os
import shutil
import socketserver
import subprocess

import pytest

from pam_stacks import SECRET, accounts, pam, stack
from services import Tcp, serve

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libraries")
COMMON = ["key", "password", "dialogue", "rekeys", "forward",
          "remote forward"]
LIBRARIES = {
    "libssh": (["/usr/bin/python3", "libssh.py"],
               COMMON + ["sftp", "compression"]),
    "net-ssh": (["ruby", "net_ssh.rb"], COMMON + ["compression"]),
    "erlang": (["escript", "erlang.escript"],
               COMMON + ["sftp", "compression"]),
}


class Echo(socketserver.StreamRequestHandler):
    """Sends back a line in capitals: some clients know no half of an end."""

    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


@pytest.fixture(scope="module")
def target():
    with serve(Tcp(("127.0.0.1", 0), Echo)) as service:
        yield service.server_address[1]
        service.shutdown()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_client_on_a_library_can_do_what_it_is_made_for(
        library, pam, keys, target, tmp_path):
    stack(auth="required pam_unix.so", account="required pam_unix.so")
    server = pam("RekeyLimit 400K\nSubsystem sftp internal-sftp\n")
    (interpreter, script), steps = LIBRARIES[library]
    key = str(tmp_path / "id_ed25519")
    shutil.copy(keys["ed25519"], key)
    shutil.copy(keys["ed25519"] + ".pub", key + ".pub")
    result = subprocess.run(
        [interpreter, os.path.join(HERE, script), str(server.port), SECRET,
         key, str(target)], capture_output=True, text=True, timeout=90,
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)})
    # net-ssh has lines of its own
    done = [line.removeprefix("ok ") for line in result.stdout.splitlines()
            if line.startswith("ok ")]
    assert done == steps, \
        result.stderr + result.stdout + server.log()[-3000:]
    assert result.returncode == 0, result.stderr
