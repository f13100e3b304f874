"""What comes of a round of texts, written at once: lists, labels, fields, ledger, runs, replies, calls, notices."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bots import bulk as bots_bulk
from bots import notices
from bots.bulk import Live
from bots.engine import Person, Response
from bots.merging import BUILT_IN
from bots.models import Notice, WebhookCall
from bots.playbook import Playbook
from contacts import bulk as contacts_bulk
from contacts import ledger, permissions
from contacts.models import ConsentEvent
from contacts.permissions import Evidence
from messaging import bulk, outbound, segments
from messaging.models import Message
from messaging.outbox import Draft
from shout.models import Account
from shout.nudges import nudge

Kind = ConsentEvent.Kind


@dataclass(frozen=True, slots=True)
class Answered:
    """What one text, or the end of a wait, did: `text_id` is the text that replies speak to, from the place `first`
    on; `answer` the text where it was an answer; `known` what was known of them then, where a webhook is told."""

    live: Live
    response: Response
    text_id: int
    answer: str
    first: int
    is_follow_up: bool
    known: dict[str, str]

    @property
    def words(self) -> str:
        """What the person wrote."""
        return self.answer or self.live.begun.words

    @property
    def evidence(self) -> Evidence:
        """What they asked for: the word that began it, and below it the answer that led here."""
        begun = self.live.begun
        return replace(begun, words=f"{begun.words}\n{self.answer}") if self.answer else begun


class Effects:
    """What is to be written for one account; `contacts` are ids by phone, `people` by id."""

    def __init__(
        self, account: Account, playbook: Playbook, contacts: dict[str, int], *, people: dict[int, Person]
    ) -> None:
        self.account, self.playbook, self.contacts, self.people = account, playbook, contacts, people
        self.before = {pk: (frozenset(person.groups), frozenset(person.tags)) for pk, person in people.items()}
        self.answered: list[Answered] = []
        self.lives: dict[int, Live] = {}
        self.traces: list[tuple[int, int, dict[str, Any]]] = []
        self.ended: list[Live] = []
        self.later: dict[int, list[dict[str, Any]]] = {}
        self.places: dict[str, str] = {}
        self.notices: list[Notice] = []

    def write(self) -> None:
        """Write everything, each kind at once."""
        self._write_lists_and_labels()
        contacts_bulk.place(self.account.pk, self.places)
        contacts_bulk.set_fields(self.account.pk, self._fields())
        contacts_bulk.record(list(self._ledger()))
        begun = [live for live in self.lives.values() if live.id is None]
        bots_bulk.record_runs(self.account.pk, self.lives.values())
        outbound.queue(self.account.pk, list(self._drafts()))
        WebhookCall.objects.bulk_create(self._calls())
        notices.write(self.account.pk, self.notices)
        if any(answered.response.calls for answered in self.answered):
            nudge("bots.make_calls", self.account.pk)
        bulk.mark_processed(self.account.pk, self.traces)
        bulk.cancel_follow_ups(self.account.pk, [live.id for live in self.ended if live.id])
        bulk.cancel_repeated(self.account.pk, [live.id for live in begun if live.id])
        bulk.note_later(self.account.pk, list(self.later.items()))

    def _write_lists_and_labels(self) -> None:
        joined, left, tagged, untagged = [], [], [], []
        for pk, person in self.people.items():
            groups, tags = self.before[pk]
            joined += [(pk, group) for group in person.groups - groups]
            left += [(pk, group) for group in groups - person.groups]
            tagged += [(pk, tag) for tag in person.tags - tags]
            untagged += [(pk, tag) for tag in tags - person.tags]
        contacts_bulk.join(self.account.pk, joined)
        contacts_bulk.leave(self.account.pk, left)
        contacts_bulk.tag(self.account.pk, tagged)
        contacts_bulk.untag(self.account.pk, untagged)

    def _fields(self) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        for answered in self.answered:
            for change in answered.response.changes:
                if change.kind == "set":
                    found.setdefault(self.contacts[answered.live.phone], {})[change.field] = change.value
        return found

    def _ledger(self) -> Iterable[ConsentEvent]:
        """What they said of lists. Who leaves one that they are not on has said so too, and need say it once (P10)."""
        have_left = self._have_left()
        for answered in self.answered:
            phone, response = answered.live.phone, answered.response
            said = [(change.kind, change.id) for change in response.changes if change.kind in (Kind.JOINED, Kind.LEFT)]
            unsaid = (pk for pk in sorted(response.leaves_unlisted) if (phone, pk) not in have_left)
            for kind, pk in [*said, *((Kind.LEFT, pk) for pk in unsaid)]:
                (have_left.add if kind == Kind.LEFT else have_left.discard)((phone, pk))
                group = self.playbook.groups[pk]
                yield permissions.list_event(Kind(kind), group, phone, evidence=answered.evidence)

    def _have_left(self) -> set[tuple[str, int]]:
        """Of those who leave lists that they are not on, by phone and list, who had said so before this round."""
        in_vain = {(each.live.phone, pk) for each in self.answered for pk in each.response.leaves_unlisted}
        return ledger.said_to_leave(self.account, in_vain) if in_vain else set()

    def _drafts(self) -> Iterable[Draft]:
        for answered in self.answered:
            for position, said in enumerate(answered.response.replies, start=answered.first):
                yield Draft(
                    number_id=answered.live.number_id,
                    phone=answered.live.phone,
                    contact_id=self.contacts[answered.live.phone],
                    body=said.body,
                    media=said.media,
                    segments=segments.count(said.body).segments,
                    origin=Message.Origin.FOLLOW_UP if answered.is_follow_up else Message.Origin.BOT,
                    inbound_id=answered.text_id,
                    position=position,
                    run_id=answered.live.id,
                )

    def _calls(self) -> list[WebhookCall]:
        return [
            WebhookCall(
                account=self.account,
                run_id=answered.live.id or 0,
                text_id=answered.text_id,
                url=url,
                payload=self._payload(answered),
            )
            for answered in self.answered
            for url in answered.response.calls
        ]

    def _payload(self, answered: Answered) -> dict[str, Any]:
        live, contact_id = answered.live, self.contacts[answered.live.phone]
        known = answered.known
        own = {name: known.get(name, "") for name in BUILT_IN}
        fields = {name: value for name, value in known.items() if name not in BUILT_IN}
        return {
            "type": "bot.ran",
            "bot": {"id": live.bot_id, "name": self.playbook.names.get(live.bot_id, "")},
            "run": live.id,
            "number": live.number_id,
            "contact": {"id": contact_id, **own, "phone": live.phone, "fields": fields},
            "text": answered.words,
        }
