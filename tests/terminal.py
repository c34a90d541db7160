"""A command on a terminal of its own, as a person gives it."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

# The terminal becomes that of the command, so that Ctrl-C reaches whatever the command starts.
# Tests that run in the background may have been told to ignore it, and would pass that on.
OWN_TERMINAL = """\
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""
CTRL_C = "\x03"


class Terminal:
    """A command that runs on a terminal: what it says can be waited for, and answered."""

    def __init__(self, where: Path, *command: str) -> None:
        self._screen, keyboard = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *command],
            cwd=where,
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
            start_new_session=True,
        )
        os.close(keyboard)
        self.said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def wait_for(self, text: str, seconds: float = 120) -> None:
        """Wait until the command has said it; fail with all that it said when it does not."""
        assert self._says(text, seconds), f"not said in {seconds} s: {text}\n{self.said}"

    def interrupt(self, text: str) -> None:
        """Press Ctrl-C until the command says this, every five seconds.

        Python's `input` does not notice one that comes after its question and before it reads.
        """
        for _ in range(24):
            self.type(CTRL_C)
            if self._says(text, 5):
                return
        self.wait_for(text, 0)

    def type(self, keys: str) -> None:
        """Type on the keyboard."""
        os.write(self._screen, keys.encode())

    def end(self) -> int:
        """Wait until the command has ended, and return its status."""
        while self._read():
            pass
        return self._process.wait()

    def _says(self, text: str, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while text not in self.said and time.monotonic() < end:
            assert self._read(), f"ended without saying: {text}\n{self.said}"
        return text in self.said

    def _read(self) -> bool:
        """Take in what was said within a second; return whether there may be more."""
        if not select.select([self._screen], [], [], 1)[0]:
            return self._process.poll() is None
        try:
            read = os.read(self._screen, 65536)
        except OSError:  # Linux says so when nobody holds the other end any more
            return False
        self.said += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", read.decode(errors="replace"))
        return bool(read)
