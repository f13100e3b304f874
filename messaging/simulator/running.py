"""The only place for running the simulator inside another program, in a thread: for tests and benchmarks."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from messaging.simulator import server

SECONDS = 10


@contextmanager
def running(*, state: Path | None = None) -> Iterator[str]:
    """Run a simulator on a free port of this machine; gives its base address."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=server.BACKLOG)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="carrier-simulator", daemon=True)
    thread.start()
    try:
        runner = asyncio.run_coroutine_threadsafe(server.start(listener, state=state), loop).result(SECONDS)
        try:
            yield server.address(listener)
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        listener.close()
