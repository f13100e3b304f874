"""The only place for what happens around a text: its way to the handset, and the calls to the account's webhooks."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientConnectionError, ClientError, ClientSession, ClientTimeout, TCPConnector
from yarl import URL

from messaging.simulator import twilio_json
from messaging.simulator.behaviour import Behaviour, Dice
from messaging.simulator.carrier import Carrier, journey
from messaging.simulator.journal import Journal
from messaging.simulator.memory import Event, Memory, Number, Order, Text

TIMEOUT = ClientTimeout(total=15, sock_connect=5)
CONCURRENT_CALLBACKS = 64
HTTP_RETRIEVAL_FAILURE = "11200"


class Network:
    """The carrier at work. Build it inside the running event loop and close it there."""

    def __init__(self, state: Path | None) -> None:
        self.memory = Memory(self._happened)
        self.carrier = Carrier(self.memory)
        self._journal = Journal(state) if state else None
        self._session = ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=4), timeout=TIMEOUT)
        self._turns = asyncio.Semaphore(CONCURRENT_CALLBACKS)
        self._deliveries: set[asyncio.Task[None]] = set()
        self._arrival = asyncio.Event()
        self.behave(Behaviour())
        self._remember()

    def _remember(self) -> None:
        for event in self._journal.events() if self._journal else ():
            self.memory.apply(event)
        for text in self.memory.texts:
            if text.status in ("queued", "sent"):
                self._deliver(text, after=0)

    def _happened(self, event: Event) -> None:
        if self._journal:
            self._journal.write(event)
        if "text" in event:
            self._wake()

    def _wake(self) -> None:
        self._arrival.set()
        self._arrival = asyncio.Event()

    def behave(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.dice = Dice(behaviour)

    def reset(self) -> None:
        """Back to the first day: no accounts, numbers or texts, a well-behaved carrier, no text on its way."""
        for delivery in self._deliveries:
            delivery.cancel()
        self.memory.forget()
        self.behave(Behaviour())
        if self._journal:
            self._journal.empty()
        self._wake()

    async def close(self) -> None:
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)
        await self._session.close()
        if self._journal:
            self._journal.close()

    def send(self, order: Order, *, after: float) -> Text:
        """Take a text; it sets out `after` so many seconds. Raises RefusedError."""
        text = self.carrier.accept(order)
        self._deliver(text, after=after)
        return text

    def _deliver(self, text: Text, *, after: float) -> None:
        # Drawn now, not when they are due, so that one seed gives one course of events.
        steps = [(status, error_code, self.dice.callbacks()) for status, error_code in journey(text.handset)]
        delivery = asyncio.create_task(self._travel(text, after, steps))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)

    async def _travel(self, text: Text, after: float, steps: list[tuple[str, int | None, int]]) -> None:
        token = self.memory.tokens[text.account_sid]
        await asyncio.sleep(after)
        for status, error_code, copies in steps:
            await asyncio.sleep(self.behaviour.callback_delay_ms / 1000)
            self.carrier.settle(text, status, error_code)
            for _ in range(copies if text.status_callback else 0):
                async with self._turns:
                    await self._call(text.status_callback, twilio_json.status_form(text), token)

    async def ring(self, number: Number, text: Text) -> int | None:
        """Post an arrived text to its number's webhook, then to its fallback; the last answer's status, None if none.

        As at Twilio the fallback is called when the first address does not answer or answers with an error.
        Nothing is posted, and 0 given, when webhooks get lost just now, or when the number is in a Messaging Service
        that does not leave texts to it: the simulated services have no address of their own.
        """
        service = self.memory.services.get(number.messaging_service_sid)
        if self.dice.webhook_is_lost() or (service and not service.use_inbound_webhook_on_number):
            return 0
        form, token = twilio_json.inbound_form(text), self.memory.tokens[text.account_sid]
        status = await self._call(number.sms_url, form, token)
        if number.sms_fallback_url and (status is None or status >= 400):
            failed = {"ErrorCode": HTTP_RETRIEVAL_FAILURE, "ErrorUrl": number.sms_url}
            return await self._call(number.sms_fallback_url, form | failed, token)
        return status

    async def _call(self, url: str, form: dict[str, str], token: str) -> int | None:
        # Twilio neither signs nor sends the fragment, and repeats a call only when it could not connect.
        url = url.partition("#")[0]
        body, headers = twilio_json.signed(form, url=url, token=token)
        headers["I-Twilio-Idempotency-Token"] = secrets.token_hex(16)
        try:
            try:
                return await self._post(url, body, headers)
            except ClientConnectionError:
                return await self._post(url, body, headers)
        except (ClientError, TimeoutError, ValueError):  # ValueError: the address is none.
            return None

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        async with self._session.post(URL(url, encoded=True), data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def await_texts(self, handset: str | None, *, after: int | None, limit: int, wait: float) -> Sequence[Text]:
        """The texts after a sequence number; while there are none, wait up to so many seconds for one."""
        due = asyncio.get_running_loop().time() + wait
        while not (texts := self.memory.history(handset, after=after, limit=limit)):
            try:
                async with asyncio.timeout_at(due):
                    await self._arrival.wait()
            except TimeoutError:
                break
        return texts
