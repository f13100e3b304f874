"""REST views inside the tenant's transaction."""

from contextlib import ExitStack
from typing import Any, TypeVar, cast

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from shout.api import repeats
from shout.api.bodies import Json
from shout.api.fields import Strict
from shout.api.filters import Query
from shout.api.problems import Conflict
from shout.api.schema import Described
from shout.models import Account, ApiKey, Role
from shout.tenancy import tenant

Row = TypeVar("Row", bound=Model)


class AccountView(APIView):
    """A REST view inside the tenant's transaction; `self.account` is where every query starts."""

    needed = Role.AGENT
    # Whether a POST with an Idempotency-Key that comes again gets the same answer again.
    remembers = True
    parser_classes = [Json]
    metadata_class = None
    schema = Described()
    # Nobody's, until the key has been read: the schema is drawn from it.
    account = Account(pk=0)
    key: ApiKey
    _asked: repeats.Asked | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Handle the request; leave the tenant's context when it has been answered."""
        try:
            with ExitStack() as self._context:
                return super().dispatch(request, *args, **kwargs)
        except IntegrityError:
            # The database checks references between rows when it commits.
            changed = Conflict("Something that this request names was changed at the same moment. Send it again.")
            return self.finalize_response(self.request, super().handle_exception(changed))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Authenticate, then enter the account of the key."""
        super().initial(request, *args, **kwargs)
        self.key = cast(ApiKey, request.auth)
        self._context.enter_context(tenant(self.key.account_id))
        self.account = self.key.account
        self.check_query()
        if request.method == "POST" and self.remembers:
            self._asked = repeats.asked(request, self.account)

    def check_permissions(self, request: Request) -> None:
        """Whether the key may do it; what no key may is not refused for want of a better one."""
        if request.auth and request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().check_permissions(request)

    def check_query(self) -> None:
        """Refuse names in the query of an address that asks for none."""
        Strict(data=self.request.query_params).is_valid(raise_exception=True)

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        """Keep what a request that may come again was answered; a problem is none, for it has changed nothing."""
        if self._asked and response.status_code < 400:
            repeats.remember(self._asked, response, self.account)
        return super().finalize_response(request, response, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """A problem undoes what the request had written."""
        if isinstance(exc, repeats.Answered):
            return exc.response
        if self.account.pk:
            transaction.set_rollback(True)
        return super().handle_exception(exc)


class AccountViewSet(AccountView, GenericViewSet[Row]):
    """One of the account's nouns: `rows` names the relation that holds its rows, `related` what is loaded with them."""

    rows: str
    related: tuple[str, ...] = ()
    query: type[Query] = Query
    lookup_value_converter = "int"
    http_method_names = ["get", "post", "patch", "delete", "head"]

    def get_queryset(self) -> QuerySet[Row]:
        """The account's rows; a request that changes one holds it until it is answered."""
        rows: QuerySet[Row] = getattr(self.account, self.rows).prefetch_related(*self.related)
        return rows if self.request.method in SAFE_METHODS else rows.select_for_update()

    def check_query(self) -> None:
        """A list reads its query itself."""
        if self.action != "list":
            super().check_query()

    def filter_queryset(self, queryset: QuerySet[Row]) -> QuerySet[Row]:  # type: ignore[override]
        """What a list is asked for; the address of one row is enough."""
        if self.detail:
            return queryset
        query = self.query(data=self.request.query_params, context=self.get_serializer_context())
        query.is_valid(raise_exception=True)
        return query.narrow(queryset)


class Nowhere(APIView):
    """Answers for every address that the API does not have."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say that there is nothing here, whatever the method."""
        raise NotFound("The API has no such address. Every address ends in a slash; /api/v1/docs/ lists them.")
