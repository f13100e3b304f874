"""What people text, acted on in batches: everybody's texts in order, one run each, no text in the way of another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bots.models import Action, Bot, Run, Trigger
from contacts import imports, people, permissions
from contacts.models import ConsentEvent, Group, Number, Tag
from contacts.permissions import Evidence
from messaging import inbound, outbound
from messaging.inbound import InboundText
from messaging.models import Message
from messaging.outbox import Draft
from shout.models import Account, User
from tests import build

ANA = "+14155550142"


@pytest.fixture
def vip(account: Account) -> Group:
    """A list with a bot to join it and one to leave it."""
    group, tag = build.group(account), build.tag(account)
    _bot(account, "JOIN", (Action.Kind.ASSIGN_GROUP, group), (Action.Kind.REPLY, "Welcome"))
    _bot(account, "NOVIP", (Action.Kind.REMOVE_FROM_GROUP, group), (Action.Kind.ADD_TAG, tag))
    return group


def _bot(account: Account, word: str, *actions: tuple[str, Group | Tag | str]) -> Bot:
    bot = Bot.objects.create(account=account, name=word)
    Trigger.objects.create(account=account, bot=bot, word=word)
    for position, (kind, target) in enumerate(actions):
        Action.objects.create(
            account=account,
            bot=bot,
            position=position,
            kind=kind,
            group=target if isinstance(target, Group) else None,
            tag=target if isinstance(target, Tag) else None,
            body=target if isinstance(target, str) else "",
        )
    return bot


def _receive(number: Number, body: str, *, phone: str = ANA) -> Message:
    inbound_id = inbound.receive(number=number, text=InboundText(sid=str(build.key()), from_=phone, body=body))
    return Message.objects.get(pk=inbound_id)


def _process(account: Account, *texts: Message) -> None:
    inbound.process(account_id=account.pk)
    for text in texts:
        text.refresh_from_db()


def test_an_unknown_sender_becomes_a_contact(account: Account, marketing: Number) -> None:
    text = _receive(marketing, "Do you have a table?")
    _process(account, text)
    assert text.contact is not None
    assert (text.contact.phone, text.status, text.trace["outcome"]) == (ANA, "processed", "no_match")


def test_the_texts_of_a_batch_have_their_effect_in_order(account: Account, marketing: Number, vip: Group) -> None:
    for word in ("JOIN", "NOVIP", "join", "novip", "Join!"):
        _receive(marketing, word)
    _process(account)
    contact = account.contacts.get()
    assert list(contact.groups.all()) == [vip]
    assert not contact.tags.exists()
    kinds = list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["joined", "left", "joined", "left", "joined"]
    assert Run.objects.count() == 5


def test_who_leaves_a_list_that_they_were_never_on_is_put_on_it_by_no_import(
    account: Account, owner: User, marketing: Number, vip: Group
) -> None:
    text = _receive(marketing, "NOVIP")
    _process(account, text)
    contact = account.contacts.get()
    line = ConsentEvent.objects.get()
    assert (line.kind, line.group_ref, line.phone, line.words) == ("left", vip.pk, ANA, "NOVIP")
    assert (line.source, line.reference) == ("keyword", text.carrier_sid)
    assert (contact.tags.count(), Run.objects.get().left, text.trace["changes"][0][0]) == (1, 0, "tagged")
    rows = f"Phone\n{ANA}\n".encode()
    imports.bring_in(account=account, by=owner, file_name="a.csv", data=rows, consent_source="till", group=vip)
    assert not contact.groups.exists()
    assert people.leaving(vip, ANA) == line


def test_a_leave_word_said_again_and_again_is_one_line_until_they_have_been_on_the_list(
    account: Account, marketing: Number, vip: Group
) -> None:
    for words in (["novip"] * 3, ["novip"], ["JOIN", "novip", "novip"], ["novip"]):
        for word in words:
            _receive(marketing, word)
        _process(account)
    assert list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True)) == ["left", "joined", "left"]
    assert sum(Run.objects.values_list("left", flat=True)) == 1


def test_who_was_taken_off_a_list_by_the_team_and_says_so_too_is_on_record_with_their_own_word(
    account: Account, owner: User, marketing: Number, vip: Group
) -> None:
    _receive(marketing, "JOIN")
    _process(account)
    permissions.leave(group=vip, contacts=[account.contacts.get()], evidence=Evidence.staff(owner))
    assert permissions.leave(group=vip, contacts=[account.contacts.get()], evidence=Evidence.staff(owner)) == 0
    _receive(marketing, "NOVIP")
    _process(account)
    assert list(ConsentEvent.objects.order_by("seq").values_list("kind", "source")) == [
        ("joined", "keyword"),
        ("left", "staff"),
        ("left", "keyword"),
    ]


@pytest.mark.parametrize(("word", "asks"), [("JOIN", 0), ("Hello", 0), ("NOVIP", 1)])
def test_only_who_leaves_a_list_that_they_are_not_on_costs_a_question_to_the_ledger(
    account: Account, marketing: Number, vip: Group, word: str, asks: int
) -> None:
    for phone in (ANA, "+14155550143"):
        _receive(marketing, word, phone=phone)
    with CaptureQueriesContext(connection) as asked:
        _process(account)
    assert sum("DISTINCT ON" in query["sql"] for query in asked) == asks


def test_joining_twice_is_one_line_in_the_ledger_and_two_answers(
    account: Account, marketing: Number, vip: Group
) -> None:
    for _ in range(2):
        _receive(marketing, "JOIN")
    _process(account)
    assert ConsentEvent.objects.count() == 1
    assert Message.objects.filter(direction="out", body="Welcome").count() == 2


def test_a_paused_bot_does_not_listen(account: Account, marketing: Number, vip: Group) -> None:
    Bot.objects.update(status=Bot.Status.PAUSED)
    text = _receive(marketing, "JOIN")
    _process(account, text)
    assert text.trace["outcome"] == "no_match"
    assert not Run.objects.exists()


def test_a_bot_listens_only_on_its_own_numbers(
    account: Account, marketing: Number, service: Number, vip: Group
) -> None:
    for bot in Bot.objects.all():
        bot.on_all_numbers = False
        bot.save()
        bot.numbers.add(service, through_defaults={"account": account})
    on_marketing, on_service = _receive(marketing, "JOIN"), _receive(service, "JOIN")
    _process(account, on_marketing, on_service)
    assert [text.trace["outcome"] for text in (on_marketing, on_service)] == ["no_match", "bot"]


def test_a_blocked_persons_text_is_kept_and_runs_no_bot(
    account: Account, owner: User, marketing: Number, vip: Group
) -> None:
    permissions.block(contact=build.contact(account, phone=ANA), by=owner)
    text = _receive(marketing, "JOIN")
    _process(account, text)
    assert (text.status, text.trace["outcome"]) == ("processed", "blocked")
    assert not vip.contacts.exists()
    assert not Message.objects.filter(direction="out").exists()


def test_a_blocked_persons_stop_still_writes_the_ledger(account: Account, owner: User, marketing: Number) -> None:
    permissions.block(contact=build.contact(account, phone=ANA), by=owner)
    _receive(marketing, "STOP")
    assert [event.kind for event in ConsentEvent.objects.order_by("seq")] == ["blocked", "opted_out"]


def test_joining_a_list_does_not_lift_an_opt_out(account: Account, marketing: Number, vip: Group) -> None:
    for word in ("STOP", "JOIN"):
        _receive(marketing, word)
    _process(account)
    assert vip.contacts.count() == 1
    reply = Message.objects.get(direction="out")
    assert (reply.status, reply.refusal) == ("refused", "opted_out")


@pytest.mark.parametrize(("line", "lifted"), [("local", True), ("toll_free", False), ("short_code", False)])
def test_yes_lifts_an_opt_out_on_a_local_line_only(
    account: Account, marketing: Number, line: str, *, lifted: bool
) -> None:
    marketing.line = line
    marketing.save()
    for word in ("STOP", "Yes"):
        _receive(marketing, word)
    assert (permissions.refusal(marketing, ANA) is None) == lifted


def test_yes_belongs_to_bots_while_nobody_has_stopped(account: Account, marketing: Number) -> None:
    _bot(account, "YES", (Action.Kind.REPLY, "Great"))
    text = _receive(marketing, "YES")
    _process(account, text)
    assert (text.universal, text.trace["outcome"]) == ("", "bot")
    assert not ConsentEvent.objects.exists()


def test_a_stop_sets_the_numbers_opt_out_tag_and_start_removes_it(account: Account, marketing: Number) -> None:
    marketing.opt_out_tag = build.tag(account, "Opted out: Marketing")
    marketing.save()
    _receive(marketing, "STOP")
    contact = account.contacts.get()
    assert [tag.name for tag in contact.tags.all()] == ["Opted out: Marketing"]
    _receive(marketing, "START")
    assert not contact.tags.exists()


def test_one_text_that_cannot_be_processed_is_parked_and_the_others_go_on(
    account: Account, marketing: Number, vip: Group
) -> None:
    texts = [_receive(marketing, "JOIN", phone=f"+1415555020{i}") for i in range(7)]
    # The database refuses a second run of this text, and with it the whole batch.
    Run.objects.create(account=account, bot=Bot.objects.all()[0], inbound_id=texts[4].pk, number=marketing, phone=ANA)
    _process(account, *texts)
    assert [text.status for text in texts] == ["processed"] * 4 + ["parked"] + ["processed"] * 2
    assert texts[4].trace == {"outcome": "parked", "error": "IntegrityError"}
    assert vip.contacts.count() == 6


def test_replies_are_written_in_the_order_in_which_they_were_said(account: Account, marketing: Number) -> None:
    drafts = [
        Draft(number_id=marketing.pk, phone=ANA, body=str(turn), origin=Message.Origin.BOT, segments=1)
        for turn in range(200)
    ]
    outbound.queue(account.pk, drafts)
    written = Message.objects.filter(direction="out").order_by("id").values_list("body", flat=True)
    assert list(written) == [str(turn) for turn in range(200)]
