"""What a carrier has and no webhook brought: taken in by the one door, in order, and never against a later word."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import Settings

from bots.models import Action, Bot, Run, Trigger
from contacts import permissions
from contacts.models import ConsentEvent, Group, Number, OptOut, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import drift, provisioning
from messaging.carriers import Arrivals, Arrived
from messaging.models import CarrierCheck, Message
from messaging.simulator.client import Simulator
from shout.models import Account
from shout.templatetags.ui import brief_time
from tests import build, carrier
from tests.carrier import Phone
from tests.outside import OutsideClient

WHOLE_DAY = timedelta(days=1)


@pytest.fixture
def marketing(marketing: Number, settings: Settings) -> Number:
    """The marketing number, whose texts are missed as soon as their webhook is lost."""
    settings.CARRIER_GRACE = 0.0
    return marketing


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


def test_a_carrier_that_does_not_answer_is_told_in_words_and_asked_again(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    lose(simulator, outlet, ana, "STOP")
    simulator.behave(log_lists_enabled=False)
    first, again = drift.check(outlet), drift.check(outlet)
    assert (first.failure, first.until) == ("The carrier reported error 20503.", None)
    assert (again.pk, CarrierCheck.objects.count()) == (first.pk, 1)
    simulator.behave()
    assert drift.check(outlet).stops == 1


def test_quiet_days_leave_one_row_and_what_was_missed_stays_on_record(
    simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    drift.check(outlet)
    lose(simulator, outlet, ana, "Hello")
    for _ in range(3):
        drift.check(outlet)
    assert [check.missed for check in CarrierCheck.objects.order_by("id")] == [0, 1, 0]


def test_what_is_too_young_is_left_for_its_webhook(
    simulator: Simulator, outlet: Number, ana: Phone, settings: Settings
) -> None:
    settings.CARRIER_GRACE = 30.0
    lose(simulator, outlet, ana, "Hello")
    assert drift.check(outlet).missed == 0


def test_the_report_says_up_to_when_the_log_was_read(
    browser: OutsideClient, simulator: Simulator, outlet: Number, ana: Phone, settings: Settings
) -> None:
    settings.CARRIER_GRACE = 30.0
    lose(simulator, outlet, ana, "Hello")
    check = drift.check(outlet)
    page = browser.get(reverse("messaging:carrier_check_list")).content.decode()
    assert check.until
    assert check.until < check.checked_at - timedelta(seconds=30)
    assert f"Nothing is missing up to {brief_time(check.until)}; what has come since is looked at next time." in page


def test_a_number_without_a_carrier_is_not_asked_about(account: Account, outlet: Number) -> None:
    build.number(account, line=Number.Line.IN_APP, label="In-app")
    build.number(account, carrier_account_sid="", label="By hand")
    assert outlet in drift.connected(account)
    assert {number.label for number in drift.connected(account)} == {"Marketing", "Service"}


def test_the_sweep_finds_an_account_until_its_carrier_was_asked(
    account: Account, numbers: tuple[Number, Number]
) -> None:
    def due() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT accounts_with_work('carrier')")
            return {account_id for (account_id,) in cursor.fetchall()}

    assert account.pk in due()
    drift.check_account(account_id=account.pk)
    assert account.pk not in due()
    CarrierCheck.objects.update(checked_at=now() - timedelta(minutes=11))
    assert account.pk in due()


def test_two_workers_do_not_ask_the_same_carrier_at_once(account: Account, numbers: tuple[Number, Number]) -> None:
    cache.add(f"drift:{account.pk}", True)
    drift.check_account(account_id=account.pk)
    assert not CarrierCheck.objects.exists()
    cache.delete(f"drift:{account.pk}")
    for _ in range(2):
        drift.check_account(account_id=account.pk)
    assert {(check.number.label, check.subject) for check in CarrierCheck.objects.all()} == {
        (label, subject) for label in ("Marketing", "Service") for subject in ("texts", "service")
    }


def test_a_number_that_has_come_to_share_its_service_is_found_by_the_daily_look(
    simulator: Simulator, outlet: Number
) -> None:
    other = build.number(
        outlet.account, carrier_account_sid=outlet.carrier_account_sid, carrier_auth_token=outlet.carrier_auth_token
    )
    provisioning.connect(other)
    simulator.service(outlet.e164, other.e164, name="Everything")
    drift.check_service(outlet)
    drift.check_service(outlet)
    found = CarrierCheck.objects.get(number=outlet)
    assert (found.subject, found.until is not None) == ("service", True)
    assert "“Everything”" in found.failure


def test_a_long_log_is_taken_in_part_by_part_oldest_first(outlet: Number, monkeypatch: pytest.MonkeyPatch) -> None:
    start = now().replace(microsecond=0) - timedelta(hours=4)
    log = [
        Arrived(sid=f"SM{i}", from_="+14155550142", body=str(i), media=0, created_at=start.timestamp() + i // 2 * 600)
        for i in range(40)
    ]

    def read(number: Number, since: datetime, until: datetime) -> Arrivals:
        asked = [text for text in log if since.timestamp() <= text.created_at <= until.timestamp()][::-1]
        older = datetime.fromtimestamp(asked[6].created_at, UTC) if len(asked) > 6 else None
        return Arrivals(texts=asked[:6], more_until=older)

    monkeypatch.setattr(drift, "_read", read)
    while drift.check(outlet).missed:
        pass
    taken = Message.objects.filter(direction="in").order_by("id").values_list("body", flat=True)
    assert list(taken) == [str(i) for i in range(40)]
    assert CarrierCheck.objects.filter(missed__gt=0).count() > 1


def test_the_report_shows_what_was_taken_in_and_what_it_did(
    browser: OutsideClient, simulator: Simulator, outlet: Number, ana: Phone, vip: Group
) -> None:
    hear(simulator, outlet, ana, "START")
    lose(simulator, outlet, ana, "JOIN", "STOP")
    drift.check_account(account_id=outlet.account_id)
    carrier.work(outlet.account_id)
    page = unescape(browser.get(reverse("messaging:carrier_check_list")).content.decode())
    assert "Taken in late so far: 2 texts, 1 opt-out among them." in " ".join(page.split())
    assert "Stopped the number" in page
    assert "Started JOIN" in page
    assert reverse("messaging:conversation", args=[outlet.account.contacts.get().pk]) in page


def test_the_report_shows_an_opt_out_that_only_the_carrier_knew(
    browser: OutsideClient, outlet: Number, ana: Phone
) -> None:
    evidence = Evidence(source=Source.CARRIER, words="Error 21610", reference="text 1")
    permissions.opt_out(number=outlet, phone=ana.e164, evidence=evidence)
    page = unescape(browser.get(reverse("messaging:carrier_check_list")).content.decode())
    assert "Opt-outs that only the carrier knew" in page
    assert "1 opt-out was reported by the carrier" in page
    assert "Not checked yet" in page


def test_the_report_of_an_account_without_numbers_says_what_would_come(browser: OutsideClient) -> None:
    page = browser.get(reverse("messaging:carrier_check_list")).content.decode()
    assert "No number with a carrier" in page
    assert "Check now" not in page


def test_checking_now_rings_the_worker_and_is_for_who_may_write(
    browser: OutsideClient, viewers_browser: OutsideClient, outlet: Number
) -> None:
    check, report = reverse("messaging:carrier_check_new"), reverse("messaging:carrier_check_list")
    answer = browser.post(check)
    assert (answer.status_code, answer["Location"]) == (302, report)
    assert "reading your carrier’s log" in browser.get(report).content.decode()
    assert viewers_browser.post(check).status_code == 403
    assert "Check now" not in viewers_browser.get(report).content.decode()


def test_a_stranger_sees_nothing_of_another_accounts_report(
    strangers_browser: OutsideClient, simulator: Simulator, outlet: Number, ana: Phone
) -> None:
    lose(simulator, outlet, ana, "STOP")
    drift.check(outlet)
    page = strangers_browser.get(reverse("messaging:carrier_check_list")).content.decode()
    assert outlet.label not in page
