# SPDX-License-Identifier: ISC
"""Certificates written by hand, each field open to lies."""

from peer import UserKey
from wire import string, u32, u64

CERT = b"ssh-ed25519-cert-v01@openssh.com"
USER, HOST = 1, 2
ALWAYS = (0, 2 ** 64 - 1)


def pairs(options):
    """A run of (name, data) as critical options or extensions hold it."""
    return b"".join(string(name) + string(data) for name, data in options)


class Certified:
    """An Ed25519 key that offers itself by a certificate."""

    algorithm = CERT

    def __init__(self, ca, key=None, **fields):
        self.key = key or UserKey.generate()
        self.blob = build(ca, self.key, **fields)

    def sign(self, data):
        return self.key.sign(data)


def body(key, ca_blob, name=CERT, nonce=bytes(32), public=None, serial=7,
         kind=USER, key_id=b"by hand", principals=(b"alice",),
         principals_run=None, valid=ALWAYS, critical=(), extensions=(),
         reserved=b""):
    """All that the CA signs."""
    if public is None:
        public = key.blob[4 + len(key.algorithm):]
    if principals_run is None:
        principals_run = b"".join(string(name) for name in principals)
    return string(name) + string(nonce) + public + u64(serial) + \
        u32(kind) + string(key_id) + string(principals_run) + \
        u64(valid[0]) + u64(valid[1]) + string(pairs(critical)) + \
        string(pairs(extensions)) + string(reserved) + string(ca_blob)


def build(ca, key, ca_blob=None, sign=None, tail=b"", **fields):
    signed = body(key, ca.blob if ca_blob is None else ca_blob, **fields)
    signature = ca.sign(signed) if sign is None else sign(signed)
    return signed + string(signature) + tail
