"""Groups and tags through the REST API."""

import pytest

from bots.models import Action, Bot
from contacts.models import Number
from shout.models import Account
from shout.tenancy import tenant
from tests import build, rest
from tests.rest import Program

NOUNS = ["groups", "tags"]


@pytest.fixture
def program(db: None) -> Program:
    """A program with a key to an account."""
    return rest.program()


def names(program: Program, noun: str) -> list[str]:
    """The account's names of one noun."""
    return [row["name"] for row in program.get(f"{noun}/").json["results"]]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_is_created_read_changed_and_deleted(program: Program, noun: str) -> None:
    made = program.post(f"{noun}/", {"name": " Weekly  offers "})
    assert (made.status, made.json["name"]) == (201, "Weekly offers")
    address = f"{noun}/{made.json['id']}/"
    changed = program.patch(address, {"name": "WEEKLY OFFERS"})
    assert (changed.status, changed.json) == (200, made.json | {"name": "WEEKLY OFFERS"})
    assert program.get(address).json == changed.json
    assert program.delete(address).status == 204
    assert program.get(address).status == program.delete(address).status == 404


def test_a_group_keeps_its_description(program: Program) -> None:
    made = program.post("groups/", {"name": "VIP", "description": "Weekly offers"}).json
    assert program.patch(f"groups/{made['id']}/", {"name": "VIPs"}).json["description"] == "Weekly offers"


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_is_taken_whatever_its_case_and_spaces(program: Program, noun: str) -> None:
    first = program.post(f"{noun}/", {"name": "Happy Hour"}).json
    again = program.post(f"{noun}/", {"name": "HAPPY  hour"})
    assert again.status == 409
    assert f"id {first['id']}" in again.json["detail"]
    other = program.post(f"{noun}/", {"name": "Brunch"}).json
    assert program.patch(f"{noun}/{other['id']}/", {"name": "happy hour"}).status == 409
    assert names(program, noun) == ["Brunch", "Happy Hour"]


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 61, "\ufdfa" * 60, "a\x00", None, ["VIP"]])
def test_a_name_that_cannot_be_seen_or_kept_is_a_problem(program: Program, noun: str, name: object) -> None:
    answer = program.post(f"{noun}/", {"name": name})
    assert answer.status == 400
    assert set(answer.json["errors"]) == {"name"}
    assert names(program, noun) == []


@pytest.mark.parametrize("noun", NOUNS)
def test_another_accounts_names_are_not_there(program: Program, noun: str) -> None:
    stranger = build.account()
    theirs = build.group(stranger) if noun == "groups" else build.tag(stranger)
    address = f"{noun}/{theirs.pk}/"
    assert names(program, noun) == []
    assert program.get(address).status == 404
    assert program.patch(address, {"name": "Mine"}).status == 404
    assert program.delete(address).status == 404
    assert program.post(f"{noun}/", {"name": theirs.name}).status == 201
    with tenant(stranger.pk):
        theirs.refresh_from_db()
        assert theirs.name != "Mine"


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_in_use_is_not_deleted_and_the_problem_says_who_uses_it(program: Program, noun: str) -> None:
    made = program.post(f"{noun}/", {"name": "VIP"}).json
    address = f"{noun}/{made['id']}/"
    contact = build.contact(program.account)
    program.post(f"contacts/{contact.pk}/{noun}/", {noun[:-1]: made["id"]})
    held = program.delete(address)
    assert held.status == 409
    assert "1 contact." in held.json["detail"]
    assert len(program.get(f"contacts/{contact.pk}/").json[noun]) == 1
    program.delete(f"contacts/{contact.pk}/{noun}/{made['id']}/")
    refer(program.account, noun[:-1], made["id"])
    held = program.delete(address)
    assert held.status == 409
    assert "the bot “Welcome”" in held.json["detail"]
    assert (noun == "tags") == ("the number “Marketing" in held.json["detail"])
    assert names(program, noun) == ["VIP"]


def refer(account: Account, noun: str, pk: int) -> None:
    """Let a bot refer to a group or a tag, and a number to the tag."""
    with tenant(account.pk):
        bot = Bot.objects.create(account=account, name="Welcome")
        kind = Action.Kind.ASSIGN_GROUP if noun == "group" else Action.Kind.ADD_TAG
        for position in (1, 2):
            Action.objects.create(account=account, bot=bot, position=position, kind=kind, **{f"{noun}_id": pk})
    if noun == "tag":
        build.number(account, label="Marketing", kind=Number.Kind.MARKETING, opt_out_tag_id=pk)
