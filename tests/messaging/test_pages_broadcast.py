"""One text to a whole group: nothing leaves before the preview, and nothing leaves twice."""

import re
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from contacts import permissions
from contacts.models import Contact, Group, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import outbound
from messaging.models import Broadcast, Message
from messaging.simulator.client import Simulator
from shout.models import Account, User
from tests import build, carrier
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")


@pytest.fixture
def vip(account: Account, marketing: Number, owner: User) -> Group:
    """Five members, of whom two have stopped the marketing number and one is blocked."""
    group = build.group(account)
    people = [build.contact(account) for _ in range(5)]
    permissions.join(group=group, contacts=people, evidence=Evidence.staff(owner, words="at the counter"))
    for person in people[:2]:
        permissions.opt_out(number=marketing, phone=person.phone, evidence=STOP)
    permissions.block(contact=people[2], by=owner)
    return group


def submit(browser: OutsideClient, group: Group, sender: Number, **fields: object) -> HttpResponse:
    url = reverse("messaging:broadcast_new", args=[group.pk])
    form = {"number": sender.pk, "body": "Soup today", "do": "preview"} | fields
    return browser.post(url, form)  # type: ignore[return-value]


def shown(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def key_in(answer: HttpResponse) -> UUID:
    found = re.search(r'name="form_key" value="([^"]+)"', answer.content.decode())
    assert found
    return UUID(found[1])


def detail(browser: OutsideClient, broadcast: Broadcast, **headers: str) -> HttpResponse:
    url = reverse("messaging:broadcast_detail", args=[broadcast.pk])
    return browser.get(url, headers=headers)  # type: ignore[return-value]


def test_marketing_numbers_are_offered_first(
    browser: OutsideClient, account: Account, service: Number, vip: Group
) -> None:
    words = shown(browser.get(reverse("messaging:broadcast_new", args=[vip.pk])))  # type: ignore[arg-type]
    assert "5 people are on it." in words
    assert words.index("Marketing ·") < words.index("Service ·")


def test_the_preview_says_who_gets_it_who_does_not_and_what_it_takes(
    browser: OutsideClient, vip: Group, marketing: Number
) -> None:
    words = shown(submit(browser, vip, marketing, body="é" * 161))
    assert "2 people get it" in words
    assert "Segments for each 2 Segments in all 4 Leaves within less than a minute" in words
    assert "3 do not" in words
    assert "They have stopped this number 2" in words
    assert "They are blocked 1" in words
    assert "Send to 2 people" in words
    assert not Broadcast.objects.exists()


def test_the_preview_says_how_long_a_slow_number_takes(browser: OutsideClient, vip: Group, marketing: Number) -> None:
    marketing.segments_per_second, marketing.burst = 0.01, 1
    marketing.save()
    assert "Leaves within about 1 minute" in shown(submit(browser, vip, marketing))


def test_a_seen_text_leaves_to_those_who_may_be_texted(
    browser: OutsideClient, account: Account, vip: Group, marketing: Number, owner: User, simulator: Simulator
) -> None:
    key = key_in(submit(browser, vip, marketing))
    answer = submit(browser, vip, marketing, do="send", form_key=key)
    broadcast = Broadcast.objects.get()
    assert answer["Location"] == reverse("messaging:broadcast_detail", args=[broadcast.pk])
    assert (broadcast.body, broadcast.created_by) == ("Soup today", owner)
    carrier.work(account.pk)
    statuses = sorted(broadcast.messages.values_list("status", "refusal"))
    assert statuses == [("failed", ""), ("failed", ""), ("refused", "blocked"), *[("refused", "opted_out")] * 2]


def test_a_preview_sent_twice_is_one_broadcast(browser: OutsideClient, vip: Group, marketing: Number) -> None:
    key = key_in(submit(browser, vip, marketing))
    answers = [submit(browser, vip, marketing, do="send", form_key=key) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert Broadcast.objects.count() == 1


@pytest.mark.parametrize("fields", [{}, {"form_key": "x"}, {"form_key": ""}])
def test_what_has_not_been_previewed_is_not_sent(
    browser: OutsideClient, vip: Group, marketing: Number, fields: dict[str, object]
) -> None:
    assert "Nothing has been sent yet." in shown(submit(browser, vip, marketing, do="send", **fields))
    assert not Broadcast.objects.exists()


def test_changing_the_text_keeps_what_was_written(browser: OutsideClient, vip: Group, service: Number) -> None:
    answer = submit(browser, vip, service, do="change", body="Soup\r\ntoday")
    assert "Soup\ntoday</textarea>" in answer.content.decode()
    assert f'<option value="{service.pk}" selected>' in answer.content.decode()


def test_a_group_in_which_nobody_may_be_texted_cannot_be_texted(
    browser: OutsideClient, account: Account, marketing: Number, owner: User
) -> None:
    group, person = build.group(account), build.contact(account)
    assert "The group has no members yet." in shown(submit(browser, group, marketing))
    permissions.join(group=group, contacts=[person], evidence=Evidence.staff(owner))
    permissions.opt_out(number=marketing, phone=person.phone, evidence=STOP)
    answer = submit(browser, group, marketing, do="send", form_key=uuid4())
    assert "Nobody in this group can be texted from Marketing" in shown(answer)
    assert "Send to" not in shown(answer)
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"body": " "}, "Write a text."),
        ({"body": "x" * 1601}, "This one has 1601."),
        ({"number": 0}, "Choose one of your numbers."),
        ({"number": ""}, "Choose a number."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    browser: OutsideClient, vip: Group, marketing: Number, fields: dict[str, object], complaint: str
) -> None:
    answer = submit(browser, vip, marketing, **fields)
    assert answer.status_code == 422
    assert complaint in shown(answer)
    assert str(fields.get("body", "Soup today")) in answer.content.decode()


