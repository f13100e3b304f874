"""From the outbox to the carrier: order, throughput, and what a lost answer means (M2-M6, P13, P14)."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from contacts import clock, permissions
from contacts.models import Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import bulk, delivery, outbound, outbox
from messaging.bulk import Settlement
from messaging.models import Message
from messaging.simulator.client import Simulator
from shout.models import Account
from tests import build, carrier
from tests.carrier import Phone

ANA = "+14155550142"
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
Status = Message.Status


def _send(
    number: Number, body: str = "Hi", *, phone: str = ANA, origin: Message.Origin = Message.Origin.API
) -> Message:
    return outbound.send(number=number, phone=phone, body=body, origin=origin)


def _offer(number: Number, body: str = "Hi", *, phone: str = ANA) -> Message:
    """One text of a broadcast to a list of one."""
    group = build.group(number.account)
    evidence = Evidence(source=Source.KEYWORD, words="JOIN")
    permissions.join(group=group, contacts=[build.contact(number.account, phone=phone)], evidence=evidence)
    outbound.broadcast(number=number, group=group, body=body, form_key=build.key())
    outbound.fan_out(account_id=number.account_id)
    return Message.objects.get(origin=Message.Origin.BROADCAST)


def _deliver(number: Number) -> None:
    delivery.deliver(account_id=number.account_id)


def _reconcile(number: Number) -> None:
    """Reconcile as if the grace had passed."""
    Message.objects.filter(status__in=[Status.UNKNOWN, Status.SENDING]).update(next_at=now() - timedelta(seconds=1))
    delivery.reconcile(account_id=number.account_id)


def _lost_and_twin(number: Number, simulator: Simulator) -> tuple[Message, Message]:
    """A text that the carrier never had, and one of the same words to the same phone that it took."""
    simulator.behave(reject={"500": 1.0})
    lost = _send(number, "Same")
    _deliver(number)
    simulator.behave()
    twin = _send(number, "Same")
    _deliver(number)
    return lost, twin


def test_a_text_reaches_the_phone_once_and_keeps_the_carriers_id(numbers: tuple[Number, Number], ana: Phone) -> None:
    text = _send(numbers[0], "Hello")
    _deliver(numbers[0])
    _deliver(numbers[0])
    text.refresh_from_db()
    assert ana.received() == [(numbers[0].e164, "Hello")]
    assert text.status == Status.SENT
    assert text.carrier_sid is not None


def test_texts_of_one_conversation_leave_in_the_order_written(numbers: tuple[Number, Number], ana: Phone) -> None:
    for body in ("one", "two", "three"):
        _send(numbers[0], body)
    _deliver(numbers[0])
    assert [body for _, body in ana.received()] == ["one", "two", "three"]


def test_replies_go_ahead_of_broadcasts(numbers: tuple[Number, Number], simulator: Simulator) -> None:
    Number.objects.update(tokens=1, burst=1, segments_per_second=0.000001)
    _offer(numbers[0], "offer", phone="+14155550101")
    _send(numbers[0], "answer", phone="+14155550102", origin=Message.Origin.BOT)
    _deliver(numbers[0])
    assert [attempt["body"] for attempt in simulator.log()] == ["answer"]


def test_a_number_sends_no_faster_than_its_throughput(numbers: tuple[Number, Number], simulator: Simulator) -> None:
    Number.objects.update(tokens=3, burst=3, segments_per_second=0.000001)
    for i in range(6):
        _send(numbers[0], phone=f"+1415555010{i}")
    _send(numbers[1])
    _deliver(numbers[0])
    sent = [attempt["from"] for attempt in simulator.log()]
    assert sorted(sent) == sorted([numbers[0].e164] * 3 + [numbers[1].e164])


def test_an_opt_out_refuses_what_is_queued_in_the_same_transaction(marketing: Number, service: Number) -> None:
    queued, other = _send(marketing), _send(service)
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    queued.refresh_from_db()
    other.refresh_from_db()
    assert (queued.status, queued.refusal) == (Status.REFUSED, "opted_out")
    assert other.status == Status.QUEUED


def test_permission_is_asked_again_in_the_claim(account: Account, marketing: Number, simulator: Simulator) -> None:
    text = _send(marketing)
    # As if the opt-out had committed while the text was being queued.
    OptOut.objects.create(account=account, number=marketing, phone=ANA, source=Source.STAFF)
    Message.objects.filter(pk=text.pk).update(status=Status.QUEUED, refusal="", settled_at=None)
    _deliver(marketing)
    text.refresh_from_db()
    assert (text.status, text.refusal) == (Status.REFUSED, "opted_out")
    assert simulator.log() == []


def test_permission_is_asked_once_more_under_the_lock_before_the_call(account: Account, marketing: Number) -> None:
    text = _send(marketing)
    token = build.key()
    claimed = outbox.claim(marketing.pk, limit=10, token=token, lease=30, quiet=clock.quiet(account.pk))
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    assert outbox.permitted([row.id for row in claimed], token, quiet=clock.quiet(account.pk)) == set()
    text.refresh_from_db()
    assert (text.status, text.refusal) == (Status.REFUSED, "opted_out")


def test_an_opt_out_that_only_the_carrier_knows_is_learned(
    numbers: tuple[Number, Number], simulator: Simulator
) -> None:
    simulator.text(ANA, numbers[0].e164, "STOP")  # its webhook goes nowhere
    text = _send(numbers[0])
    _deliver(numbers[0])
    text.refresh_from_db()
    assert (text.status, text.error_code) == (Status.FAILED, 21610)
    assert permissions.refusal(numbers[0], ANA) == "opted_out"
    assert permissions.refusal(numbers[1], ANA) is None


def test_a_busy_carrier_is_tried_again_later(numbers: tuple[Number, Number], simulator: Simulator, ana: Phone) -> None:
    simulator.behave(reject={"429": 1.0})
    text = _send(numbers[0])
    _deliver(numbers[0])
    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.QUEUED, 1)
    assert text.next_at > now()
    simulator.behave()
    Message.objects.update(next_at=now())
    _deliver(numbers[0])
    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.SENT, 2)
    assert len(ana.received()) == 1


def test_a_carrier_that_cannot_be_reached_is_tried_again_later(marketing: Number, settings: Settings) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    text = _send(marketing)
    _deliver(marketing)
    text.refresh_from_db()
    assert text.status == Status.QUEUED


@pytest.mark.parametrize("fate", ["accepted_then_500", "accepted_then_reset"])
def test_a_text_whose_answer_was_lost_is_found_in_the_carriers_log(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone, fate: str
) -> None:
    simulator.behave(reject={fate: 1.0})
    text = _send(numbers[0])
    _deliver(numbers[0])
    text.refresh_from_db()
    assert text.status == Status.UNKNOWN
    simulator.behave()
    _reconcile(numbers[0])
    text.refresh_from_db()
    assert text.carrier_sid is not None
    assert text.status in (Status.SENT, Status.DELIVERED)
    assert len(ana.received()) == 1


def test_a_transactional_text_that_the_carrier_never_had_is_sent_once_more(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    simulator.behave(reject={"500": 1.0})
    text = _send(numbers[1])
    _deliver(numbers[1])
    simulator.behave()
    _reconcile(numbers[1])
    text.refresh_from_db()
    assert (text.status, text.misses) == (Status.UNKNOWN, 1)
    _reconcile(numbers[1])
    _deliver(numbers[1])
    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.SENT, 2)
    assert len(ana.received()) == 1


@pytest.mark.parametrize("door", ["broadcast", "api"])
def test_a_marketing_text_that_the_carrier_never_had_is_left_to_a_person(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone, door: str
) -> None:
    simulator.behave(reject={"500": 1.0})
    text = _offer(numbers[0]) if door == "broadcast" else _send(numbers[0])
    _deliver(numbers[0])
    simulator.behave()
    for _ in range(2):
        _reconcile(numbers[0])
    _deliver(numbers[0])
    text.refresh_from_db()
    assert text.status == Status.UNCONFIRMED
    assert ana.received() == []


def test_the_log_entry_of_another_text_with_the_same_words_is_not_adopted(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    first = _send(numbers[0], "Same")
    _deliver(numbers[0])
    simulator.behave(reject={"500": 1.0})
    second = _send(numbers[0], "Same")
    _deliver(numbers[0])
    simulator.behave()
    _reconcile(numbers[0])
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.status == Status.UNKNOWN
    assert second.carrier_sid is None


def test_the_log_entry_of_a_twin_whose_answer_is_not_stored_yet_is_not_adopted(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    lost, twin = _lost_and_twin(numbers[0], simulator)
    # As the reconciler sees it between the carrier's answer to the twin and the commit that stores it.
    leased = now() + timedelta(minutes=1)
    Message.objects.filter(pk=twin.pk).update(status=Status.SENDING, carrier_sid=None, next_at=leased)
    Message.objects.filter(pk=lost.pk).update(next_at=now() - timedelta(seconds=1))
    delivery.reconcile(account_id=numbers[0].account_id)
    lost.refresh_from_db()
    assert (lost.status, lost.carrier_sid, lost.misses) == (Status.UNKNOWN, None, 0)


def test_a_text_whose_entry_a_twin_was_given_while_its_worker_was_frozen_is_looked_for_again(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    lost, frozen = _lost_and_twin(numbers[1], simulator)
    # As if the worker had been frozen between the carrier's answer and its commit, for longer than its lease.
    frozen.refresh_from_db()
    Message.objects.filter(pk=frozen.pk).update(status=Status.SENDING, carrier_sid=None, sent_at=None)
    _reconcile(numbers[1])
    late = Settlement(id=frozen.pk, status=Status.SENT, carrier_sid=frozen.carrier_sid)
    assert frozen.token is not None
    bulk.settle(frozen.token, [late])
    for _ in range(2):
        _reconcile(numbers[1])
    _deliver(numbers[1])
    rows = Message.objects.filter(pk__in=[lost.pk, frozen.pk])
    assert {row.status for row in rows} <= {Status.SENT, Status.DELIVERED}
    assert len({row.carrier_sid for row in rows} - {None}) == 2
    assert [body for _, body in ana.received()] == ["Same", "Same"]


def test_a_text_stays_unknown_while_the_carriers_log_cannot_be_read(
    numbers: tuple[Number, Number], simulator: Simulator
) -> None:
    simulator.behave(reject={"500": 1.0}, log_lists_enabled=False)
    text = _send(numbers[0])
    _deliver(numbers[0])
    for _ in range(3):
        _reconcile(numbers[0])
    text.refresh_from_db()
    assert (text.status, text.misses) == (Status.UNKNOWN, 0)


def test_a_text_whose_worker_died_after_the_claim_is_not_simply_sent_again(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    text = _send(numbers[0])
    outbox.claim(numbers[0].pk, limit=10, token=build.key(), lease=0, quiet=clock.quiet(numbers[0].account_id))
    _deliver(numbers[0])
    assert ana.received() == []
    delivery.reconcile(account_id=numbers[0].account_id)
    text.refresh_from_db()
    assert text.status == Status.UNKNOWN


def test_a_refusal_is_a_row_with_its_reason(account: Account, marketing: Number) -> None:
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    text = _send(marketing)
    assert (text.status, text.refusal) == (Status.REFUSED, "opted_out")


def test_the_same_idempotency_key_is_the_same_text(marketing: Number) -> None:
    first, second = (
        outbound.send(number=marketing, phone=ANA, body="Hi", origin=Message.Origin.API, idempotency_key="order-1")
        for _ in range(2)
    )
    assert first.pk == second.pk
    assert Message.objects.count() == 1


def test_a_broadcast_reaches_each_member_once_and_says_who_was_refused(
    account: Account, numbers: tuple[Number, Number], simulator: Simulator
) -> None:
    group = build.group(account)
    people = [build.contact(account) for _ in range(5)]
    permissions.join(group=group, contacts=people, evidence=Evidence(source=Source.STAFF))
    permissions.opt_out(number=numbers[0], phone=people[0].phone, evidence=STOP)
    assert outbox.audience(numbers[0].pk, group.pk, quiet=clock.quiet(account.pk)) == {"": 4, "opted_out": 1}
    key = build.key()
    made = [outbound.broadcast(number=numbers[0], group=group, body="Offer", form_key=key) for _ in range(2)]
    carrier.work(account.pk)
    assert made[0].pk == made[1].pk
    assert sorted(attempt["to"] for attempt in simulator.log()) == sorted(person.phone for person in people[1:])
    refused = made[0].messages.get(status=Status.REFUSED)
    assert (refused.phone, refused.refusal) == (people[0].phone, "opted_out")


class TestConfirmations:
    """Who answers STOP, START and HELP, and that exactly one does (P5, P6)."""

    @pytest.fixture(autouse=True)
    def shout_confirms(self, numbers: tuple[Number, Number], simulator: Simulator) -> None:
        """Shout answers on the marketing number, the carrier on the other."""
        Number.objects.filter(pk=numbers[0].pk).update(confirmed_by=Number.Confirmer.SHOUT)
        simulator.carrier_replies(numbers[0].e164, on=False)

    def test_stop_is_confirmed_once_although_nothing_else_may_follow(
        self, account: Account, numbers: tuple[Number, Number], ana: Phone
    ) -> None:
        for _ in range(2):
            carrier.text(numbers[0], "STOP", phone=ANA)
            carrier.work(account.pk)
        _send(numbers[0])
        carrier.work(account.pk)
        assert [body for _, body in ana.received()] == [
            f"Denny's Diner: You have stopped texts from {_shown(numbers[0])}. Reply START to get them again."
        ]

    def test_a_confirmation_that_is_late_is_not_sent(
        self, account: Account, numbers: tuple[Number, Number], ana: Phone
    ) -> None:
        carrier.text(numbers[0], "STOP", phone=ANA)
        Message.objects.filter(direction="out").update(created_at=now() - timedelta(minutes=6))
        carrier.work(account.pk)
        assert ana.received() == []
        assert Message.objects.get(direction="out").refusal == "too_late"

    def test_help_is_answered_but_never_to_who_has_stopped(
        self, account: Account, numbers: tuple[Number, Number], ana: Phone
    ) -> None:
        carrier.text(numbers[0], "Help?", phone=ANA)
        permissions.opt_out(number=numbers[1], phone=ANA, evidence=STOP)
        carrier.work(account.pk)
        assert len(ana.received()) == 1
        assert "STOP" in ana.received()[0][1]
        permissions.opt_out(number=numbers[0], phone=ANA, evidence=STOP)
        carrier.text(numbers[0], "info", phone=ANA)
        carrier.work(account.pk)
        assert len(ana.received()) == 1

    def test_the_carriers_number_is_left_to_the_carrier(
        self, account: Account, numbers: tuple[Number, Number], ana: Phone
    ) -> None:
        for word in ("STOP", "START", "HELP"):
            carrier.text(numbers[1], word, phone=ANA)
        carrier.work(account.pk)
        assert ana.received() == []


def _shown(number: Number) -> str:
    return f"({number.e164[2:5]}) {number.e164[5:8]}-{number.e164[8:]}"
