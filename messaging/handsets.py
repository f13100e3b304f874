"""The phone page's handsets: the only place that texts as a person from the carrier simulator, and reads their side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from contacts.models import Number
from messaging import provisioning
from messaging.simulator.client import HandsetText, SimulatorError, simulator_at

_READ, _SHOWN = 200, 50
_ARRIVED = frozenset({"sent", "delivered", "received"})


@dataclass(frozen=True)
class Bubble:
    """A text as the handset's owner sees it: what they wrote is `out`."""

    direction: str
    body: str
    at: datetime
    source: str


@dataclass(frozen=True)
class Thread:
    """A handset's texts with the account's numbers, oldest first, and the id of the latest one's number."""

    bubbles: Sequence[Bubble] = ()
    last_number: int | None = None


def thread(phone: str, numbers: Sequence[Number]) -> Thread:
    """What the handset of `phone` shows of its texts with these numbers; raises `SimulatorError`."""
    ours = {number.e164: number for number in numbers}
    texts = [text for text in simulator_at(settings.SIMULATOR_URL).texts(phone, limit=_READ) if text["number"] in ours]
    shown = [text for text in texts if text["status"] in _ARRIVED][-_SHOWN:]
    return Thread(
        bubbles=[_bubble(text, ours[text["number"]]) for text in shown],
        last_number=ours[shown[-1]["number"]].pk if shown else None,
    )


def text(*, phone: str, number: Number, body: str) -> None:
    """Text `number` from the handset of `phone`; raises `SimulatorError` or `CarrierError`.

    The simulator may have been started anew since the number was set up, so it is set up each time.
    """
    provisioning.connect(number)
    status = simulator_at(settings.SIMULATOR_URL).text(phone, number.e164, body).webhook_status
    if status >= 300:
        raise SimulatorError(f"The text reached the carrier, but Shout's webhook answered with {status}.")


def _bubble(text: HandsetText, number: Number) -> Bubble:
    at, body = datetime.fromtimestamp(text["at"], UTC), text["body"]
    if text["direction"] == "inbound":
        return Bubble("out", body, at, f"To {number.label}")
    return Bubble("in", body, at, f"{number.label}, answered by the carrier" if text["carrier_reply"] else number.label)
