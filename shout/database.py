"""The three database roles: the only place that makes them and checks which one this process has.

shout_owner owns the tables and migrates; shout_app runs web and workers, sees one account at a time and owns nothing;
shout_ops may see all accounts and owns the few functions that have to (see docs/architecture.md).
"""

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg2 import errors, sql
from psycopg2.extensions import connection as PgConnection  # noqa: N812

log = logging.getLogger(__name__)

OWNER, APP, OPS = "shout_owner", "shout_app", "shout_ops"


def make_roles(admin: PgConnection, *, app_password: str = "") -> None:
    """Make the roles that are missing and let the connected role act as them. Repeating it changes nothing."""
    with admin.cursor() as cursor:
        for role, options in ((OWNER, "CREATEDB"), (APP, ""), (OPS, "BYPASSRLS")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                _make_role(cursor, role, options)
        if app_password:
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(APP), sql.Literal(app_password)))
        # The owner hands its cross-account functions over to ops, for which it has to be a member.
        cursor.execute(sql.SQL("GRANT {}, {} TO {}").format(*map(sql.Identifier, (OPS, APP, OWNER))))
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        ((user, is_superuser),) = cursor.fetchall()
        if not is_superuser:
            cursor.execute(sql.SQL("GRANT {}, {}, {} TO {}").format(*map(sql.Identifier, (OWNER, APP, OPS, user))))


def _make_role(cursor: Any, role: str, options: str) -> None:  # noqa: ANN401
    try:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), sql.SQL(options)))
    except errors.InsufficientPrivilege as error:
        raise ImproperlyConfigured(
            f"The database role of DATABASE_ADMIN_URL may not create the role {role}. Give `manage.py prepare_database`"
            f" a superuser once, or have one run: CREATE ROLE {role} LOGIN {options};"
        ) from error


def give_database(admin: PgConnection, name: str) -> None:
    """Make the database if it is missing and hand its public schema to the owner role."""
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))


def refuse_dangerous_role() -> None:
    """Raise `ImproperlyConfigured` when this process could see every account's rows or alter the tables.

    Warn when it only could after a SET ROLE: it logged in as somebody mightier than the role it acts as.
    """
    with connection.temporary_connection() as cursor:
        cursor.execute(
            "SELECT r.rolname, r.rolname = current_user FROM pg_roles r LEFT JOIN pg_roles o ON o.rolname = %s"
            " WHERE r.rolname IN (current_user, session_user)"
            " AND (r.rolsuper OR r.rolbypassrls OR pg_has_role(r.oid, o.oid, 'USAGE'))",
            [OWNER],
        )
        dangerous = dict(cursor.fetchall())
    for role, is_acting in dangerous.items():
        if is_acting:
            raise ImproperlyConfigured(
                f"Shout runs as the database role {role}, which row-level security does not bind. "
                f"Let DATABASE_URL log in as {APP} (see docs/architecture.md)."
            )
        log.warning("DATABASE_URL logs in as %s, who could act as anybody; let it log in as %s", role, APP)
