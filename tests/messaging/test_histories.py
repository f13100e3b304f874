"""A thousand random histories of what people say and businesses do: never a text against permission, never a refusal
without reason, tables and ledger always of one mind, and no line of the ledger changed unnoticed (P1-P15)."""

from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.models import Action, Bot, Trigger
from contacts import bulk, clock, imports, ledger, people, permissions, purposes, reviews, scopes
from contacts.evidence.bulk import differences
from contacts.models import Contact, Group, Number, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.purposes import WouldClose, WouldOpen
from contacts.reviews import Overtaken
from contacts.standing import standing
from messaging import inbound, outbound, outbox
from messaging.inbound import InboundText
from messaging.models import Message
from shout import database
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build
from tests.messaging.histories import Ought

PHONES = ("+14155557001", "+14155557002")
STAFF = Evidence(source=Source.STAFF, words="at the till")
# Two numbers of one account and one of another; YES means START on a local line only (P4).
NUMBERS = (
    ("ours", Number.Kind.MARKETING, Number.Line.LOCAL),
    ("ours", Number.Kind.CUSTOMER_SERVICE, Number.Line.TOLL_FREE),
    ("ours", Number.Kind.MARKETING, Number.Line.SHORT_CODE),
    ("theirs", Number.Kind.MARKETING, Number.Line.LOCAL),
)
STOPS = ("STOP", "“Stop.”", "ＳＴＯＰ", "unsubscribe", "stop stop")
PLAIN_REQUESTS = ("please stop texting me", "take me off this list", "STOPPP")
DOUBTS = ("wrong number",)
OPENING = ("opted_in", "withdrawn", "released", "unblocked")
ORDINARY = ("hello", "can't stop laughing", "START me up", "yes please", "HELP")


def _events(what: str, *hows: str) -> st.SearchStrategy[tuple[str, int, int, str]]:
    # Mostly about one number and one person, so that much happens to them.
    at, who = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3)), st.sampled_from((0, 0, 0, 1))
    return st.tuples(st.just(what), at, who, st.sampled_from(hows))


event = st.one_of(
    _events("text", *STOPS, "STOP", "START", "START", "unstop", "YES"),
    _events("text", *PLAIN_REQUESTS, *DOUBTS, *DOUBTS, *ORDINARY),
    _events("text", "JOIN", "LEAVE"),
    _events("staff", "opt_out", "opt_in", "carrier"),
    _events("decide", "confirm", "dismiss", "undo", "undo"),
    _events("contact", "block", "unblock", "join", "leave", "import"),
    _events("send", "inbox", "api", "broadcast", "broadcast"),
    _events("scope", "number", "purpose", "purpose", "account"),
    _events("kind", Number.Kind.MARKETING, Number.Kind.CUSTOMER_SERVICE),
    _events("claim", ""),
)


