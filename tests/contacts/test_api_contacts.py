"""Contacts through the REST API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import permissions
from contacts.models import ConsentEvent, Contact, GroupMembership, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account
from shout.tenancy import tenant
from tests import build, rest
from tests.rest import Program

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP", reference="SM1")


@pytest.fixture
def program(db: None) -> Program:
    """A program with a key to an account."""
    return rest.program()


@pytest.fixture
def stranger(db: None) -> Account:
    """Another account."""
    return build.account(name="Elsewhere")


def phones(program: Program, **query: object) -> list[str]:
    """The phones of the contacts that a query finds."""
    return [row["phone"] for row in program.get("contacts/", **query).json["results"]]


def ledger(account: Account) -> list[tuple[str, str, str, str, str, str]]:
    """The lines of the account's ledger."""
    with tenant(account.pk):
        return list(
            ConsentEvent.objects.order_by("seq").values_list("kind", "phone", "group_name", "source", "words", "actor")
        )


def test_a_contact_is_created_read_and_changed(program: Program) -> None:
    made = program.post("contacts/", {"phone": "(415) 555-0123", "first_name": "Ada", "fields": {"city": "London"}})
    assert made.status == 201
    assert made.json.pop("notice") is None
    assert made.json | {"id": 0, "created_at": ""} == {
        "id": 0,
        "phone": "+14155550123",
        "first_name": "Ada",
        "last_name": "",
        "email": "",
        "postal_code": "",
        "notes": "",
        "fields": {"city": "London"},
        "groups": [],
        "tags": [],
        "created_at": "",
    }
    address = f"contacts/{made.json['id']}/"
    changed = program.patch(address, {"last_name": "Lovelace", "email": "ada@example.com", "fields": {}})
    assert changed.status == 200
    assert changed.json == made.json | {"last_name": "Lovelace", "email": "ada@example.com", "fields": {}}
    assert program.get(address).json == changed.json


def test_a_phone_has_one_contact(program: Program) -> None:
    made = program.post("contacts/", {"phone": "+14155550123", "first_name": "Ada"})
    again = program.post("contacts/", {"phone": "415-555-0123", "first_name": "Bea"})
    assert again.status == 409
    assert f"contact {made.json['id']}" in again.json["detail"]
    assert [row["first_name"] for row in program.get("contacts/").json["results"]] == ["Ada"]


