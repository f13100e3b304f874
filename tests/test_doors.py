"""Every address of the product, found by walking the URL configuration, is asked the same questions.

An id in an address stands behind its noun (`groups/<int:group_id>/`), and the noun is the account's relation that
holds the rows, hyphens for underscores. An address of another make fails here, so that nobody forgets to have it asked.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from shout.models import Account, ApiKey, Role
from shout.tenancy import tenant
from tests import build, everything

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
WRITING = METHODS[1:]
# Open to everybody by design. The carriers' webhooks know who speaks by a signature (tests/messaging/test_webhooks.py).
PUBLIC = {
    "api:docs",
    "api:nowhere",
    "api:schema",
    "bots:share",
    "messaging:sms_webhook",
    "messaging:status_webhook",
    "shout:healthz",
    "shout:styleguide",
}
# A viewer may post here: it changes nothing of the account.
HARMLESS = {
    "api:bot-test",
    "api:bot-validate",
    "api:message-preview",
    "contacts:evidence",
    "messaging:bot_test",
    "messaging:phone_handsets",
    "shout:account_new",
    "shout:switch_account",
}


@dataclass(frozen=True)
class Door:
    """One address: its route, and its name with the namespaces."""

    route: str
    name: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def nouns(self) -> dict[str, str]:
        """By parameter, the account's relation that holds the row."""
        found = re.findall(r"([\w-]+)/<int:(\w+)>", self.route)
        nouns = {parameter: noun.replace("-", "_") for noun, parameter in found}
        assert len(nouns) == self.route.count("<"), f"Teach tests/test_doors.py to fill the ids of {self.route}"
        return nouns

    def url(self, accounts: dict[str, Account]) -> str:
        """The address with the id of a row of the account that `accounts` names for each parameter."""
        return reverse(self.name, kwargs={name: row(accounts[name], noun) for name, noun in self.nouns.items()})


def row(account: Account, noun: str) -> int:
    with tenant(account.pk):
        return int(getattr(account, noun).first().pk)


def walk(patterns: list[URLPattern | URLResolver], route: str = "", namespace: str = "") -> Iterator[Door]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Door(here, f"{namespace}{pattern.name}")
        elif "allauth" not in str(pattern.urlconf_name):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)


DOORS = [door for door in walk(get_resolver().url_patterns) if door.name not in PUBLIC]
WITH_IDS = [door for door in DOORS if door.nouns]


@dataclass(frozen=True)
class House:
    """Two accounts that hold everything; `page` and `program` speak for ours alone."""

    ours: Account
    theirs: Account
    page: Client
    program: Client

    def ask(self, door: Door, method: str, url: str, body: Any = None) -> HttpResponse:  # noqa: ANN401
        """The answer to a person or a program, whichever comes by this door."""
        client = self.program if door.is_api else self.page
        if door.is_api:
            return client.generic(method, url, json.dumps(body or {}), content_type="application/json")  # type: ignore[return-value]
        return getattr(client, method.lower())(url, body or {})  # type: ignore[no-any-return]

    def own(self, door: Door) -> str:
        """The door's address with our own ids."""
        return door.url(dict.fromkeys(door.nouns, self.ours))

    def foreign(self, door: Door) -> set[str]:
        """The door's addresses with one id of theirs, and with nothing else."""
        ours, theirs = (dict.fromkeys(door.nouns, account) for account in (self.ours, self.theirs))
        return {door.url(theirs), *(door.url(ours | {name: self.theirs}) for name in door.nouns)}


@pytest.fixture
def house(db: None, settings: Settings) -> House:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    return enter(build.account(), build.account(name="Other"), Role.OWNER)


def enter(ours: Account, theirs: Account, role: Role) -> House:
    """Both accounts filled, and somebody with `role` in ours."""
    person, page = build.member(ours, role), Client()
    for account in (ours, theirs):
        everything.fill(account, by=person)
    page.force_login(person)
    with tenant(ours.pk):
        _, key = ApiKey.issue(account=ours, name="Program", role=role)
    return House(ours, theirs, page, Client(headers={"Authorization": f"Bearer {key}"}))


def test_there_are_pages_and_rest_addresses_with_ids() -> None:
    assert {door.is_api for door in WITH_IDS} == {True, False}
    assert len(WITH_IDS) > 20


def test_another_accounts_rows_are_found_by_no_door(house: House) -> None:
    before = everything.contents(house.theirs), everything.contents(house.ours)
    for door in WITH_IDS:
        for url in house.foreign(door):
            statuses = {method: house.ask(door, method, url).status_code for method in METHODS}
            assert set(statuses.values()) <= {404, 405}, (door, url, statuses)
            assert 404 in statuses.values(), (door, url, statuses)
        assert (everything.contents(house.theirs), everything.contents(house.ours)) == before, door


