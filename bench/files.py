"""How many rows of a CSV file a second become contacts."""

import csv
import io

from bench import bare, ground
from bench.measure import Result, Run, compare, timed
from contacts import imports
from contacts.models import Contact
from shout.tenancy import tenant


def measure(scale: float) -> Result:
    """Floor: COPY of the same people, already read and checked, into a table like that of contacts."""
    count = int(50_000 * scale)
    ground.as_owner(
        "CREATE TABLE bare_contact (LIKE contacts_contact INCLUDING ALL)", "GRANT ALL ON bare_contact TO shout_app"
    )
    return compare(f"import of {count:,} contacts", "rows", figure=lambda: _figure(count), floor=lambda: _floor(count))


def _people(count: int) -> list[tuple[str, str, str, str]]:
    return [(phone, f"Ana{i}", "Ruiz", f"ana{i}@example.com") for i, phone in enumerate(ground.phones(count))]


def _csv(rows: list[tuple[str, ...]]) -> io.StringIO:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    lines.seek(0)
    return lines


def _figure(count: int) -> Run:
    account = ground.account()
    data = _csv([("Phone", "First name", "Last name", "E-mail"), *_people(count)]).getvalue().encode()

    def bring_in() -> None:
        with tenant(account.pk):
            by = account.memberships.get().user
            imports.bring_in(account=account, by=by, file_name="people.csv", data=data, consent_source="Paper forms")

    run = timed(count, bring_in)
    with tenant(account.pk):
        known = Contact.objects.filter(account=account).count()
    if known != count:
        raise AssertionError(f"{known} of {count} people were imported")
    return run


def _floor(count: int) -> Run:
    ground.as_owner("TRUNCATE bare_contact")
    lines = _csv([("1", *person, "", "{}") for person in _people(count)])
    connection = bare.connect()

    def copy() -> None:
        with connection, connection.cursor() as cursor:
            cursor.copy_expert(
                "COPY bare_contact (account_id, phone, first_name, last_name, email, notes, fields)"
                " FROM STDIN (FORMAT csv, FORCE_NOT_NULL (notes))",
                lines,
            )

    run = timed(count, copy)
    connection.close()
    return run
