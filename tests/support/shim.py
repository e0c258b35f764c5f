"""Disks that are slow or full, and clocks that are wrong, for processes of our own: see shim.c.

Needs Linux and a C compiler; what it does to a process, and when, is written into a small file that the process has
mapped.
"""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

from tests.support.private import NotInstalled

_NUMBERS = struct.Struct("=qqq")  # as in shim.c


class Control:
    """What is wrong with the machine of the processes that were started with ``environment``. At first: nothing."""

    def __init__(self, library: Path, file: Path) -> None:
        self.environment = {"LD_PRELOAD": str(library), "DIANCAI_FAULTS": str(file)}
        self._file = file
        self.heal()

    def slow_disk(self, seconds: float) -> None:
        """Every fsync and fdatasync takes so much longer."""
        self._write(sync_delay=seconds)

    def fill_disk(self) -> None:
        """Writing to a file fails: no space left on device."""
        self._write(full=True)

    def shift_clock(self, seconds: float) -> None:
        """CLOCK_REALTIME is so far ahead, or behind; CLOCK_MONOTONIC stays right."""
        self._write(clock=seconds)

    def heal(self) -> None:
        self._write()

    def _write(self, *, sync_delay: float = 0.0, full: bool = False, clock: float = 0.0) -> None:
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(_NUMBERS.pack(round(sync_delay * 1e6), full, round(clock * 1e6)))


class Shim:
    """The library, compiled into ``folder``, which every user of the machine can reach."""

    def __init__(self, folder: Path) -> None:
        """:raises NotInstalled: there is no compiler, or this is not Linux."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None or sys.platform != "linux":
            raise NotInstalled("C compiler for Linux")
        self._folder = folder / "faults"
        self._folder.mkdir(mode=0o755)
        self._library = self._folder / "shim.so"
        source = Path(__file__).with_name("shim.c")
        command = [
            compiler,
            "-shared",
            "-fPIC",
            "-O2",
            "-Wall",
            "-o",
            str(self._library),
            str(source),
            "-ldl",
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise NotInstalled(f"C compiler that works: {made.stderr[-500:]}")

    def control(self, name: str) -> Control:
        """Of one process, or of all that one disk belongs to."""
        return Control(self._library, self._folder / name)
