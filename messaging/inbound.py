"""The way in: the only place that takes in what people text, and acts on it."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from bots import bulk as bots_bulk
from bots import engine
from bots.engine import Person, Playbook, Response
from bots.matching import Rule
from contacts import bulk as contacts_bulk
from contacts import permissions, phrases, words
from contacts.hindsight import Late
from contacts.models import Block, ConsentEvent, ContactTag, GroupMembership, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.words import Universal
from messaging import bulk, obedience, outbound, segments
from messaging.models import Message
from messaging.obedience import Heard
from messaging.outbox import Draft
from shout import nudges
from shout.models import Account
from shout.tenancy import tenant
from shout.text import clean, normalise

log = logging.getLogger(__name__)

BATCH = 500
SENDER = re.compile(r"\+?[0-9]{3,15}")
SID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """One text as a carrier delivers it; `sid` is the carrier's id, the same in every repetition.

    `taken_for` is the universal keyword that the carrier itself took it for, and has answered; `place` is where the
    carrier says that the sender is. `late` is filled when no webhook brought it and the carrier's log did.
    """

    sid: str
    from_: str
    body: str
    media: tuple[str, ...] = ()
    taken_for: Universal | None = None
    place: str = ""
    late: Late | None = None


def receive(*, number: Number, text: InboundText) -> int | None:
    """Store a text, and obey STOP and START, in whatever words, before this returns (P2, P8); its id, or None for a
    repetition.

    Call it inside the tenant's transaction; everything else about the text happens in `process`.
    """
    body = clean(text.body)
    stored = bulk.insert_inbound(
        number.account_id,
        number.pk,
        phone=text.from_,
        sid=text.sid,
        body=body,
        media=text.media,
        place=text.place,
        sent_at=text.late.sent_at if text.late else None,
    )
    if stored is None:
        return None
    inbound_id, own_stop_words = stored
    heard = Heard(number=number, phone=text.from_, body=body, sid=text.sid, inbound_id=inbound_id, late=text.late)
    if text.late:
        obedience.mark_overtaken_lists(heard)
    if text.taken_for or words.may_be_universal(body, own_stop_words):
        obedience.obey_word(heard, taken_for=text.taken_for)
    elif reading := phrases.read(body):
        obedience.obey_phrase(heard, reading)
    nudges.nudge("messaging.process", number.account_id)
    return inbound_id


def process(*, account_id: int) -> None:
    """Act on the account's waiting texts in the order they came, a batch a transaction.

    A batch that fails is halved until the one text that cannot be processed is alone; that one is parked, where
    people see it, and the rest go on.
    """
    limit = BATCH
    while True:
        try:
            done = _process_batch(account_id, limit)
        except (OperationalError, InterfaceError):
            raise  # the database is in trouble, not a text: the sweep tries again
        except Exception as error:
            # Its message may quote a text or a phone number.
            log.error("a batch of %s inbound texts failed: %s", limit, type(error).__name__)
            if limit == 1:
                _park_first(account_id, type(error).__name__)
            limit = max(1, limit // 2)
            continue
        if done < limit:
            return
        limit = min(BATCH, limit * 2)


def _process_batch(account_id: int, limit: int) -> int:
    with tenant(account_id):
        if not _take_turn(account_id):
            return 0
        texts = list(_waiting(account_id)[:limit])
        if texts:
            _Batch(Account.objects.get(pk=account_id), texts).carry_out()
    return len(texts)


def _waiting(account_id: int) -> Any:  # noqa: ANN401
    return Message.objects.filter(account_id=account_id, status=Message.Status.RECEIVED).order_by("id")


def _take_turn(account_id: int) -> bool:
    """One worker at a time acts for an account: its texts run in order, and batches make one worker plenty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('inbound', %s))", [account_id])
        return bool(cursor.fetchone()[0])


def _park_first(account_id: int, reason: str) -> None:
    with tenant(account_id):
        first = _waiting(account_id).first()
        if first:
            first.status = Message.Status.PARKED
            first.trace = {"outcome": "parked", "error": reason}
            first.save(update_fields=["status", "trace"])


