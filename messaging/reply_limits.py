"""How often bots may answer somebody: the only place that keeps replies back, lest two machines text for ever (B11)."""

from dataclasses import dataclass

from bots import notices
from bots.bulk import Live
from bots.engine import Response
from bots.notices import Limit
from contacts.models import Number
from messaging import bulk
from shout.models import Account


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many replies were kept back, by which limit, and what the team is to be told of it, once."""

    count: int = 0
    limit: Limit | None = None
    notice: str = ""


class ReplyLimits:
    """What bots have said lately to some phones, and what they may still say."""

    def __init__(self, account: Account, phones: set[str]) -> None:
        self._numbers = Number.objects.filter(account=account).only("label", "bot_replies_per_hour").in_bulk()
        self._said = bulk.bot_replies(phones)
        self._told: set[tuple[int, str]] = set()

    def withhold(self, live: Live, response: Response) -> Withheld:
        """Leave out the replies over a limit, the last ones first."""
        asked = (live.number_id, live.phone)
        number, said = self._numbers[live.number_id], self._said.get(asked, bulk.Said())
        room, limit = notices.room(number, within_hour=said.within_hour, unseen=said.unseen)
        count = max(0, len(response.replies) - room)
        left = len(response.replies) - count
        del response.replies[left:]
        self._said[asked] = bulk.Said(said.within_hour + left, said.unseen + left)
        if not count:
            return Withheld()
        notice = "" if asked in self._told else notices.about_limit(number, limit)
        self._told.add(asked)
        return Withheld(count, limit, notice)
