"""The only place for which processes Shout consists of when it runs on one machine."""

import http.client
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

from shout.dev.home import home
from shout.dev.process import Program, at_once


def nearby(host: str) -> str:
    """The address by which this machine reaches a server that listens on `host`."""
    return "127.0.0.1" if host == "0.0.0.0" else host


def web(*, host: str, port: int) -> Program:
    cores = os.cpu_count() or 1
    sizes = ["--workers", str(min(cores, 4)), "--blocking-threads", str(min(2 * cores, 8))]
    quiet = ["-W", "ignore:No directory at"]  # Without collected static files WhiteNoise serves the originals.
    limits = ["--respawn-failed-workers", "--respawn-interval", "0", "--workers-kill-timeout", "10", "--no-ws"]
    address = ["--interface", "wsgi", "--host", host, "--port", str(port), "--log-level", "warning"]
    return Program(
        name="web",
        argv=[sys.executable, *quiet, "-m", "granian", *address, *sizes, *limits, "shout.wsgi:application"],
        ready=partial(answers, host=nearby(host), port=port, path="/healthz/"),
    )


def answers(pid: int, *, host: str, port: int, path: str) -> bool:
    """Whether a server on this port has what `path` asks for."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker() -> Program:
    size = ["--pool", "threads", "-c", "8", "-Q", "inbound,outbound,bulk", "--without-gossip", "--without-mingle"]
    return _celery("worker", *size, "-n", "worker@%h")


def beat() -> Program:
    return _celery("beat", "-S", "celery.beat:Scheduler", "--pidfile=")


def _celery(name: str, *arguments: str) -> Program:
    """A Celery process; it may be killed at any moment, since PostgreSQL holds the work."""
    quiet = ["-W", "ignore:::celery.platforms"]  # Its warning about root is about pickled messages; ours are JSON.
    return Program(
        name=name,
        argv=[sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "shout", name, "-l", "warning", *arguments],
        orphan_signal=signal.SIGKILL,
        patience=30,
    )


def simulator(*, port: int) -> Program:
    state = home() / "simulator-state"
    return manage(
        *("carrier_simulator", "--port", str(port), "--state", str(state)),
        name="simulator",
        ready=partial(answers, host="127.0.0.1", port=port, path="/simulator/numbers"),
    )


def manage(*arguments: str, name: str, ready: Callable[[int], bool] = at_once) -> Program:
    """A command of manage.py."""
    command = [sys.executable, "manage.py", *arguments]
    return Program(name=name, argv=command, ready=ready, orphan_signal=signal.SIGKILL)
