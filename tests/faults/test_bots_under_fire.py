"""Thousands of texts to fifty bots while workers are killed: what came of it is what a plain model says (B6, B11).

BOT_TEXTS sets how many texts; 10,000 of 3,000 people take about two minutes on two cores.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from typing import Any

import pytest

from messaging.simulator.client import Simulator
from tests import stack
from tests.faults.conftest import Diner
from tests.faults.ought import Bot, Ought

TEXTS = int(os.environ.get("BOT_TEXTS") or 1_000)
PEOPLE = TEXTS * 3 // 10
KILLS = 5
# Not those of the demo account, whose webhooks the simulator would call instead.
_NUMBERS = ("+14155550120", "+14155550121")
_PATIENCE = 300


@pytest.fixture
def diner() -> Iterator[Diner]:
    """A product of its own: its bots and its thousands of replies are in nobody's way."""
    with stack.running() as product:
        opened = product.create_account(f"{_NUMBERS[0]}=marketing:Offers", f"{_NUMBERS[1]}=customer_service:Service")
        simulator = Simulator(product.simulator_url)
        for number in _NUMBERS:
            simulator.carrier_replies(number, on=False)
        yield Diner(product, simulator, opened["api_key"])


def pages(diner: Diner, path: str) -> Iterator[dict[str, Any]]:
    """All rows of a list."""
    url = f"{path}&page_size=200"
    while url:
        answer = diner.call("GET", url)
        yield from answer["results"]
        url = (answer["next"] or "").partition("/api/v1/")[2]


def conversations(bots: list[Bot]) -> dict[str, list[tuple[str, str]]]:
    """By phone, the (number, body) of their texts: trigger words as phones write them, answers, and other talk."""
    chance, found = Random(4), defaultdict(list)
    phones = [f"+1415{7_000_000 + at}" for at in range(PEOPLE)]
    for at in range(TEXTS):
        word = chance.choice(bots).word
        body = chance.choice(
            [word, f"{word.upper()}!", f"“{word}”", f"{word}, please", f"I want {word} now", "42", "7", "see you"]
        )
        found[phones[at % PEOPLE]].append((chance.choice(_NUMBERS), body))
    return dict(found)


def build(diner: Diner) -> list[Bot]:
    """Fifty bots in the account; every fifth listens on the second number alone."""
    numbers = {row["e164"]: row["id"] for row in pages(diner, "numbers/?")}
    groups = [diner.call("POST", "groups/", {"name": f"List {at}"})["id"] for at in range(8)]
    tags = [diner.call("POST", "tags/", {"name": f"Label {at}"})["id"] for at in range(8)]
    bots = []
    for at in range(50):
        group, tag = groups[at % 8], tags[at // 8]
        kinds: list[list[dict[str, Any]]] = [
            [{"kind": "assign_group", "group": group}, {"kind": "reply", "body": f"Welcome to {at}"}],
            [{"kind": "remove_from_group", "group": group}, {"kind": "add_tag", "tag": tag}],
            [
                {"kind": "ask", "body": f"How many, {at}?", "field": f"field {at}", "answer": "number", "again": "Eh?"},
                {"kind": "reply", "body": f"Thanks for {{{{ field {at} }}}}"},
                {"kind": "add_tag", "tag": tag},
            ],
            [
                {"kind": "set_field", "field": f"field {at}", "value": f"{{{{ field {at} }}}}+"},
                {"kind": "reply", "body": f'{{{{ field {at}|default:"none" }}}}, {{{{ first_name|default:"you" }}}}'},
                {"kind": "remove_tag", "tag": tag},
            ],
        ]
        match, on = ("whole", "first", "contains")[at % 3], _NUMBERS[1] if at % 5 == 0 else None
        bots.append(Bot(f"word{at}", match, on, kinds[at % 4]))
        wanted = {"name": f"Bot {at}", "triggers": [{"word": bots[-1].word, "match": match}], "actions": kinds[at % 4]}
        diner.call("POST", "bots/", wanted | ({"numbers": [numbers[on]]} if on else {}))
    return bots


def test_what_bots_did_is_what_a_plain_model_says_however_often_workers_died(diner: Diner) -> None:
    bots = build(diner)
    said = conversations(bots)
    taken, killed = count(1), list[int]()
    kill_after = {TEXTS * turn // (KILLS + 1) for turn in range(1, KILLS + 1)}

    def chat(phone: str) -> None:
        for number, body in said[phone]:
            assert diner.simulator.text(phone, number, body).webhook_status == 200
            if next(taken) in kill_after:
                killed.append(diner.product.kill("worker"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(chat, said))
    assert len(killed) == KILLS
    _wait_until_read(diner)
    ought = {phone: Ought(bots).after(texts) for phone, texts in said.items()}
    people = {row["phone"]: row for row in pages(diner, "contacts/?")}
    replies: dict[str, list[str]] = defaultdict(list)
    for row in sorted(pages(diner, "messages/?direction=out"), key=lambda row: row["id"]):
        replies[row["phone"]].append(row["body"])
    assert len(people) == len(said)
    for phone, wanted in ought.items():
        assert {group["id"] for group in people[phone]["groups"]} == wanted.groups, (phone, said[phone])
        assert {tag["id"] for tag in people[phone]["tags"]} == wanted.tags, (phone, said[phone])
        assert people[phone]["fields"] == wanted.fields, (phone, said[phone])
        assert replies[phone] == wanted.replies, (phone, said[phone])
    assert sum(map(len, replies.values())) > TEXTS / 5, "the bots had hardly anything to do"


def _wait_until_read(diner: Diner) -> None:
    deadline = time.monotonic() + _PATIENCE
    while diner.call("GET", "messages/?status=received")["results"]:
        assert time.monotonic() < deadline, "texts wait unread"
        time.sleep(0.5)
    assert diner.call("GET", "messages/?status=parked")["results"] == []
