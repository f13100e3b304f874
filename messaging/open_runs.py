"""Runs that ask or wait: the only place that knows whose they are, and what ends them before their last step (B5)."""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from bots.bulk import Live
from bots.engine import ASK_MINUTES, Response, Step, groups
from bots.models import Action, Run
from bots.playbook import Playbook
from contacts import bulk as contacts_bulk
from contacts.bulk import Standing
from contacts.models import ConsentEvent
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging.models import Message
from shout.models import Account

Kind = ConsentEvent.Kind
_SAID = (Kind.OPTED_OUT, Kind.BLOCKED, Kind.JOINED, Kind.LEFT)
_AT_ONCE = timedelta(minutes=1)
_NEVER = (Message.Status.REFUSED, Message.Status.FAILED, Message.Status.UNDELIVERED, Message.Status.CANCELED)


class OpenRuns:
    """The open runs of some people, and what has been said since they began; `pairs` are (number id, phone)."""

    def __init__(self, account: Account, playbook: Playbook, pairs: set[tuple[int, str]]) -> None:
        self._account, self._playbook, self._pairs = account, playbook, pairs
        of_them = Run.objects.filter(account=account, phone__in={phone for _, phone in pairs}).order_by("id")
        runs = [*of_them.filter(state=Run.State.ASKING), *of_them.filter(state=Run.State.WAITING)]
        begun = _begun(account, runs)
        self._asking = [run.pk for run in runs if run.state == Run.State.ASKING]
        self._lives = {run.pk: _live(run, begun[run.inbound_id]) for run in runs}
        self._of: dict[str, list[Live]] = defaultdict(list)
        for live in self._lives.values():
            self._of[live.phone].append(live)
        self._since = _said_since(account, self._lives.values())

    def run(self, pk: int) -> Live | None:
        """The run with this id, if it is open still and nothing has come of it in this round."""
        live = self._lives.get(pk)
        return live if live and live.minutes is None and any(live is each for each in self._of[live.phone]) else None

    def question(self, number_id: int, phone: str) -> Live | None:
        """The question that is open to somebody on a number."""
        mine = (live for live in self.of(phone) if live.number_id == number_id and live.state == Run.State.ASKING)
        return next(mine, None)

    def of(self, phone: str) -> list[Live]:
        """Somebody's open runs."""
        return list(self._of[phone])

    def keep(self, live: Live) -> None:
        """Remember how a run stands now; what was said before it came to this does not end it."""
        live.ledger_seq = sys.maxsize
        others = [other for other in self._of[live.phone] if other is not live]
        is_open = live.state in (Run.State.ASKING, Run.State.WAITING)
        self._of[live.phone] = [*others, live] if is_open else others

    def ended_by(self, live: Live) -> str:
        """Why a run may not go on: its bot listens no more, or its person has said otherwise since; else empty."""
        if not self._playbook.listens(live.bot_id, live.number_id):
            return "not_listening"
        if refusal := self.refusal(live):
            return refusal
        if self._has_lost_a_target(live):
            return "gone"
        if live.state == Run.State.ASKING and (asked := self._asked(live)) and asked.status in _NEVER:
            return "undelivered"
        return next(filter(None, (self._contradicts(live, line) for line in self._since[live.phone])), "")

    def _contradicts(self, live: Live, line: ConsentEvent) -> str:
        if line.seq <= live.ledger_seq:
            return ""
        if line.kind == Kind.BLOCKED:
            return "blocked"
        if line.kind == Kind.OPTED_OUT:
            return "opted_out" if live.number_id in self._reach.get(line.number_ref or 0, ()) else ""
        said = {line.group_ref or 0}
        joins, leaves = (said, set[int]()) if line.kind == Kind.JOINED else (set[int](), said)
        return "list" if self._is_undone(live, joins=joins, leaves=leaves) else ""

    def rivals(self, live: Live, response: Response) -> Iterator[tuple[Live, str]]:
        """The person's other runs that this one repeats, undoes, or asks over; and why each ends."""
        for other in self.of(live.phone):
            is_here = live.number_id == other.number_id
            if other is live:
                continue
            if is_here and live.bot_id == other.bot_id:
                yield other, "again"
            elif self._is_undone(other, joins=response.joins, leaves=response.leaves):
                yield other, "list"
            elif is_here and live.state == other.state == Run.State.ASKING:
                yield other, "replaced"

    def _is_undone(self, live: Live, *, joins: set[int], leaves: set[int]) -> bool:
        """Whether who joins and leaves these lists says the opposite of what the run has done or would do."""
        puts_on = live.put_on | groups(live.rest, Action.Kind.ASSIGN_GROUP)
        takes_off = live.taken_off | groups(live.rest, Action.Kind.REMOVE_FROM_GROUP)
        return not (puts_on.isdisjoint(leaves) and takes_off.isdisjoint(joins))

    def takes_answer(self, live: Live, text: Message) -> bool:
        """Whether a text can answer the question: it has left, and a late text was sent after it was first asked."""
        texts = self._texts.get(live.id, [])[-1 - live.tries :]
        is_new = live.minutes is not None or not texts
        came_before = text.sent_at is not None and (is_new or text.sent_at < texts[0].created_at)
        return not (came_before or self.waits_to_be_asked(live))

    def waits_to_be_asked(self, live: Live) -> bool:
        """Whether the question has not left yet; a reply's, that nothing has kept back, leaves at once."""
        asked = self._asked(live)
        if asked is None or asked.status != Message.Status.QUEUED:
            return asked is not None and asked.status == Message.Status.HELD
        return asked.origin == Message.Origin.FOLLOW_UP or (asked.attempts > 0 and asked.misses == 0)

    def minutes_left(self, live: Live, *, at: datetime) -> int:
        """How long a question still has at a time, because its own begins when it leaves, which may be much later."""
        asked, began = self._asked(live), None
        if self.waits_to_be_asked(live):
            began = at
        elif asked and asked.sending_at and asked.sending_at - asked.created_at > _AT_ONCE:
            began = asked.sending_at
        given = timedelta(minutes=live.rest[0].minutes or ASK_MINUTES)
        return ceil((began + given - at) / timedelta(minutes=1)) if began else 0

    @cached_property
    def _texts(self) -> dict[int | None, list[Message]]:
        """What each run that asked when this round began had said; the last is its question, or the latest try."""
        texts: dict[int | None, list[Message]] = defaultdict(list)
        if self._asking:
            for text in Message.objects.filter(account=self._account, run__in=self._asking).order_by("id"):
                texts[text.run_id].append(text)
        return texts

    def _asked(self, live: Live) -> Message | None:
        return next(reversed(self._texts.get(live.id, ())), None)

    def close_unheard(self, live: Live, response: Response, *, is_withheld: bool) -> str:
        """Do not open a question that reaches nobody, since it would take their next text for its answer; why so."""
        if not (response.pause and response.pause.is_question):
            return ""
        if why := "withheld" if is_withheld else self.refusal(live):
            response.pause = None
        return why

    def refusal(self, live: Live) -> str:
        """Why the number may not text the person now, as permission says; else empty."""
        return self._standings[live.number_id, live.phone].refusal or ""

    @cached_property
    def _standings(self) -> dict[tuple[int, str], Standing]:
        theirs = {(live.number_id, live.phone) for live in self._lives.values()}
        return contacts_bulk.standings(self._pairs | theirs)

    def _has_lost_a_target(self, live: Live) -> bool:
        """Steps are kept as they were, while the group or tag they name may have been deleted since."""
        lists = {step.group_id for step in live.rest if step.group_id}
        labels = {step.tag_id for step in live.rest if step.tag_id}
        return not lists <= self._playbook.groups.keys() or (bool(labels) and not labels <= self._tags)

    @cached_property
    def _reach(self) -> dict[int, set[int]]:
        return contacts_bulk.reach()

    @cached_property
    def _tags(self) -> set[int]:
        return set(self._account.tags.values_list("pk", flat=True))


