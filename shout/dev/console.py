"""The only place for writing what a tree of processes prints to whoever watches it."""

import os
import select
import sys

ROOM = 4096  # Bytes a pipe takes without blocking once it says that it is writable.


class Console:
    """Standard output whose reader may stall or leave without stalling or ending Shout."""

    def __init__(self) -> None:
        self.patience = 1.0

    def line(self, text: str) -> None:
        """Print one line; it is dropped when the reader has stopped reading."""
        descriptor = sys.stdout.fileno()
        _, writable, _ = select.select([], [descriptor], [], self.patience)
        self.patience = 1.0 if writable else 0.0
        if not writable:
            return
        try:
            os.write(descriptor, text.encode()[: ROOM - 1] + b"\n")
        except OSError:  # The reader is gone: carry on unseen.
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
