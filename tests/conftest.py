"""What every test stands on: real servers, the application's own database role, and two accounts that never meet."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from contacts.models import Number
from messaging import provisioning
from messaging.simulator.client import Simulator
from messaging.simulator.running import running
from shout import database
from shout.dev import postgres, testing
from shout.models import Account, Role, User
from shout.tenancy import tenant
from tests import build
from tests.carrier import Phone
from tests.outside import OutsideClient

# No test is timed, a busy machine's least of all.
hypothesis_settings.register_profile("untimed", parent=hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that the xdist workers inherit their environment from."""
    if hasattr(config, "workerinput"):
        return
    home = Path(os.environ["SHOUT_HOME"])
    config.add_cleanup(testing.start(home))
    url = os.environ.get("DATABASE_ADMIN_URL") or os.environ.get("DATABASE_URL")
    admin = psycopg2.connect(url) if url else psycopg2.connect(**postgres.superuser_dsn(home))
    admin.autocommit = True
    database.make_roles(admin)
    admin.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The owner makes the test database; while tests run, every connection is the application's."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        connection_created.connect(_become_app)
        connections.close_all()
    yield
    connection_created.disconnect(_become_app)
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity=0)


def _become_app(connection: BaseDatabaseWrapper, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {database.APP}")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database that really commits, for tests of several connections; nothing is swept up, so make own accounts."""
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture
def client() -> OutsideClient:
    """A browser or a carrier."""
    return OutsideClient()


@pytest.fixture
def owner(db: None) -> User:
    """The owner of `account`."""
    return build.user()


@pytest.fixture
def account(owner: User) -> Iterator[Account]:
    """An account, and the test inside its context."""
    account = build.account(owner=owner)
    with tenant(account.pk):
        yield account


@pytest.fixture
def browser(client: OutsideClient, owner: User, account: Account) -> OutsideClient:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def viewers_browser(account: Account) -> OutsideClient:
    """The browser of somebody who may only look."""
    client = OutsideClient()
    client.force_login(build.member(account, Role.VIEWER))
    return client


@pytest.fixture
def strangers_browser(db: None) -> OutsideClient:
    """The browser of the owner of another account."""
    stranger = build.user()
    build.account(owner=stranger, name="Rival")
    client = OutsideClient()
    client.force_login(stranger)
    return client


@pytest.fixture
def marketing(account: Account) -> Number:
    """The account's marketing number."""
    return build.number(account, kind=Number.Kind.MARKETING, label="Marketing")


@pytest.fixture
def service(account: Account) -> Number:
    """The account's customer service number."""
    return build.number(account, kind=Number.Kind.CUSTOMER_SERVICE, label="Service")


@pytest.fixture
def simulator(settings: Settings) -> Iterator[Simulator]:
    """The carrier."""
    with running() as address:
        settings.SIMULATOR_URL = address
        yield Simulator(address)


@pytest.fixture
def numbers(simulator: Simulator, marketing: Number, service: Number) -> tuple[Number, Number]:
    """The marketing and the customer service number, known to the carrier."""
    for number in (marketing, service):
        provisioning.connect(number)
    return marketing, service


@pytest.fixture
def ana(simulator: Simulator) -> Phone:
    """Somebody the business does not know yet."""
    return Phone(simulator, "+14155550142")