def test_two_accounts_may_know_the_same_phone(program: Program, stranger: Account) -> None:
    build.contact(stranger, phone="+14155550123")
    assert program.post("contacts/", {"phone": "+14155550123"}).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone"),
        ({"phone": ""}, "phone"),
        ({"phone": None}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "+49" + "1" * 15}, "phone"),
        ({"phone": "+1415555012\x00"}, "phone"),
        ({"phone": ["+14155550123"]}, "phone"),
        ({"phone": "+14155550123", "email": "nobody"}, "email"),
        ({"phone": "+14155550123", "first_name": "x" * 101}, "first_name"),
        ({"phone": "+14155550123", "first_name": "\ud800"}, "first_name"),
        ({"phone": "+14155550123", "fields": {"a\x00": "b"}}, "fields"),
        ({"phone": "+14155550123", "fields": {"": "b"}}, "fields"),
        ({"phone": "+14155550123", "fields": {"a": "b\x00"}}, "fields.a"),
        ({"phone": "+14155550123", "fields": {"a": {"b": 1}}}, "fields.a"),
        ({"phone": "+14155550123", "fields": []}, "fields"),
        ({"phone": "+14155550123", "frist_name": "Ada"}, "frist_name"),
        ({"phone": "+14155550123", "groups": [1]}, "groups"),
        ({"phone": "+14155550123", "account": 1}, "account"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.post("contacts/", body)
    assert answer.status == 400
    assert set(answer.json["errors"]) == {field}
    assert phones(program) == []


def test_a_contact_keeps_its_phone(program: Program) -> None:
    contact = build.contact(program.account)
    refused = program.patch(f"contacts/{contact.pk}/", {"phone": "+14155550199"})
    assert refused.status == 400
    assert "permission" in refused.json["errors"]["phone"][0]
    assert program.patch(f"contacts/{contact.pk}/", {"phone": contact.phone, "notes": "x"}).status == 200
    assert phones(program) == [contact.phone]


def test_filters_narrow_the_list(program: Program) -> None:
    ada = build.contact(program.account, first_name="Ada", phone="+14155550123")
    bea = build.contact(program.account, first_name="Bea", phone="+447700900123")
    vip, tag = build.group(program.account), build.tag(program.account)
    program.post(f"contacts/{ada.pk}/groups/", {"group": vip.pk})
    program.post(f"contacts/{bea.pk}/tags/", {"tag": tag.pk})
    assert phones(program) == [bea.phone, ada.phone]
    assert phones(program, phone="+14155550123") == phones(program, phone="(415) 555-0123") == [ada.phone]
    assert phones(program, group=vip.pk) == phones(program, q="ada") == [ada.phone]
    assert phones(program, tag=tag.pk) == phones(program, q="7700 bea") == [bea.phone]
    assert phones(program, group=vip.pk, tag=tag.pk) == []


def test_a_plus_that_was_not_escaped_is_understood(program: Program) -> None:
    build.contact(program.account, phone="+447700900123")
    assert len(program.ask("get", "contacts/?phone=+447700900123", {}).json["results"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "abc"),
        ("group", "999999999"),
        ("group", "9" * 30),
        ("tag", "vip"),
        ("q", "x" * 101),
        ("q", "\x00"),
        ("phone", ""),
    ],
)
def test_a_filter_that_makes_no_sense_is_a_problem(program: Program, name: str, value: str) -> None:
    answer = program.get("contacts/", **{name: value})
    assert answer.status == 400
    assert set(answer.json["errors"]) == {name}


def test_another_accounts_contacts_are_not_there(program: Program, stranger: Account) -> None:
    theirs = build.contact(stranger, first_name="Theirs")
    vip, tag = build.group(program.account), build.tag(program.account)
    assert phones(program) == []
    assert program.get(f"contacts/{theirs.pk}/").status == 404
    assert program.patch(f"contacts/{theirs.pk}/", {"first_name": "Mine"}).status == 404
    assert program.get(f"contacts/{theirs.pk}/permission/").status == 404
    assert program.post(f"contacts/{theirs.pk}/groups/", {"group": vip.pk}).status == 404
    assert program.delete(f"contacts/{theirs.pk}/groups/{vip.pk}/").status == 404
    assert program.post(f"contacts/{theirs.pk}/tags/", {"tag": tag.pk}).status == 404
    assert program.delete(f"contacts/{theirs.pk}/tags/{tag.pk}/").status == 404
    with tenant(stranger.pk):
        assert Contact.objects.get().first_name == "Theirs"
        assert not GroupMembership.objects.exists()


def test_another_accounts_groups_and_tags_are_not_there(program: Program, stranger: Account) -> None:
    contact = build.contact(program.account)
    group, tag = build.group(stranger), build.tag(stranger)
    assert program.get("contacts/", group=group.pk).status == 400
    assert program.get("contacts/", tag=tag.pk).status == 400
    joined = program.post(f"contacts/{contact.pk}/groups/", {"group": group.pk})
    assert joined.status == 400
    assert joined.json["errors"] == {"group": [f"There is no group {group.pk} in this account."]}
    assert program.delete(f"contacts/{contact.pk}/groups/{group.pk}/").status == 404
    assert program.post(f"contacts/{contact.pk}/tags/", {"tag": tag.pk}).status == 400
    assert program.delete(f"contacts/{contact.pk}/tags/{tag.pk}/").status == 404
    assert program.get(f"contacts/{contact.pk}/").json["groups"] == []
    assert ledger(program.account) == []


