# SPDX-License-Identifier: ISC
"""Signatures of authenticators and browsers, honest ones and bent ones."""

import base64
import hashlib
import os
import shutil

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature)

from peer import Peer, pubkey_request
from wire import (USERAUTH_FAILURE, USERAUTH_SUCCESS, mpint, string, u32, u8)

pytestmark = pytest.mark.postern_only

UP, UV, ATTESTED, EXTENSIONS = 1, 4, 0x40, 0x80
SK_ED = b"sk-ssh-ed25519@openssh.com"
SK_EC = b"sk-ecdsa-sha2-nistp256@openssh.com"
WEBAUTHN = b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com"


def sha256(data):
    return hashlib.sha256(data).digest()


class Authenticator:
    """Signs with the flags it is told; `lie` changes one step."""

    def __init__(self, algorithm, application=b"ssh:"):
        self.algorithm, self.application = algorithm, application
        if algorithm == SK_ED:
            self.private = Ed25519PrivateKey.generate()
            point = self.private.public_key().public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.blob = string(SK_ED) + string(point)
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
            point = self.private.public_key().public_bytes(
                serialization.Encoding.X962,
                serialization.PublicFormat.UncompressedPoint)
            self.blob = string(SK_EC) + string("nistp256") + string(point)
        self.blob += string(application)

    def public_line(self, options=""):
        kind = SK_ED if self.algorithm == SK_ED else SK_EC
        return (f"{options} {kind.decode()} "
                f"{base64.b64encode(self.blob).decode()}\n").lstrip()

    def _raw(self, data):
        if self.algorithm == SK_ED:
            return self.private.sign(data)
        r, s = decode_dss_signature(
            self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return mpint(r) + mpint(s)

    def sign(self, message, flags=UP, counter=9, said_flags=None,
             application=None, name=None, tail=b"", **web):
        hashed, extensions, rest = message, b"", b""
        if self.algorithm == WEBAUTHN:
            hashed, extensions, rest = browser(message, **web)
        signed = sha256(application or self.application) + u8(flags) + \
            u32(counter) + extensions + sha256(hashed)
        return string(name or self.algorithm) + string(self._raw(signed)) + \
            u8(flags if said_flags is None else said_flags) + \
            u32(counter) + rest + tail


def browser(message, origin=b"https://example.org", said_origin=None,
            kind=b"webauthn.get", challenge=None, more=b',"x":1}',
            extensions=b"", data=None):
    """(client data, extensions, what follows the counter)."""
    text = base64.urlsafe_b64encode(
        message if challenge is None else challenge).rstrip(b"=")
    client_data = data or (b'{"type":"' + kind + b'","challenge":"' + text +
                           b'","origin":"' + origin + b'"' + more)
    return client_data, extensions, string(
        origin if said_origin is None else said_origin) + \
        string(client_data) + string(extensions)


@pytest.fixture
def listed():
    path = "/home/alice/.ssh/authorized_keys"
    with open(path) as f:
        before = f.read()

    def write(text):
        with open(path, "w") as out:
            out.write(text)
        shutil.chown(path, "alice", "alice")
        os.chmod(path, 0o600)

    yield write
    write(before)


def logs_in(server, key, **how):
    with Peer(server.port) as peer:
        peer.keyed().service()
        data = string(peer.session_id) + pubkey_request(
            "alice", "ssh-connection", "publickey", key.algorithm, key.blob,
            b"")
        peer.send(pubkey_request("alice", "ssh-connection", "publickey",
                                 key.algorithm, key.blob,
                                 key.sign(data, **how)))
        return peer.expect(USERAUTH_SUCCESS, USERAUTH_FAILURE)[0] == \
            USERAUTH_SUCCESS


@pytest.mark.parametrize("algorithm", [SK_ED, SK_EC, WEBAUTHN])
def test_presence_and_verification_are_what_the_line_asks_for(
        server, listed, algorithm):
    key = Authenticator(algorithm)
    listed(key.public_line())
    assert logs_in(server, key)
    assert logs_in(server, key, flags=UP | UV)
    assert not logs_in(server, key, flags=0)
    assert not logs_in(server, key, flags=UV)
    listed(key.public_line("verify-required"))
    assert not logs_in(server, key)
    assert logs_in(server, key, flags=UP | UV)
    listed(key.public_line("verify-required,no-touch-required"))
    assert logs_in(server, key, flags=UV)
    server.wait_for_log("signature count = 9")


BENT = {
    "flags_changed": {"flags": 0, "said_flags": UP},
    "verified_added": {"said_flags": UP | UV},
    "another_application": {"application": b"ssh:other"},
    "name_of_plain": {"name": b"ssh-ed25519"},
    "name_of_another": {"name": b"ecdsa-sha2-nistp256"},
    "trailing_byte": {"tail": b"\0"},
}


@pytest.mark.parametrize("algorithm", [SK_ED, SK_EC, WEBAUTHN])
def test_bent_signatures_log_nobody_in(server, listed, algorithm):
    key = Authenticator(algorithm)
    listed(key.public_line())
    for name, how in BENT.items():
        assert not logs_in(server, key, **how), name
    server.assert_well()


WEB_BENT = {
    "origin_differs": {"said_origin": b"https://example.com"},
    "origin_longer": {"said_origin": b'https://example.org","x":"'},
    "origin_quoted": {"origin": b'https://a","origin":"b'},
    "another_type": {"kind": b"webauthn.create"},
    "another_challenge": {"challenge": b"x"},
    "empty_challenge": {"challenge": b""},
    "no_client_data": {"data": b"{}"},
    "attested": {"flags": UP | ATTESTED},
    "extensions_unsaid": {"extensions": b"\xa0"},
    "extensions_missing": {"flags": UP | EXTENSIONS},
    "as_plain_sk": {"name": SK_EC},
}


def test_what_a_browser_signed_must_be_this_login(server, listed):
    key = Authenticator(WEBAUTHN)
    listed(key.public_line())
    assert logs_in(server, key, flags=UP | EXTENSIONS, extensions=b"\xa0")
    assert logs_in(server, key, more=b"}")
    for name, how in WEB_BENT.items():
        assert not logs_in(server, key, **how), name
    server.assert_well()


def test_a_key_for_another_application_is_another_key(server, listed):
    key = Authenticator(SK_ED)
    listed(key.public_line())
    other = Authenticator(SK_ED, b"ssh:other")
    other.private = key.private
    other.blob = key.blob[:-len(string(b"ssh:"))] + string(b"ssh:other")
    assert not logs_in(server, other)
