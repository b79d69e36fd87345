"""One writer of a register folder at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from crosshold.errors import Finding, RequestError

WAIT_S = 10.0


@contextlib.contextmanager
def locked(folder: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the folder's lock; ``E_LOCKED`` names who has it when it does not come free in time, ``E_WRITE`` says that nobody may write.

    The lock is the system's: it ends with the process that holds it, however that ends.
    """
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        message = f"nothing can be written there ({error.strerror})."
        raise RequestError(Finding("E_WRITE", message, "Name a folder that may be written.", str(folder))) from None
    try:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    who = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another program"
                    message = f"{who} is writing to this register, and did not end within {wait_s:g} s."
                    raise RequestError(Finding("E_LOCKED", message, "Wait for it, or raise --wait.", str(folder))) from None
                time.sleep(0.05)
            except OSError as error:  # a file system without locks
                message = f"this file system has no locks ({error.strerror}), so that two writers could spoil each other's work."
                raise RequestError(Finding("E_LOCKED", message, "Keep the register on a local disk.", str(folder))) from None
        with contextlib.suppress(OSError):  # a full disk: who it is stays untold
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(handle)
