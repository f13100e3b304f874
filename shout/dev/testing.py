"""The only place for the servers that tests and benchmarks bring along: a fresh PostgreSQL and Valkey."""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from shout.dev import postgres, process, valkey


def private_home() -> Path:
    """This test run's own home, gone when it ends; its workers and what they start find it through the environment.

    Settings read SHOUT_HOME while they load, so the tests' settings call this before they import Shout's.
    """
    home = os.environ.get("SHOUT_TEST_HOME")
    if not home:
        home = tempfile.mkdtemp(prefix="shout-test-")
        atexit.register(shutil.rmtree, home)
    os.environ["SHOUT_TEST_HOME"] = os.environ["SHOUT_HOME"] = home
    return Path(home)


def start(home: Path, *, durable: bool = False) -> Callable[[], None]:
    """Start the servers that DATABASE_URL and REDIS_URL do not name; the result stops them.

    Only benchmarks want what they write to be `durable`.
    """
    home.chmod(0o711)  # PostgreSQL may have to run as nobody.
    programs = [postgres.program(home, durable=durable)] if not os.environ.get("DATABASE_URL") else []
    programs += [valkey.program(home)] if not os.environ.get("REDIS_URL") else []
    with (home / "servers.log").open("wb") as log:
        running = [(process.start(program, output=log.fileno()), program) for program in programs]

    def stop() -> None:
        for server, program in reversed(running):
            process.end(server, program)

    try:
        for server, program in running:
            wait_until_ready(server.pid, program, seconds=60)
    except TimeoutError as error:
        error.add_note((home / "servers.log").read_text())
        stop()
        raise
    return stop


def wait_until_ready(pid: int, program: process.Program, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not program.ready(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{program.name} was not ready within {seconds:.0f} seconds.")
        time.sleep(0.02)
