"""What bots tell the team: by mail, in the menu, on a page of its own and in the conversation, until it is done."""

from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import Settings

from bots import notices
from bots.models import Action, Bot, Notice, Trigger
from contacts.models import Contact, Number
from messaging import inbound
from messaging.models import Message
from shout.models import Account, Role, User
from tests import build, carrier
from tests.outside import OutsideClient

Kind = Notice.Kind
PAGE = reverse("bots:notice_list")


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def done(notice: Notice) -> str:
    return reverse("bots:notice_done", args=[notice.pk])


@pytest.fixture
def ana(account: Account) -> Contact:
    return build.contact(account, first_name="Ana", last_name="Ruiz", phone="+14155550142")


@pytest.fixture
def host(account: Account) -> Bot:
    """A bot that says hello and hands over."""
    made = Bot.objects.create(account=account, name="Host")
    Trigger.objects.create(account=account, bot=made, word="HELLO")
    Action.objects.create(account=account, bot=made, position=0, kind="reply", body="Hello!")
    Action.objects.create(
        account=account, bot=made, position=1, kind="hand_over", body="{{ first_name }} wants a table"
    )
    return made


def notice(contact: Contact, kind: Kind = Kind.NOTIFY, body: str = "Ana joined", bot: Bot | None = None) -> Notice:
    return Notice.objects.create(account=contact.account, contact=contact, kind=kind, body=body, bot=bot)


def text(number: Number, body: str, contact: Contact) -> None:
    carrier.text(number, body, phone=contact.phone)
    inbound.process(account_id=number.account_id)


def test_a_hand_over_stands_at_the_head_of_the_conversation_until_a_person_replies(
    browser: OutsideClient, marketing: Number, ana: Contact, host: Bot, owner: User
) -> None:
    text(marketing, "hello", ana)
    page = reverse("messaging:conversation", args=[ana.pk])
    said = shown(browser.get(page))
    assert "Handed over to you by the bot “Host”" in said
    assert "Ana wants a table" in said
    form = {"number": marketing.pk, "body": "For how many?", "key": build.key()}
    assert browser.post(reverse("messaging:message_new", args=[ana.pk]), form).status_code == 302
    assert "Handed over" not in shown(browser.get(page))
    assert Notice.objects.get().done_by == owner.email


def test_a_hand_over_comes_and_goes_while_the_conversation_is_open(
    browser: OutsideClient, marketing: Number, ana: Contact, host: Bot
) -> None:
    text(marketing, "hello", ana)
    news = reverse("messaging:timeline", args=[ana.pk])
    assert "Handed over to you by the bot “Host”" in shown(browser.get(news))
    notices.done(Notice.objects.all(), by=build.user())
    said = shown(browser.get(news))
    assert '<div id="handed-over" hx-swap-oob="true">' in said
    assert "Handed over to you" not in said


def test_a_text_that_is_refused_takes_nothing_over(
    browser: OutsideClient, marketing: Number, ana: Contact, host: Bot
) -> None:
    text(marketing, "hello", ana)
    text(marketing, "STOP", ana)
    form = {"number": marketing.pk, "body": "Hi", "key": build.key()}
    browser.post(reverse("messaging:message_new", args=[ana.pk]), form)
    assert Notice.objects.get().done_at is None


def test_the_menu_counts_what_is_to_be_seen_to_and_the_page_shows_it(
    browser: OutsideClient, ana: Contact, host: Bot
) -> None:
    notice(ana, body="Ana <b>joined</b>", bot=host)
    assert "to see to" in shown(browser.get(reverse("contacts:contact_list")))
    response = browser.get(PAGE)
    assert b"Ana &lt;b&gt;joined&lt;/b&gt;" in response.content
    assert "A bot tells you: <a" in shown(response)
    assert "“Host”" in shown(response)


def test_done_is_done_once_and_says_by_whom(browser: OutsideClient, owner: User, ana: Contact) -> None:
    told = notice(ana)
    other = build.member(ana.account, Role.AGENT)
    assert browser.post(done(told))["Location"] == PAGE
    before = Notice.objects.get()
    second = OutsideClient()
    second.force_login(other)
    second.post(done(told))
    after = Notice.objects.get()
    assert (after.done_by, after.done_at) == (owner.email, before.done_at)
    assert f"{owner.email}," in shown(browser.get(PAGE))
    assert "Nothing to see to" in shown(browser.get(PAGE))


def test_done_in_the_conversation_stays_there(browser: OutsideClient, ana: Contact) -> None:
    told = notice(ana, Kind.HAND_OVER)
    answer = browser.post(done(told), {"in_conversation": ""})
    assert answer["Location"] == reverse("messaging:conversation", args=[ana.pk])