def _said_since(account: Account, lives: Collection[Live]) -> dict[str, list[ConsentEvent]]:
    """The lines of the ledger about each phone, from the oldest that a run of these has not heard."""
    said: dict[str, list[ConsentEvent]] = defaultdict(list)
    if lives:
        oldest = min(live.ledger_seq for live in lives)
        lines = ConsentEvent.objects.filter(account=account, seq__gt=oldest, kind__in=_SAID)
        for line in lines.filter(phone__in={live.phone for live in lives}):
            said[line.phone].append(line)
    return said


def _begun(account: Account, runs: list[Run]) -> dict[int, Evidence]:
    """The texts that began runs, by id, as evidence of what they lead to."""
    known = Evidence(source=Source.KEYWORD)
    found = {run.inbound_id: known for run in runs}
    texts = Message.objects.filter(account=account, pk__in=found) if runs else ()
    for text in texts:
        asked_at = text.sent_at or text.created_at
        found[text.pk] = replace(known, words=text.body, reference=text.carrier_sid or "", asked_at=asked_at)
    return found


def _live(run: Run, begun: Evidence) -> Live:
    return Live(
        id=run.pk,
        bot_id=run.bot_id,
        inbound_id=run.inbound_id,
        number_id=run.number_id,
        phone=run.phone,
        word_key=run.word_key,
        begun=begun,
        begun_at=begun.asked_at,
        joined=run.joined,
        left=run.left,
        state=run.state,
        rest=tuple(map(Step.from_json, run.rest)),
        tries=run.tries,
        text_id=run.text_id or 0,
        said=run.said,
        until=run.next_at,
        ledger_seq=run.ledger_seq,
        put_on=set(run.put_on),
        taken_off=set(run.taken_off),
    )
