"""Every page of contacts asks the same questions at its door: signed in? whose row is it? may they write?"""

import pytest
from django.urls import reverse

from contacts import permissions
from contacts.models import ConsentEvent, Contact, Group, Import, Number, Tag
from contacts.permissions import Evidence
from shout.models import Account, Role, User
from tests import build
from tests.outside import OutsideClient

LISTS = ["contact_list", "group_list", "tag_list", "number_list"]
NEW = ["contact_new", "import_new", "group_new", "tag_new", "number_new", "request_new"]
LOOK = ["import_detail", "group_detail", "number_detail", "number_opt_outs"]
CHANGE = [
    *["contact_edit", "contact_groups", "contact_leave", "contact_tags", "contact_block", "contact_unblock"],
    *["contact_opt_out", "contact_opt_in", "group_edit", "group_delete", "tag_edit", "tag_delete", "number_edit"],
]
POST_ONLY = ["contact_untag"]


@pytest.fixture
def rows(account: Account, ana: Contact, owner: User) -> dict[str, int]:
    """One of everything a page can be about, by the name of its place in an address."""
    group, tag, number = build.group(account), build.tag(account), build.number(account)
    evidence = Evidence.staff(owner, words="by phone")
    permissions.join(group=group, contacts=[ana], evidence=evidence)
    permissions.opt_out(number=number, phone=ana.phone, evidence=evidence)
    done = Import.objects.create(account=account, file_name="guests.csv", consent_source="Till", group=group)
    return {"contact_id": ana.pk, "group_id": group.pk, "tag_id": tag.pk, "number_id": number.pk, "import_id": done.pk}


def address(name: str, rows: dict[str, int]) -> str:
    wanted = {
        "contact_leave": ["contact_id", "group_id"],
        "contact_untag": ["contact_id", "tag_id"],
    }.get(name, [f"{name.partition('_')[0]}_id"] if name in LOOK + CHANGE else [])
    return reverse(f"contacts:{name}", kwargs={key: rows[key] for key in wanted})


def everything(account: Account) -> list[object]:
    kinds = (Contact, Group, Tag, Number, Import, ConsentEvent)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


@pytest.mark.parametrize("name", LISTS + NEW + LOOK + CHANGE)
def test_a_member_sees_the_page(name: str, browser: OutsideClient, rows: dict[str, int]) -> None:
    assert browser.get(address(name, rows)).status_code == 200


@pytest.mark.parametrize("name", LISTS + NEW + LOOK + CHANGE + POST_ONLY)
def test_who_is_signed_out_is_led_to_the_sign_in(name: str, client: OutsideClient, rows: dict[str, int]) -> None:
    url = address(name, rows)
    answer = client.post(url) if name in POST_ONLY else client.get(url)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("name", LOOK + CHANGE + POST_ONLY)
def test_a_stranger_finds_nothing(
    name: str, strangers_browser: OutsideClient, account: Account, rows: dict[str, int]
) -> None:
    before = everything(account)
    assert strangers_browser.post(address(name, rows)).status_code in {404, 405}
    assert name in POST_ONLY or strangers_browser.get(address(name, rows)).status_code == 404
    assert everything(account) == before


@pytest.mark.parametrize("name", NEW + CHANGE + POST_ONLY)
def test_a_viewer_may_not_write(
    name: str, viewers_browser: OutsideClient, account: Account, rows: dict[str, int]
) -> None:
    before = everything(account)
    assert viewers_browser.post(address(name, rows), {"name": "Mine", "label": "Mine"}).status_code == 403
    assert everything(account) == before


@pytest.mark.parametrize("name", LISTS + LOOK)
def test_a_viewer_may_look_and_is_offered_nothing_to_change(
    name: str, viewers_browser: OutsideClient, rows: dict[str, int]
) -> None:
    answer = viewers_browser.get(address(name, rows))
    assert answer.status_code == 200
    assert not any(address(other, rows) in answer.content.decode() for other in NEW + CHANGE)


@pytest.mark.parametrize("name", ["number_new", "number_edit"])
def test_an_agent_may_not_change_a_number_because_it_holds_credentials(
    name: str, client: OutsideClient, account: Account, rows: dict[str, int]
) -> None:
    client.force_login(build.member(account, Role.AGENT))
    assert client.post(address(name, rows), {"label": "Mine"}).status_code == 403


@pytest.mark.parametrize("name", LISTS + LOOK)
def test_a_page_to_look_at_takes_no_post(name: str, browser: OutsideClient, rows: dict[str, int]) -> None:
    assert browser.post(address(name, rows)).status_code == 405


@pytest.mark.parametrize("name", POST_ONLY)
def test_an_act_is_not_done_by_following_a_link(name: str, browser: OutsideClient, rows: dict[str, int]) -> None:
    assert browser.get(address(name, rows)).status_code == 405


@pytest.mark.parametrize("name", ["contact_leave", "contact_unblock", "group_delete", "tag_delete"])
def test_a_destructive_act_asks_before_it_is_done(
    name: str, browser: OutsideClient, account: Account, rows: dict[str, int]
) -> None:
    before = everything(account)
    assert "Cancel" in browser.get(address(name, rows)).content.decode()
    assert everything(account) == before
