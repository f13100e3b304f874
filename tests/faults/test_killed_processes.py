"""Workers and web servers killed with -9 while texts flow: nothing lost, nothing twice, nothing after STOP (M6)."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests

from messaging.simulator.client import Simulator
from tests import stack
from tests.stack import Stack

_PHONES = [f"+1415556{i:04d}" for i in range(1010, 1110)]
_STOPPERS = set(_PHONES[:25])
_TEXTS_EACH = 5
_PATIENCE = 120


@dataclass
class Diner:
    """The account under fire, from outside: its carrier and its API."""

    product: Stack
    simulator: Simulator
    number: str
    key: str

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = requests.request(method, f"{self.product.url}/api/v1/{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def text(self, phone: str, body: str) -> float:
        """Deliver a text as a carrier that repeats it until it is taken; when it had been taken."""
        sid = f"SM{uuid4().hex}"
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self.simulator.text(phone, self.number, body, sid=sid).webhook_status == 200:
                return time.monotonic()
            time.sleep(0.2)
        raise TimeoutError("a webhook was never answered")


@pytest.fixture
def diner() -> Any:  # noqa: ANN401
    with stack.running(CARRIER_GRACE="4", CARRIER_TIMEOUT="3") as product:
        opened = product.create_account("+14155550100=marketing:Offers")
        simulator = Simulator(product.simulator_url)
        diner = Diner(product, simulator, "+14155550100", opened["api_key"])
        # The carrier's own blocking would hide a text that Shout should not have sent.
        simulator.carrier_replies(diner.number, on=False)
        number = opened["numbers"][0]["id"]
        group = diner.call("POST", "groups/", {"name": "VIP"})["id"]
        diner.call("POST", "bots/", {
            "name": "Join",
            "numbers": [number],
            "triggers": [{"word": "JOIN"}],
            "actions": [{"kind": "assign_group", "group": group}, {"kind": "reply", "body": "Welcome"}],
        })  # fmt: skip
        simulator.behave(latency_ms=50)
        yield diner


def test_killing_workers_and_web_loses_nothing_and_sends_nothing_twice(diner: Diner) -> None:
    stopped_at: dict[str, float] = {}

    def chat(phone: str) -> None:
        for turn in range(_TEXTS_EACH):
            if phone in _STOPPERS and turn == 2:
                stopped_at[phone] = diner.text(phone, "STOP")
            diner.text(phone, "join")

    over = threading.Event()
    killer = threading.Thread(target=_kill, args=(diner.product, over))
    killer.start()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(chat, _PHONES))
    over.set()
    killer.join()
    sent = _settled(diner)
    replies = Counter(attempt["to"] for attempt in sent)
    assert {phone: replies[phone] for phone in _PHONES if phone not in _STOPPERS} == {
        phone: _TEXTS_EACH for phone in _PHONES if phone not in _STOPPERS
    }
    late = [attempt for attempt in sent if attempt["monotonic"] > stopped_at.get(attempt["to"], float("inf"))]
    assert late == []
    assert all(replies[phone] <= 2 for phone in _STOPPERS)


def _kill(product: Stack, over: threading.Event) -> None:
    dice = random.Random(7)
    while not over.wait(1.5):
        assert product.kill(dice.choice(["worker", "worker", "web"])) > 0


def _settled(diner: Diner) -> list[dict[str, Any]]:
    """What the carrier accepted, once Shout has nothing left to do."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        statuses = Counter[str]()
        for status in ("received", "queued", "sending", "unknown"):
            statuses[status] = len(diner.call("GET", f"messages/?status={status}")["results"])
        if not statuses.total():
            return [attempt for attempt in diner.simulator.log() if attempt["accepted"]]
        time.sleep(1)
    raise TimeoutError(f"still unsettled: {statuses}")
