"""People text STOP while texts to them are on the way: no call to the carrier starts after a STOP was taken (P1)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random

from django.db import connection
from django.utils.timezone import now

from contacts import clock, permissions
from messaging import delivery, outbox, provisioning
from messaging.models import Message
from messaging.outbox import Draft
from messaging.simulator.client import Simulator
from shout.models import Account
from shout.tenancy import tenant
from tests import build, carrier

_PHONES = [f"+1415558{i}" for i in range(1000, 2000)]
_TEXTS_EACH = 10
_WORKERS = 4
_RACE_SECONDS = 8


def test_no_call_starts_after_a_stop_was_taken(committed: None, simulator: Simulator) -> None:
    account = build.account()
    number = build.number(account, segments_per_second=100_000, burst=100_000, tokens=100_000)
    provisioning.connect(number)
    # The carrier's own blocking would hide a text that Shout should not have sent.
    simulator.carrier_replies(number.e164, on=False)
    simulator.behave(latency_ms=40, latency_jitter_ms=20)
    drafts = [
        Draft(number_id=number.pk, phone=phone, body=f"Offer {turn}", origin=Message.Origin.API, segments=1)
        for turn in range(_TEXTS_EACH)
        for phone in _PHONES
    ]
    with tenant(account.pk):
        outbox.enqueue(account.pk, drafts, quiet=clock.quiet(account.pk))
    moments = {phone: Random(phone).uniform(0, _RACE_SECONDS) for phone in _PHONES}
    stopped_at: dict[str, float] = {}
    answered_at: dict[str, datetime] = {}
    started = time.monotonic()

    def work(_: int) -> None:
        while len(stopped_at) < len(_PHONES) or time.monotonic() < started + 1:
            delivery.deliver(account_id=account.pk)
            time.sleep(0.02)
        connection.close()

    def stop(phone: str) -> None:
        time.sleep(max(0.0, started + moments[phone] - time.monotonic()))
        carrier.text(number, "STOP", phone=phone)
        stopped_at[phone], answered_at[phone] = time.monotonic(), now()
        with tenant(account.pk):
            assert permissions.refusal(number, phone) == "opted_out"
        connection.close()

    with ThreadPoolExecutor(_WORKERS + 12) as pool:
        workers = [pool.submit(work, i) for i in range(_WORKERS)]
        list(pool.map(stop, sorted(_PHONES, key=moments.__getitem__)))
        for worker in workers:
            worker.result()
    _check(account, simulator, stopped_at, answered_at)


def _check(
    account: Account, simulator: Simulator, stopped_at: dict[str, float], answered_at: dict[str, datetime]
) -> None:
    log = simulator.log()
    assert [call for call in log if call["monotonic"] > stopped_at[call["to"]]] == []
    assert 0 < len(log) < len(_PHONES) * _TEXTS_EACH, "the race was over before it began"
    with tenant(account.pk):
        statuses = Message.objects.filter(direction="out").values_list("status", "refusal").distinct()
        assert set(statuses) <= {("sent", ""), ("refused", "opted_out")}
        claimed = Message.objects.exclude(sending_at=None).values_list("phone", "sending_at")
        assert [phone for phone, claimed_at in claimed if claimed_at > answered_at[phone]] == []
