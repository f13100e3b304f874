"""What every address of the REST API has in common."""

import json

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.models import GroupMembership
from shout.api.views import AccountView
from shout.models import ApiKey, Role
from shout.tenancy import tenant
from tests import build, rest


def addresses() -> list[tuple[str, tuple[str, ...]]]:
    """Every address under /api/v1/ that takes a key, with its methods and 1 for each id."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def walk(prefix: str, patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(path, pattern.url_patterns)
            elif issubclass(view := pattern.callback.cls, AccountView):  # type: ignore[attr-defined]
                actions = getattr(pattern.callback, "actions", None)
                methods = actions or [name for name in ("get", "post", "patch", "delete") if hasattr(view, name)]
                found.append((path, tuple(name for name in methods if name in view.http_method_names)))

    [api] = [resolver for resolver in get_resolver().url_patterns if getattr(resolver, "app_name", None) == "api"]
    walk("", api.url_patterns)
    return found


DOORS = [(method, path) for path, methods in addresses() for method in methods]


def one(path: str) -> str:
    """The path with a number that is no row's id in the place of every id."""
    return "/".join("999999999" if part.startswith("<int:") else part for part in path.split("/"))


def test_the_walk_finds_the_doors() -> None:
    assert ("get", "contacts/") in DOORS
    assert ("delete", "contacts/<int:id>/groups/<int:group_id>/") in DOORS
    assert len(DOORS) > 20


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_without_a_key_every_door_answers_401(db: None, method: str, path: str) -> None:
    nobody = rest.Program(account=build.account(), key="")
    answer = nobody.ask(method, one(path), "")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json["detail"]


# Posts that write nothing.
ONLY_TOLD = ("messages/preview/", "bots/test/", "bots/validate/")


@pytest.mark.parametrize(("method", "path"), [door for door in DOORS if door[0] != "get" and door[1] not in ONLY_TOLD])
def test_a_viewers_key_may_not_write(db: None, method: str, path: str) -> None:
    viewer = rest.program(role=Role.VIEWER)
    answer = viewer.ask(method, one(path), "{}")
    assert answer.status == 403
    assert "may only read" in answer.json["detail"]


@pytest.mark.parametrize(("method", "path"), [door for door in DOORS if "<int:" in door[1]])
def test_what_is_not_there_answers_404(db: None, method: str, path: str) -> None:
    answer = rest.program().ask(method, one(path), "{}" if method != "get" else {})
    assert answer.status == 404


@pytest.mark.parametrize(
    "key", ["shout_1_abc", "shout_0_0123456789ab_" + "x" * 43, "x" * 5000, "shout_999999999999999999_0123456789ab_é"]
)
def test_a_wrong_key_answers_401(db: None, key: str) -> None:
    answer = rest.Program(account=build.account(), key=key).get("contacts/")
    assert answer.status == 401
    assert "not valid" in answer.json["detail"]


def test_a_key_with_one_letter_changed_opens_nothing(db: None) -> None:
    program = rest.program()
    other = program.key[:-1] + ("A" if program.key[-1] != "A" else "B")
    assert rest.Program(program.account, other).get("contacts/").status == 401
    assert program.get("contacts/").status == 200


def test_a_revoked_key_opens_nothing(db: None) -> None:
    program = rest.program()
    with tenant(program.account.pk):
        ApiKey.objects.update(revoked_at="2030-01-01T00:00Z")
    assert program.get("contacts/").status == 401


def test_a_key_that_names_another_account_opens_nothing(db: None) -> None:
    mine, theirs = rest.program(), rest.program()
    forged = mine.key.replace(f"shout_{mine.account.pk}_", f"shout_{theirs.account.pk}_")
    assert rest.Program(theirs.account, forged).get("contacts/").status == 401


def test_an_unknown_address_is_a_problem_and_not_a_page(db: None) -> None:
    for path in ("contacts", "nothing/", ""):
        answer = rest.program().post(path, {})
        assert answer.status == 404
        assert "/api/v1/docs/" in answer.json["detail"]


