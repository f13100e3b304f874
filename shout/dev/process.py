"""The only place for how a child process is started so that it cannot outlive its parent, and how it is ended."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shout.dev.home import ROOT

PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """Something cannot start; the text says what, and how to mend it."""


def stay() -> None:
    """Remain who the parent is."""


def at_once(pid: int) -> bool:
    """A program without a way to ask counts as ready as soon as it runs."""
    return True


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, how to see that it is ready, and how to end it."""

    name: str
    argv: Sequence[str]
    cwd: Path = ROOT
    become: Callable[[], None] = stay  # Runs in the child, before it executes `argv`.
    ready: Callable[[int], bool] = at_once  # Is given the process id.
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM  # What the kernel sends when the parent is gone.
    patience: float = 15.0  # Seconds between `stop_signal` and SIGKILL.


def start(program: Program, *, output: int, keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Run `program` with everything it prints going to the file descriptor `output`.

    It gets a session of its own, because a terminal sends Ctrl+C to a whole process group and would end PostgreSQL
    before the worker. It inherits the descriptors in `keep`. Call this from the main thread of a single-threaded
    process: the kernel's orphan signal is tied to the calling thread.
    """
    parent = os.getpid()

    def prepare() -> None:
        program.become()
        die_with(parent, program.orphan_signal)

    return subprocess.Popen(
        program.argv,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=prepare,
    )


def die_with(parent: int, orphan_signal: signal.Signals) -> None:
    """Have the kernel send this process `orphan_signal` when its parent ends, however that happens (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
    if os.getppid() != parent:  # It ended before the kernel was told.
        os.kill(os.getpid(), signal.SIGKILL)


def end(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask `process` to stop and wait; after `program.patience` seconds kill it with all it started."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill `process` and whatever it left behind in its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
