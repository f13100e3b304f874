"""Numbers through the REST API."""

from contacts.models import Number
from tests import build, rest


def test_a_number_is_shown_with_its_addresses_and_without_its_credentials(db: None) -> None:
    program = rest.program()
    number = build.number(program.account, label="Marketing", kind=Number.Kind.MARKETING)
    shown = program.get(f"numbers/{number.pk}/").json
    assert shown == {
        "id": number.pk,
        "e164": number.e164,
        "label": "Marketing",
        "kind": "marketing",
        "line": "local",
        "carrier": "simulator",
        "sms_webhook_url": number.sms_webhook_url,
        "status_webhook_url": number.status_webhook_url,
        "segments_per_second": number.segments_per_second,
        "burst": number.burst,
    }
    assert program.get("numbers/").json["results"] == [shown]


def test_another_accounts_numbers_are_not_there(db: None) -> None:
    program, theirs = rest.program(), build.number(build.account())
    assert program.get("numbers/").json["results"] == []
    assert program.get(f"numbers/{theirs.pk}/").status == 404


def test_numbers_are_not_changed_by_programs(db: None) -> None:
    program = rest.program()
    number = build.number(program.account)
    assert program.post("numbers/", {"label": "x"}).status == 405
    assert program.patch(f"numbers/{number.pk}/", {"label": "x"}).status == 405
    assert program.delete(f"numbers/{number.pk}/").status == 405
