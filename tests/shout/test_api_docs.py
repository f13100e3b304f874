"""The OpenAPI document and the page to browse it."""

import json
from io import StringIO

from django.core.management import call_command
from django.test import Client


def test_the_document_is_valid_and_without_warnings() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    assert json.loads(out.getvalue())["openapi"].startswith("3.1")


def test_every_operation_has_its_own_name_its_words_and_its_problems() -> None:
    document = json.loads(Client().get("/api/v1/schema/").content)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) > 20
    for operation in operations:
        assert operation["summary"] and operation["description"]
        assert operation["security"] == [{"apiKey": []}]
        assert "application/problem+json" in operation["responses"]["4XX"]["content"]


def test_filters_and_the_idempotency_key_are_in_the_document() -> None:
    paths = json.loads(Client().get("/api/v1/schema/").content)["paths"]
    named = {parameter["name"] for parameter in paths["/api/v1/contacts/"]["get"]["parameters"]}
    assert named == {"phone", "group", "tag", "q", "cursor", "page_size"}
    [key] = paths["/api/v1/messages/"]["post"]["parameters"]
    assert (key["in"], key["name"]) == ("header", "Idempotency-Key")


def test_the_document_comes_as_json_unless_yaml_is_asked_for() -> None:
    assert Client().get("/api/v1/schema/")["Content-Type"].startswith("application/json")
    assert Client().get("/api/v1/schema/?format=yaml").content.startswith(b"openapi: 3.1")


def test_the_page_loads_everything_from_here_and_keeps_scripts_out_of_the_page() -> None:
    page = Client().get("/api/v1/docs/")
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert b"http" not in page.content.replace(b"http-equiv", b"")
    assert page.content.count(b"<script") == page.content.count(b"<script src=")
    script = Client().get("/api/v1/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