def test_all_done_leaves_what_the_page_did_not_show(browser: OutsideClient, ana: Contact) -> None:
    seen = [notice(ana) for _ in range(3)]
    later = notice(ana)
    browser.post(reverse("bots:notices_done"), {"newest": seen[-1].pk})
    assert Notice.objects.get(done_at=None) == later
    for wrong in ("", "x", "-1", "9" * 30):
        browser.post(reverse("bots:notices_done"), {"newest": wrong})
    assert Notice.objects.get(done_at=None) == later


def test_many_notices_are_cut_into_pages(browser: OutsideClient, ana: Contact) -> None:
    for at in range(51):
        notice(ana, body=f"Notice number {at}.")
    said = shown(browser.get(PAGE))
    assert "51 to see to" in said
    assert "Notice number 50." in said
    assert "Notice number 0." not in said
    assert "Notice number 0." in shown(browser.get(f"{PAGE}?before={Notice.objects.order_by('id')[1].pk}"))


def test_who_may_only_look_sees_notices_and_settles_none(viewers_browser: OutsideClient, ana: Contact) -> None:
    told = notice(ana)
    said = shown(viewers_browser.get(PAGE))
    assert "Ana joined" in said
    assert done(told) not in said
    for address in (done(told), reverse("bots:notices_done")):
        assert viewers_browser.post(address, {"newest": told.pk}).status_code == 403
    assert Notice.objects.get().done_at is None


def test_a_stranger_finds_no_notice(strangers_browser: OutsideClient, ana: Contact) -> None:
    told = notice(ana)
    assert "Ana joined" not in shown(strangers_browser.get(PAGE))
    assert strangers_browser.post(done(told)).status_code == 404


def test_a_limit_that_is_reached_is_told_once_with_the_number_the_person_and_what_to_do(
    browser: OutsideClient, marketing: Number, ana: Contact, host: Bot
) -> None:
    Number.objects.update(bot_replies_per_hour=2)
    for _ in range(6):
        text(marketing, "hello", ana)
    told = Notice.objects.get(kind=Kind.LOOP)
    assert (told.contact, told.bot) == (ana, host)
    assert "Marketing has sent them 2 automatic texts within an hour" in told.body
    assert "block it or pause the bot" in told.body
    notices.done(Notice.objects.filter(pk=told.pk), by=build.user())
    text(marketing, "hello", ana)
    assert Notice.objects.filter(kind=Kind.LOOP).count() == 2
    assert Message.objects.filter(direction="out").count() == 2


def test_notices_are_mailed_once_in_one_mail_to_whoever_may_answer(account: Account, owner: User, ana: Contact) -> None:
    agent, viewer = build.member(account, Role.AGENT), build.member(account, Role.VIEWER)
    told = [notice(ana, Kind.HAND_OVER, "Ana wants a table"), notice(ana, body="Ana joined")]
    for _ in range(2):
        assert not notices.mail(account_id=account.pk)
    [sent] = mail.outbox
    assert set(sent.bcc) == {owner.email, agent.email}
    assert viewer.email not in sent.recipients()
    assert sent.subject == "2 notices"
    assert all(each.body in sent.body for each in told)
    assert f"/contacts/{ana.pk}/" in sent.body
    assert PAGE in sent.body


def test_one_notice_is_named_in_the_subject_of_its_mail(account: Account, ana: Contact) -> None:
    notice(ana, Kind.HAND_OVER, "Ana wants a table")
    notices.mail(account_id=account.pk)
    assert mail.outbox[0].subject == "Handed over to you: Ana Ruiz"


def test_a_name_with_a_line_break_holds_up_no_mail(account: Account, ana: Contact) -> None:
    Contact.objects.filter(pk=ana.pk).update(first_name="Ana\r\nBcc: all@example.com")
    told = notice(ana, Kind.HAND_OVER, "Ana wants a table")
    notices.mail(account_id=account.pk)
    assert mail.outbox[0].subject == "Handed over to you: Ana Bcc: all@example.com Ruiz"
    told.refresh_from_db()
    assert told.emailed_at


def test_a_mail_that_cannot_be_sent_is_tried_for_a_day(
    account: Account, ana: Contact, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    old, young = notice(ana), notice(ana)
    with pytest.raises(ConnectionRefusedError):
        notices.mail(account_id=account.pk)
    Notice.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=1, minutes=1))
    assert not notices.mail(account_id=account.pk)
    assert "gave up mailing 1 notices" in caplog.text
    assert list(Notice.objects.filter(emailed_at=None)) == [young]
    assert Notice.objects.filter(done_at=None).count() == 2


def test_a_notice_of_a_bot_that_is_deleted_can_still_be_read(browser: OutsideClient, ana: Contact, host: Bot) -> None:
    notice(ana, bot=host)
    browser.post(reverse("bots:bot_delete", args=[host.pk]))
    assert "“Host” (deleted)" in shown(browser.get(PAGE))
