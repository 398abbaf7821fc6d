# SPDX-License-Identifier: ISC
"""The writer's side of lib/base/shared_pipe.h, as a hijacked net has it."""

import mmap
import os
import socket

HEAD_SIZE = 65536
WRITTEN, TAKEN = 0, 64      # where in the head


class SharedInput:
    def __init__(self, bell, memory):
        self.bell = socket.socket(fileno=bell)
        self.memory = memory
        self.size = os.fstat(memory).st_size - HEAD_SIZE
        self.map = mmap.mmap(memory, HEAD_SIZE + self.size)
        self.written = 0

    def position(self, at):
        return int.from_bytes(self.map[at:at + 4], "little")

    def place_of(self, ahead):
        """Where in the map the byte will be that comes so far behind."""
        return HEAD_SIZE + (self.written + ahead) % self.size

    def place(self, data):
        """Bytes that the reader does not know of yet."""
        for i, byte in enumerate(data):
            self.map[self.place_of(i)] = byte

    def say(self, written):
        """Whatever the position, the reader hears of it."""
        self.map[WRITTEN:WRITTEN + 4] = (written % (1 << 32)).to_bytes(
            4, "little")
        self.bell.send(b"\0")

    def write(self, data):
        self.place(data)
        self.written += len(data)
        self.say(self.written)

    def close(self):
        self.bell.close()
        self.map.close()
        os.close(self.memory)