@dataclass
class World:
    """The real thing beside what ought to be."""

    numbers: list[Number]
    groups: dict[int, Group]
    user: User
    ought: dict[int, Ought] = field(default_factory=dict)
    seen: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in self.numbers:
            kinds = {i: n.kind for i, n in enumerate(self.numbers) if n.account_id == number.account_id}
            self.ought[number.account_id] = Ought(kinds)

    def happen(self, event: tuple[str, int, int, str]) -> None:
        """Let one thing happen, really and in the model, and compare."""
        what, at, who, how = event
        number, ought = self.numbers[at], self.ought[self.numbers[at].account_id]
        ought.time += 1
        with tenant(number.account_id):
            getattr(self, what)(number, ought, at, who, how)
            if what != "scope":
                self.check_texts(number.account_id)

    def text(self, number: Number, ought: Ought, at: int, who: int, body: str) -> None:
        was_stopped = ought.is_stopped(at, who)
        inbound.receive(number=number, text=InboundText(sid=uuid4().hex, from_=PHONES[who], body=body))
        if body in STOPS or body in PLAIN_REQUESTS:
            ought.stop(at, who)
        elif body in ("START", "unstop") or (body == "YES" and was_stopped and number.line == Number.Line.LOCAL):
            ought.start(at, who)
        elif body in DOUBTS:
            ought.doubt(at, who)
        inbound.process(account_id=number.account_id)
        if who not in ought.blocked and body == "JOIN":
            ought.join(who)
        elif who not in ought.blocked and body == "LEAVE":
            ought.leave(who, by_own_word=True)

    def staff(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        if how == "opt_in":
            permissions.opt_in(number=number, phone=PHONES[who], evidence=STAFF)
            if ought.is_stopped(at, who):
                ought.start(at, who)
            return
        evidence = STAFF if how == "opt_out" else Evidence(source=Source.CARRIER, words="Error 21610")
        permissions.opt_out(number=number, phone=PHONES[who], evidence=evidence)
        is_said_again = how == "opt_out" and not ought.has_stopped_all_in_reach(at, who)
        if is_said_again or not ought.has_stopped_this(at, who):
            ought.stop(at, who)

    def decide(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        review = Review.objects.filter(account_id=number.account_id).order_by("-id").first()
        if review is None:
            return
        at, who = [n.pk for n in self.numbers].index(review.number_id), PHONES.index(review.phone)
        was_open = review.is_open
        assert was_open == ((at, who) in ought.reviews)
        try:
            changed = getattr(reviews, how)(review=review, by=self.user)
        except Overtaken:
            assert not was_open
            return
        if not changed:
            return
        if how == "confirm":
            ought.stop(at, who)
        elif how == "dismiss":
            del ought.reviews[at, who]
        else:
            ought.stops.pop((at, who), None) if ought.has_stopped_this(at, who) else None
            ought.reviews[at, who] = ought.time

    def contact(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        contact, group = self.person(number, who), self.groups[number.account_id]
        if how in ("block", "unblock"):
            getattr(permissions, how)(contact=contact, by=self.user)
            (ought.blocked.add if how == "block" else ought.blocked.discard)(who)
        elif how in ("join", "leave"):
            getattr(permissions, how)(group=group, contacts=[contact], evidence=STAFF)
            ought.join(who) if how == "join" else ought.leave(who, by_own_word=False)
        else:
            rows = f"Phone\n{PHONES[who]}\n".encode()
            imports.bring_in(
                account=number.account, by=self.user, file_name="a.csv", data=rows, consent_source="till", group=group
            )
            if who not in ought.left:
                ought.join(who)

    def send(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        if how == "broadcast":
            group = self.groups[number.account_id]
            before = Message.objects.filter(origin="broadcast").count()
            outbound.broadcast(number=number, group=group, body="Sale", form_key=build.key())
            outbound.fan_out(account_id=number.account_id)
            assert Message.objects.filter(origin="broadcast").count() - before == len(ought.members)
            return
        message = outbound.send(
            number=number, phone=PHONES[who], body="Hi", origin=Message.Origin(how), contact=self.person(number, who)
        )
        assert message.refusal == (ought.refusal(at, who) or "")

    def scope(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        scopes.set_scope(account=number.account, scope=how, starts_at=now(), by=self.user)
        ought.scope = how

    def kind(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        effect = ought.turn(at, how)
        if effect:
            with pytest.raises(WouldOpen if effect == "opens" else WouldClose):
                purposes.change(number=number, kind=how, by=self.user, may_close=effect == "opens")
        if effect != "opens":
            purposes.change(number=number, kind=how, by=self.user, may_close=True)

    def claim(self, number: Number, ought: Ought, at: int, who: int, how: str) -> None:
        quiet = clock.quiet(number.account_id)
        for line in (n for n in self.numbers if n.account_id == number.account_id):
            outbox.claim(line.pk, limit=100, token=uuid4(), lease=30, quiet=quiet)
        self.check_texts(number.account_id)
        Message.objects.filter(status="sending").update(status="sent")

    def person(self, number: Number, who: int) -> Contact:
        return Contact.objects.get(pk=bulk.meet(number.account_id, [PHONES[who]])[PHONES[who]])

    def check_texts(self, account_id: int) -> None:
        """What has just been refused, held or taken for sending was rightly so."""
        for text in Message.objects.filter(direction="out").exclude(status="sent"):
            if self.sees(text):
                at, who = [n.pk for n in self.numbers].index(text.number_id), PHONES.index(text.phone)
                _check_text(text, self.ought[account_id], at, who)

    def sees(self, text: Message) -> bool:
        """Whether the text has come to a new state since it was last looked at."""
        before, self.seen[text.pk] = self.seen.get(text.pk), text.status + text.refusal
        return before != self.seen[text.pk]

    def agree(self) -> None:
        """Model, predicate and ledger say the same of every number and phone, and the ledger is whole."""
        for account_id, group in self.groups.items():
            with tenant(account_id):
                _compare(self, group.account, [number for number in self.numbers if number.account_id == account_id])
                members = set(Contact.objects.in_group(group).values_list("phone", flat=True))
                assert members == {PHONES[who] for who in self.ought[account_id].members}
                left = {phone for phone in PHONES if people.leaving(group, phone)}
                assert left == {PHONES[who] for who in self.ought[account_id].left}
                assert bulk.broken_ledger_line() is None
                assert differences() == []


def _compare(world: World, account: Account, numbers: list[Number]) -> None:
    ought, scope = world.ought[account.pk], scopes.in_force(account)
    kinds = {number.pk: number.kind for number in numbers}
    lines = {phone: ledger.lines_about(account, phone) for phone in PHONES}
    people = set(account.contacts.values_list("phone", flat=True))
    said = bulk.standings((number.pk, phone) for number in numbers for phone in PHONES)
    for number in numbers:
        at = world.numbers.index(number)
        reachable = set(account.contacts.reachable_from(number).values_list("phone", flat=True))
        assert reachable == {phone for phone in people if ought.refusal(at, PHONES.index(phone)) is None}
        for who, phone in enumerate(PHONES):
            mine = (ought.refusal(at, who), ought.is_stopped(at, who), ought.is_held(at, who))
            asked = said[number.pk, phone]
            told = standing(lines[phone], number_id=number.pk, kinds=kinds, scope=scope)
            assert (asked.refusal, asked.is_stopped, asked.is_held) == mine
            assert (told.refusal, told.is_stopped, told.is_held) == mine
            is_closed = bool(asked.refusal or asked.is_held)
            assert asked.event_seq == (told.line.seq if told.line and is_closed else None)
            assert is_closed or told.line is None or told.line.kind in OPENING


def _check_text(text: Message, ought: Ought, at: int, who: int) -> None:
    why = ought.refusal(at, who)
    if why == "opted_out" and text.universal == "stop":
        why = None
    if why is None and text.origin == "broadcast" and who not in ought.members:
        why = "no_permission"
    if text.status == "refused":
        assert text.refusal == why, "refused without reason"
        assert why == "no_permission" or text.consent_seq, "a refusal names the line that decided"
    if text.status == "sending":
        assert why is None, "sent against permission"
    if text.status in ("queued", "sending", "held") and why != "no_permission":
        is_marketing = text.origin == "broadcast" or (text.origin == "api" and ought.kinds[at] == "marketing")
        assert why is None, "left to be sent against permission"
        assert (text.status == "held") == (is_marketing and ought.is_held(at, who))


@dataclass
class Stage:
    """What is there before anything happens."""

    numbers: list[Number]
    groups: dict[int, Group]
    user: User
    accounts: tuple[Account, ...]


@pytest.fixture
def stage(db: None) -> Stage:
    user = build.user()
    accounts = {"ours": build.account(owner=user), "theirs": build.account(owner=user, name="Rival")}
    numbers = [build.number(accounts[whose], kind=kind, line=line) for whose, kind, line in NUMBERS]
    groups = {}
    for each in accounts.values():
        groups[each.pk] = group = build.group(each)
        with tenant(each.pk):
            for word, kind in (("JOIN", Action.Kind.ASSIGN_GROUP), ("LEAVE", Action.Kind.REMOVE_FROM_GROUP)):
                bot = Bot.objects.create(account=each, name=word)
                Trigger.objects.create(account=each, bot=bot, word=word)
                Action.objects.create(account=each, bot=bot, position=0, kind=kind, group=group)
                Action.objects.create(account=each, bot=bot, position=1, kind=Action.Kind.REPLY, body="Done")
    return Stage(numbers, groups, user, tuple(accounts.values()))


@settings(
    max_examples=1000,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=st.lists(event, min_size=4, max_size=14), tampering=st.tuples(st.integers(0, 999), st.integers(0, 999)))
def test_no_history_sends_against_permission_or_refuses_without_reason(
    stage: Stage, history: list[Any], tampering: tuple[int, int]
) -> None:
    with transaction.atomic():
        world = World([copy(number) for number in stage.numbers], stage.groups, stage.user)
        for happening in history:
            world.happen(happening)
        world.agree()
        for account in stage.accounts:
            with tenant(account.pk):
                _tamper(account, *tampering)
        transaction.set_rollback(True)


CHANGES = (
    "phone = '+19995550100'",
    "kind = CASE kind WHEN 'opted_in' THEN 'opted_out' ELSE 'opted_in' END",
    "number_ref = coalesce(number_ref, 0) + 1",
    "words = words || '!'",
    "reference = reference || '!'",
    "actor = actor || '!'",
    "at = at - interval '1 day'",
    "source = 'imp' || 'ort', rule = rule || '!'",
    "phone = '', words = '', reference = '', salt = ''",
)


def _tamper(account: Account, line: int, change: int) -> None:
    """Change one line behind the back of the database's guards: it is found, and nothing before it is accused."""
    newest = account.consent_events.order_by("-seq").values_list("seq", flat=True).first()
    if newest is None:
        return
    seq = 1 + line % newest
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL ROLE {database.OWNER}")
        cursor.execute("ALTER TABLE contacts_consentevent DISABLE TRIGGER append_only")
        cursor.execute(f"UPDATE contacts_consentevent SET {CHANGES[change % len(CHANGES)]} WHERE seq = %s", [seq])
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE contacts_consentevent ENABLE TRIGGER append_only")
        cursor.execute(f"SET LOCAL ROLE {database.APP}")
    assert bulk.broken_ledger_line() == seq
