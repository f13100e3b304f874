"""The only place for how Shout is started on one machine, with everything it needs: `make up`."""

import errno
import os
import signal
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shout.dev import postgres, process, programs, valkey
from shout.dev.home import home
from shout.dev.process import Program, StartError
from shout.dev.supervisor import Supervisor

FIRST_PORT = 8000
BOOT_SECONDS = 120.0


class Command(BaseCommand):
    """Reads PORT, HOST, SHOUT_HOME, PUBLIC_BASE_URL, DATABASE_URL and REDIS_URL."""

    help = "Run Shout on this machine: database, broker, web, worker, beat and carrier simulator, until Ctrl+C."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        """Returns after an orderly stop; a start that fails is told in one line."""
        if "MAKELEVEL" in os.environ:  # Killing make means to kill what it runs.
            process.die_with(os.getppid(), signal.SIGTERM)
        try:
            with Supervisor(home()) as tree:
                launch(tree)
        except StartError as error:
            raise CommandError(str(error)) from error


def launch(tree: Supervisor) -> None:
    """Start everything in order, say that it is ready, and keep it running until somebody asks to stop."""
    tree.console.line(f"Starting Shout. Its data is in {tree.home}")
    host = os.environ.get("HOST") or "127.0.0.1"
    port = web_port(host)
    simulator_port = free_port("127.0.0.1", start=port + 1)
    servers = [tree.start(server) for server in embedded_servers()]
    tree.wait_ready(*servers, seconds=BOOT_SECONDS)
    url = announce_addresses(f"http://{programs.nearby(host)}:{port}", simulator=f"http://127.0.0.1:{simulator_port}")
    simulator = tree.start(programs.simulator(port=simulator_port))
    tree.wait_done(tree.start(programs.manage("prepare_database", name="database")))
    children = [tree.start(p) for p in (programs.worker(), programs.web(host=host, port=port), programs.beat())]
    tree.wait_ready(simulator, seconds=BOOT_SECONDS)
    demo = tree.start(programs.manage("demo", name="demo"), hold=True)
    tree.wait_ready(*children, seconds=BOOT_SECONDS)
    for line in [f"Shout is ready: {url}", *tree.wait_done(demo)]:
        tree.console.line(line)
    tree.watch()


def embedded_servers() -> list[Program]:
    """The servers that the environment does not name."""
    servers = [postgres.program(home())] if not os.environ.get("DATABASE_URL") else []
    return servers + ([valkey.program(home())] if not os.environ.get("REDIS_URL") else [])


def announce_addresses(web: str, *, simulator: str) -> str:
    """Tell all programs, and later commands, where web and simulator are; return the address for people."""
    url = os.environ.get("PUBLIC_BASE_URL") or web
    os.environ |= {"PUBLIC_BASE_URL": url, "SIMULATOR_URL": simulator}
    (home() / "url").write_text(url)
    (home() / "simulator_url").write_text(simulator)
    return url


def web_port(host: str) -> int:
    """PORT, which must be free, or else the first free port from 8000 on."""
    wanted = os.environ.get("PORT")
    if not wanted:
        return free_port(host, start=FIRST_PORT)
    try:
        socket.create_server((host, int(wanted))).close()
    except (OSError, OverflowError, ValueError) as error:
        raise StartError(f"PORT={wanted} cannot be used ({error}). Choose another one: make up PORT=8010") from error
    return int(wanted)


def free_port(host: str, *, start: int) -> int:
    """The first port from `start` on that nobody listens on."""
    for port in range(start, 65536):
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(f"HOST={host} cannot be used ({error}).") from error
        else:
            return port
    raise StartError(f"Every port from {start} on is taken.")
