# SPDX-License-Identifier: ISC
"""Passwords of accounts in the isolated host, and clients that type them."""

import crypt
import os
import stat
import subprocess

import paramiko

METHODS = {"yescrypt": "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$", "sha512": "$6$abcdefgh$",
           "sha256": "$5$abcdefgh$", "bcrypt": "$2b$04$" + 22 * "a",
           "md5": "$1$abcdefgh$", "des": "ab"}


def hashed(password, method="sha512"):
    return crypt.crypt(password, METHODS[method])


def set_shadow(user, password_hash, changed="19000", greatest="99999",
               inactive="", expire=""):
    """Replaces the user's line of /etc/shadow."""
    with open("/etc/shadow") as f:
        lines = [line for line in f if not line.startswith(user + ":")]
    lines.append(f"{user}:{password_hash}:{changed}:0:{greatest}:7:"
                 f"{inactive}:{expire}:\n")
    with open("/etc/shadow", "w") as f:
        f.writelines(lines)


class Typist:
    """Answers the questions of ssh, one line of a file after the other."""

    def __init__(self, directory, *answers):
        self.asked_path = os.path.join(directory, "asked")
        answers_path = os.path.join(directory, "answers")
        self.program = os.path.join(directory, "askpass")
        with open(answers_path, "w") as out:
            out.writelines(answer + "\n" for answer in answers)
        open(self.asked_path, "w").close()
        with open(self.program, "w") as out:
            out.write("#!/bin/sh\n"
                      f"printf '%s\\n' \"$1\" >>{self.asked_path}\n"
                      f"n=$(wc -l <{self.asked_path})\n"
                      f"sed -n ${{n}}p {answers_path}\n")
        os.chmod(self.program, stat.S_IRWXU)

    def asked(self):
        with open(self.asked_path) as f:
            return f.read().splitlines()

    def environment(self):
        return {**os.environ, "SSH_ASKPASS": self.program,
                "SSH_ASKPASS_REQUIRE": "force"}


def ssh(server, user, typist, *words, methods="password", options=(),
        **kwargs):
    """OpenSSH with answers of the typist; no key unless options name one."""
    return server.ssh(
        user, "/nonexistent", *words, text=True, options=[
            "-o", "BatchMode=no", "-o", f"PreferredAuthentications={methods}",
            *options], env=typist.environment(), **kwargs)


def plink(server, user, password, *words):
    pins = []
    for key in server.host_keys:
        shown = subprocess.run(["ssh-keygen", "-lf", key + ".pub"],
                               capture_output=True, text=True, check=True)
        pins += ["-hostkey", shown.stdout.split()[1]]
    return subprocess.run(
        ["plink", "-batch", "-ssh", "-noagent", "-P", str(server.port),
         "-pw", password, *pins, "-l", user, "127.0.0.1", *words],
        capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL)


class Attempts:
    """A connection of Paramiko on which methods are tried one by one."""

    def __init__(self, server):
        self.transport = paramiko.Transport(("127.0.0.1", server.port))
        self.transport.start_client(timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.transport.close()

    def password(self, user, password):
        """True, or the methods that can continue; EOF raises."""
        try:
            left = self.transport.auth_password(user, password,
                                                fallback=False)
        except paramiko.BadAuthenticationType as error:
            return error.allowed_types
        except paramiko.AuthenticationException:
            return False
        return left or True

    def none(self, user):
        try:
            self.transport.auth_none(user)
        except paramiko.BadAuthenticationType as error:
            return error.allowed_types
        return True
