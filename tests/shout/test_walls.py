"""The walls between accounts, as PostgreSQL itself describes them and as they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, models, transaction

from contacts.models import ConsentEvent
from shout import database
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build, everything

# Tables of no account: who signs in, and Django's own.
SHARED_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "shout_user",
    "tombstone_key",
}
# Tables that the application may not change at all.
APPEND_ONLY = {"consent_ledger_head", "contacts_calltoaction", "contacts_consentevent", "contacts_ledgercheck"}
# What no role of the application may do but through these, which the walls bind like everybody.
OWNERS = {"erase_from_ledger": database.OWNER, "tombstone_digest": database.OWNER}
TENANT_MODELS = [
    model
    for model in apps.get_models()
    if model is Account or any(field.name == "account" for field in model._meta.local_fields)
]


@dataclass(frozen=True)
class Two:
    """Two accounts that hold everything, and must never meet."""

    ours: Account
    theirs: Account


@pytest.fixture
def two(owner: User) -> Two:
    accounts = Two(build.account(owner=owner), build.account(name="Other"))
    for account in (accounts.ours, accounts.theirs):
        everything.fill(account, by=owner)
    return accounts


def ask(statement: str, *values: object) -> list[Any]:
    """The rows of a statement; of one column, the values."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return [row[0] if len(row) == 1 else row for row in cursor.fetchall()] if cursor.description else []


def references() -> list[Any]:
    """(child, its columns, parent, its columns) of every foreign key that points at a table of an account."""
    return ask(
        """SELECT f.conrelid::regclass::text, array_agg(c.attname::text ORDER BY k.at),
            f.confrelid::regclass::text, array_agg(p.attname::text ORDER BY k.at)
        FROM pg_constraint f CROSS JOIN unnest(f.conkey, f.confkey) WITH ORDINALITY k (child, parent, at)
        JOIN pg_attribute c ON c.attrelid = f.conrelid AND c.attnum = k.child
        JOIN pg_attribute p ON p.attrelid = f.confrelid AND p.attnum = k.parent
        WHERE f.contype = 'f' AND f.confrelid::regclass::text = ANY(%s) GROUP BY f.oid ORDER BY 1, 2""",
        everything.tables(),
    )


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    ask(f"SET ROLE {role}")
    yield
    ask(f"SET ROLE {database.APP}")


def test_every_table_belongs_to_an_account_or_is_known_to_be_shared(db: None) -> None:
    tables = set(ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    assert tables == set(everything.tables()) | {"shout_account"} | SHARED_TABLES


def test_every_tenant_table_is_behind_forced_row_level_security_for_reading_and_writing(db: None) -> None:
    tables = [*everything.tables(), "shout_account"]
    walls = ask(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.permissive, p.roles, p.cmd, p.qual, p.with_check"
        " FROM pg_class c LEFT JOIN pg_policies p ON p.tablename = c.relname AND p.schemaname = 'public'"
        " WHERE c.oid = ANY(%s::regclass[])",
        tables,
    )
    rule = {name: f"({'id' if name == 'shout_account' else 'account_id'} = app_account_id())" for name in tables}
    assert sorted(walls) == sorted(
        (name, True, True, "PERMISSIVE", ["public"], "ALL", rule[name], rule[name]) for name in tables
    )


def test_no_tenant_row_can_do_without_its_account(db: None) -> None:
    assert not ask(
        "SELECT attrelid::regclass FROM pg_attribute WHERE attname = 'account_id' AND NOT attnotnull"
        " AND attrelid = ANY(%s::regclass[])",
        everything.tables(),
    )


def test_every_reference_between_tenant_tables_names_the_account_on_both_sides(db: None) -> None:
    assert [r for r in references() if r[1][0] != "account_id" or r[3] != ["account_id", "id"]] == []


def test_every_column_that_names_a_row_is_a_foreign_key(db: None) -> None:
    loose = ask(
        """SELECT a.attrelid::regclass::text, a.attname FROM pg_attribute a
        WHERE a.attrelid = ANY(%s::regclass[]) AND a.atttypid = 'bigint'::regtype AND a.attname LIKE '%%\\_id'
            AND NOT EXISTS (SELECT FROM pg_constraint f
                WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND a.attnum = ANY(f.conkey))""",
        everything.tables(),
    )
    assert loose == []


def test_every_relation_that_django_knows_between_tenant_models_is_held_by_the_database(db: None) -> None:
    held = {(child, columns[1], parent) for child, columns, parent, _ in references() if len(columns) == 2}
    known = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in TENANT_MODELS
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in TENANT_MODELS and field.name != "account"
    }
    assert known
    assert known - held == set()


