"""Requests that come from outside: they know nothing of the account whose context the test runs in."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from shout import tenancy


class OutsideClient(Client):
    """Django's test client, leaving the test's tenant context for the time of a request.

    Without it a view that forgot to enter its own context would work in tests and show nothing in production.
    """

    def request(self, **request: Any) -> HttpResponse:  # noqa: ANN401
        """Answer a request with no account chosen, then go back to the test's account."""
        account_id = tenancy.current_account_id()
        if account_id is None:
            return super().request(**request)
        token = tenancy._current.set(None)
        _show(None)
        try:
            response = super().request(**request)
            if response.streaming:
                # A real server reads a stream after the request's transaction, out there too.
                response.streaming_content = list(response.streaming_content)
            return response
        finally:
            tenancy._current.reset(token)
            _show(account_id)


def _show(account_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.account_id = %s", [str(account_id or "")])