def test_a_method_that_is_not_there_answers_405(db: None) -> None:
    answer = rest.program().ask("put", "contacts/", "{}")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert rest.program().ask("options", "contacts/", "").status == 405


@pytest.mark.parametrize("path", ["opt-outs/1/", "opt-outs/", "consent-events/", "numbers/", "contacts/1/permission/"])
def test_no_key_is_asked_for_where_none_may_write(db: None, path: str) -> None:
    answer = rest.program(role=Role.VIEWER).ask("delete", path, "")
    assert answer.status == 405
    assert "key" not in answer.json["detail"]


@pytest.mark.parametrize("body", ["", "{", "[]", "3", '"x"', "null", "\xff", '{"phone": NaN}', "[" * 100_000])
def test_a_body_that_is_not_an_object_is_a_problem(db: None, body: str) -> None:
    program = rest.program()
    answer = program.ask("post", "contacts/", body.encode("latin-1"))
    assert answer.status == 400
    assert program.get("contacts/").json["results"] == []


def test_a_form_is_not_taken_for_json(db: None) -> None:
    program = rest.program()
    response = Client().post(
        "/api/v1/contacts/", {"phone": "+14155550123"}, headers={"Authorization": f"Bearer {program.key}"}
    )
    assert response.status_code == 415
    assert program.get("contacts/").json["results"] == []


def test_a_huge_body_is_refused(db: None) -> None:
    assert rest.program().post("contacts/", {"notes": "x" * 1_000_001}).status == 413


@pytest.mark.parametrize("path", ["contacts/", "groups/", "tags/", "numbers/", "messages/"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "ten"),
        ("page_size", "9" * 5000),
        ("cursor", "nonsense"),
        ("cursor", ""),
        ("cursor", "\x00"),
        ("cursor", "cD14"),
        ("cursor", "cD0" + "5" * 400),
        ("nmae", "Ada"),
    ],
)
def test_a_list_says_which_part_of_the_query_is_wrong(db: None, path: str, name: str, value: str) -> None:
    answer = rest.program().get(path, **{name: value})
    assert answer.status == 400
    assert set(answer.json["errors"]) == {name}


@pytest.mark.parametrize(("method", "path"), [door for door in DOORS if door[0] != "get" or "<int:" in door[1]])
def test_an_address_that_asks_for_nothing_says_which_part_of_the_query_it_does_not_know(
    db: None, method: str, path: str
) -> None:
    for name in ("foo", "cursor"):
        answer = rest.program().ask(method, f"{one(path)}?{name}=%00", {} if method == "get" else "{}")
        assert answer.status == 400
        assert set(answer.json["errors"]) == {name}


def test_pages_follow_one_another_and_miss_nothing(db: None) -> None:
    program = rest.program()
    made = [build.tag(program.account, f"Tag {n}").pk for n in range(5)]
    first = program.get("tags/", page_size=2)
    second = program.get(first.json["next"])
    third = program.get(second.json["next"])
    pages = [[row["id"] for row in page.json["results"]] for page in (first, second, third)]
    assert pages == [made[4:2:-1], made[2:0:-1], made[:1]]
    assert third.json["next"] is None
    assert program.get(second.json["previous"]).json["results"] == first.json["results"]


class Breaking(AccountView):
    """Writes a reference to a row that is gone, which the database notices when it commits."""

    def post(self, request: Request) -> Response:
        """Break."""
        contact = self.account.contacts.get()
        GroupMembership.objects.create(account=self.account, contact=contact, group_id=999_999_999)
        return Response()


def test_what_changed_at_the_same_moment_is_a_conflict_and_not_a_crash(committed: None) -> None:
    program = rest.program()
    build.contact(program.account)
    request = RequestFactory().post("/", "{}", "application/json", headers={"Authorization": f"Bearer {program.key}"})
    response = Breaking.as_view()(request).render()
    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert "Send it again" in json.loads(response.content)["detail"]
    with tenant(program.account.pk):
        assert not GroupMembership.objects.exists()