def test_a_group_without_a_number_to_text_from_is_told_to_add_one(browser: OutsideClient, account: Account) -> None:
    url = reverse("messaging:broadcast_new", args=[build.group(account).pk])
    assert "No number to text from yet" in shown(browser.get(url))  # type: ignore[arg-type]


def test_progress_counts_by_status_and_says_why_some_were_refused(
    browser: OutsideClient, account: Account, vip: Group, marketing: Number, numbers: tuple[Number, Number]
) -> None:
    submit(browser, vip, marketing, do="send", form_key=uuid4())
    broadcast = Broadcast.objects.get()
    assert "0 of 5 done" in shown(detail(browser, broadcast))
    carrier.work(account.pk)
    Message.objects.filter(broadcast=broadcast, status="sent").update(status="delivered")
    words = shown(detail(browser, broadcast))
    assert "All 5 done Delivered 2 Refused 3" in words
    assert "Why 3 were refused" in words


def test_a_page_that_stays_open_asks_on_until_all_is_done(
    browser: OutsideClient, account: Account, vip: Group, marketing: Number, simulator: Simulator
) -> None:
    submit(browser, vip, marketing, do="send", form_key=uuid4())
    broadcast = Broadcast.objects.get()
    fragment = detail(browser, broadcast, **{"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<div id="progress" hx-get=')
    carrier.work(account.pk)
    assert "hx-get" not in detail(browser, broadcast, **{"HX-Request": "true"}).content.decode()


def test_a_broadcast_is_found_again_from_its_group(browser: OutsideClient, vip: Group, marketing: Number) -> None:
    submit(browser, vip, marketing, do="send", form_key=uuid4())
    page = browser.get(reverse("messaging:broadcast_new", args=[vip.pk])).content.decode()
    assert reverse("messaging:broadcast_detail", args=[Broadcast.objects.get().pk]) in page


def test_a_broadcast_outlives_its_group(browser: OutsideClient, vip: Group, marketing: Number) -> None:
    submit(browser, vip, marketing, do="send", form_key=uuid4())
    Broadcast.objects.update(group=None)
    assert "Text to the group VIP" in shown(detail(browser, Broadcast.objects.get()))


def test_a_viewer_may_not_send(viewers_browser: OutsideClient, vip: Group, marketing: Number) -> None:
    assert viewers_browser.get(reverse("messaging:broadcast_new", args=[vip.pk])).status_code == 403
    assert submit(viewers_browser, vip, marketing, do="send", form_key=uuid4()).status_code == 403
    assert not Broadcast.objects.exists()


def test_a_stranger_finds_neither_group_nor_broadcast(
    strangers_browser: OutsideClient, vip: Group, marketing: Number
) -> None:
    broadcast = Broadcast.objects.create(
        account=vip.account, number=marketing, group=vip, group_name="VIP", body="Hi", segments=1, form_key=uuid4()
    )
    assert submit(strangers_browser, vip, marketing, do="send", form_key=uuid4()).status_code == 404
    assert detail(strangers_browser, broadcast).status_code == 404


def test_a_number_of_another_account_cannot_send(rivals: Number, browser: OutsideClient, vip: Group) -> None:
    answer = submit(browser, vip, rivals, do="send", form_key=uuid4())
    assert answer.status_code == 422
    assert not Broadcast.objects.exists()


@pytest.fixture
def rivals(db: None) -> Number:
    """A number of another account."""
    return build.number(build.account(name="Rival"))


def test_who_joins_after_the_preview_is_asked_for_permission_too(
    browser: OutsideClient, account: Account, vip: Group, marketing: Number, owner: User
) -> None:
    key = key_in(submit(browser, vip, marketing))
    late: Contact = build.contact(account)
    permissions.join(group=vip, contacts=[late], evidence=Evidence.staff(owner))
    permissions.opt_out(number=marketing, phone=late.phone, evidence=STOP)
    submit(browser, vip, marketing, do="send", form_key=key)
    carrier.work(account.pk)
    assert Message.objects.get(phone=late.phone).refusal == "opted_out"


MAYBE = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number")
NOON_IN_NEW_YORK = datetime(2026, 3, 4, 17, tzinfo=UTC)


@pytest.fixture
def scattered(account: Account, marketing: Number, owner: User) -> Group:
    """A member in New York, one in Hawaii and one whose text may be a request; sent from 9 to 21 in both places."""
    for place in ("US-NY", "US-HI"):
        build.quiet_window(account, place, opens=time(9), closes=time(21))
    group = build.group(account, "All over")
    people = [build.contact(account, phone=phone) for phone in ("+12125550101", "+18085550102", "+12125550103")]
    permissions.join(group=group, contacts=people, evidence=Evidence.staff(owner, words="at the counter"))
    permissions.hold(number=marketing, phone=people[2].phone, evidence=MAYBE)
    return group


def test_the_preview_counts_who_waits_for_their_day_and_who_for_a_decision(
    browser: OutsideClient, scattered: Group, marketing: Number
) -> None:
    with time_machine.travel(NOON_IN_NEW_YORK, tick=False):
        words = shown(submit(browser, scattered, marketing))
    assert "2 people get it" in words
    assert "At once 1 When it is day where they are, the first at 7:00 PM UTC 1" in words
    assert "1 waits for your decision" in words
    assert "Send to 2 people" in words


def test_a_broadcast_by_night_may_be_sent_though_nobody_gets_it_at_once(
    browser: OutsideClient, scattered: Group, marketing: Number
) -> None:
    with time_machine.travel(NOON_IN_NEW_YORK - timedelta(hours=9), tick=False):
        answer = submit(browser, scattered, marketing)
        assert "At once 0 When it is day where they are, the first at 2:00 PM UTC 2" in shown(answer)
        submit(browser, scattered, marketing, do="send", form_key=key_in(answer))
    assert Broadcast.objects.exists()


def test_a_group_of_which_everybody_is_held_is_told_to_decide_first(
    browser: OutsideClient, account: Account, marketing: Number, owner: User
) -> None:
    group, person = build.group(account), build.contact(account)
    permissions.join(group=group, contacts=[person], evidence=Evidence.staff(owner))
    permissions.hold(number=marketing, phone=person.phone, evidence=MAYBE)
    words = shown(submit(browser, group, marketing, do="send", form_key=uuid4()))
    assert "All of them are left out, for the reasons below." in words
    assert "1 waits for your decision" in words
    assert not Broadcast.objects.exists()


def test_progress_tells_what_waits_and_what_is_held_from_what_is_under_way(
    browser: OutsideClient, account: Account, scattered: Group, marketing: Number, numbers: tuple[Number, Number]
) -> None:
    account.quiet_windows.filter(place="US-NY").update(opens=time.min, closes=time.max)
    account.quiet_windows.filter(place="US-HI").update(opens=time(9), closes=time(9))
    submit(browser, scattered, marketing, do="send", form_key=uuid4())
    carrier.work(account.pk)
    broadcast = Broadcast.objects.get()
    Message.objects.filter(broadcast=broadcast, status="sent").update(status="delivered")
    answer = detail(browser, broadcast)
    assert "1 of 3 done" in shown(answer)
    assert re.search(r"Waiting for their day the first at .* UTC 1 ", shown(answer))
    assert "Held until you decide on what they wrote 1" in shown(answer)
    assert 'hx-trigger="every 30s"' in answer.content.decode()


def test_who_leaves_the_list_before_the_text_is_sent_is_refused(
    browser: OutsideClient, account: Account, vip: Group, marketing: Number, numbers: tuple[Number, Number]
) -> None:
    submit(browser, vip, marketing, do="send", form_key=uuid4())
    while outbound.fan_out(account_id=account.pk):
        pass
    leaver = Message.objects.filter(status="queued").first()
    assert leaver
    assert leaver.contact
    permissions.leave(group=vip, contacts=[leaver.contact], evidence=Evidence(source=Source.KEYWORD, words="NOVIP"))
    carrier.work(account.pk)
    leaver.refresh_from_db()
    assert (leaver.status, leaver.refusal) == ("refused", "no_permission")
    assert "They are not on the list 1" in shown(detail(browser, Broadcast.objects.get()))
