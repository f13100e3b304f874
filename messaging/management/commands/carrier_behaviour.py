"""The only place where the carrier simulator is told from the command line how badly to behave."""

import json
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.simulator.client import Simulator, SimulatorError


class Command(BaseCommand):
    help = (
        "Tell the carrier simulator how badly to behave: lose_webhooks=1, say. Without settings it behaves well again."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "wanted", nargs="*", metavar="NAME=VALUE", help="a setting from the table in docs/simulator.md"
        )

    def handle(self, *, wanted: list[str], **options: object) -> None:
        try:
            Simulator(settings.SIMULATOR_URL).behave(**dict(map(_setting, wanted)))
        except (SimulatorError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The carrier now behaves so: {', '.join(wanted)}" if wanted else "The carrier behaves.")


def _setting(given: str) -> tuple[str, object]:
    name, _, value = given.partition("=")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise ValueError(f"{given} is no setting. Write it like lose_webhooks=1.") from error
