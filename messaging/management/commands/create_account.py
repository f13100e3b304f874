"""`manage.py create_account`: an account with its owner, numbers and API key, for operators."""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from contacts.models import Number
from messaging import onboarding, provisioning
from shout import phones
from shout.models import Account, User
from shout.phones import InvalidPhone

_NUMBER = re.compile(r"(?P<e164>[^=]+)=(?P<kind>[^:]+)(:(?P<label>.+))?")


class Command(BaseCommand):
    """Opens an account; without Twilio credentials its numbers are on the carrier simulator."""

    help = "Create an account with its owner, its numbers and an API key, which is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the operator says."""
        parser.add_argument("name", help="the name of the business")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who signs in as its owner")
        parser.add_argument(
            "--number",
            action="append",
            default=[],
            metavar="+E164=KIND:LABEL",
            help=f"a sending number; KIND is one of {', '.join(Number.Kind.values)}",
        )
        parser.add_argument("--twilio-account-sid", default="")
        parser.add_argument("--twilio-auth-token", default="")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        """All of it or nothing."""
        if bool(options["twilio_account_sid"]) != bool(options["twilio_auth_token"]):
            raise CommandError("Give both --twilio-account-sid and --twilio-auth-token, or neither.")
        numbers = [_number(text) for text in options["number"]]
        _refuse(options, numbers)
        with transaction.atomic():
            opened = onboarding.open_account(
                name=options["name"],
                owner_email=options["owner"],
                numbers=numbers,
                account_sid=options["twilio_account_sid"],
                auth_token=options["twilio_auth_token"],
            )
        for complaint in provisioning.connect_simulated(opened.account.pk):
            self.stderr.write(complaint)
        self.stdout.write(json.dumps(opened.as_dict()) if options["json"] else _sentences(opened))


def _refuse(options: dict[str, Any], numbers: list[onboarding.NewNumber]) -> None:
    """Raise `CommandError`, which says what to mend, for what the pages would refuse too."""
    for option, field in [
        ("name", Account._meta.get_field("name")),
        ("owner", User._meta.get_field("email")),
        ("twilio_account_sid", Number._meta.get_field("carrier_account_sid")),
    ]:
        _check(option, field, options[option])
    for number in numbers:
        _check(f"number {number.e164}", Number._meta.get_field("label"), number.label)
    e164s = [number.e164 for number in numbers]
    if twice := {e164 for e164 in e164s if e164s.count(e164) > 1}:
        raise CommandError(f"--number {', '.join(sorted(twice))}: an account has each number once.")


def _check(option: str, field: Any, value: str) -> None:  # noqa: ANN401
    try:
        field.clean(value.strip(), None)
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(error.messages)}") from error


def _number(text: str) -> onboarding.NewNumber:
    parts = _NUMBER.fullmatch(text)
    if parts is None or parts["kind"] not in Number.Kind.values:
        kinds = ", ".join(Number.Kind.values)
        raise CommandError(f"--number {text}: write it as +E164=KIND:LABEL, where KIND is one of {kinds}.")
    try:
        e164 = phones.parse(parts["e164"])
    except InvalidPhone as error:
        raise CommandError(f"--number {text}: {error}") from error
    kind = Number.Kind(parts["kind"])
    return onboarding.NewNumber(e164=e164, kind=kind, label=parts["label"] or str(kind.label))


def _sentences(opened: onboarding.Opened) -> str:
    lines = [f"Account {opened.account.pk}: {opened.account.name}", f"API key (shown only now): {opened.api_key}"]
    if opened.password:
        lines.append(f"Sign in as {opened.owner.email} with the password {opened.password}")
    for number in opened.numbers:
        lines += [f"{number.e164} {number.label}", f"  texts to    {number.sms_webhook_url}"]
    return "\n".join(lines)
