# SPDX-License-Identifier: ISC
"""Certificate authorities for tests, and the files that trust them."""

import os
import shutil
import subprocess

from server import make_key


class Authority:
    """A CA key; sign() makes user keys with certificates."""

    def __init__(self, directory, kind="ed25519", *args):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.key = make_key(os.path.join(directory, "ca"), kind, *args)
        self.signed = 0

    def public(self):
        with open(self.key + ".pub") as f:
            return f.read().strip()

    def fingerprint(self):
        shown = subprocess.run(["ssh-keygen", "-lf", self.key + ".pub"],
                               capture_output=True, text=True, check=True)
        return shown.stdout.split()[1]

    def sign(self, *args, principals="alice", key=None, kind="ed25519"):
        """A fresh key (or key) with a certificate; the path of the key."""
        self.signed += 1
        path = os.path.join(self.directory, f"signed{self.signed}")
        if key is None:
            make_key(path, kind)
        else:
            for suffix in ("", ".pub"):
                shutil.copy(key + suffix, path + suffix)
        names = ["-n", principals] if principals else []
        subprocess.run(["ssh-keygen", "-q", "-s", self.key, "-I",
                        f"id{self.signed}", "-z", str(100 + self.signed),
                        *names, *args, path + ".pub"], check=True)
        return path

    def trusted_by(self, path):
        """The TrustedUserCAKeys line for a file with this CA in it."""
        with open(path, "w") as out:
            out.write(f"# trusted\n\n{self.public()}\n")
        return f"TrustedUserCAKeys {path}\n"


def write_as(user, path, text, mode=0o644):
    """A file of the user."""
    with open(path, "w") as out:
        out.write(text)
    shutil.chown(path, user, user)
    os.chmod(path, mode)
    return path
