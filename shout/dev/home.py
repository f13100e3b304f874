"""The only place for where an installation on one machine keeps its data, sockets, secrets and addresses."""

import fcntl
import hashlib
import os
import re
import secrets
from pathlib import Path

POSTGRES_PORT = 5432  # Names the socket file; nothing listens on TCP.
DATABASE = "shout"
ROOT = Path(__file__).resolve().parent.parent.parent
# A Unix socket's path may have 103 bytes on macOS and 107 on Linux.
SOCKET_PATH_LIMIT = 103


def home() -> Path:
    """The directory that holds everything this installation writes."""
    return Path(os.environ.get("SHOUT_HOME") or ROOT / ".shout").expanduser().absolute()


def run_dir(home: Path) -> Path:
    """The directory of the sockets: inside `home`, or a short one where that path cannot name a socket.

    Computed from the path alone, so that every process finds the same sockets without being told. Sockets are also
    named in URLs, so a path that would need quoting there counts as unusable.
    """
    inside = home / "run"
    longest = os.fsencode(inside / f".s.PGSQL.{POSTGRES_PORT}")
    if len(longest) <= SOCKET_PATH_LIMIT and re.fullmatch(rb"[\w./-]+", longest):
        return inside
    return Path("/tmp") / f"shout-{os.geteuid()}-{fingerprint(home)}"


def fingerprint(path: Path) -> str:
    """A short name for a path, for directories that must live elsewhere."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def postgres_dsn(role: str) -> dict[str, str]:
    """Where Django finds the embedded PostgreSQL, as `role`."""
    return {"NAME": DATABASE, "USER": role, "HOST": str(run_dir(home())), "PORT": str(POSTGRES_PORT)}


def valkey_socket(home: Path) -> Path:
    return run_dir(home) / "valkey.sock"


def redis_url() -> str:
    """The address of the embedded Valkey in the spelling of redis-py."""
    return f"unix://{valkey_socket(home())}?db=0"


def secret(name: str) -> str:
    """This installation's own random secret of that name (50 URL-safe characters), made at its first use.

    The lock makes several processes that start at once agree on one value.
    """
    path = home() / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        value = file.read()
        if not value:
            value = secrets.token_urlsafe(37)
            file.write(value)
    return value


def public_url() -> str:
    """The address under which people and carriers reach this installation."""
    return _note("url") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def simulator_url() -> str:
    """The address of the carrier simulator that runs beside this installation."""
    return _note("simulator_url") or "http://127.0.0.1:8001"


def _note(name: str) -> str:
    path = home() / name
    return path.read_text().strip() if path.exists() else ""
