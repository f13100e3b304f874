"""What a carrier has and no webhook brought: taken in by the one door, in order, and never against a later word."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from bots.models import Action, Bot, Run, Trigger
from contacts import permissions
from contacts.models import ConsentEvent, Group, Number, OptOut, Review
from messaging import drift
from messaging.models import CarrierCheck, Message
from messaging.simulator.client import Simulator
from shout.models import Account
from tests import build, carrier
from tests.carrier import Phone

WHOLE_DAY = timedelta(days=1)


@pytest.fixture
def marketing(marketing: Number, settings: Settings) -> Number:
    """The marketing number, whose texts are missed as soon as their webhook is lost."""
    settings.CARRIER_GRACE = 0.0
    return marketing


@pytest.fixture
def outlet(numbers: tuple[Number, Number]) -> Number:
    """The marketing number, connected a day ago."""
    outlet = numbers[0]
    outlet.webhooks_set_at = now() - WHOLE_DAY
    outlet.save()
    return outlet


def lose(simulator: Simulator, number: Number, ana: Phone, *words: str) -> None:
    """Ana texts these words while webhooks are lost; afterwards they are not any more."""
    simulator.behave(lose_webhooks=1)
    for word in words:
        simulator.text(ana.e164, number.e164, word)
    simulator.behave()


def hear(simulator: Simulator, number: Number, ana: Phone, body: str) -> None:
    """Ana texts, the carrier has it, and its webhook brings it."""
    simulator.behave(lose_webhooks=1)
    sid = simulator.text(ana.e164, number.e164, body).sid
    simulator.behave()
    carrier.text(number, body, phone=ana.e164, sid=sid)


def lines() -> list[tuple[str, str]]:
    """The ledger: what changed, by which words."""
    return list(ConsentEvent.objects.order_by("seq").values_list("kind", "words"))


def bot(account: Account, word: str, kind: str, group: Group) -> None:
    made = Bot.objects.create(account=account, name=word)
    Trigger.objects.create(account=account, bot=made, word=word)
    Action.objects.create(account=account, bot=made, position=0, kind=kind, group=group)


@pytest.fixture
def vip(account: Account) -> Group:
    """A list with a word to join it and one to leave it."""
    group = build.group(account)
    bot(account, "JOIN", Action.Kind.ASSIGN_GROUP, group)
    bot(account, "NOVIP", Action.Kind.REMOVE_FROM_GROUP, group)
    return group


def test_a_stop_that_no_webhook_brought_closes_the_number(simulator: Simulator, outlet: Number, ana: Phone) -> None:
    lose(simulator, outlet, ana, "STOP")
    found = drift.check(outlet)
    assert (found.looked_at, found.missed, found.stops, found.failure) == (1, 1, 1, "")
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
    text = Message.objects.get(direction="in")
    assert (found.texts, text.universal) == ([text.pk], "stop")
    assert text.sent_at is not None
    assert ConsentEvent.objects.get().asked_at == text.sent_at


def test_a_second_check_changes_nothing(simulator: Simulator, outlet: Number, ana: Phone, vip: Group) -> None:
    lose(simulator, outlet, ana, "JOIN", "STOP")
    drift.check(outlet)
    carrier.work(outlet.account_id)
    before = lines()
    again = drift.check(outlet)
    carrier.work(outlet.account_id)
    assert (again.looked_at, again.missed, again.stops) == (2, 0, 0)
    assert lines() == before == [("opted_out", "STOP"), ("joined", "JOIN")]
    assert (Message.objects.filter(direction="in").count(), Run.objects.count()) == (2, 1)


def test_missed_words_are_obeyed_in_their_order(simulator: Simulator, outlet: Number, ana: Phone, vip: Group) -> None:
    lose(simulator, outlet, ana, "STOP", "START", "JOIN", "NOVIP", "STOP")
    found = drift.check(outlet)
    carrier.work(outlet.account_id)
    assert (found.missed, found.stops) == (5, 2)
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
    assert not vip.contacts.exists()
    assert lines() == [
        ("opted_out", "STOP"),
        ("opted_in", "START"),
        ("opted_out", "STOP"),
        ("joined", "JOIN"),
        ("left", "NOVIP"),
    ]


def test_a_missed_stop_does_not_overturn_a_later_start_and_is_kept_as_evidence(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    hear(simulator, outlet, ana, "STOP")
    lose(simulator, outlet, ana, "UNSUBSCRIBE")
    hear(simulator, outlet, ana, "START")
    found = drift.check(outlet)
    assert (found.missed, found.stops) == (1, 0)
    assert permissions.refusal(outlet, ana.e164) is None
    assert lines() == [("opted_out", "STOP"), ("opted_in", "START"), ("late", "UNSUBSCRIBE")]
    carrier.work(outlet.account_id)
    late = Message.objects.get(body="UNSUBSCRIBE")
    assert (late.status, late.trace["outcome"]) == ("processed", "overtaken")


def test_a_missed_start_does_not_overturn_a_later_stop(simulator: Simulator, outlet: Number, ana: Phone) -> None:
    hear(simulator, outlet, ana, "STOP")
    lose(simulator, outlet, ana, "START")
    hear(simulator, outlet, ana, "QUIT")
    drift.check(outlet)
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
    assert lines()[-1] == ("late", "START")


def test_a_missed_stop_right_after_a_start_that_was_heard_closes_the_number(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    hear(simulator, outlet, ana, "STOP")
    hear(simulator, outlet, ana, "START")
    lose(simulator, outlet, ana, "STOP")
    assert drift.check(outlet).stops == 1
    assert permissions.refusal(outlet, ana.e164) == "opted_out"


def test_new_consent_that_the_team_recorded_since_is_not_overturned(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    hear(simulator, outlet, ana, "STOP")
    lose(simulator, outlet, ana, "STOP")
    asked = now() + timedelta(seconds=2)
    evidence = permissions.Evidence.staff(build.user(), words="On the phone", asked_at=asked)
    permissions.opt_in(number=outlet, phone=ana.e164, evidence=evidence)
    assert drift.check(outlet).stops == 0
    assert permissions.refusal(outlet, ana.e164) is None


def test_a_missed_request_in_plain_words_is_obeyed_or_held(simulator: Simulator, outlet: Number, ana: Phone) -> None:
    lose(simulator, outlet, ana, "please stop texting me")
    assert drift.check(outlet).stops == 1
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
    ben = Phone(simulator, "+14155550143")
    lose(simulator, outlet, ben, "wrong number")
    assert drift.check(outlet).stops == 0
    assert Review.objects.get(phone=ben.e164).is_open


def test_a_missed_request_in_plain_words_before_a_start_stays_without_effect(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    hear(simulator, outlet, ana, "STOP")
    lose(simulator, outlet, ana, "please stop texting me", "wrong number")
    hear(simulator, outlet, ana, "START")
    drift.check(outlet)
    assert permissions.refusal(outlet, ana.e164) is None
    assert not Review.objects.filter(decision="").exists()
    assert [kind for kind, _ in lines()] == ["opted_out", "opted_in", "late", "late"]


@pytest.mark.parametrize(("missed", "last", "is_on_it"), [("JOIN", "NOVIP", False), ("NOVIP", "JOIN", True)])
def test_a_missed_word_to_a_bot_does_not_overturn_what_was_said_of_that_list_since(
    simulator: Simulator, outlet: Number, ana: Phone, vip: Group, *, missed: str, last: str, is_on_it: bool
) -> None:
    hear(simulator, outlet, ana, "JOIN")
    lose(simulator, outlet, ana, missed)
    hear(simulator, outlet, ana, last)
    drift.check(outlet)
    carrier.work(outlet.account_id)
    assert vip.contacts.filter(phone=ana.e164).exists() == is_on_it
    assert Message.objects.get(trace__outcome="overtaken").body == missed


def test_a_missed_word_to_a_bot_runs_it_once(simulator: Simulator, outlet: Number, ana: Phone, vip: Group) -> None:
    hear(simulator, outlet, ana, "JOIN")
    carrier.work(outlet.account_id)
    lose(simulator, outlet, ana, "NOVIP")
    drift.check(outlet)
    carrier.work(outlet.account_id)
    assert not vip.contacts.exists()
    assert [kind for kind, _ in lines()] == ["joined", "left"]


@pytest.mark.parametrize(("hours", "confirmations"), [(0, 1), (1, 0)])
def test_only_a_stop_of_the_last_five_minutes_is_confirmed(
    simulator: Simulator, outlet: Number, ana: Phone, settings: Settings, *, hours: int, confirmations: int
) -> None:
    outlet.confirmed_by = Number.Confirmer.SHOUT
    outlet.save()
    simulator.carrier_replies(outlet.e164, on=False)
    lose(simulator, outlet, ana, "STOP")
    log = drift._read(outlet, now() - WHOLE_DAY, now())
    aged = [type(text)(**{**_fields(text), "created_at": text.created_at - hours * 3600}) for text in log.texts]
    drift._take_in(outlet, aged, CarrierCheck(account_id=outlet.account_id, number=outlet, since=now()))
    assert OptOut.objects.in_force().count() == 1
    assert Message.objects.filter(origin="confirmation").count() == confirmations


def _fields(text: object) -> dict[str, object]:
    return {name: getattr(text, name) for name in text.__slots__}  # type: ignore[attr-defined]
