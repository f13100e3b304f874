"""Who is asking: the only place that turns a browser request into an account and a membership."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from shout.models import Account, Membership, Role, User
from shout.tenancy import tenant

P = ParamSpec("P")


class AccountRequest(HttpRequest):
    """A signed-in person's request inside one of their accounts."""

    user: User
    account: Account
    membership: Membership
    htmx: HtmxDetails


class _View(Protocol[P]):
    def __call__(self, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse: ...


@dataclass(frozen=True)
class Seat:
    """One account a person may enter, as the account switcher shows it."""

    account_id: int
    account_name: str
    role: str


def seats_of(user: User) -> list[Seat]:
    """The accounts `user` belongs to, by name. Asks through a database function, since no account is chosen yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, account_name, role FROM seats_of(%s)", [user.pk])
        return [Seat(*row) for row in cursor.fetchall()]


def member(
    needed: Role = Role.VIEWER, *, all_may_look: bool = False, calls_out: bool = False
) -> Callable[[Callable[Concatenate[AccountRequest, P], HttpResponse]], _View[P]]:
    """A dashboard view inside the tenant's transaction, for members whose role reaches `needed`.

    Where `all_may_look`, only writing takes that role: the page shows something besides its form.
    A view that `calls_out` to a carrier runs after that transaction and opens `tenant()` where it needs it, so that no
    transaction waits for somebody else's server.
    """

    def decorate(view: Callable[Concatenate[AccountRequest, P], HttpResponse]) -> _View[P]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            seat = _chosen_seat(request)
            if seat is None:
                return redirect("shout:account_new")
            with tenant(seat.account_id):
                _enter(request, seat)
                looks = all_may_look and request.method in ("GET", "HEAD")
                if not (looks or cast(AccountRequest, request).membership.may(needed)):
                    raise PermissionDenied(_who_may(needed, seat))
                if not calls_out:
                    return view(cast(AccountRequest, request), *args, **kwargs)
            return view(cast(AccountRequest, request), *args, **kwargs)

        signed_in = login_required(inner)

        @wraps(view)
        def outer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # Redirected to sign in, htmx would put the sign-in page into the middle of the page that asked.
            if cast(AccountRequest, request).htmx and not request.user.is_authenticated:
                return HttpResponseClientRefresh()
            return signed_in(request, *args, **kwargs)

        return outer

    return decorate


def _who_may(needed: Role, seat: Seat) -> str:
    *others, last = [f"{role.label.lower()}s" for role in Role if role.may(needed)]
    roles = f"{', '.join(others)} and {last}" if others else last
    return f"This is for {roles} of {seat.account_name}; your role is {seat.role}. An owner can change it."


def _chosen_seat(request: HttpRequest) -> Seat | None:
    seats = seats_of(cast(User, request.user))
    chosen = request.session.get("account_id")
    request.seats = seats  # type: ignore[attr-defined]
    return next((seat for seat in seats if seat.account_id == chosen), seats[0] if seats else None)


def _enter(request: HttpRequest, seat: Seat) -> None:
    membership = Membership.objects.select_related("account").get(
        user=cast(User, request.user), account_id=seat.account_id
    )
    request.membership = membership  # type: ignore[attr-defined]
    request.account = membership.account  # type: ignore[attr-defined]


def found(*, name: str, owner: User) -> Account:
    """A new account with its first owner."""
    account = Account(pk=Account.next_id(), name=name)
    with transaction.atomic(), tenant(account.pk):
        account.save(force_insert=True)
        Membership.objects.create(account=account, user=owner, role=Role.OWNER)
    return account


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context for every page: the accounts one may switch to, whether this account's texts are simulated, and how many
    reviews and notices are open (counted when a template asks).
    """
    account: Account | None = getattr(request, "account", None)
    return {
        "nav_accounts": getattr(request, "seats", []),
        "open_reviews": account.reviews.filter(decision="").count if account else 0,
        "open_notices": account.notices.filter(done_at=None).count if account else 0,
        "simulator_active": bool(account) and account.numbers.filter(carrier="simulator").exists(),  # type: ignore[union-attr]
    }
