"""Bots by the REST API: the same rules as in the dashboard."""

from json import dumps
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bots.models import Action, Bot, Trigger
from contacts.models import Group
from shout.models import Account, ApiKey, Role
from shout.tenancy import tenant
from tests import build
from tests.bots.conftest import ran

BOTS = "/api/v1/bots/"
JSON = "application/json"
EMPTY = {
    "group": None,
    "tag": None,
    "body": "",
    "media": [],
    "field": "",
    "value": "",
    "answer": "any",
    "again": "",
    "minutes": None,
    "url": "",
}


class Caller:
    """A program that speaks to the API with one key."""

    def __init__(self, account: Account, role: Role = Role.ADMIN) -> None:
        with tenant(account.pk):
            _, key = ApiKey.issue(account=account, name="Shop", role=role)
        self._client = Client(headers={"Authorization": f"Bearer {key}"})

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the body of the answer."""
        answer = self._client.generic(method, path, data=b"" if body is None else dumps(body), content_type=JSON)
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def call(shop: Account) -> Caller:
    return Caller(shop)


@pytest.fixture
def vip(shop: Account) -> Group:
    return build.group(shop)


def greeter(*words: str, **fields: object) -> dict[str, Any]:
    """The body of a bot that greets."""
    return {
        "name": "Greeter",
        "triggers": [{"word": word} for word in words],
        "actions": [{"kind": "reply", "body": "Hello! Text STOP to opt out."}],
    } | fields


def test_a_bot_is_made_and_read_back(shop: Account, call: Caller, vip: Group) -> None:
    number = build.number(shop)
    body = greeter("JOIN", numbers=[number.pk])
    body["triggers"].append({"word": "vip please", "match": "contains"})
    body["actions"].insert(0, {"kind": "assign_group", "group": vip.pk})
    status, made = call("POST", BOTS, body)
    assert status == 201
    assert made["numbers"] == [number.pk]
    assert made["triggers"] == [{"word": "JOIN", "match": "whole"}, {"word": "vip please", "match": "contains"}]
    assert made["actions"] == [
        EMPTY | {"kind": "assign_group", "group": vip.pk},
        EMPTY | {"kind": "reply", "body": "Hello! Text STOP to opt out."},
    ]
    assert call("GET", f"{BOTS}{made['id']}/") == (200, made)
    assert call("GET", BOTS)[1]["results"][0]["id"] == made["id"]


def test_a_bot_without_numbers_listens_on_all(call: Caller) -> None:
    assert call("POST", BOTS, greeter("hi"))[1]["numbers"] is None


def test_a_patch_changes_only_what_it_names(shop: Account, call: Caller) -> None:
    made = call("POST", BOTS, greeter("hi"))[1]
    status, changed = call("PATCH", f"{BOTS}{made['id']}/", {"status": "paused"})
    assert status == 200
    assert changed | {"changed_at": ""} == made | {"status": "paused", "changed_at": ""}


def test_a_put_replaces_everything(call: Caller) -> None:
    made = call("POST", BOTS, greeter("hi", status="paused"))[1]
    status, changed = call("PUT", f"{BOTS}{made['id']}/", greeter("bye", name="Other"))
    assert status == 200
    assert (changed["name"], changed["status"]) == ("Other", "active")
    assert [trigger["word"] for trigger in changed["triggers"]] == ["bye"]


def test_a_repeated_put_changes_nothing(call: Caller) -> None:
    made = call("POST", BOTS, greeter("hi"))[1]
    answers = [call("PUT", f"{BOTS}{made['id']}/", greeter("hi"))[1] | {"changed_at": ""} for _ in range(2)]
    assert answers == [made | {"changed_at": ""}] * 2


def test_a_repeated_post_is_refused_because_the_word_is_taken(call: Caller) -> None:
    call("POST", BOTS, greeter("hi"))
    status, problem = call("POST", BOTS, greeter("hi"))
    assert status == 400
    assert "“Greeter”" in problem["errors"]["triggers.0.word"][0]
    assert len(call("GET", BOTS)[1]["results"]) == 1


@pytest.mark.parametrize(
    "step, unfit",
    [
        ({"kind": "reply", "body": "Hi", "group": 7}, {"group"}),
        ({"kind": "assign_group", "body": "Hi", "tag": 7}, {"body", "tag"}),
        ({"kind": "wait", "minutes": 5, "answer": "zip"}, {"answer"}),
        ({"kind": "notify", "body": "Look", "minutes": 0.5}, {"minutes"}),
        ({"kind": "call", "url": "https://example.com", "media": ["https://example.com/a.jpg"]}, {"media"}),
    ],
)
def test_a_field_that_means_nothing_to_a_step_is_refused_by_name(
    call: Caller, step: dict[str, object], unfit: set[str]
) -> None:
    for path in (BOTS, f"{BOTS}validate/"):
        status, problem = call("POST", path, greeter("hi", actions=[step]))
        assert status == 400
        assert set(problem["errors"]) == {f"actions.0.{name}" for name in unfit}
    assert call("GET", BOTS)[1]["results"] == []


def test_a_bot_may_be_put_back_as_it_was_answered(call: Caller, vip: Group) -> None:
    steps = [{"kind": "assign_group", "group": vip.pk}, {"kind": "ask", "body": "Size?", "field": "size"}]
    made = call("POST", BOTS, greeter("hi", actions=steps))[1]
    body = {name: made[name] for name in ("name", "status", "numbers", "triggers", "actions")}
    assert call("PUT", f"{BOTS}{made['id']}/", body)[1] | {"changed_at": ""} == made | {"changed_at": ""}


@pytest.mark.parametrize("field", ["triggers", "actions"])
def test_too_many_rows_are_one_error(call: Caller, field: str) -> None:
    assert call("POST", BOTS, greeter("hi", **{field: [{}] * 101})) == (400, one_error(field))


def one_error(field: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": "Invalid input",
        "status": 400,
        "detail": "Mend the fields named in errors.",
        "errors": {field: [f"A bot has at most 100 {field}."]},
    }


def test_a_deleted_bot_is_gone_and_what_it_did_is_not(shop: Account, call: Caller) -> None:
    number = build.number(shop)
    made = call("POST", BOTS, greeter("hi", numbers=[number.pk]))[1]
    with tenant(shop.pk):
        run = ran(shop.bots.get(), number, "hi")
        shop.messages.update(run=run)
    assert call("DELETE", f"{BOTS}{made['id']}/") == (204, None)
    assert call("DELETE", f"{BOTS}{made['id']}/")[0] == 404
    with tenant(shop.pk):
        assert not any(model.objects.exists() for model in (Trigger, Action))
        assert not Bot.objects.kept().exists()
        assert shop.messages.get().run == run


def test_a_refusal_is_a_problem_at_its_field(call: Caller) -> None:
    status, problem = call("POST", BOTS, greeter("ok", "stop", name=" "))
    assert status == 400
    assert problem["title"] == "Invalid input"
    assert problem["errors"] == {
        "name": ["Give the bot a name."],
        "triggers.1.word": [
            "STOP belongs to the carrier and the law: it always opts a person out, so no bot may use it."
        ],
    }


def test_what_may_surprise_is_saved_with_a_warning(call: Caller) -> None:
    call("POST", BOTS, greeter("pizza lunch", name="Lunch"))
    status, made = call("POST", BOTS, greeter() | {"triggers": [{"word": "pizza", "match": "contains"}]})
    assert status == 201
    [warning] = made["warnings"]
    assert warning["field"] == "triggers.0.word"
    assert "“Lunch” answers it" in warning["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"triggers": "JOIN"},
        {"triggers": []},
        {"triggers": [{}]},
        {"triggers": [{"word": "hi\x00"}]},
        {"triggers": [{"word": "hi\ud800"}]},
        {"triggers": [{"word": "hi", "match": "roughly"}]},
        {"triggers": [{"word": "hi", "color": "red"}]},
        {"actions": None},
        {"actions": [{"kind": "dance"}]},
        {"actions": [{"kind": "assign_group"}]},
        {"actions": [{"kind": "assign_group", "group": 10**30}]},
        {"actions": [{"kind": "assign_group", "group": "VIP"}]},
        {"numbers": []},
        {"numbers": [2**62]},
        {"numbers": "all"},
        {"status": "asleep"},
        {"nmae": "Typo"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_bad_input_is_a_problem_that_names_its_field(call: Caller, method: str, wrong: dict[str, Any]) -> None:
    path = BOTS if method == "POST" else f"{BOTS}{call('POST', BOTS, greeter('hi'))[1]['id']}/"
    before = call("GET", BOTS)
    status, problem = call(method, path, wrong if method == "PATCH" else greeter("hello") | wrong)
    assert status == 400
    assert next(iter(problem["errors"])).partition(".")[0] in wrong
    assert call("GET", BOTS) == before


def test_rows_of_another_account_are_not_there(shop: Account, call: Caller) -> None:
    other = build.account()
    number, group, tag = build.number(other), build.group(other), build.tag(other)
    for wrong in (
        {"numbers": [number.pk]},
        {"actions": [{"kind": "assign_group", "group": group.pk}]},
        {"actions": [{"kind": "add_tag", "tag": tag.pk}]},
    ):
        assert call("POST", BOTS, greeter("hi") | wrong)[0] == 400
    assert call("GET", BOTS)[1]["results"] == []


def test_a_stranger_finds_no_bot(call: Caller) -> None:
    path = f"{BOTS}{call('POST', BOTS, greeter('hi'))[1]['id']}/"
    stranger = Caller(build.account())
    assert stranger("GET", BOTS)[1]["results"] == []
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert stranger(method, path, greeter("bye"))[0] == 404
    assert call("GET", path)[1]["triggers"] == [{"word": "hi", "match": "whole"}]


def test_a_key_that_may_only_read_changes_nothing(shop: Account, call: Caller) -> None:
    path = f"{BOTS}{call('POST', BOTS, greeter('hi'))[1]['id']}/"
    viewer = Caller(shop, Role.VIEWER)
    assert viewer("GET", path)[0] == 200
    for method, address in (("POST", BOTS), ("PUT", path), ("PATCH", path), ("DELETE", path)):
        assert viewer(method, address, greeter("bye"))[0] == 403
    assert len(call("GET", BOTS)[1]["results"]) == 1


def test_without_a_key_there_is_no_answer(client: Client, db: None) -> None:
    assert client.get(BOTS).status_code == 401


def test_a_list_asks_the_database_as_often_for_many_bots_as_for_one(call: Caller) -> None:
    counts = []
    for words in (["one"], ["two", "three", "four"]):
        for word in words:
            call("POST", BOTS, greeter(word))
        with CaptureQueriesContext(connection) as queries:
            call("GET", BOTS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


TABLE = [
    {"kind": "ask", "body": "For how many?", "field": "party size", "answer": "number", "again": "4?", "minutes": 60},
    {"kind": "set_field", "field": "wish", "value": "A table for {{ party size }}"},
    {"kind": "reply", "body": "{{ wish }}: yes", "media": ["https://example.com/table.jpg"]},
    {"kind": "call", "url": "https://example.com/tables"},
    {"kind": "notify", "body": "{{ name }} wants a table"},
    {"kind": "hand_over", "body": "{{ name }} wants a table"},
    {"kind": "wait", "minutes": 1440},
    {"kind": "reply", "body": "How was it? Text STOP to opt out."},
]


def test_actions_of_every_kind_are_made_and_read_back(shop: Account, call: Caller, vip: Group) -> None:
    tag = build.tag(shop)
    lists = [{"kind": kind, "group": vip.pk} for kind in ("assign_group", "remove_from_group")]
    labels = [{"kind": kind, "tag": tag.pk} for kind in ("add_tag", "remove_tag")]
    wanted = [*lists, *labels, *TABLE]
    assert {each["kind"] for each in wanted} == set(Action.Kind.values)
    status, made = call("POST", BOTS, greeter("table", actions=wanted))
    assert status == 201, made
    assert made["actions"] == [EMPTY | each for each in wanted]
    assert (
        call("PUT", f"{BOTS}{made['id']}/", greeter("table", actions=made["actions"]))[1]["actions"] == made["actions"]
    )


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"kind": "ask", "body": "?", "field": ""}, "actions.0.field"),
        ({"kind": "ask", "body": "?", "field": "age", "answer": "guess"}, "actions.0.answer"),
        ({"kind": "ask", "body": "?", "field": "age", "again": "x" * 481}, "actions.0.again"),
        ({"kind": "set_field", "field": "phone", "value": "1"}, "actions.0.field"),
        ({"kind": "set_field", "field": "age", "value": "x" * 501}, "actions.0.value"),
        ({"kind": "wait"}, "actions.0.minutes"),
        ({"kind": "wait", "minutes": 0}, "actions.0.minutes"),
        ({"kind": "wait", "minutes": 129_601}, "actions.0.minutes"),
        ({"kind": "wait", "minutes": 10**12}, "actions.0.minutes"),
        ({"kind": "call", "url": "ftp://example.com"}, "actions.0.url"),
        ({"kind": "notify", "body": " "}, "actions.0.body"),
        ({"kind": "hand_over", "body": "{{ shoe size }}"}, "actions.0.body"),
        ({"kind": "reply", "body": "Hi", "media": ["picture.jpg"]}, "actions.0.media"),
        ({"kind": "reply", "body": "Hi", "media": "https://example.com/a.jpg"}, "actions.0.media"),
    ],
)
def test_a_step_that_lacks_something_is_a_problem_at_that_very_field(
    call: Caller, wrong: dict[str, Any], at: str
) -> None:
    status, problem = call("POST", BOTS, greeter("hi", actions=[wrong]))
    assert status == 400
    assert list(problem["errors"]) == [at]
    assert call("POST", f"{BOTS}validate/", greeter("hi", actions=[wrong])) == (400, problem)


def test_a_version_says_which_key_saved_the_bot(shop: Account, call: Caller) -> None:
    made = call("POST", BOTS, greeter("hi"))[1]
    call("PATCH", f"{BOTS}{made['id']}/", {"name": "Other"})
    with tenant(shop.pk):
        assert {version.saved_by for version in shop.bots.get().versions.all()} == {"Shop"}


def test_validating_answers_what_saving_would_and_saves_nothing(call: Caller) -> None:
    call("POST", BOTS, greeter("pizza lunch", name="Lunch"))
    surprising = greeter() | {"triggers": [{"word": "pizza", "match": "contains"}]}
    refused = greeter("ok", "stop", "pizza lunch", name=" ")
    status, said = call("POST", f"{BOTS}validate/", surprising)
    assert (status, len(said["warnings"])) == (200, 1)
    problem = call("POST", f"{BOTS}validate/", refused)
    assert {"name", "triggers.1.word", "triggers.2.word"} == set(problem[1]["errors"])
    assert len(call("GET", BOTS)[1]["results"]) == 1
    assert call("POST", BOTS, refused) == problem
    assert call("POST", BOTS, surprising)[1]["warnings"] == said["warnings"]


def test_a_key_that_may_only_read_may_validate_and_saves_nothing(shop: Account) -> None:
    call = Caller(shop, Role.VIEWER)
    assert call("POST", f"{BOTS}validate/", greeter("hi")) == (200, {"warnings": []})
    assert call("POST", BOTS, greeter("hi"))[0] == 403
    assert call("GET", BOTS)[1]["results"] == []


def test_validating_a_bot_in_the_place_of_another_leaves_that_ones_words_out(call: Caller) -> None:
    made = call("POST", BOTS, greeter("hi"))[1]
    assert call("POST", f"{BOTS}validate/", greeter("hi"))[0] == 400
    assert call("POST", f"{BOTS}validate/", greeter("hi", bot=made["id"])) == (200, {"warnings": []})
    call("DELETE", f"{BOTS}{made['id']}/")
    assert list(call("POST", f"{BOTS}validate/", greeter("hi", bot=made["id"]))[1]["errors"]) == ["bot"]