class _Batch:
    """Texts of one account, folded in order over what their senders' lists and labels were."""

    def __init__(self, account: Account, texts: Sequence[Message]) -> None:
        self.account = account
        self.texts = texts
        self.playbook: Playbook = engine.playbook(account)
        phones = {text.phone for text in texts}
        self.contacts = contacts_bulk.meet(account.pk, phones)
        contacts_bulk.place(account.pk, {text.phone: text.place for text in texts if text.place})
        self.blocked = set(Block.objects.filter(account=account, phone__in=phones).values_list("phone", flat=True))
        self.people = self._people()
        self.answered: list[tuple[Message, Response]] = []
        self.traces: list[tuple[int, int, dict[str, Any]]] = []

    def _people(self) -> dict[int, Person]:
        people = {contact_id: Person() for contact_id in self.contacts.values()}
        on_lists = GroupMembership.objects.filter(account=self.account, contact__in=people)
        for contact_id, group_id in on_lists.values_list("contact_id", "group_id"):
            people[contact_id].groups.add(group_id)
        labelled = ContactTag.objects.filter(account=self.account, contact__in=people)
        for contact_id, tag_id in labelled.values_list("contact_id", "tag_id"):
            people[contact_id].tags.add(tag_id)
        return people

    def carry_out(self) -> None:
        """Let each text have its effect and write all effects at once."""
        before = {pk: (frozenset(person.groups), frozenset(person.tags)) for pk, person in self.people.items()}
        for text in self.texts:
            self._fold(text)
        self._write_lists_and_labels(before)
        self._write_ledger()
        self._write_runs_and_replies()
        bulk.mark_processed(self.account.pk, self.traces)

    def _fold(self, text: Message) -> None:
        contact_id, key = self.contacts[text.phone], normalise(text.body)
        trace: dict[str, Any] = {"compared": key}
        if "outcome" in text.trace:
            trace |= text.trace  # A request in plain words was obeyed when it came; no bot has a say in it.
        elif text.universal:
            trace |= {"outcome": "universal", "word": text.universal}
        elif text.phone in self.blocked:
            trace |= {"outcome": "blocked"}
        elif (rule := self.playbook.matcher.find(key, text.number_id)) and self._is_overtaken(text, rule):
            trace |= {"outcome": "overtaken", "bot": self.playbook.names[rule.bot_id]}
        elif rule:
            response = self.playbook.respond(rule, self.people[contact_id])
            self.answered.append((text, response))
            trace |= self._trace(rule, response)
        else:
            trace |= {"outcome": "no_match"}
        self.traces.append((text.pk, contact_id, trace))

    def _is_overtaken(self, text: Message, rule: Rule) -> bool:
        """Whether a late text would change a list on which its sender has said something else since."""
        changed = {step.group_id for step in self.playbook.steps[rule.bot_id]}
        return not changed.isdisjoint(text.trace.get(obedience.OVERTAKEN_LISTS, ()))

    def _trace(self, rule: Rule, response: Response) -> dict[str, Any]:
        return {
            "outcome": "bot",
            "bot_id": rule.bot_id,
            "bot": self.playbook.names[rule.bot_id],
            "word": rule.word_key,
            "match": rule.match,
            "changes": [[change.kind, change.id] for change in response.changes],
            "replies": len(response.replies),
        }

    def _write_lists_and_labels(self, before: dict[int, tuple[frozenset[int], frozenset[int]]]) -> None:
        joined, left, tagged, untagged = [], [], [], []
        for pk, person in self.people.items():
            groups, tags = before[pk]
            joined += [(pk, group) for group in person.groups - groups]
            left += [(pk, group) for group in groups - person.groups]
            tagged += [(pk, tag) for tag in person.tags - tags]
            untagged += [(pk, tag) for tag in tags - person.tags]
        contacts_bulk.join(self.account.pk, joined)
        contacts_bulk.leave(self.account.pk, left)
        contacts_bulk.tag(self.account.pk, tagged)
        contacts_bulk.untag(self.account.pk, untagged)

    def _write_ledger(self) -> None:
        contacts_bulk.record(
            [
                permissions.list_event(
                    ConsentEvent.Kind(change.kind),
                    self.playbook.groups[change.id],
                    text.phone,
                    evidence=Evidence(
                        source=Source.KEYWORD,
                        words=text.body,
                        reference=text.carrier_sid or "",
                        asked_at=text.sent_at,
                    ),
                )
                for text, response in self.answered
                for change in response.changes
                if change.kind in (ConsentEvent.Kind.JOINED, ConsentEvent.Kind.LEFT)
            ]
        )

    def _write_runs_and_replies(self) -> None:
        runs = bots_bulk.record_runs(
            self.account.pk,
            [
                (response.rule.bot_id, text.pk, text.number_id, text.phone, response.rule.word_key)
                for text, response in self.answered
            ],
        )
        drafts = [
            Draft(
                number_id=text.number_id,
                phone=text.phone,
                contact_id=self.contacts[text.phone],
                body=body,
                segments=segments.count(body).segments,
                origin=Message.Origin.BOT,
                inbound_id=text.pk,
                position=position,
                run_id=runs[text.pk],
            )
            for text, response in self.answered
            for position, body in enumerate(response.replies)
        ]
        outbound.queue(self.account.pk, drafts)
