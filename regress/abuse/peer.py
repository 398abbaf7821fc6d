# SPDX-License-Identifier: ISC
"""An SSH client of which every step can be left out, repeated or mutated.

It writes the packets of RFC 4253 by hand. Steps, in the order of a normal
login: connect(), send_version(), send_kexinit(), send_public(),
read_reply(), send_newkeys(), read_newkeys(), service(), login(); each can
be called alone. send() and recv() carry payloads, send_raw() carries bytes.
"""

import base64
import hashlib
import os
import socket
import zlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey, Ed25519PublicKey)

import protection
from wire import (
    CHANNEL_CLOSE, CHANNEL_OPEN, CHANNEL_OPEN_CONFIRMATION, CHANNEL_REQUEST,
    DEBUG, DISCONNECT, EXT_INFO, GLOBAL_REQUEST, IGNORE, KEXINIT, KEX_30,
    KEX_31, NEWKEYS, Reader, SERVICE_ACCEPT, SERVICE_REQUEST,
    USERAUTH_BANNER, USERAUTH_FAILURE, USERAUTH_REQUEST, USERAUTH_SUCCESS,
    mpint, string, u32, u8)

TIMEOUT_S = 60
STRICT = "kex-strict-c-v00@openssh.com"
HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384,
          "sha512": hashlib.sha512}
CURVES = {"ecdh-sha2-nistp256": (ec.SECP256R1(), hashlib.sha256),
          "ecdh-sha2-nistp384": (ec.SECP384R1(), hashlib.sha384),
          "ecdh-sha2-nistp521": (ec.SECP521R1(), hashlib.sha512)}
CHATTER = (IGNORE, DEBUG, EXT_INFO, GLOBAL_REQUEST, USERAUTH_BANNER)


class Closed(Exception):
    """The server closed the connection; .message is its DISCONNECT."""

    def __init__(self, message=None):
        super().__init__(repr(message))
        self.message = message
        self.reason, self.text = None, b""
        if message is not None:
            r = Reader(message[1:])
            self.reason, self.text = r.u32(), r.string()


class X25519:
    digest = hashlib.sha256

    def __init__(self):
        self.private = x25519.X25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def shared(self, server_public):
        key = x25519.X25519PublicKey.from_public_bytes(server_public)
        return mpint(self.private.exchange(key))


class NistCurve:
    def __init__(self, name):
        self.curve, self.digest = CURVES[name]
        self.private = ec.generate_private_key(self.curve)
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.X962,
            serialization.PublicFormat.UncompressedPoint)

    def shared(self, server_public):
        key = ec.EllipticCurvePublicKey.from_encoded_point(self.curve,
                                                           server_public)
        return mpint(self.private.exchange(ec.ECDH(), key))


def make_exchange(name):
    return NistCurve(name) if name in CURVES else X25519()


class UserKey:
    """An Ed25519 key that signs what RFC 4252 section 7 says."""

    algorithm = b"ssh-ed25519"

    def __init__(self, private):
        self.private = private
        raw = private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.blob = string(self.algorithm) + string(raw)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as f:
            return cls(serialization.load_ssh_private_key(f.read(), None))

    @classmethod
    def generate(cls):
        return cls(Ed25519PrivateKey.generate())

    def sign(self, data):
        return string(self.algorithm) + string(self.private.sign(data))

    def public_line(self):
        return f"ssh-ed25519 {base64.b64encode(self.blob).decode()} x\n"


def verify_ed25519(blob, signature, data):
    """Raises unless signature (of SSH) over data is by the key of blob."""
    key, sig = Reader(blob), Reader(signature)
    assert key.string() == b"ssh-ed25519" and sig.string() == b"ssh-ed25519"
    Ed25519PublicKey.from_public_bytes(key.string()).verify(sig.string(),
                                                            data)


def pubkey_request(user, service, method, algorithm, blob, signature=None,
                   host_key=None):
    """The payload of a publickey request, and what its signature covers."""
    payload = u8(USERAUTH_REQUEST) + string(user) + string(service) + \
        string(method) + u8(signature is not None) + string(algorithm) + \
        string(blob)
    if host_key is not None:
        payload += string(host_key)
    return payload + (string(signature) if signature else b"")