def test_functions_that_see_all_accounts_belong_to_ops_and_cannot_be_turned_by_their_caller(db: None) -> None:
    found = ask(
        """SELECT p.proname, p.proowner::regrole::text, p.proconfig,
            EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
        FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY 1"""
    )
    # Unless it is named last, a caller's temporary tables come before the real ones.
    path = ["search_path=public, pg_temp"]
    assert found
    assert found == [(name, OWNERS.get(name, database.OPS), path, False) for name, *_ in found]


def test_no_role_of_the_application_reads_the_key_of_the_tombstones(db: None) -> None:
    for role in (database.APP, database.OPS):
        privileges = "SELECT has_table_privilege(%s, 'tombstone_key', p) FROM unnest(ARRAY['SELECT', 'UPDATE']) p"
        assert ask(privileges, role) == [False, False]


def test_the_application_owns_nothing(db: None) -> None:
    assert ask("SELECT current_user") == [database.APP]
    assert not ask("SELECT 1 FROM pg_class WHERE relowner = %s::regrole", database.APP)
    assert not ask("SELECT 1 FROM pg_proc WHERE proowner = %s::regrole", database.APP)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE contacts_contact DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON contacts_contact",
        "ALTER TABLE contacts_consentevent DISABLE TRIGGER ALL",
        "CREATE TABLE public.mine (id bigint)",
        "SET LOCAL row_security = off; SELECT * FROM contacts_contact",
        "SET LOCAL session_replication_role = replica",
        "UPDATE consent_ledger_head SET seq = 0",
    ],
)
def test_the_application_cannot_take_a_wall_down(account: Account, statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        ask(statement)


def test_everything_means_every_tenant_table(two: Two) -> None:
    for account in (two.ours, two.theirs):
        with tenant(account.pk):
            assert [table for table in everything.tables() if not ask(f"SELECT 1 FROM {table}")] == []


def test_without_an_account_there_are_no_rows(two: Two) -> None:
    assert [table for table in [*everything.tables(), "shout_account"] if ask(f"SELECT 1 FROM {table}")] == []


def test_another_accounts_rows_are_not_there_even_without_a_filter(two: Two) -> None:
    with tenant(two.ours.pk):
        for table in everything.tables():
            assert set(ask(f"SELECT account_id FROM {table}")) == {two.ours.pk}
        assert ask("SELECT id FROM shout_account") == [two.ours.pk]


def test_another_accounts_rows_cannot_be_changed_or_deleted(two: Two) -> None:
    with tenant(two.ours.pk):
        for table in set(everything.tables()) - APPEND_ONLY:
            assert not ask(
                f"UPDATE {table} SET account_id = account_id WHERE account_id = %s RETURNING 1", two.theirs.pk
            )
            assert not ask(f"DELETE FROM {table} WHERE account_id = %s RETURNING 1", two.theirs.pk)
        assert not ask("UPDATE shout_account SET name = 'x' WHERE id = %s RETURNING 1", two.theirs.pk)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_no_row_can_be_written_into_another_account(two: Two, model: type[models.Model]) -> None:
    with tenant(two.theirs.pk):
        row = model._default_manager.all()[:1].get()
    row.pk = two.theirs.pk if model is Account else None
    with tenant(two.ours.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


def test_no_row_can_be_given_to_another_account(two: Two) -> None:
    for table in set(everything.tables()) - APPEND_ONLY:
        with tenant(two.ours.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ask(f"UPDATE {table} SET account_id = %s", two.theirs.pk)


def test_no_row_can_refer_to_another_accounts_row(two: Two) -> None:
    between = [(child, columns[1], parent) for child, columns, parent, _ in references() if len(columns) == 2]
    assert len(between) > 20
    for child, column, parent in between:
        with tenant(two.theirs.pk):
            foreign = ask(f"SELECT max(id) FROM {parent}")
        with tenant(two.ours.pk), pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
            ask(f"UPDATE {child} SET {column} = %s WHERE id = (SELECT max(id) FROM {child})", *foreign)
            ask("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("role", [database.APP, database.OPS, database.OWNER])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contacts_consentevent SET words = 'x'",
        "DELETE FROM contacts_consentevent",
        "TRUNCATE contacts_consentevent",
    ],
)
def test_nobody_rewrites_the_ledger(two: Two, role: str, change: str) -> None:
    with tenant(two.ours.pk):
        ask("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE fails on anything still pending, which would prove nothing
        before = list(ConsentEvent.objects.values_list())
        with (
            acting_as(role),
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
        ):
            ask(change)
        assert list(ConsentEvent.objects.values_list()) == before != []


def test_nobody_forges_the_ledgers_head(two: Two) -> None:
    with tenant(two.ours.pk):
        ask("CREATE TEMP TABLE forged (id bigint)")
        for function in ("take_ledger_head", "keep_ledger_head"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                ask(f"CREATE TRIGGER forge BEFORE INSERT ON forged EXECUTE FUNCTION {function}()")
