"""How people were asked to join: each wording kept as it was, and matched with those who joined while it was shown."""

from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from contacts import permissions
from contacts.evidence import asked, entries
from contacts.models import CallToAction, ConsentEvent, Group
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

FORM = {"wording": "Text JOIN to get offers", "shown_at": "Poster at the till", "shown_from": "2026-03-01"}


@pytest.fixture
def vip(account: Account) -> Group:
    return build.group(account)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def url(group: Group) -> str:
    return reverse("contacts:call_to_action_list", args=[group.pk])


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def keep(group: Group, by: User, **change: Any) -> bool:  # noqa: ANN401
    said = FORM | {"shown_from": day("2026-03-01")} | change
    return asked.record(group=group, by=by, **said)  # type: ignore[arg-type]


def joined(vip: Group, asked_at: str) -> ConsentEvent:
    """The line of somebody who joined at a moment."""
    evidence = Evidence(source=Source.KEYWORD, words="JOIN", asked_at=day(asked_at))
    permissions.join(group=vip, contacts=[build.contact(vip.account)], evidence=evidence)
    return ConsentEvent.objects.order_by("-seq")[0]


def test_a_new_wording_leaves_the_old_one_as_it_was(browser: OutsideClient, vip: Group, owner: User) -> None:
    assert browser.post(url(vip), FORM)["Location"] == url(vip)
    browser.post(url(vip), FORM | {"wording": "Text JOIN for a cake", "shown_from": "2026-05-01"})
    kept = CallToAction.objects.order_by("shown_from").values_list("wording", "shown_at", "shown_from", "created_by")
    assert list(kept) == [
        ("Text JOIN to get offers", "Poster at the till", day("2026-03-01"), owner.pk),
        ("Text JOIN for a cake", "Poster at the till", day("2026-05-01"), owner.pk),
    ]
    page = shown(browser.get(url(vip)))
    assert page.index("Text JOIN for a cake") < page.index("Text JOIN to get offers")
    assert page.count("In force") == 1


def test_the_same_wording_twice_is_kept_once(browser: OutsideClient, vip: Group) -> None:
    for _ in range(2):
        response = browser.post(url(vip), FORM, follow=True)
    assert CallToAction.objects.count() == 1
    assert "This wording was kept already." in shown(response)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"wording": " "}, "Write down the words by which people are asked to join."),
        ({"shown_at": ""}, "Say where people see these words."),
        ({"shown_from": ""}, "Choose a day."),
        ({"shown_from": "soon"}, "Enter a day, like 2026-03-14."),
        ({"wording": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_an_incomplete_wording_is_told_how_to_mend_it(
    change: dict[str, str], remedy: str, browser: OutsideClient, vip: Group
) -> None:
    assert remedy in shown(browser.post(url(vip), FORM | change), 422)
    assert not CallToAction.objects.exists()


def test_the_group_shows_the_wording_in_force_and_asks_for_one_where_there_is_none(
    browser: OutsideClient, vip: Group, owner: User
) -> None:
    there = reverse("contacts:group_detail", args=[vip.pk])
    assert "Keep the words by which people are asked to join" in shown(browser.get(there))
    keep(vip, owner)
    keep(vip, owner, wording="Not yet", shown_from=day("2999-01-01"))
    page = shown(browser.get(there))
    assert "Text JOIN to get offers" in page
    assert "Not yet" not in page


def test_whoever_may_only_look_sees_the_wordings_and_adds_none(
    strangers_browser: OutsideClient, viewers_browser: OutsideClient, vip: Group, owner: User
) -> None:
    keep(vip, owner)
    page = shown(viewers_browser.get(url(vip)))
    assert "Text JOIN to get offers" in page
    assert "New wording" not in page
    assert viewers_browser.post(url(vip), FORM | {"wording": "Mine"}).status_code == 403
    assert {strangers_browser.get(url(vip)).status_code, strangers_browser.post(url(vip), FORM).status_code} == {404}
    assert CallToAction.objects.count() == 1


def test_every_joining_is_matched_with_the_wording_that_was_shown_when_they_were_asked(vip: Group, owner: User) -> None:
    keep(vip, owner, wording="First")
    keep(vip, owner, wording="Second", shown_from=day("2026-05-01"))
    keep(vip, owner, wording="Mended", shown_from=day("2026-05-01"))
    keep(build.group(vip.account, "Other"), owner, wording="Of another list")
    moments = ["2026-02-28T23:59", "2026-03-01", "2026-04-30T23:59", "2026-05-01"]
    told = entries.tell(vip.account, [joined(vip, moment) for moment in moments])
    assert [entry.call and entry.call.wording for entry in told] == [None, "First", "First", "Mended"]


def test_only_joining_answers_a_wording(vip: Group, owner: User) -> None:
    keep(vip, owner)
    line = joined(vip, "2026-04-01")
    permissions.leave(group=vip, contacts=vip.account.contacts.all(), evidence=Evidence.staff(owner))
    assert [bool(e.call) for e in entries.tell(vip.account, [line, *ConsentEvent.objects.filter(kind="left")])] == [
        True,
        False,
    ]


@pytest.mark.parametrize("source", [Source.STAFF, Source.IMPORT, Source.API, Source.WEB_FORM])
def test_who_was_put_on_the_list_did_not_answer_the_poster(vip: Group, owner: User, source: Source) -> None:
    keep(vip, owner)
    people = [build.contact(vip.account)]
    permissions.join(group=vip, contacts=people, evidence=Evidence(source=source, asked_at=day("2026-04-01")))
    assert entries.tell(vip.account, list(ConsentEvent.objects.all()))[0].call is None


def test_the_wording_outlives_the_list(browser: OutsideClient, vip: Group, owner: User) -> None:
    keep(vip, owner)
    line = joined(vip, "2026-04-01")
    browser.post(reverse("contacts:group_delete", args=[vip.pk]))
    assert not Group.objects.exists()
    [entry] = entries.tell(line.account, [line])
    assert entry.call is not None
    assert entry.call.wording == "Text JOIN to get offers"
