"""Groups and tags: their own pages, and on a contact's page."""

from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse

from bots.models import Action, Bot
from contacts import bulk, permissions
from contacts.models import ConsentEvent, Contact, Group, Import, Tag
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def url(name: str, *ids: int) -> str:
    return reverse(f"contacts:{name}", args=ids)


def test_a_contact_joins_a_list_once_with_how_they_agreed(
    browser: OutsideClient, account: Account, ana: Contact, owner: User
) -> None:
    vip = build.group(account)
    for _ in range(2):
        response = browser.post(url("contact_groups", ana.pk), {"group": vip.pk, "words": "Asked at the till"})
        assert response["Location"] == reverse("messaging:conversation", args=[ana.pk])
    line = ConsentEvent.objects.get()
    assert list(vip.contacts.all()) == [ana]
    assert (line.kind, line.words, line.actor) == ("joined", "Asked at the till", owner.email)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"group": ""}, "Choose the group to put them on."),
        ({"group": "987654"}, "Choose one of the groups listed."),
        ({"words": ""}, "Say how they agreed to this list. It is kept as proof."),
    ],
)
def test_joining_without_group_or_words_is_told_how_to_mend_it(
    change: dict[str, str], remedy: str, browser: OutsideClient, account: Account, ana: Contact
) -> None:
    form = {"group": build.group(account).pk, "words": "Asked"} | change
    assert remedy in shown(browser.post(url("contact_groups", ana.pk), form), 422)
    assert not ConsentEvent.objects.exists()


def test_a_contact_leaves_a_list_and_the_ledger_says_so_once(
    browser: OutsideClient, account: Account, ana: Contact, owner: User
) -> None:
    vip = build.group(account)
    permissions.join(group=vip, contacts=[ana], evidence=Evidence.staff(owner))
    for _ in range(2):
        browser.post(url("contact_leave", ana.pk, vip.pk))
    assert not vip.contacts.exists()
    assert list(ConsentEvent.objects.values_list("kind", flat=True)) == ["joined", "left"]


def test_a_tag_is_added_by_name_and_made_when_there_is_none(
    browser: OutsideClient, account: Account, ana: Contact
) -> None:
    for name in ("NOVIP", " novip ", "Likes rye"):
        browser.post(url("contact_tags", ana.pk), {"name": name})
    assert [tag.name for tag in ana.tags.all()] == ["Likes rye", "NOVIP"]
    for _ in range(2):
        browser.post(url("contact_untag", ana.pk, account.tags.get(name="NOVIP").pk))
    assert [tag.name for tag in ana.tags.all()] == ["Likes rye"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("", "Enter the name of a tag."),
        ("x" * 61, "Shorten the name of the tag to 60 characters."),
        ("\u200b", "Nothing of this name can be seen."),
        ("\ufdfa" * 30, "This name is too long once it is written out."),
    ],
)
def test_a_tag_that_cannot_be_named_is_refused(name: str, remedy: str, browser: OutsideClient, ana: Contact) -> None:
    assert remedy in shown(browser.post(url("contact_tags", ana.pk), {"name": name}), 422)
    assert not Tag.objects.exists()


@pytest.mark.parametrize("kind", ["group", "tag"])
def test_a_name_is_taken_once_whatever_its_case_and_spaces(kind: str, browser: OutsideClient, account: Account) -> None:
    rows = account.groups if kind == "group" else account.tags
    browser.post(url(f"{kind}_new"), {"name": "Summer  Sale"})
    text = shown(browser.post(url(f"{kind}_new"), {"name": "summer sale"}), 422)
    assert f"There is a {kind} “Summer Sale” already. Choose another name." in text
    assert rows.get().name == "Summer Sale"


@pytest.mark.parametrize("kind", ["group", "tag"])
def test_a_name_may_be_changed_and_kept(kind: str, browser: OutsideClient, account: Account) -> None:
    row = build.group(account, "VIP") if kind == "group" else build.tag(account, "VIP")
    for name in ("vip", "vip"):
        assert browser.post(url(f"{kind}_edit", row.pk), {"name": name}).status_code == 302
    row.refresh_from_db()
    assert row.name == "vip"


def test_groups_show_how_many_are_on_them_and_who(browser: OutsideClient, account: Account, ana: Contact) -> None:
    vip = build.group(account)
    bulk.join(account.pk, [(ana.pk, vip.pk)])
    assert browser.get(url("group_list")).context["groups"].get().member_count == 1
    text = shown(browser.get(url("group_detail", vip.pk)))
    assert "Ana Ruiz" in text
    assert reverse("messaging:broadcast_new", args=[vip.pk]) in text


def test_a_deleted_group_lets_its_members_go_on_the_record(
    browser: OutsideClient, account: Account, ana: Contact, owner: User
) -> None:
    vip = build.group(account)
    permissions.join(group=vip, contacts=[ana], evidence=Evidence.staff(owner))
    Import.objects.create(account=account, file_name="guests.csv", consent_source="Till", group=vip)
    browser.post(url("group_delete", vip.pk))
    assert not Group.objects.exists()
    assert list(ConsentEvent.objects.values_list("kind", "group_name")) == [("joined", "VIP"), ("left", "VIP")]
    assert Import.objects.get().group is None


@pytest.mark.parametrize("kind", ["group", "tag"])
def test_what_a_bot_uses_is_not_deleted_and_the_bot_is_named(
    kind: str, browser: OutsideClient, account: Account, ana: Contact
) -> None:
    group, tag = build.group(account), build.tag(account)
    bulk.join(account.pk, [(ana.pk, group.pk)])
    bot = Bot.objects.create(account=account, name="Welcome")
    named = {"group": group} if kind == "group" else {"tag": tag}
    Action.objects.create(account=account, bot=bot, position=0, kind=f"add_{kind}", **named)
    row = group if kind == "group" else tag
    text = shown(browser.post(url(f"{kind}_delete", row.pk), follow=True))
    assert f"“{row}” is used by the bot “Welcome”. Change that first, then delete it." in text
    assert list(group.contacts.all()) == [ana]
    assert not ConsentEvent.objects.exists()


def test_a_tag_that_a_number_puts_on_is_not_deleted_and_the_number_is_named(
    browser: OutsideClient, account: Account
) -> None:
    tag = build.tag(account)
    build.number(account, label="Offers", e164="+14155550110", opt_out_tag=tag)
    text = shown(browser.post(url("tag_delete", tag.pk), follow=True))
    assert "is used by the number “Offers (+14155550110)”" in text


def test_a_deleted_tag_is_taken_off_everybody(browser: OutsideClient, account: Account, ana: Contact) -> None:
    tag = build.tag(account)
    bulk.tag(account.pk, [(ana.pk, tag.pk)])
    browser.post(url("tag_delete", tag.pk))
    assert not ana.tags.exists()
    assert not Tag.objects.exists()