class Peer:
    def __init__(self, port, kex="curve25519-sha256", strict=True,
                 cipher="aes128-gcm@openssh.com", mac="hmac-sha2-256",
                 compression="none", host_key="ssh-ed25519",
                 version=b"SSH-2.0-Peer_1.0", timeout=TIMEOUT_S):
        self.port, self.version, self.timeout = port, version, timeout
        self.kex, self.strict, self.host_key = kex, strict, host_key
        self.cipher, self.mac, self.compression = cipher, mac, compression
        self.sock = None
        self.buffer = b""
        self.out, self.into = protection.Clear(), protection.Clear()
        self.out_seq = self.in_seq = 0
        self.session_id = None
        self.first = True
        self.deflater = self.inflater = None
        self.channels = 0

    # ---- bytes

    def connect(self):
        self.sock = socket.create_connection(("127.0.0.1", self.port),
                                             self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(self.timeout)
        return self

    def close(self):
        if self.sock:
            self.sock.close()

    def __enter__(self):
        return self if self.sock else self.connect()

    def __exit__(self, *exc):
        self.close()

    def send_raw(self, data):
        self.sock.sendall(data)

    def _fill(self):
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed
        self.buffer += data

    def _take(self, length):
        while len(self.buffer) < length:
            self._fill()
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def read_all(self):
        """What is left until the server closes."""
        try:
            while True:
                self._fill()
        except Closed:
            return self.buffer

    # ---- version

    def read_version(self):
        while b"\n" not in self.buffer:
            self._fill()
        line, _, self.buffer = self.buffer.partition(b"\n")
        self.server_version = line.rstrip(b"\r")
        return self.server_version

    def send_version(self):
        self.send_raw(self.version + b"\r\n")

    # ---- packets

    def frame(self, payload, padding=None, length=None):
        """length and padding may lie."""
        block = self.out.block
        head = 5 if self.out.aligned else 1
        pad = block - (len(payload) + head) % block
        pad += block if pad < 4 else 0
        shown = pad if padding is None else padding
        size = len(payload) + 1 + pad if length is None else length
        return u32(size) + u8(shown) + payload + bytes(pad)

    def send_frame(self, packet, flip=None):
        """Seals a packet; flip inverts a bit of byte flip of the result."""
        sealed = bytearray(self.out.seal(self.out_seq, packet))
        if flip is not None:
            sealed[flip] ^= 1
        self.out_seq = (self.out_seq + 1) % 2 ** 32
        self.send_raw(bytes(sealed))

    def send(self, payload, **lies):
        if self.deflater:
            payload = self.deflater.compress(payload) + \
                self.deflater.flush(zlib.Z_SYNC_FLUSH)
        self.send_frame(self.frame(payload, **lies))

    def send_many(self, payloads):
        """Many packets in one write."""
        data = b"".join(self._sealed(payload) for payload in payloads)
        self.send_raw(data)

    def _sealed(self, payload):
        data = self.out.seal(self.out_seq, self.frame(payload))
        self.out_seq = (self.out_seq + 1) % 2 ** 32
        return data

    def recv(self):
        """The next payload; Closed after DISCONNECT and at the end."""
        length = self.into.open_length(self.in_seq, self._take(4))
        assert 5 <= length <= 262144, f"packet of {length} bytes"
        packet = self.into.open(self.in_seq, length,
                                self._take(length + self.into.tag_len))
        self.in_seq = (self.in_seq + 1) % 2 ** 32
        payload = packet[1:len(packet) - packet[0]]
        if self.inflater:
            payload = self.inflater.decompress(payload)
        if payload[0] == DISCONNECT:
            raise Closed(payload)
        return payload

    def expect(self, *numbers):
        """The next payload with one of numbers; chatter is passed over."""
        while True:
            payload = self.recv()
            if payload[0] in numbers:
                return payload
            assert payload[0] in CHATTER, payload

    def ending(self):
        """Reads to the end: the exception with the server's last words."""
        try:
            while True:
                self.recv()
        except Closed as closed:
            if closed.message is not None:
                # nothing but the end may follow
                assert self.read_all() == b""
            return closed

    # ---- key exchange

    def lists(self, **changes):
        kex = [self.kex, "ext-info-c"] + ([STRICT] if self.strict else [])
        values = {
            "kex": ",".join(kex), "host_key": self.host_key,
            "cipher_out": self.cipher, "cipher_in": self.cipher,
            "mac_out": self.mac, "mac_in": self.mac,
            "compression_out": self.compression,
            "compression_in": self.compression,
            "language_out": "", "language_in": "",
        }
        values.update(changes)
        return list(values.values())

    def kexinit(self, follows=False, **changes):
        return u8(KEXINIT) + os.urandom(16) + \
            b"".join(string(names) for names in self.lists(**changes)) + \
            u8(follows) + u32(0)

    def send_kexinit(self, payload=None):
        self.own_init = payload or self.kexinit()
        self.send(self.own_init)

    def read_kexinit(self):
        self.server_init = self.expect(KEXINIT)
        return self.server_init

    def send_public(self, public=None):
        self.exchange = make_exchange(self.kex)
        self.public = self.exchange.public if public is None else public
        self.send(u8(KEX_30) + string(self.public))

    def read_reply(self):
        r = Reader(self.expect(KEX_31)[1:])
        self.host_key_blob, server_public, signature = \
            r.string(), r.string(), r.string()
        shared = self.exchange.shared(server_public)
        digest = self.exchange.digest
        self.hash = digest(
            string(self.version) + string(self.server_version) +
            string(self.own_init) + string(self.server_init) +
            string(self.host_key_blob) + string(self.public) +
            string(server_public) + shared).digest()
        verify_ed25519(self.host_key_blob, signature, self.hash)
        if self.session_id is None:
            self.session_id = self.hash
            self.first_host_key = self.host_key_blob

        def derive(letter, length):
            out = b""
            while len(out) < length:
                out += digest(shared + self.hash + (
                    out if out else letter.encode() + self.session_id)
                ).digest()
            return out[:length]

        self.next_out = protection.make(self.cipher, self.mac, derive, "ACE",
                                        True)
        self.next_into = protection.make(self.cipher, self.mac, derive,
                                         "BDF", False)

    def send_newkeys(self):
        self.send(u8(NEWKEYS))
        self.switch_out()

    def switch_out(self):
        self.out = self.next_out
        if self.strict:
            self.out_seq = 0

    def read_newkeys(self):
        self.expect(NEWKEYS)
        self.into = self.next_into
        if self.strict:
            self.in_seq = 0

    def start(self):
        """Up to the version lines."""
        if not self.sock:
            self.connect()
        self.send_version()
        self.read_version()
        return self

    def start_kex(self):
        """Up to both KEXINITs."""
        self.send_kexinit()
        self.read_kexinit()
        return self

    def finish_kex(self):
        self.send_public()
        self.read_reply()
        self.send_newkeys()
        self.read_newkeys()
        return self

    def keyed(self):
        """A connection after its first key exchange."""
        return self.start().start_kex().finish_kex()

    def rekey(self):
        self.send_kexinit()
        self.read_kexinit()
        return self.finish_kex()

    # ---- service and authentication

    def service(self, name="ssh-userauth"):
        self.send(u8(SERVICE_REQUEST) + string(name))
        self.expect(SERVICE_ACCEPT)
        return self

    def none(self, user, service="ssh-connection"):
        self.send(u8(USERAUTH_REQUEST) + string(user) + string(service) +
                  string("none"))
        return self.expect(USERAUTH_FAILURE)

    def signature(self, key, user, service="ssh-connection",
                  method="publickey", algorithm=None, session_id=None,
                  host_key=None):
        data = string(session_id or self.session_id) + pubkey_request(
            user, service, method, algorithm or key.algorithm, key.blob, b"",
            host_key)
        return key.sign(data)

    def signed_request(self, user, key, **changes):
        signature = self.signature(key, user, **changes)
        return pubkey_request(user, "ssh-connection", "publickey",
                              key.algorithm, key.blob, signature)

    def try_login(self, payload):
        """True when the request is the one that logs in."""
        self.send(payload)
        if self.expect(USERAUTH_FAILURE, USERAUTH_SUCCESS)[0] == \
                USERAUTH_FAILURE:
            return False
        self.logged_in()
        return True

    def logged_in(self):
        if self.compression == "zlib@openssh.com":
            self.deflater = zlib.compressobj()
            self.inflater = zlib.decompressobj()

    def login(self, user, key):
        """From nothing to a logged-in connection."""
        self.keyed().service()
        assert self.try_login(self.signed_request(user, key))
        return self

    # ---- channels

    def open_payload(self, kind="session", number=None, window=1 << 21,
                     packet=32768, extra=b""):
        if number is None:
            number, self.channels = self.channels, self.channels + 1
        return u8(CHANNEL_OPEN) + string(kind) + u32(number) + u32(window) + \
            u32(packet) + extra

    def open_session(self, **fields):
        """The server's number of a new session channel."""
        self.send(self.open_payload(**fields))
        r = Reader(self.expect(CHANNEL_OPEN_CONFIRMATION)[5:])
        return r.u32()

    def request_payload(self, channel, name, body=b"", want_reply=True):
        return u8(CHANNEL_REQUEST) + u32(channel) + string(name) + \
            u8(want_reply) + body

    def run(self, command):
        """Output and status of a command in a session of its own."""
        channel = self.open_session()
        self.send(self.request_payload(channel, "exec", string(command)))
        output, status = b"", None
        while True:
            payload = self.recv()
            r = Reader(payload[1:])
            if payload[0] == 94:
                r.u32()
                output += r.string()
            elif payload[0] == CHANNEL_REQUEST:
                r.u32()
                if r.string() == b"exit-status":
                    r.u8()
                    status = r.u32()
            elif payload[0] == CHANNEL_CLOSE:
                self.send(u8(CHANNEL_CLOSE) + u32(channel))
                return output, status
