"""Opt-outs, the ledger and a contact's permission through the REST API: the dashboard's rules, and no way around."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from contacts import permissions, scopes
from contacts.models import ConsentEvent, Number, OptOut, QuietWindow
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, Role
from shout.tenancy import tenant
from tests import build, rest
from tests.rest import Program

ANA = "+14155550142"
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP", reference="SM1")
START = Evidence(source=Source.UNIVERSAL_KEYWORD, words="START", reference="SM2")


@pytest.fixture
def program(db: None) -> Program:
    """A program with a key to an account."""
    return rest.program()


@pytest.fixture
def marketing(program: Program) -> Number:
    """A number of that account."""
    return build.number(program.account, label="Marketing", kind=Number.Kind.MARKETING)


@pytest.fixture
def service(program: Program) -> Number:
    """Another number of that account."""
    return build.number(program.account, label="Service")


def stop(number: Number, phone: str, evidence: Evidence = STOP) -> None:
    with tenant(number.account_id):
        permissions.opt_out(number=number, phone=phone, evidence=evidence)


def start(number: Number, phone: str) -> None:
    with tenant(number.account_id):
        permissions.opt_in(number=number, phone=phone, evidence=START)


def lines(account: Account) -> int:
    with tenant(account.pk):
        return ConsentEvent.objects.count()


def test_a_program_records_an_opt_out_with_its_proof(program: Program, marketing: Number) -> None:
    asked = {
        "number": marketing.pk,
        "phone": "(415) 555-0142",
        "words": "By phone",
        "asked_at": "2026-01-31T09:00Z",
    }
    made = program.post("opt-outs/", asked)
    assert made.status == 201
    [row] = made.json["results"]
    assert (row["number"], row["phone"], row["in_force"], row["source"]) == (marketing.pk, ANA, True, "api")
    with tenant(program.account.pk):
        assert permissions.refusal(marketing, ANA) == "opted_out"
        line = ConsentEvent.objects.get(seq=row["consent_event"])
    assert (line.source, line.words, line.actor) == ("api", "By phone", "API key Shop")
    assert line.asked_at == datetime(2026, 1, 31, 9, tzinfo=UTC)


def test_a_program_whose_clock_is_a_little_ahead_is_taken_to_mean_now(program: Program, marketing: Number) -> None:
    asked = {"number": marketing.pk, "phone": ANA, "words": "By phone"}
    ahead = now() + timedelta(minutes=2)
    assert program.post("opt-outs/", asked | {"asked_at": ahead.isoformat()}).status == 201
    with tenant(program.account.pk):
        asked_at = ConsentEvent.objects.get().asked_at
    assert asked_at
    assert asked_at <= now() < ahead


def test_several_numbers_are_stopped_at_once_and_a_repetition_changes_nothing(
    program: Program, marketing: Number, service: Number
) -> None:
    asked = {"numbers": [marketing.pk, service.pk], "phone": ANA, "words": "By e-mail"}
    first, again = program.post("opt-outs/", asked), program.post("opt-outs/", asked)
    assert (first.status, again.status) == (201, 200)
    assert [row["number"] for row in first.json["results"]] == [marketing.pk, service.pk]
    assert again.json == first.json
    assert lines(program.account) == 2


def test_what_the_person_stopped_keeps_their_own_words(program: Program, marketing: Number) -> None:
    stop(marketing, ANA)
    again = program.post("opt-outs/", {"number": marketing.pk, "phone": ANA, "words": "By e-mail"})
    assert again.status == 200
    assert [(row["source"], row["words"]) for row in again.json["results"]] == [("universal_keyword", "STOP")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": None}, "number"),
        ({"number": 0.5}, "number"),
        ({"numbers": []}, "numbers"),
        ({"numbers": [1]}, "number"),
        ({"phone": "12"}, "phone"),
        ({"words": " "}, "words"),
        ({"asked_at": "2999-01-01T00:00Z"}, "asked_at"),
        ({"asked_at": "yesterday"}, "asked_at"),
        ({"asked_at": "0001-01-01T00:00Z"}, "asked_at"),
        ({"asked_at": "1989-12-31T23:59Z"}, "asked_at"),
        ({"lifted_at": "2026-01-01T00:00Z"}, "lifted_at"),
    ],
)
def test_a_wrong_opt_out_is_a_problem_at_its_field_and_writes_nothing(
    program: Program, marketing: Number, change: dict[str, Any], field: str
) -> None:
    asked = {"number": marketing.pk, "phone": ANA, "words": "By e-mail"} | change
    if asked.get("number") == 0.5:
        asked["number"] = marketing.pk + 0.5
    if asked.get("numbers") == [1]:
        asked["numbers"] = [marketing.pk]
    answer = program.post("opt-outs/", asked)
    assert (answer.status, set(answer.json["errors"])) == (400, {field})
    assert lines(program.account) == 0


def test_opt_outs_are_found_by_phone_by_number_and_by_whether_they_hold(
    program: Program, marketing: Number, service: Number
) -> None:
    ben = "+14155550143"
    for number, phone in ((marketing, ANA), (service, ANA), (marketing, ben)):
        stop(number, phone)
    start(marketing, ben)

    def found(**query: object) -> set[tuple[int, str]]:
        return {(row["number"], row["phone"]) for row in program.get("opt-outs/", **query).json["results"]}

    assert found() == {(marketing.pk, ANA), (service.pk, ANA), (marketing.pk, ben)}
    assert found(phone=ANA, number=service.pk) == {(service.pk, ANA)}
    assert found(in_force="true") == {(marketing.pk, ANA), (service.pk, ANA)}
    assert found(in_force="false") == {(marketing.pk, ben)}
    assert program.get("opt-outs/", inforce="true").status == 400


@pytest.mark.parametrize("method", ["delete", "put", "patch"])
@pytest.mark.parametrize("is_one", [True, False])
def test_no_program_lifts_an_opt_out_and_it_is_told_who_does(
    program: Program, marketing: Number, method: str, *, is_one: bool
) -> None:
    stop(marketing, ANA)
    with tenant(program.account.pk):
        address = f"opt-outs/{OptOut.objects.get().pk}/" if is_one else "opt-outs/"
    answer = program.ask(method, address, '{"in_force": false}')
    assert answer.status == 405
    assert "texting START" in answer.json["detail"]
    assert "new consent" in answer.json["detail"]
    with tenant(program.account.pk):
        assert permissions.refusal(marketing, ANA) == "opted_out"


def test_the_ledger_is_read_and_filtered(program: Program, marketing: Number, service: Number) -> None:
    contact, vip = build.contact(program.account, phone=ANA), build.group(program.account)
    stop(marketing, ANA)
    start(marketing, ANA)
    stop(service, "+14155550143")
    program.post(f"contacts/{contact.pk}/groups/", {"group": vip.pk, "words": "Ticked the box"})

    def seqs(**query: object) -> list[int]:
        return [row["seq"] for row in program.get("consent-events/", **query).json["results"]]

    assert seqs() == [4, 3, 2, 1]
    assert seqs(phone=ANA) == [4, 2, 1]
    assert seqs(number=marketing.pk) == [2, 1]
    assert seqs(group=vip.pk) == [4]
    assert seqs(kind="opted_in") == [2]
    assert seqs(source="api") == [4]
    assert seqs(after_seq=2) == [4, 3]
    assert seqs(after_seq=10**30) == []
    assert seqs(since=(now() + timedelta(hours=1)).isoformat()) == []
    assert seqs(until=(now() + timedelta(hours=1)).isoformat()) == [4, 3, 2, 1]
    assert program.get("consent-events/", kind="stopped").status == 400
    row = program.get("consent-events/", after_seq=3).json["results"][0]
    with tenant(program.account.pk):
        assert row["hash"] == bytes(ConsentEvent.objects.get(seq=4).hash).hex()
    assert (row["group_name"], row["words"], row["actor"]) == ("VIP", "Ticked the box", "API key Shop")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_ledger_is_written_by_nobody(program: Program, method: str) -> None:
    answer = program.ask(method, "consent-events/", "{}")
    assert answer.status == 405
    assert "cannot be written" in answer.json["detail"]


def test_permission_says_number_by_number_why_since_when_and_by_which_line(
    program: Program, marketing: Number, service: Number
) -> None:
    contact = build.contact(program.account, phone=ANA)
    stop(marketing, ANA)
    shown = program.get(f"contacts/{contact.pk}/permission/").json
    assert (shown["phone"], shown["place"], shown["lists"]) == (ANA, "US-CA", [])
    stopped, is_open = shown["numbers"]
    assert stopped | {"since": ""} == {
        "number": marketing.pk,
        "e164": marketing.e164,
        "label": "Marketing",
        "state": "opted_out",
        "since": "",
        "source": "universal_keyword",
        "words": "STOP",
        "consent_event": 1,
        "through": None,
        "marketing": "no",
        "marketing_from": None,
    }
    assert (is_open["state"], is_open["since"], is_open["marketing"]) == ("open", None, "now")
    with tenant(program.account.pk):
        permissions.block(contact=contact, by=build.user())
    blocked = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert {(number["state"], number["consent_event"]) for number in blocked} == {("blocked", 2)}


def test_permission_says_what_opened_a_number_and_nothing_of_one_that_was_never_closed(
    program: Program, marketing: Number, service: Number
) -> None:
    contact = build.contact(program.account, phone=ANA)
    stop(marketing, ANA)
    start(marketing, ANA)
    opened, untouched = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert (opened["state"], opened["source"], opened["words"]) == ("open", START.source, START.words)
    with tenant(program.account.pk):
        line = ConsentEvent.objects.get(kind="opted_in")
    assert (opened["consent_event"], datetime.fromisoformat(opened["since"])) == (line.seq, line.at)
    assert [untouched[name] for name in ("since", "source", "words", "consent_event")] == [None, None, "", None]


def test_permission_says_that_an_opt_out_of_another_number_was_taken_back(
    program: Program, marketing: Number, service: Number
) -> None:
    contact = build.contact(program.account, phone=ANA)
    stop(marketing, ANA, Evidence(source=Source.PHRASE, words="wrong number"))
    with tenant(program.account.pk):
        scopes.set_scope(account=program.account, scope="account", starts_at=now(), by=build.user())
        taken_back = Evidence(source=Source.PHRASE, words="wrong number", actor="dana@example.com")
        permissions.withdraw(number=marketing, phone=ANA, evidence=taken_back)
    shown = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert [(row["state"], row["through"], row["consent_event"]) for row in shown] == [("open", None, 3)] * 2


def test_permission_names_the_number_through_which_a_wider_scope_closes_another(
    program: Program, marketing: Number, service: Number
) -> None:
    contact = build.contact(program.account, phone=ANA)
    stop(marketing, ANA)
    with tenant(program.account.pk):
        scopes.set_scope(account=program.account, scope="account", starts_at=now(), by=build.user())
    own, other = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert (own["through"], other["through"]) == (None, marketing.pk)
    assert (other["state"], other["words"], other["consent_event"]) == ("opted_out", "STOP", 1)


def test_permission_shows_what_waits_for_a_decision_and_for_the_day(program: Program, service: Number) -> None:
    contact = build.contact(program.account, phone=ANA)
    with tenant(program.account.pk):
        QuietWindow.objects.all().delete()
        build.quiet_window(program.account, "US-CA", opens=time(0), closes=time(0))
    [number] = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert (number["state"], number["marketing"]) == ("open", "later")
    assert number["marketing_from"] > now().isoformat()
    with tenant(program.account.pk):
        evidence = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number")
        permissions.hold(number=service, phone=ANA, evidence=evidence)
    [number] = program.get(f"contacts/{contact.pk}/permission/").json["numbers"]
    assert (number["state"], number["words"], number["marketing"]) == ("held", "wrong number", "no")
    assert number["marketing_from"] is None


def test_permission_shows_the_lists_that_were_joined_and_left_and_how(program: Program) -> None:
    contact = build.contact(program.account)
    vip, news = build.group(program.account), build.group(program.account, "News")
    for group in (vip, news):
        program.post(f"contacts/{contact.pk}/groups/", {"group": group.pk, "words": f"Asked for {group.name}"})
    program.delete(f"contacts/{contact.pk}/groups/{vip.pk}/")
    lists = program.get(f"contacts/{contact.pk}/permission/").json["lists"]
    assert [(row["name"], row["state"], row["words"], row["consent_event"]) for row in lists] == [
        ("News", "joined", "Asked for News", 2),
        ("VIP", "left", "", 3),
    ]


def test_who_has_left_a_list_comes_back_by_new_consent_only(program: Program) -> None:
    contact, vip = build.contact(program.account), build.group(program.account)
    address, words = f"contacts/{contact.pk}/groups/", "Ticked the box again"
    with tenant(program.account.pk):
        permissions.join(group=vip, contacts=[contact], evidence=STOP)
        leaving = Evidence(source=Source.KEYWORD, words="NOVIP")
        permissions.leave(group=vip, contacts=[contact], evidence=leaving)
    hour = timedelta(hours=1)
    for stale in ({}, {"words": words}, {"words": words, "asked_at": (now() - hour).isoformat()}):
        refused = program.post(address, {"group": vip.pk} | stale)
        assert refused.status == 409
        assert "“NOVIP”" in refused.json["detail"]
        assert "asked_at" in refused.json["detail"]
    assert lines(program.account) == 2
    assert program.post(address, {"group": vip.pk, "words": words, "asked_at": now().isoformat()}).status == 201


def test_a_new_contact_whose_phone_has_stopped_a_number_stays_stopped_and_the_answer_says_so(
    program: Program, marketing: Number
) -> None:
    stop(marketing, ANA)
    made = program.post("contacts/", {"phone": ANA, "first_name": "Ana"})
    assert made.status == 201
    [number] = program.get(f"contacts/{made.json['id']}/permission/").json["numbers"]
    assert number["state"] == "opted_out"
    assert "Marketing" in made.json["notice"]
    other = program.post("contacts/", {"phone": build.phone()})
    assert other.json["notice"] is None


def test_a_contact_is_not_moved_to_another_phone_to_get_around_an_opt_out(program: Program, marketing: Number) -> None:
    contact = build.contact(program.account, phone=ANA)
    stop(marketing, ANA)
    answer = program.patch(f"contacts/{contact.pk}/", {"phone": build.phone()})
    assert answer.status == 400
    assert "permission was given for it" in answer.json["errors"]["phone"][0]


def test_a_viewers_key_reads_and_records_nothing(program: Program, marketing: Number) -> None:
    viewer = rest.program(program.account, Role.VIEWER)
    assert viewer.post("opt-outs/", {"number": marketing.pk, "phone": ANA, "words": "By e-mail"}).status == 403
    assert [viewer.get(path).status for path in ("opt-outs/", "consent-events/")] == [200, 200]
    assert lines(program.account) == 0
