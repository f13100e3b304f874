"""Runs that ask or wait: the only place that knows whose they are, and what ends them before their last step (B5)."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from bots.bulk import Live
from bots.engine import Response, Step
from bots.models import Run
from bots.playbook import Playbook
from contacts import bulk as contacts_bulk
from contacts.bulk import Standing
from contacts.models import ConsentEvent
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging.models import Message
from shout.models import Account

Kind = ConsentEvent.Kind
_SAID = (Kind.OPTED_OUT, Kind.JOINED, Kind.LEFT)


class OpenRuns:
    """The open runs of some people, and what has been said since they began; `pairs` are (number id, phone)."""

    def __init__(self, account: Account, playbook: Playbook, pairs: set[tuple[int, str]]) -> None:
        self._account, self._playbook, self._pairs = account, playbook, pairs
        of_them = Run.objects.filter(account=account, phone__in={phone for _, phone in pairs}).order_by("id")
        runs = [*of_them.filter(state=Run.State.ASKING), *of_them.filter(state=Run.State.WAITING)]
        begun = _begun(account, runs)
        self._lives = [_live(run, begun[run.inbound_id]) for run in runs]
        self._leave_out_what_is_gone()
        self._since = self._said_since()

    def run(self, pk: int) -> Live | None:
        """The run with this id, if it is open still and nothing has come of it in this round."""
        return next((live for live in self._lives if live.id == pk and live.minutes is None), None)

    def question(self, number_id: int, phone: str) -> Live | None:
        """The question that is open to somebody on a number."""
        mine = (live for live in self.of(phone) if live.number_id == number_id and live.state == Run.State.ASKING)
        return next(mine, None)

    def of(self, phone: str) -> Iterator[Live]:
        """Somebody's open runs."""
        return iter([live for live in self._lives if live.phone == phone])

    def keep(self, live: Live) -> None:
        """Remember how a run stands now; what was said before it came to this does not end it."""
        live.ledger_seq = sys.maxsize
        self._lives = [other for other in self._lives if other is not live]
        if live.state in (Run.State.ASKING, Run.State.WAITING):
            self._lives.append(live)

    def ended_by(self, live: Live) -> str:
        """Why a run may not go on: its bot listens no more, or its person has said otherwise since; else empty."""
        if not self._playbook.listens(live.bot_id, live.number_id):
            return "not_listening"
        if refusal := self.refusal(live):
            return refusal
        since = [line for line in self._since[live.phone] if line.seq > live.ledger_seq]
        if any(line.kind == Kind.OPTED_OUT and line.number_ref == live.number_id for line in since):
            return "opted_out"
        return "list" if any(line.group_ref in live.lists for line in since if line.group_ref) else ""

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
        return contacts_bulk.standings(self._pairs | {(live.number_id, live.phone) for live in self._lives})

    def _leave_out_what_is_gone(self) -> None:
        """Steps are kept as they were, while the group or tag they name may have been deleted since."""
        named = {step.tag_id for live in self._lives for step in live.rest if step.tag_id}
        tags = set(self._account.tags.filter(pk__in=named).values_list("pk", flat=True)) if named else set()

        def is_there(step: Step) -> bool:
            return step.group_id in (None, *self._playbook.groups) and step.tag_id in (None, *tags)

        for live in self._lives:
            live.rest = tuple(filter(is_there, live.rest))

    def _said_since(self) -> dict[str, list[ConsentEvent]]:
        said: dict[str, list[ConsentEvent]] = defaultdict(list)
        if self._lives:
            oldest = min(live.ledger_seq for live in self._lives)
            lines = ConsentEvent.objects.filter(account=self._account, seq__gt=oldest, kind__in=_SAID)
            for line in lines.filter(phone__in={live.phone for live in self._lives}):
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
        joined=run.joined,
        left=run.left,
        state=run.state,
        rest=tuple(map(Step.from_json, run.rest)),
        tries=run.tries,
        text_id=run.text_id or 0,
        said=run.said,
        until=run.next_at,
        ledger_seq=run.ledger_seq,
    )
