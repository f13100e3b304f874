"""How many rows a second a text to a whole group takes to write."""

from functools import partial
from uuid import uuid4

from bench import bare, ground
from bench.measure import Result, Run, compare, timed
from contacts.models import Group, GroupMembership, Number, OptOut
from contacts.models.consent import Source
from messaging import outbound
from messaging.models import Broadcast, Message
from shout.tenancy import tenant

BODY = "Tonight only: two burgers for the price of one until ten. Reply STOP to get no more texts."


def measure(scale: float) -> Result:
    """Floor: one statement that writes the same rows, without asking for permission and without a place to resume."""
    count = int(50_000 * scale)
    number = ground.number(ground.account())
    group = _group(number, count)
    ground.as_owner("ANALYZE")
    return compare(
        f"broadcast to {count:,}",
        "rows",
        figure=lambda: _figure(number, group, count),
        floor=lambda: _floor(number, group, count),
    )


def _group(number: Number, count: int) -> Group:
    """A list on which every fiftieth has stopped."""
    account = number.account
    people = ground.people(account, count)
    with tenant(account.pk):
        group = Group.objects.create(account=account, name="Offers")
        GroupMembership.objects.bulk_create(
            [GroupMembership(account=account, group=group, contact_id=pk) for pk in people.values()], batch_size=5_000
        )
        OptOut.objects.bulk_create(
            OptOut(account=account, number=number, phone=phone, source=Source.STAFF) for phone in list(people)[::50]
        )
    return group


def _broadcast(number: Number, group: Group) -> Broadcast:
    with tenant(number.account_id):
        return Broadcast.objects.create(
            account=number.account, number=number, group=group, body=BODY, segments=1, form_key=uuid4()
        )


def _figure(number: Number, group: Group, count: int) -> Run:
    broadcast = _broadcast(number, group)
    run = timed(count, partial(_fan_out_all, number))
    with tenant(number.account_id):
        written = Message.objects.filter(account_id=number.account_id, broadcast=broadcast).count()
    if written != count:
        raise AssertionError(f"{written} of {count} rows were written")
    return run


def _fan_out_all(number: Number) -> None:
    more = True
    while more:
        with tenant(number.account_id):
            more = outbound.fan_out(account_id=number.account_id)


def _floor(number: Number, group: Group, count: int) -> Run:
    broadcast = _broadcast(number, group)
    connection = bare.connect()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.account_id = %s", [str(number.account_id)])
        cursor.execute("UPDATE messaging_broadcast SET status = 'queued' WHERE id = %s", [broadcast.pk])
    statement = """
        INSERT INTO messaging_message (account_id, number_id, phone, contact_id, body, origin, segments, priority,
            broadcast_id, direction, status, checked_at)
        SELECT c.account_id, %s, c.phone, c.id, %s, 'broadcast', 1, 3, %s, 'out', 'queued', now()
        FROM contacts_groupmembership g JOIN contacts_contact c ON (c.account_id, c.id) = (g.account_id, g.contact_id)
        WHERE g.account_id = app_account_id() AND g.group_id = %s ORDER BY c.id"""

    def write() -> None:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, [number.pk, BODY, broadcast.pk, group.pk])

    run = timed(count, write)
    connection.close()
    return run
