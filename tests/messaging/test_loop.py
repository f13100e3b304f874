"""The loop on which carriers are called: one for all threads of a process, however many call first."""

import threading
from concurrent.futures import ThreadPoolExecutor

from messaging.carriers import loop


def test_threads_that_call_first_together_share_one_loop() -> None:
    loop._started.cache_clear()
    together = threading.Barrier(8)

    def first(_: int) -> int:
        together.wait()
        return id(loop._loop())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(first, range(8)))) == 1
