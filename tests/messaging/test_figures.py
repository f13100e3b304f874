"""What bots brought about, counted by day, and what people texted in vain."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from bots.models import Action, Bot, Run
from contacts import permissions
from contacts.models import Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import figures, inbound
from messaging.figures import counting
from messaging.figures.chart import HEIGHT, Chart
from messaging.figures.counting import is_one_edit
from messaging.models import Message
from shout.models import Account
from tests import build, carrier
from tests.messaging.test_rehearsal import ANA, bot, vip
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")


def text(number: Number, *bodies: str, phone: str = ANA) -> None:
    for body in bodies:
        carrier.text(number, body, phone=phone)
    inbound.process(account_id=number.account_id)


def delivered() -> None:
    Message.objects.filter(direction="out").update(status="delivered")


def test_figures_count_texts_people_lists_and_replies(account: Account, marketing: Number) -> None:
    joins = vip(account)
    leaves = bot(account, "NOVIP", {"kind": Action.Kind.REMOVE_FROM_GROUP, "group": account.groups.get()})
    text(marketing, "vip", "vip", "novip")
    text(marketing, "vip", phone=build.phone())
    delivered()
    found = figures.figures(joins, days=7)
    assert found.people == 2
    assert found.totals == {"texts": 3, "joined": 2, "left": 0, "delivered": 3, "opted_out": 0}
    assert figures.figures(leaves, days=7).totals["left"] == 1
    assert [chart.label for chart in found.charts] == ["Texts", "Joined"]


def test_an_opt_out_counts_within_a_day_of_a_reply_from_the_same_number(
    account: Account, marketing: Number, service: Number
) -> None:
    made, other = vip(account), bot(account, "HELLO", {"kind": Action.Kind.REPLY, "body": "Hi"})
    late, elsewhere, soon = build.phone(), build.phone(), build.phone()
    for phone in (late, elsewhere, soon):
        text(marketing, "vip", "vip", phone=phone)
    delivered()
    Message.objects.filter(direction="out", phone=late).update(created_at=now() - timedelta(hours=25))
    for number, phone in ((marketing, late), (service, elsewhere), (marketing, soon), (marketing, build.phone())):
        permissions.opt_out(number=number, phone=phone, evidence=STOP)
    assert figures.figures(made, days=7).totals["opted_out"] == 1
    assert figures.figures(other, days=7).totals["opted_out"] == 0


def test_a_period_begins_at_midnight_and_shows_every_day(account: Account, marketing: Number) -> None:
    made = vip(account)
    text(marketing, "vip")
    Run.objects.update(ran_at=figures.since(7) - timedelta(seconds=1))
    assert figures.figures(made, days=7).totals["texts"] == 0
    Run.objects.update(ran_at=figures.since(7))
    found = figures.figures(made, days=7)
    assert [day.texts for day in found.days] == [1, 0, 0, 0, 0, 0, 0]


def test_the_last_moment_of_a_day_belongs_to_it_with_its_reply(account: Account, marketing: Number) -> None:
    made = vip(account)
    text(marketing, "vip")
    delivered()
    Run.objects.update(ran_at=figures.since(7) + timedelta(days=2) - timedelta(microseconds=1))
    days = figures.figures(made, days=7).days
    assert [(day.texts, day.joined, day.delivered) for day in days] == [(0, 0, 0), (1, 1, 1), *[(0, 0, 0)] * 5]


def test_only_what_was_texted_in_vain_most_often_is_shown(
    account: Account, marketing: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SHOWN", 2)
    text(marketing, "once", "twice", "thrice", "thrice", "twice", "thrice", "?!")
    found = figures.missed(account, days=7)
    assert [(each.counted.key, each.counted.texts) for each in found] == [("thrice", 3), ("twice", 2)]


def test_the_page_of_figures_has_a_chart_and_the_same_as_a_table(
    account: Account, marketing: Number, viewers_browser: OutsideClient
) -> None:
    made = vip(account)
    text(marketing, "vip")
    url = reverse("messaging:bot_figures", args=[made.pk])
    for days in ("7", "30", "90", "x"):
        page = viewers_browser.get(url, {"days": days}).content.decode()
        assert "Texts by day, 1 in all and at most 1 in a day" in page
        assert "The same as a table" in page
    fragment = viewers_browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment


def test_the_highest_bar_fills_the_chart_and_the_lowest_is_seen() -> None:
    today = now().date()
    chart = Chart.of("Texts", [(today, 10_000), (today, 1), (today, 0)])
    assert [bar.height for bar in chart.bars] == [HEIGHT, 2.0, 0.0]
    assert all(bar.x + bar.width <= 600 for bar in chart.bars)


@pytest.mark.parametrize(
    ("typed", "word", "is_near"),
    [
        ("vpi", "vip", True),
        ("vp", "vip", True),
        ("vipp", "vip", True),
        ("vop", "vip", True),
        ("vip", "vip", False),
        ("ivp", "vip", True),
        ("piv", "vip", False),
        ("sip now", "vip", False),
        ("abc", "bcd", False),
        ("", "v", True),
    ],
)
def test_a_near_miss_is_one_slip_of_the_thumb(typed: str, word: str, is_near: bool) -> None:
    assert is_one_edit(typed, word) is is_near


def test_what_fits_nothing_is_counted_together_with_the_word_it_nearly_is(account: Account, marketing: Number) -> None:
    vip(account)
    bot(account, "HI")
    text(marketing, "VPI", "vpi!", "good morning", "vip", "stop")
    text(marketing, "Vpi", phone=build.phone())
    found = figures.missed(account, days=7)
    assert [(each.counted.key, each.counted.texts, each.counted.people) for each in found] == [
        ("vpi", 3, 2),
        ("good morning", 1, 1),
    ]
    assert [trigger.word for trigger in found[0].near] == ["VIP"]
    assert found[1].near == []
    assert found[0].body == "Vpi"


def test_words_of_deleted_bots_are_not_suggested(account: Account, marketing: Number) -> None:
    vip(account)
    Bot.objects.update(deleted_at=now())
    text(marketing, "vpi")
    assert figures.missed(account, days=7)[0].near == []


def test_a_text_in_vain_leads_to_its_writer_and_to_a_bots_form(
    account: Account, marketing: Number, browser: OutsideClient, viewers_browser: OutsideClient
) -> None:
    made = vip(account)
    text(marketing, "V & I")
    came = Message.objects.get(direction="in")
    page = browser.get(reverse("messaging:unmatched")).content.decode()
    assert reverse("messaging:conversation", args=[came.contact_id]) in page
    word = reverse("messaging:word_new", args=[came.pk])
    assert word in page
    assert word not in viewers_browser.get(reverse("messaging:unmatched")).content.decode()
    choice = browser.get(word).content.decode()
    for form in (reverse("bots:bot_edit", args=[made.pk]), reverse("bots:bot_new")):
        assert f"{form}?word=V%20%26%20I" in choice


def test_a_text_that_a_bot_answers_by_now_names_it_instead_of_being_offered(
    account: Account, marketing: Number, service: Number, browser: OutsideClient
) -> None:
    text(marketing, "hello there")
    text(service, "good morning")
    came = Message.objects.get(direction="in", number=marketing)
    greeter = bot(account, "HELLO", {"kind": Action.Kind.REPLY, "body": "Hi"})
    page = browser.get(reverse("messaging:unmatched")).content.decode()
    assert reverse("messaging:word_new", args=[came.pk]) in page
    greeter.triggers.update(match="first")
    page = browser.get(reverse("messaging:unmatched")).content.decode()
    assert reverse("messaging:word_new", args=[came.pk]) not in page
    assert f'href="/bots/{greeter.pk}/">{greeter.name}</a> answers it now' in page
    assert page.count("answers it now") == 1
    assert page.count("Add as trigger word") == 1
    Bot.objects.update(status=Bot.Status.PAUSED)
    assert "answers it now" not in browser.get(reverse("messaging:unmatched")).content.decode()


def test_a_word_that_a_text_nearly_is_names_its_bot(
    account: Account, marketing: Number, browser: OutsideClient
) -> None:
    names = []
    for name in ("Club", "Old club"):
        made = bot(account, "VIP", {"kind": Action.Kind.REPLY, "body": "Hi"})
        made.name, made.status = name, Bot.Status.PAUSED
        made.save()
        names.append(f'href="/bots/{made.pk}/">{name}</a>')
    text(marketing, "vpi")
    page = browser.get(reverse("messaging:unmatched")).content.decode()
    assert [name in page for name in names] == [True, True]


def test_an_account_without_texts_has_nothing_in_vain(account: Account, browser: OutsideClient) -> None:
    page = browser.get(reverse("messaging:unmatched"), {"days": "7"}).content.decode()
    assert "Nothing was texted in vain" in page
