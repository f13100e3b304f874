"""What the carrier still holds of an erased person stays out, and what nobody had heard before is heard (P4, P16)."""

import pytest
from pytest_django import Settings

from bots.models import Action
from contacts import permissions
from contacts.models import ConsentEvent, Contact, Group, Number, OptOut
from contacts.permissions import Evidence
from messaging import drift, erasure
from messaging.models import Message
from messaging.simulator.client import Simulator
from shout.models import User
from tests import build, carrier
from tests.carrier import Phone
from tests.messaging.test_drift import bot, hear, lines, lose


@pytest.fixture
def group(outlet: Number) -> Group:
    """A list that BREAD joins."""
    group = build.group(outlet.account)
    bot(outlet.account, "BREAD", Action.Kind.ASSIGN_GROUP, group)
    return group


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    """A text is missed as soon as its webhook is lost."""
    settings.CARRIER_GRACE = 0.0


def erase(phone: Phone, by: User) -> None:
    """Erase whoever has this phone."""
    assert erasure.erase(contact=Contact.objects.get(phone=phone.e164), by=by)


def test_the_carriers_log_does_not_bring_an_erased_person_or_their_texts_back(
    simulator: Simulator,
    outlet: Number,
    ana: Phone,
    group: Group,
    owner: User,
) -> None:
    for body in ("BREAD", "my secret is 42"):
        hear(simulator, outlet, ana, body)
    carrier.work(outlet.account_id)
    erase(ana, owner)
    before = lines()
    found = drift.check(outlet)
    carrier.work(outlet.account_id)
    assert (found.looked_at, found.missed) == (2, 0)
    assert lines() == before
    assert not Contact.objects.filter(phone=ana.e164).exists()
    assert not Message.objects.exists()


def test_a_webhook_repeated_after_an_erasure_stores_nothing(outlet: Number, ana: Phone, owner: User) -> None:
    carrier.text(outlet, "hello", phone=ana.e164, sid="SMerased")
    carrier.work(outlet.account_id)
    erase(ana, owner)
    carrier.text(outlet, "hello", phone=ana.e164, sid="SMerased")
    assert not Message.objects.exists()
    carrier.text(outlet, "hello", phone=ana.e164, sid="SMnew")
    assert Message.objects.get().carrier_sid == "SMnew"


@pytest.mark.parametrize("is_known", [True, False], ids=["heard", "missed"])
def test_an_old_start_does_not_lift_what_was_asked_after_it_and_before_the_erasure(
    simulator: Simulator,
    outlet: Number,
    ana: Phone,
    owner: User,
    is_known: bool,
) -> None:
    hear(simulator, outlet, ana, "STOP")
    (hear if is_known else lose)(simulator, outlet, ana, "START")
    permissions.opt_out(number=outlet, phone=ana.e164, evidence=Evidence.staff(owner, words="never text me again"))
    erase(ana, owner)
    drift.check(outlet)
    carrier.work(outlet.account_id)
    Contact.objects.get_or_create(account=outlet.account, phone=ana.e164)
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
    assert OptOut.objects.get().lifted_at is None
    assert not ConsentEvent.objects.filter(kind=ConsentEvent.Kind.OPTED_IN).exclude(phone="").exists()


def test_a_stop_that_nobody_had_heard_closes_the_number_of_an_erased_person(
    simulator: Simulator,
    outlet: Number,
    ana: Phone,
    owner: User,
) -> None:
    hear(simulator, outlet, ana, "hello")
    lose(simulator, outlet, ana, "STOP")
    carrier.work(outlet.account_id)
    erase(ana, owner)
    assert drift.check(outlet).stops == 1
    assert permissions.refusal(outlet, ana.e164) == "opted_out"