def test_ones_own_rows_are_found_by_the_same_doors(house: House) -> None:
    for door in WITH_IDS:
        statuses = {}
        for method in METHODS:
            with transaction.atomic():
                statuses[method] = house.ask(door, method, house.own(door)).status_code
                transaction.set_rollback(True)
        assert 404 not in statuses.values(), (door, statuses)
        assert max(statuses.values()) < 500, (door, statuses)


@pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, 10**40])
def test_an_id_of_any_size_is_an_ordinary_miss(house: House, number: int) -> None:
    for door in WITH_IDS:
        url = reverse(door.name, kwargs=dict.fromkeys(door.nouns, number))
        statuses = {method: house.ask(door, method, url).status_code for method in METHODS}
        assert set(statuses.values()) <= {404, 405}, (door, statuses)


def test_who_is_signed_out_is_sent_to_sign_in_and_a_program_without_a_key_is_told_so(house: House) -> None:
    before = everything.contents(house.ours)
    stranger = House(house.ours, house.theirs, Client(), Client())
    for door in DOORS:
        answers = [stranger.ask(door, method, house.own(door)) for method in METHODS]
        if door.is_api:
            assert {answer.status_code for answer in answers} == {401}, door
        else:
            assert {answer.status_code for answer in answers} <= {302, 405}, door
            gates = {answer["Location"].partition("?")[0] for answer in answers if answer.status_code == 302}
            assert gates == {reverse("account_login")}, door
    assert everything.contents(house.ours) == before


def test_who_may_only_look_changes_nothing_by_any_door(db: None, settings: Settings) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    viewer = enter(build.account(), build.account(name="Other"), Role.VIEWER)
    before = everything.contents(viewer.ours)
    for door in DOORS:
        statuses = {method: viewer.ask(door, method, viewer.own(door)).status_code for method in WRITING}
        assert door.name in HARMLESS or set(statuses.values()) <= {403, 405}, (door, statuses)
        assert everything.contents(viewer.ours) == before, door


