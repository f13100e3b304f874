"""Processes killed with -9 while texts flow: nothing lost, nothing twice, nothing after STOP (M6)."""

from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from tests.faults.conftest import Diner

_TEXTS_EACH = 5
_TEXTS_BETWEEN_KILLS = 90  # of 525, with the STOPs


def test_killed_workers_and_web_lose_nothing_and_send_nothing_twice(diner: Diner) -> None:
    phones = {f"+1415556{i}" for i in range(1010, 1110)}
    stoppers = {f"+1415556{i}" for i in range(1010, 1035)}
    stopped_at: dict[str, float] = {}
    turns = deque(["worker", "web", "worker", "web", "worker"])
    taken = count(1)

    def text(phone: str, body: str) -> float:
        at = diner.text(phone, body)
        if next(taken) % _TEXTS_BETWEEN_KILLS == 0:
            diner.product.kill(turns.popleft())
        return at

    def chat(phone: str) -> None:
        for turn in range(_TEXTS_EACH):
            if phone in stoppers and turn == 2:
                stopped_at[phone] = text(phone, "STOP")
            text(phone, "join")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(chat, sorted(phones)))
    assert not turns, "not everything was killed"
    sent = diner.sent(phones)
    replies = Counter(attempt["to"] for attempt in sent)
    assert {phone: replies[phone] for phone in phones - stoppers} == dict.fromkeys(phones - stoppers, _TEXTS_EACH)
    assert [attempt for attempt in sent if attempt["monotonic"] > stopped_at.get(attempt["to"], float("inf"))] == []
    assert max(replies[phone] for phone in stoppers) <= 2


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
