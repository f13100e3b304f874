"""REST views inside the tenant's transaction."""

from contextlib import ExitStack
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shout.models import Account, Role
from shout.tenancy import tenant


class AccountView(APIView):
    """A REST view inside the tenant's transaction; `self.account` is where every query starts."""

    needed = Role.AGENT
    account: Account

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Handle the request; leave the tenant's context when it has been answered."""
        with ExitStack() as self._context:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Authenticate, then enter the account of the key."""
        super().initial(request, *args, **kwargs)
        self._context.enter_context(tenant(request.auth.account_id))
        self.account = request.auth.account

    def handle_exception(self, exc: Exception) -> Response:
        """A problem undoes what the request had written."""
        if hasattr(self, "account"):
            transaction.set_rollback(True)
        return super().handle_exception(exc)
