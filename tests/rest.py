"""A program that speaks to the REST API with a key of its own."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from shout.models import Account, ApiKey, Role
from shout.tenancy import tenant
from tests import build


@dataclass(frozen=True)
class Answer:
    """What the API answered: the HTTP status and the JSON."""

    status: int
    json: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Program:
    """A program with a key to one account; paths are relative to /api/v1/."""

    account: Account
    key: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> Answer:  # noqa: ANN401
        """Read."""
        return self.ask("get", path, query)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """Create."""
        return self.ask("post", path, json.dumps(body), **headers)

    def patch(self, path: str, body: object) -> Answer:
        """Change."""
        return self.ask("patch", path, json.dumps(body))

    def delete(self, path: str) -> Answer:
        """Delete."""
        return self.ask("delete", path, "")

    def ask(self, method: str, path: str, data: object, **headers: str) -> Answer:
        """Any request; problems have to be problem details."""
        content_type = {} if method == "get" else {"content_type": "application/json"}
        sent = headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        url = path if path.startswith("http") else f"/api/v1/{path}"
        response = getattr(self.client, method)(url, data, headers=sent, **content_type)
        body = json.loads(response.content) if response.content else None
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert body["status"] == response.status_code
            assert body["detail"]
        return Answer(response.status_code, body, dict(response.headers))


def program(account: Account | None = None, role: Role = Role.AGENT) -> Program:
    """A program with a key of `role` to `account`, or to an account of its own."""
    account = account or build.account()
    with tenant(account.pk):
        _, key = ApiKey.issue(account=account, name="Shop", role=role)
    return Program(account, key)
