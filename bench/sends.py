"""How many texts a second one worker sends through a carrier that takes 100 ms to answer."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import aiohttp
from django.conf import settings
from redis import Redis

from bench import ground
from bench.measure import Result, Run, compare, timed
from contacts import clock
from contacts.models import Number
from messaging import outbox, provisioning
from messaging.models import Message
from messaging.outbox import Draft
from messaging.simulator.client import Simulator
from shout.dev import programs
from shout.nudges import nudge
from shout.tenancy import tenant

LATENCY_MS, AT_ONCE = 100, 200
_PATIENCE = 120
BODY = "We are open until ten tonight, and the patio is heated. Reply STOP to get no more texts."


def measure(scale: float) -> Result:
    """Floor: bare posts of the same texts to the same carrier, 200 at once, nothing stored."""
    count = int(4_000 * scale)
    (port,) = ground.free_ports(1)
    os.environ["SIMULATOR_URL"] = settings.SIMULATOR_URL = f"http://127.0.0.1:{port}"
    Redis.from_url(settings.REDIS_URL).flushdb()  # Other benchmarks have rung for their accounts.
    carrier = programs.manage("carrier_simulator", "--port", str(port), name="simulator")
    with ground.running(replace(carrier, ready=partial(ground.listens, port))), ground.running(programs.worker()):
        # Callbacks would measure the carrier and the web server.
        Simulator(settings.SIMULATOR_URL).behave(latency_ms=LATENCY_MS, lose_callbacks=1)
        _figure(1)  # The worker is still starting.
        return compare(
            f"sends, carrier {LATENCY_MS} ms", "texts", figure=lambda: _figure(count), floor=lambda: _floor(count)
        )


def _figure(count: int) -> Run:
    number = _connected()
    with tenant(number.account_id):
        outbox.enqueue(
            number.account_id,
            [_draft(number, phone) for phone in ground.phones(count)],
            quiet=clock.quiet(number.account_id),
        )
    ground.as_owner("ANALYZE")
    return timed(count, partial(_await_worker, number, count))


def _await_worker(number: Number, count: int) -> None:
    nudge("messaging.deliver", number.account_id)
    deadline, sent = time.monotonic() + _PATIENCE, 0
    while sent < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {sent} of {count} texts were sent")
        time.sleep(0.05)
        with tenant(number.account_id):
            sent = Message.objects.filter(account_id=number.account_id, status=Message.Status.SENT).count()


def _draft(number: Number, phone: str) -> Draft:
    return Draft(number_id=number.pk, phone=phone, body=BODY, origin=Message.Origin.API, segments=1)


def _floor(count: int) -> Run:
    number = _connected()
    return timed(count, lambda: asyncio.run(_post_all(number, ground.phones(count))))


async def _post_all(number: Number, phones: Sequence[str]) -> None:
    url = f"{settings.SIMULATOR_URL}/2010-04-01/Accounts/{number.carrier_account_sid}/Messages.json"
    waiting = iter(phones)
    credentials = aiohttp.BasicAuth(number.carrier_account_sid, number.carrier_auth_token)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auth=credentials) as session:

        async def post() -> None:
            for phone in waiting:
                form = {"To": phone, "From": number.e164, "Body": BODY, "StatusCallback": number.status_webhook_url}
                async with session.post(url, data=form) as answer:
                    answer.raise_for_status()
                    await answer.json()

        await asyncio.gather(*(post() for _ in range(AT_ONCE)))


def _connected() -> Number:
    """A number of a new account that the carrier knows as its own."""
    number = ground.number(ground.account())
    with tenant(number.account_id):
        number.e164 = f"+1628{2_000_000 + number.pk}"
        number.save()
    provisioning.connect(number)
    return number
