"""The floor of every figure: psycopg2 without Django, and a web application that only checks and stores."""

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import psycopg2
from psycopg2.extensions import connection as PgConnection  # noqa: N812

from shout.dev import home

TABLE = """CREATE TABLE bare_text (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL,
    sid text NOT NULL, phone text NOT NULL, number text NOT NULL, body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (account_id, sid))"""
TOKEN = "0123456789abcdef0123456789abcdef"

_local = threading.local()


def connect() -> PgConnection:
    """A connection as the application's role."""
    dsn = home.postgres_dsn("shout_app")
    return psycopg2.connect(dbname=dsn["NAME"], user=dsn["USER"], host=dsn["HOST"], port=dsn["PORT"])


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Verify the signature of a posted text as carriers compute it, and store the text durably."""
    said = b""
    if environ["REQUEST_METHOD"] == "POST":
        form = dict(parse_qsl(environ["wsgi.input"].read().decode(), keep_blank_values=True))
        address = os.environ["PUBLIC_BASE_URL"] + environ["PATH_INFO"]
        signed = address + "".join(name + form[name] for name in sorted(form))
        expected = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), hashlib.sha1)).decode()
        if not hmac.compare_digest(expected, environ["HTTP_X_TWILIO_SIGNATURE"]):
            raise ValueError("The signature does not match.")
        _store(form)
        said = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(said)))])
    return [said]


def _store(form: dict[str, str]) -> None:
    if not hasattr(_local, "connection"):
        _local.connection = connect()
        _local.connection.autocommit = True
    with _local.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_text (account_id, sid, phone, number, body) VALUES (1, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING RETURNING id",
            [form["MessageSid"], form["From"], form["To"], form["Body"]],
        )
