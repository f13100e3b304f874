"""Processes killed with -9 while texts flow: nothing lost, nothing twice, nothing after STOP (M6)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from tests.faults.conftest import Diner
from tests.stack import Stack

_TEXTS_EACH = 5


def test_killed_workers_and_web_lose_nothing_and_send_nothing_twice(diner: Diner) -> None:
    phones = {f"+1415556{i}" for i in range(1010, 1110)}
    stoppers = {f"+1415556{i}" for i in range(1010, 1035)}
    stopped_at: dict[str, float] = {}

    def chat(phone: str) -> None:
        for turn in range(_TEXTS_EACH):
            if phone in stoppers and turn == 2:
                stopped_at[phone] = diner.text(phone, "STOP")
            diner.text(phone, "join")

    with ThreadPoolExecutor(17) as pool:
        over = threading.Event()
        killed = pool.submit(_kill, diner.product, over)
        list(pool.map(chat, sorted(phones)))
        over.set()
    assert min(killed.result().values()) > 0
    sent = diner.sent(phones)
    replies = Counter(attempt["to"] for attempt in sent)
    assert {phone: replies[phone] for phone in phones - stoppers} == dict.fromkeys(phones - stoppers, _TEXTS_EACH)
    assert [attempt for attempt in sent if attempt["monotonic"] > stopped_at.get(attempt["to"], float("inf"))] == []
    assert max(replies[phone] for phone in stoppers) <= 2


def _kill(product: Stack, over: threading.Event) -> Counter[str]:
    """Kill again and again, leaving what was killed the time to start and be at work; how many were killed."""
    killed = Counter({"worker": 0, "web": 0})
    for name in cycle(["worker", "web", "worker"]):
        if over.wait(2.5):
            break
        killed[name] += product.kill(name)
    return killed


def test_a_redis_that_is_emptied_and_killed_loses_nothing(diner: Diner) -> None:
    phones = {f"+1415557{i}" for i in range(1010, 1060)}
    for at, phone in enumerate(sorted(phones)):
        diner.text(phone, "join")
        if at % 5 == 0:
            diner.product.redis.flushall()
        if at == 20:
            assert diner.product.kill("valkey") == 1
            diner.product.wait_for_redis()
    replies = Counter(attempt["to"] for attempt in diner.sent(phones))
    assert replies == dict.fromkeys(phones, 1)
