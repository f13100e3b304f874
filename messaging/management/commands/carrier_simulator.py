"""The only place where the carrier simulator is started from the command line."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from messaging.simulator import server


class Command(BaseCommand):
    help = "Run the carrier simulator: a stand-in for Twilio, with handsets. No text leaves this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8001, help="port to listen on (default: 8001)")
        parser.add_argument("--state", type=Path, help="file in which to remember the texts over a restart")

    def handle(self, *, host: str, port: int, state: Path | None, **options: object) -> None:
        try:
            server.run(host=host, port=port, state=state, announce=self._announce)
        except (OSError, ValueError) as error:
            raise CommandError(f"The carrier simulator cannot start: {error}") from error

    def _announce(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
