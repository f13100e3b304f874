"""The only place for keeping a tree of processes running: started and stopped in order, and healed in between."""

import os
import selectors
import signal
import time
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from shout.dev import process
from shout.dev.claim import claim
from shout.dev.console import Console
from shout.dev.process import Program, StartError

TICK = 0.2  # Seconds within which a signal or a death is noticed.
CALM = 10.0  # Seconds a process must have lived for its death to count as the first one.
LONGEST_PAUSE = 10.0


class Child:
    """One program of the tree and the process that runs it at the moment."""

    def __init__(self, program: Program, *, keep: int, console: Console) -> None:
        self.program = program
        self.keep = keep
        self.console = console
        self.held: list[str] | None = None
        self.healed = False
        self.deaths = 0
        self.restart_at: float | None = None

    def start(self) -> int:
        """Run the program and return the descriptor from which to read what it prints."""
        output, into_child = os.pipe()
        self.process = process.start(self.program, output=into_child, keep=[self.keep])
        os.close(into_child)
        self.started_at = time.monotonic()
        self.restart_at = None
        self.rest = b""
        return output

    def bury(self) -> str:
        """Note that the process has died, set the time of the next start, and say what happened."""
        process.kill_group(self.process)
        now = time.monotonic()
        self.deaths = 1 if now - self.started_at > CALM else self.deaths + 1
        pause = min(0.25 * 2 ** (self.deaths - 1), LONGEST_PAUSE) if self.deaths > 1 else 0.0
        self.restart_at = now + pause
        code = self.process.returncode
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"ended unexpectedly ({cause}) and starts again" + (f" in {pause:.1f} s" if pause else "")

    def print(self, data: bytes) -> None:
        """Show the lines that `data` completes; no data means that the last one is complete."""
        *lines, self.rest = (self.rest + data).split(b"\n") if data else (self.rest, b"")
        for line in filter(None, lines):
            self.say(line.decode(errors="replace"))

    def say(self, line: str) -> None:
        """Print a line under this program's name, or hold it back."""
        if self.held is None:
            self.console.line(f"{self.program.name:<9} | {line}")
        else:
            self.held.append(line)


class Supervisor:
    """The processes of one installation. Leaving the `with` block ends them, the last started first."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.console = Console()
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stop_asked_at: float | None = None
        self.hurried = False

    def __enter__(self) -> Self:
        self.lock = claim(self.home)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self.children:
            self.console.line("Stopping Shout.")
        for child in reversed(self.children):
            if child.restart_at is None:
                self._end(child)
        os.close(self.lock)
        return kind is KeyboardInterrupt

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; a second one, unless it came along with the first, ends all patience."""
        now = time.monotonic()
        self.stop_asked_at = self.stop_asked_at or now
        self.hurried = self.hurried or now - self.stop_asked_at > 1

    def start(self, program: Program, *, hold: bool = False) -> Child:
        """Run `program` as part of the tree; what it prints goes to the console or is held back."""
        child = Child(program, keep=self.lock, console=self.console)
        child.held = [] if hold else None
        self._run(child)
        self.children.append(child)
        return child

    def wait_ready(self, *children: Child, seconds: float) -> None:
        """Wait until `children` are ready, and from then on start them again whenever they end."""
        deadline = time.monotonic() + seconds
        for child in children:
            while not child.program.ready(child.process.pid) or child.process.poll() is not None:
                if child.process.poll() is not None:
                    self._drain()
                    raise StartError(f"{child.program.name} could not start; the lines above say why.")
                if time.monotonic() > deadline:
                    raise StartError(f"{child.program.name} was not ready within {seconds:.0f} seconds.")
                self._tick(0.05)
            child.healed = True

    def wait_done(self, child: Child) -> list[str]:
        """Wait until a program that ends by itself has done its work, and return the lines it held back."""
        while child.process.poll() is None:
            self._tick(0.05)
        self._drain()
        self.children.remove(child)
        held, child.held = child.held or [], None
        if child.process.returncode:
            for line in held:
                child.say(line)
            raise StartError(f"{child.program.name} failed; the lines above say why.")
        return held

    def watch(self) -> None:
        """Keep everything running until somebody asks to stop."""
        while True:
            self._tick(TICK)

    def _tick(self, seconds: float) -> None:
        self._pump(seconds)
        for child in self.children:
            if child.healed:
                self._heal(child)
        if self.stop_asked_at:
            raise KeyboardInterrupt

    def _heal(self, child: Child) -> None:
        if child.restart_at is not None and time.monotonic() >= child.restart_at:
            self._run(child)
        elif child.restart_at is None and child.process.poll() is not None:
            child.say(child.bury())

    def _run(self, child: Child) -> None:
        self.selector.register(child.start(), selectors.EVENT_READ, child)

    def _pump(self, seconds: float) -> bool:
        """Pass on what the children printed within `seconds`, and whether there was anything."""
        events = self.selector.select(seconds)
        for key, _ in events:
            data = os.read(key.fd, 65536)
            key.data.print(data)
            if not data:
                self.selector.unregister(key.fd)
                os.close(key.fd)
        return bool(events)

    def _drain(self) -> None:
        while self._pump(0):
            pass

    def _end(self, child: Child) -> None:
        if child.process.poll() is None:
            child.process.send_signal(child.program.stop_signal)
        deadline = time.monotonic() + child.program.patience
        while child.process.poll() is None and time.monotonic() < deadline and not self.hurried:
            self._pump(0.02)
        process.kill_group(child.process)
        self._drain()
