"""The only place for the file that lets the simulated carrier remember its texts over a restart."""

import json
from pathlib import Path

from messaging.simulator.memory import Event


class Journal:
    """Events as JSON lines, each handed to the system as it happens, so that a killed simulator forgets nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # The events hold the accounts' tokens: only the owner may read them.
        path.touch(mode=0o600)
        self._file = path.open("ab", buffering=0)

    def events(self) -> list[Event]:
        """Everything written so far; raises ValueError, and changes nothing, when the file is not such a journal."""
        written = self._path.read_bytes()
        *lines, torn = written.split(b"\n")
        try:
            events: list[Event] = [json.loads(line) for line in lines]
            if not b'{"'.startswith(torn[:2]):
                raise ValueError("the last line is no event")
        except ValueError as error:
            raise ValueError(f"{self._path} is not a simulator's file. Name another, or delete it.") from error
        self._file.truncate(len(written) - len(torn))
        return events

    def write(self, event: Event) -> None:
        self._file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")

    def empty(self) -> None:
        self._file.truncate(0)

    def close(self) -> None:
        self._file.close()
