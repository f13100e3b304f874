"""The only place for making sure that an installation is run by one process tree at a time."""

import fcntl
import os
import time
from pathlib import Path

from shout.dev.process import StartError

PATIENCE = 30.0


def claim(home: Path) -> int:
    """Take `home` for this process and return the descriptor of its lock.

    Every process of the tree inherits the descriptor and with it the lock, so when the tree's root was killed, the
    lock is free only after the last of the others has ended: wait for them. While the root lives: `StartError`.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + PATIENCE
    while not _take(lock):
        holder = os.pread(lock, 20, 0).decode()
        if time.monotonic() > deadline or not holder or _lives(int(holder)):
            raise StartError(
                f"Shout already runs in {home} (process {holder}). Stop it first, "
                "or start a second one with another SHOUT_HOME."
            )
        time.sleep(0.1)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
