"""The whole product as its user runs it, in a home of its own: for tests that kill its processes or use a browser."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from shout.dev.home import ROOT, valkey_socket
from shout.management.commands.up import free_port

_READY_SECONDS = 300  # Only a machine that is far too busy takes them.
_COMMANDS = {"web": "granian", "worker": "celery.* worker ", "beat": "celery.* beat ", "valkey": "valkey-server"}


class Stack:
    """A running product: `url` is where it answers, `simulator_url` its carrier."""

    def __init__(self, home: Path, process: "subprocess.Popen[str]", environment: dict[str, str]) -> None:
        self._process = process
        self._environment = environment
        self.redis = Redis(unix_socket_path=str(valkey_socket(home)))
        self.url = (home / "url").read_text().strip()
        self.simulator_url = (home / "simulator_url").read_text().strip()

    def manage(self, *arguments: str) -> str:
        """What a command of manage.py prints, run beside the product."""
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(command, cwd=ROOT, env=self._environment, text=True, capture_output=True, check=True)
        return result.stdout

    def create_account(self, *numbers: str) -> dict[str, Any]:
        """An account on the carrier simulator, as `create_account --json` describes it."""
        flags = [flag for number in numbers for flag in ("--number", number)]
        opened: dict[str, Any] = json.loads(
            self.manage("create_account", "Denny's Diner", "--owner", "olivia@example.com", *flags, "--json")
        )
        return opened

    def kill(self, name: str) -> int:
        """kill -9 every process of that name, once there is one; how many there were."""
        while not (pids := [pid for pid, command in self._children() if re.search(_COMMANDS[name], command)]):
            time.sleep(0.1)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    def wait_for_redis(self) -> None:
        """Wait until Redis answers again."""
        retry = Retry(ConstantBackoff(0.1), _READY_SECONDS * 10)
        retry.call_with_retry(self.redis.ping, lambda _: None)

    def _children(self) -> Iterator[tuple[int, str]]:
        """The processes of this product, known by its home in their environment."""
        mark = f"SHOUT_HOME={self._environment['SHOUT_HOME']}\0".encode()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and mark in (entry / "environ").read_bytes() + b"\0":
                    yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it has ended meanwhile, or belongs to somebody else
                continue


@contextmanager
def running(**settings: str) -> Iterator[Stack]:
    """Run the product on a free port with these environment variables, and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="shout-stack-") as home:
        port = str(free_port("127.0.0.1", start=_own_port()))
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "shout.settings", "SHOUT_HOME": home, "PORT": port}
        environment = {k: v for k, v in environment.items() if k not in ("DATABASE_URL", "REDIS_URL")} | settings
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_ready(process)
            yield Stack(Path(home), process, environment)
        finally:
            process.terminate()
            process.wait(_READY_SECONDS)


def _own_port() -> int:
    """A port that no other test process looks at, with the next one for the simulator.

    It lies below the ports of outgoing connections, one of which could take it before its server does.
    """
    return 21_000 + 2 * (os.getpid() % 5_000)


def _wait_until_ready(process: "subprocess.Popen[str]") -> None:
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        for line in process.stdout or ():
            lines.append(line)
            if line.startswith("Shout is ready"):
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(_READY_SECONDS):
        raise TimeoutError("".join(lines))
