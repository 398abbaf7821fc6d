#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks what the compiler does not: include directions, file heads, and
what each program can possibly call. usage: lint.py SOURCE_TREE BUILD_TREE"""

import os
import re
import subprocess
import sys

HEADER_WORDS = ("Shapes:", "Units:", "Errors:", "Owns:", "Source:")
CODE_FOLDERS = ("lib", "keys", "monitor", "signer", "sshd", "sftp-server",
                "regress")

# program -> undefined symbols that its own objects may not have; the start-up
# file, which runs before the first byte of the network, is left out.
FORBIDDEN = {
    "sshd/net/libnet.a": (
        {"sandbox.o"},
        r"^(open(at)?(64)?|fopen(64)?|creat(64)?|socket(pair)?|connect|bind|"
        r"listen|accept4?|v?fork|clone|posix_spawnp?|exec[lv]p?e?|execveat|fexecve|system|"
        r"popen|get(pw|gr|sp)\w*|pam_\w+|set(res|re|e)?[ug]id|"
        r"(init|set)groups|syslog|openlog|getaddrinfo|unlink|rename|mkdir|"
        r"kill|ptrace|ioctl|dlopen)$"),
    "sshd/session/libsession.a": (
        set(), r"^(EVP_|OPENSSL_|RAND_|OSSL_|crypto_|pam_)"),
    # no other program is ever run, and names are looked up in the tree only
    "sftp-server/libsftp.a": (
        {"tree.o"}, r"^(EVP_|OPENSSL_|RAND_|OSSL_|pam_|exec[lv]p?e?|execve\w*|"
        r"v?fork|clone|system|popen|posix_spawnp?|socket(pair)?|dlopen|"
        r"open(64)?|openat(64)?|fopen(64)?|unlink|rename|mkdir|rmdir|symlink|"
        r"readlink|truncate(64)?|chdir|chmod|chown)$"),
    "sshd/listener/liblistener.a": (
        set(), r"^(EVP_|OPENSSL_|RAND_|OSSL_|pam_|private_key_|host_secrets_)"),
    # asks the signer for what needs a private key or libcrypto
    "monitor/libmonitor.a": (
        set(), r"^(EVP_|OPENSSL_|RAND_|OSSL_|crypto_|private_key_|"
        r"host_secrets_|agent_|pubkey_verify|cert_check_signature|kex_hash)"),
    # it knows secrets and no users
    "signer/libsigner.a": (
        set(), r"^(pam_\w+|crypt(_\w+)?|get(pw|gr|sp)\w*|set(res|re|e)?[ug]id|"
        r"(init|set)groups|getaddrinfo|connect|bind|listen|accept4?)$"),
    "sshd/config/libconfig.a": (
        set(), r"^(EVP_|OPENSSL_|RAND_|OSSL_|pam_|execv|v?fork|system)"),
}
# program -> shared libraries it may be linked with
LIBRARIES = {
    "sshd/sshd": {"libc", "libseccomp"},
    "sshd/sshd-net": {"libc", "libcrypto", "libz"},
    "sshd/sshd-session": {"libc"},
    "keys/tool/sshd-keygen": {"libc", "libcrypto"},
    "monitor/sshd-monitor": {"libc", "libcrypt", "libmd", "libpam"},
    "signer/sshd-signer": {"libc", "libcrypto"},
    "sftp-server/sftp-server": {"libc"},
}
SANITIZERS = {"libasan", "libubsan", "libm", "libgcc_s", "libdl",
              "libpthread", "libstdc++"}

errors = []


def complain(where, text):
    errors.append(f"{where}: {text}")


def sources(top, *suffixes):
    for folder in CODE_FOLDERS:
        for path, _dirs, names in os.walk(os.path.join(top, folder)):
            for name in sorted(names):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(path, name), top)


def read(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as f:
        return f.read()


def check_includes(top):
    allowed = {}
    with open(os.path.join(os.path.dirname(__file__), "includes.tsv")) as f:
        for line in f:
            if not line.startswith("#"):
                folder, _, rest = line.rstrip("\n").partition("\t")
                allowed[folder] = set(rest.split()) | {folder}
    for path in sources(top, ".c", ".h"):
        folder = os.path.dirname(path)
        if folder.startswith("regress"):
            continue
        if folder not in allowed:
            complain(path, f"folder {folder} is not in includes.tsv")
            continue
        for include in re.findall(r'^#include "([^"]+)"', read(top, path),
                                  re.M):
            if os.path.dirname(include) not in allowed[folder]:
                complain(path, f"{folder} may not include {include}")


def check_heads(top):
    for path in sources(top, ".c", ".h"):
        text = read(top, path)
        if not text.startswith("/* SPDX-License-Identifier: ISC */\n"):
            complain(path, "the SPDX line is not the first")
        if path.endswith(".h") and not path.startswith("regress"):
            head = text.split("#ifndef", 1)[0]
            for word in HEADER_WORDS:
                if word not in head:
                    complain(path, f"the contract has no {word}")
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip():
                complain(f"{path}:{number}", "blanks at the end")
        if path.endswith(".c") and not path.startswith("regress"):
            own = path[:-2] + ".h"
            first = re.search(r'^#include (["<])([^">]+)', text, re.M)
            if os.path.exists(os.path.join(top, own)) and first and \
                    first.group(2) != own:
                complain(path, "its own header is not included first")


def undefined_symbols(archive):
    """Yields (object, symbol) for every undefined symbol."""
    out = subprocess.run(["nm", "-u", archive], capture_output=True,
                         text=True, check=True).stdout
    current = ""
    for line in out.splitlines():
        if line.endswith(".o:"):
            current = line[:-1].split("-")[-1]
        elif " U " in line:
            yield current, line.split()[-1].split("@")[0]


def check_symbols(build):
    for archive, (exempt, pattern) in FORBIDDEN.items():
        for name, symbol in undefined_symbols(os.path.join(build, archive)):
            if name not in exempt and re.search(pattern, symbol):
                complain(f"{archive}({name})", f"must not call {symbol}")


def check_libraries(build):
    for program, allowed in LIBRARIES.items():
        out = subprocess.run(["objdump", "-p", os.path.join(build, program)],
                             capture_output=True, text=True, check=True)
        for library in re.findall(r"NEEDED\s+(\S+?)\.so", out.stdout):
            if library not in allowed | SANITIZERS:
                complain(program, f"must not be linked with {library}")


def main():
    top, build = sys.argv[1:]
    check_includes(top)
    check_heads(top)
    check_symbols(build)
    check_libraries(build)
    for error in errors:
        print(error)
    print(f"lint: {len(errors)} complaints")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
