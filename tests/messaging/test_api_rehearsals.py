"""Trying bots out by the REST API: what would happen is said, and nothing happens."""

from typing import Any

import pytest
from django.core import mail

from bots.models import Action
from contacts import permissions
from contacts.models import Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Role
from shout.tenancy import tenant
from tests import build, everything, rest
from tests.messaging.test_rehearsal import bot
from tests.rest import Program

Kind = Action.Kind
ANA = "+14155550142"
TEST = "bots/test/"

QUESTION = {
    "body": "Your ZIP?",
    "media": [],
    "segments": 1,
    "status": "queued",
    "refusal": None,
    "fate": "Would leave at once",
}


@pytest.fixture
def program(db: None) -> Program:
    """A program that may only read."""
    return rest.program(role=Role.VIEWER)


@pytest.fixture
def number(program: Program) -> Number:
    """A number of that account, with a bot that joins, asks and replies."""
    with tenant(program.account.pk):
        bot(
            program.account,
            "VIP",
            {"kind": Kind.ASSIGN_GROUP, "group": build.group(program.account)},
            {"kind": Kind.NOTIFY, "body": "Somebody joined"},
            {"kind": Kind.CALL, "url": "https://example.com/hook"},
            {"kind": Kind.ASK, "body": "Your ZIP?", "field": "postal_code", "answer": "zip", "again": "Five digits"},
            {"kind": Kind.REPLY, "body": "Thanks for {{ postal_code }}", "media": ["https://example.com/map.png"]},
        )
    return build.number(program.account)


def tried(program: Program, number: Number, *texts: str, **who: object) -> list[dict[str, Any]]:
    """What would come of these texts; the account is the same before and after."""
    before = everything.contents(program.account)
    answer = program.post(TEST, {"number": number.pk, "texts": texts} | (who or {"phone": ANA}))
    assert answer.status == 200, answer.json
    assert everything.contents(program.account) == before
    assert mail.outbox == []
    return list(answer.json["texts"])


def test_a_conversation_is_told_text_by_text_and_nothing_is_kept(program: Program, number: Number) -> None:
    joins, wrong, right, talk = tried(program, number, "“Vip!”", "what?", "94110", "good morning")
    with tenant(program.account.pk):
        made, group = program.account.bots.get(), program.account.groups.get()
    assert joins.pop("goes_on_at")
    assert joins == {
        "body": "“Vip!”",
        "compared": "vip",
        "outcome": "bot",
        "explanation": "The bot “VIP” answered, because the whole text is its word “vip”.",
        "bot": made.pk,
        "word": "vip",
        "match": "whole",
        "changes": [{"kind": "joined", "id": group.pk, "field": "", "value": ""}],
        "deeds": ["Added to the group VIP", "You were told: Somebody joined"],
        "replies": [QUESTION],
        "withheld": 0,
        "calls": ["https://example.com/hook"],
        "state": "asking",
    }
    assert [reply["body"] for reply in wrong["replies"]] == ["Five digits"]
    assert right["changes"] == [{"kind": "set", "id": None, "field": "postal_code", "value": "94110"}]
    assert (right["outcome"], right["bot"], right["state"]) == ("answer", made.pk, "done")
    assert [reply["media"] for reply in right["replies"]] == [["https://example.com/map.png"]]
    assert (talk["outcome"], talk["bot"], talk["match"], talk["state"]) == ("no_match", None, None, None)


def test_a_contact_is_tried_as_they_are(program: Program, number: Number) -> None:
    with tenant(program.account.pk):
        ana = build.contact(program.account, phone=ANA)
        permissions.opt_out(number=number, phone=ANA, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP"))
    [turn] = tried(program, number, "vip", contact=ana.pk)
    [reply] = turn["replies"]
    assert (reply["status"], reply["refusal"]) == ("refused", "opted_out")
    assert reply["fate"] == "Would not leave: They have stopped this number"


def test_stop_is_taken_for_stop_and_stays_without_effect(program: Program, number: Number) -> None:
    stop, joins = tried(program, number, "STOP", "vip", phone="(415) 555-0142")
    assert (stop["outcome"], stop["word"], stop["bot"]) == ("universal", "stop", None)
    assert joins["replies"][0]["refusal"] == "opted_out"
    assert tried(program, number, "vip")[0]["replies"] == [QUESTION]


def test_the_longest_conversation_of_the_longest_texts_is_told(program: Program, number: Number) -> None:
    turns = tried(program, number, *["😀" * 1600] * 20)
    assert [turn["outcome"] for turn in turns] == ["no_match"] * 20


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": None}, "number"),
        ({"number": 999_999_999}, "number"),
        ({"number": "main"}, "number"),
        ({"phone": "12"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"contact": 1}, "phone"),
        ({"texts": []}, "texts"),
        ({"texts": "vip"}, "texts"),
        ({"texts": None}, "texts"),
        ({"texts": ["vip"] * 21}, "texts"),
        ({"texts": ["vip", ""]}, "texts.1"),
        ({"texts": ["x" * 1601]}, "texts.0"),
        ({"texts": ["a\x00b"]}, "texts.0"),
        ({"texts": ["\udc00"]}, "texts.0"),
        ({"texts": [{"body": "vip"}]}, "texts.0"),
        ({"body": "vip"}, "body"),
    ],
)
def test_bad_input_names_its_field(program: Program, number: Number, change: dict[str, Any], field: str) -> None:
    if "contact" in change:
        change = {"contact": build.contact(program.account).pk}
    answer = program.post(TEST, {"number": number.pk, "phone": ANA, "texts": ["vip"]} | change)
    assert answer.status == 400
    assert set(answer.json["errors"]) == {field}


def test_somebody_has_to_text(program: Program, number: Number) -> None:
    answer = program.post(TEST, {"number": number.pk, "texts": ["vip"]})
    assert answer.json["errors"] == {"phone": ["Send either phone or contact."]}


def test_another_accounts_number_and_contact_are_not_there(program: Program, number: Number) -> None:
    stranger = build.account()
    theirs, person = build.number(stranger), build.contact(stranger)
    wanted = {"number": theirs.pk, "phone": ANA, "texts": ["vip"]}
    missing = program.post(TEST, wanted)
    assert (missing.status, list(missing.json["errors"])) == (400, ["number"])
    unknown = program.post(TEST, {"number": number.pk, "contact": person.pk, "texts": ["vip"]})
    assert unknown.json["errors"] == {"contact": [f"There is no contact {person.pk} in this account."]}


def test_only_posts_are_answered_and_ids_still_lead_to_bots(program: Program, number: Number) -> None:
    assert program.get(TEST).status == 405
    with tenant(program.account.pk):
        made = program.account.bots.get()
    assert program.get(f"bots/{made.pk}/").json["name"] == "VIP"
