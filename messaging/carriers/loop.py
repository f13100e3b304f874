"""The event loop on which a process speaks to carriers: one thread, started at the first call, kept for its life."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
_starting = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    # A cache alone lets two threads that call first together make two loops, and connections belong to one.
    with _starting:
        return _started()


@cache
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="carriers", daemon=True).start()
    return loop


@cache
def session(timeout: float) -> aiohttp.ClientSession:
    """The pooled connections of this process; call it on the loop. Each request may take `timeout` seconds."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30), timeout=aiohttp.ClientTimeout(total=timeout)
    )
    atexit.register(lambda: run(session.close()))
    return session


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on the loop and wait for its result."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()