def foreign_ids(own: dict[str, int], foreign: dict[str, int]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """By method, route and name, a sound body or query of the API in which that name carries an id of theirs."""
    late = {"name": "Late", "triggers": [{"word": "LATE"}]}
    group = {"actions": [{"kind": "assign_group", "group": foreign["groups"]}]}
    tag = {"actions": [{"kind": "add_tag", "tag": foreign["tags"]}]}
    reply = {"actions": [{"kind": "reply", "body": "Later"}]}
    text = {"number": own["numbers"], "body": "Hi"}
    stop = {"phone": build.phone(), "words": "by phone"}
    bots = {
        (method, route, name): late | body
        for method, route in (
            ("POST", "bots/"),
            ("POST", "bots/validate/"),
            ("PUT", "bots/{id}/"),
            ("PATCH", "bots/{id}/"),
        )
        for name, body in (("group", group), ("tag", tag), ("numbers", reply | {"numbers": [foreign["numbers"]]}))
    }
    return bots | {
        ("POST", "bots/test/", "contact"): {"number": own["numbers"], "contact": foreign["contacts"], "texts": ["Hi"]},
        ("POST", "bots/test/", "number"): {"number": foreign["numbers"], "phone": build.phone(), "texts": ["Hi"]},
        ("POST", "bots/validate/", "bot"): late | reply | {"bot": foreign["bots"]},
        ("GET", "contacts/", "group"): {"group": foreign["groups"]},
        ("GET", "contacts/", "tag"): {"tag": foreign["tags"]},
        ("GET", "consent-events/", "group"): {"group": foreign["groups"]},
        ("GET", "consent-events/", "number"): {"number": foreign["numbers"]},
        ("GET", "opt-outs/", "number"): {"number": foreign["numbers"]},
        ("POST", "opt-outs/", "number"): stop | {"number": foreign["numbers"]},
        ("POST", "opt-outs/", "numbers"): stop | {"numbers": [foreign["numbers"]]},
        ("POST", "contacts/{id}/groups/", "group"): {"group": foreign["groups"]},
        ("POST", "contacts/{id}/tags/", "tag"): {"tag": foreign["tags"]},
        ("GET", "messages/", "contact"): {"contact": foreign["contacts"]},
        ("GET", "messages/", "number"): {"number": foreign["numbers"]},
        ("POST", "messages/", "contact"): text | {"contact": foreign["contacts"]},
        ("POST", "messages/", "number"): text | {"number": foreign["numbers"], "to": build.phone()},
    }


def described_ids() -> set[tuple[str, str, str]]:
    """By method, route and name, the ids that the API says it takes in bodies and queries."""
    document = Client().get(reverse("api:schema"), headers={"Accept": "application/json"}).json()
    schemas, found = document["components"]["schemas"], set()
    for route, operations in document["paths"].items():
        for method, operation in operations.items():
            queries = [q for q in operation.get("parameters", []) if q["in"] == "query"]
            bodies = operation.get("requestBody", {}).get("content", {}).values()
            names = {q["name"] for q in queries if is_id(q["schema"])}
            names |= {name for body in bodies for name in ids_in(body["schema"], schemas)}
            found |= {(method.upper(), route.removeprefix("/api/v1/"), name) for name in names}
    return found


def is_id(schema: dict[str, Any]) -> bool:
    return (schema.get("items") or schema).get("format") == "int64"


def ids_in(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    for part in schema.get("allOf", []):
        yield from ids_in(part, schemas)
    if "$ref" in schema or "items" in schema:
        yield from ids_in(schemas.get(schema.get("$ref", "").rpartition("/")[2]) or schema.get("items", {}), schemas)
    for name, inner in schema.get("properties", {}).items():
        if is_id(inner) and not inner.get("readOnly"):
            yield name
        yield from ids_in(inner, schemas)


def test_another_accounts_ids_in_a_body_or_query_of_the_api_are_not_there(house: House) -> None:
    nouns = {"bots", "contacts", "groups", "messages", "numbers", "tags"}
    own, foreign = ({noun: row(account, noun) for noun in nouns} for account in (house.ours, house.theirs))
    asked = foreign_ids(own, foreign)
    assert set(asked) == described_ids(), "Teach tests/test_doors.py to fill the ids of the API's bodies and queries"
    before = everything.contents(house.theirs), everything.contents(house.ours)
    for (method, route, name), body in asked.items():
        url = f"/api/v1/{route}".replace("{id}", str(own.get(route.partition("/")[0])))
        if method == "GET":
            answer = house.program.get(url, body)
        else:
            answer = house.program.generic(method, url, json.dumps(body), content_type="application/json")
        assert answer.status_code == 400, (method, route, name, answer.content)
        assert name in next(iter(answer.json()["errors"])), (method, route, answer.content)
        assert (everything.contents(house.theirs), everything.contents(house.ours)) == before, (method, route, name)


def forms(own: dict[str, int], named: dict[str, int]) -> list[tuple[str, dict[str, int], dict[str, Any]]]:
    """Pages by name and ids, each with a sound form that names one row of `named`."""
    number, group, said = named["numbers"], named["groups"], {"words": "by phone", "asked_at": "2026-01-02T10:00"}
    bot = {"name": "Late", "status": "active", "listens": "all", "word": "LATE", "match": "whole"}
    bot |= dict.fromkeys(("media", "field", "value", "answer", "again", "amount", "url"), "") | {"unit": "60"}
    assign = bot | {"kind": "assign_group", "target": group, "new_name": "", "body": ""}
    reply = bot | {"kind": "reply", "target": "", "new_name": "", "body": "Later"}
    person, text = {"contact_id": own["contacts"]}, {"number": number, "body": "Hi"}
    request = {"phone": build.phone(), "how": "Phone call"}
    return [
        ("bots:bot_new", {}, assign),
        ("bots:bot_new", {}, assign | {"kind": "add_tag", "target": named["tags"]}),
        ("bots:bot_new", {}, reply | {"listens": "chosen", "numbers": number}),
        ("contacts:contact_groups", person, said | {"group": group}),
        ("contacts:contact_new", {}, said | {"phone": build.phone(), "group": group}),
        ("contacts:contact_opt_out", person, said | {"numbers": number}),
        ("contacts:request_new", {}, said | request | {"what": "stop", "numbers": number}),
        ("contacts:request_new", {}, said | request | {"what": "join", "group": group}),
        ("messaging:broadcast_new", {"group_id": own["groups"]}, text | {"do": "send", "form_key": build.key()}),
        ("messaging:message_new", person, text | {"key": build.key()}),
    ]


def test_another_accounts_ids_in_a_form_are_like_any_wrong_choice(house: House) -> None:
    nouns = {"contacts", "groups", "numbers", "tags"}
    own, foreign = ({noun: row(account, noun) for noun in nouns} for account in (house.ours, house.theirs))
    before = everything.contents(house.theirs), everything.contents(house.ours)
    for name, ids, posted in forms(own, foreign):
        answer = house.page.post(reverse(name, kwargs=ids), posted)
        assert answer.status_code in (200, 422), (name, answer.status_code)
        assert (everything.contents(house.theirs), everything.contents(house.ours)) == before, (name, posted)
    for name, ids, posted in forms(own, own):
        with transaction.atomic():
            assert house.page.post(reverse(name, kwargs=ids), posted).status_code == 302, (name, posted)
            transaction.set_rollback(True)
