# SPDX-License-Identifier: ISC
"""A client on libssh. usage: libssh.py PORT PASSWORD KEY TARGET"""

import ctypes
import sys

PORT, PASSWORD, KEY, TARGET = sys.argv[1:]
lib = ctypes.CDLL("libssh.so.4")
lib.ssh_get_error.restype = ctypes.c_char_p
for name in ("ssh_new", "ssh_channel_new", "sftp_new"):
    getattr(lib, name).restype = ctypes.c_void_p
# enum ssh_options_e
HOST, PORT_STR, USER, COMPRESSION, PROCESS_CONFIG, REKEY_DATA = \
    0, 2, 4, 22, 38, 39
AUTH_INFO = 3
DATA = bytes(range(256)) * 4096


class Client:
    def __init__(self, method, compression=b"no"):
        self.ssh = ctypes.c_void_p(lib.ssh_new())
        for option, value in (
                (HOST, b"127.0.0.1"), (USER, b"alice"),
                (PORT_STR, PORT.encode()), (COMPRESSION, compression),
                (PROCESS_CONFIG, ctypes.byref(ctypes.c_int(0))),
                (REKEY_DATA, ctypes.byref(ctypes.c_uint64(300000)))):
            self.check(lib.ssh_options_set(self.ssh, option, value))
        self.check(lib.ssh_connect(self.ssh))
        lib.ssh_userauth_none(self.ssh, None)
        self.check(getattr(self, method)())

    def check(self, result):
        if result != 0:
            raise SystemExit(f"{result}: {lib.ssh_get_error(self.ssh)}")

    def key(self):
        key = ctypes.c_void_p()
        self.check(lib.ssh_pki_import_privkey_file(
            KEY.encode(), None, None, None, ctypes.byref(key)))
        return lib.ssh_userauth_publickey(self.ssh, None, key)

    def password(self):
        return lib.ssh_userauth_password(self.ssh, None, PASSWORD.encode())

    def dialogue(self):
        while (result := lib.ssh_userauth_kbdint(
                self.ssh, None, None)) == AUTH_INFO:
            for i in range(lib.ssh_userauth_kbdint_getnprompts(self.ssh)):
                lib.ssh_userauth_kbdint_setanswer(self.ssh, i,
                                                  PASSWORD.encode())
        return result

    def channel(self):
        return ctypes.c_void_p(lib.ssh_channel_new(self.ssh))

    def exchange(self, channel, data):
        """Sends data and the end; what comes back until the end."""
        received, block = b"", ctypes.create_string_buffer(65536)

        def read(function, *more):
            nonlocal received
            got = function(channel, block, len(block), 0, *more)
            received += block.raw[:max(got, 0)]
            return got

        for at in range(0, len(data), 32768):
            part = data[at:at + 32768]
            assert lib.ssh_channel_write(channel, part, len(part)) == \
                len(part), lib.ssh_get_error(self.ssh)
            while read(lib.ssh_channel_read_nonblocking) > 0:
                pass
        self.check(lib.ssh_channel_send_eof(channel))
        while read(lib.ssh_channel_read) > 0:
            pass
        return received

    def run(self, command, data=b""):
        channel = self.channel()
        self.check(lib.ssh_channel_open_session(channel))
        self.check(lib.ssh_channel_request_exec(channel, command))
        output = self.exchange(channel, data)
        return output, lib.ssh_channel_get_exit_status(channel)


for method in ("key", "password", "dialogue"):
    assert Client(method).run(b"echo hello") == (b"hello\n", 0)
    print("ok", method)
client = Client("key")
assert client.run(b"cat; exit 7", DATA) == (DATA, 7)
print("ok rekeys")
channel = client.channel()
client.check(lib.ssh_channel_open_forward(channel, b"127.0.0.1",
                                          int(TARGET), b"127.0.0.1", 1))
assert client.exchange(channel, b"hello\n") == b"HELLO\n"
print("ok forward")
port = ctypes.c_int()
client.check(lib.ssh_channel_listen_forward(client.ssh, b"127.0.0.1", 0,
                                            ctypes.byref(port)))
client.check(lib.ssh_channel_cancel_forward(client.ssh, b"127.0.0.1", port))
print("ok remote forward")
client.check(lib.sftp_init(ctypes.c_void_p(lib.sftp_new(client.ssh))))
print("ok sftp")
assert Client("key", b"yes").run(b"cat", DATA) == (DATA, 0)
print("ok compression")