def test_joining_and_leaving_a_group_is_in_the_ledger_once(program: Program) -> None:
    contact, vip = build.contact(program.account), build.group(program.account)
    address = f"contacts/{contact.pk}/groups/"
    first = program.post(address, {"group": vip.pk, "words": "Ticked the box at checkout"})
    again = program.post(address, {"group": vip.pk, "words": "Ticked it again"})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert first.json["name"] == "VIP"
    assert program.get(f"contacts/{contact.pk}/").json["groups"] == [first.json]
    assert program.delete(f"{address}{vip.pk}/").status == program.delete(f"{address}{vip.pk}/").status == 204
    assert program.get(f"contacts/{contact.pk}/").json["groups"] == []
    assert ledger(program.account) == [
        ("joined", contact.phone, "VIP", "api", "Ticked the box at checkout", "API key Shop"),
        ("left", contact.phone, "VIP", "api", "", "API key Shop"),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "group"), ({"group": "vip"}, "group"), ({"group": True}, "group"), ({"group": 10**30}, "group")],
)
def test_joining_nothing_is_a_problem(program: Program, body: dict[str, Any], field: str) -> None:
    contact = build.contact(program.account)
    answer = program.post(f"contacts/{contact.pk}/groups/", body)
    assert answer.status == 400
    assert set(answer.json["errors"]) == {field}


def test_tags_are_put_on_and_taken_off(program: Program) -> None:
    contact, tag = build.contact(program.account), build.tag(program.account)
    address = f"contacts/{contact.pk}/tags/"
    assert [program.post(address, {"tag": tag.pk}).status for _ in range(2)] == [201, 200]
    assert program.get(f"contacts/{contact.pk}/").json["tags"] == [{"id": tag.pk, "name": "NOVIP"}]
    assert [program.delete(f"{address}{tag.pk}/").status for _ in range(2)] == [204, 204]
    assert program.get(f"contacts/{contact.pk}/").json["tags"] == []


def test_nothing_a_program_does_to_a_contact_lifts_an_opt_out(program: Program) -> None:
    account, contact = program.account, build.contact(program.account)
    number, vip = build.number(account), build.group(account)
    with tenant(account.pk):
        permissions.opt_out(number=number, phone=contact.phone, evidence=STOP)
    program.post("contacts/", {"phone": contact.phone})
    program.patch(f"contacts/{contact.pk}/", {"notes": "wants texts again"})
    program.post(f"contacts/{contact.pk}/groups/", {"group": vip.pk, "words": "START"})
    for method in ("post", "patch", "put", "delete"):
        assert program.ask(method, f"contacts/{contact.pk}/permission/", "{}").status == 405
    assert program.delete(f"contacts/{contact.pk}/").status == 405
    with tenant(account.pk):
        assert OptOut.objects.count() == 1


def test_a_list_takes_the_same_queries_however_long_it_is(program: Program) -> None:
    vip, tag = build.group(program.account), build.tag(program.account)

    def queries(people: int) -> int:
        for _ in range(people):
            contact = build.contact(program.account)
            program.post(f"contacts/{contact.pk}/groups/", {"group": vip.pk})
            program.post(f"contacts/{contact.pk}/tags/", {"tag": tag.pk})
        with CaptureQueriesContext(connection) as captured:
            assert all(row["groups"] and row["tags"] for row in program.get("contacts/").json["results"])
        return len(captured)

    assert queries(1) == queries(5) < 16


def test_what_nobody_can_read_is_taken_out_of_fields_and_an_empty_one_is_none(program: Program) -> None:
    wrong = {"first_name": "Ada\u202e", "notes": "One\x07\nTwo", "fields": {"city": "Rome\u2066", "color": ""}}
    made = program.post("contacts/", {"phone": "(415) 555-0123"} | wrong).json
    assert (made["first_name"], made["notes"], made["fields"]) == ("Ada", "One\nTwo", {"city": "Rome"})
    changed = program.patch(f"contacts/{made['id']}/", {"fields": {"city": ""}})
    assert (changed.status, changed.json["fields"]) == (200, {})
