"""Keys of the REST API: the only place that knows who a program speaks for."""

import re
from typing import cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from shout.models import ApiKey, Role
from shout.tenancy import tenant

_KEY = re.compile(r"shout_(?P<account>[0-9]{1,18})_(?P<key_id>[0-9a-f]{12})_(?P<secret>[\w-]{43})")


class BearerKey(BaseAuthentication):
    """`Authorization: Bearer shout_…`: sets `request.auth` to the ApiKey, or answers 401."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        """The key a request carries; None when it carries none."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        parts = _KEY.fullmatch(text.strip())
        key = _find(int(parts["account"]), parts["key_id"]) if parts else None
        if key is None or parts is None or not key.opens_with(parts["secret"]):
            raise exceptions.AuthenticationFailed("This API key is not valid. Check that it was copied whole.")
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """The scheme a 401 asks for."""
        return "Bearer"


def _find(account_id: int, key_id: str) -> ApiKey | None:
    with tenant(account_id):
        return ApiKey.objects.select_related("account").filter(key_id=key_id, revoked_at=None).first()


class HasKey(BasePermission):
    """Any key may read; writing takes the role the view needs."""

    message = "This API key may only read. Use a key with a role that may write."

    def has_permission(self, request: Request, view: object) -> bool:
        """Whether the key of this request may do what it asks."""
        key = cast(ApiKey | None, request.auth)
        if key is None:
            raise exceptions.NotAuthenticated("Send your API key in the header: Authorization: Bearer shout_…")
        return request.method in SAFE_METHODS or key.may(getattr(view, "needed", Role.AGENT))


class BearerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the key."""

    target_class = "shout.api.keys.BearerKey"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "shout_<account>_<id>_<secret>"}
