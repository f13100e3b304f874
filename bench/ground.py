"""What every benchmark stands on: accounts, people and numbers, made quickly, and servers beside this process."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from uuid import uuid4

from django.db import connections

from contacts import bulk
from contacts.models import Number, QuietWindow
from shout import accounts
from shout.dev import process, testing
from shout.dev.home import home
from shout.dev.process import Program
from shout.models import Account, User
from shout.tenancy import tenant

# Enough for any benchmark: what is measured is Shout, not the throughput a carrier allows.
_UNLIMITED = 1e9


def account() -> Account:
    """A new business that texts at any hour; its owner cannot sign in, which saves hashing a password."""
    made = accounts.found(name="Denny's Diner", owner=User.objects.create(email=f"{uuid4().hex}@example.com"))
    always = {"weekdays": "0123456", "opens": time.min, "closes": time.max, "since": date(2000, 1, 1)}
    with tenant(made.pk):
        for place in ("US", "*"):
            QuietWindow.objects.create(account=made, place=place, source="The benchmark", **always)
    return made


def number(account: Account) -> Number:
    """A number of the account without a limit to its throughput."""
    with tenant(account.pk):
        return Number.objects.create(
            account=account,
            e164="+14155550100",
            label="Main",
            kind=Number.Kind.MARKETING,
            carrier_account_sid=f"AC{uuid4().hex}",
            carrier_auth_token=uuid4().hex,
            webhook_key=Number.new_webhook_key(account.pk),
            segments_per_second=_UNLIMITED,
            burst=int(_UNLIMITED),
            tokens=_UNLIMITED,
        )


def phones(count: int) -> list[str]:
    """Phone numbers, all different."""
    return [f"+1415{2_000_000 + i}" for i in range(count)]


def people(account: Account, count: int) -> dict[str, int]:
    """New contacts: their ids by phone."""
    with tenant(account.pk):
        return bulk.meet(account.pk, phones(count))


def as_owner(*statements: str) -> None:
    """Run SQL that the application's role may not, such as making the table of a floor."""
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def free_ports(count: int) -> Sequence[int]:
    """Ports that nobody listens on."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def listens(port: int, pid: int) -> bool:
    """Whether somebody answers on this port of this machine."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(program: Program) -> Iterator[None]:
    """Run a server of Shout's in a process of its own."""
    with (home() / f"{program.name}.log").open("wb") as log:
        server = process.start(program, output=log.fileno())
    try:
        testing.wait_until_ready(server.pid, program, seconds=60)
        yield
    finally:
        process.end(server, program)
