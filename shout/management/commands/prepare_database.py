"""`manage.py prepare_database`: roles, database and migrations, on an empty server or an old one."""

from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import BaseCommand, call_command
from psycopg2.extensions import connection as PgConnection  # noqa: N812
from psycopg2.extensions import quote_ident

from shout import database


class Command(BaseCommand):
    """Connects by DATABASE_ADMIN_URL (on the embedded server as its superuser)."""

    help = "Make the database roles and the database where they are missing, and migrate."

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        """Repeating it changes nothing."""
        name = settings.DATABASES["owner"]["NAME"]
        app = settings.DATABASES["default"]
        admin = _connect(name if settings.DATABASE_ADMIN_URL else "postgres")
        database.make_roles(admin, app_password=app["PASSWORD"] if app["USER"] == database.APP else "")
        database.give_database(admin, name)
        admin.close()
        grants = _connect(name)
        with grants.cursor() as cursor:
            # The migrations hand functions over to ops, for which ops needs rights that the owner role may pass on.
            cursor.execute(f"GRANT ALL ON SCHEMA public TO {database.OWNER} WITH GRANT OPTION")
            cursor.execute(f"GRANT CREATE ON DATABASE {quote_ident(name, cursor)} TO {database.OWNER}")
        grants.close()
        call_command("migrate", database="owner", interactive=False, verbosity=options["verbosity"] - 1)


def _connect(name: str) -> PgConnection:
    owner = settings.DATABASES["owner"]
    embedded = not settings.DATABASE_ADMIN_URL
    admin = psycopg2.connect(
        dbname=name,
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user="postgres" if embedded else owner["USER"],
        password=owner.get("PASSWORD") or None,
    )
    admin.autocommit = True
    return admin
