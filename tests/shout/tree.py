"""A small tree of processes for test_dev_supervisor to kill: `python -m tests.shout.tree HOME first second web`."""

import dataclasses
import os
import sys
from functools import partial
from pathlib import Path

from shout.dev import programs
from shout.dev.process import Program, StartError
from shout.dev.supervisor import Supervisor
from shout.management.commands.up import free_port

LIVES = """
trap 'echo "$0 stopped" >> "$1/journal"; exit 0' TERM
echo "$0 started $$" >> "$1/journal"
while :; do sleep 0.05; done
"""
TALKS = 'yes "much ado about nothing" | head -c 500000; echo "$0 said everything" >> "$1/journal"; exec sleep 60'
IS_DEAF = "trap '' TERM; while :; do sleep 0.05; done"
FAILS = "echo no luck today; exit 3"


def named(name: str, home: Path) -> Program:
    """The program of that name; most of them note their life in the journal."""
    if name == "web":
        return web(home)
    script = {"talker": TALKS, "deaf": IS_DEAF, "failure": FAILS, "replaced": FAILS}.get(name, LIVES)
    command = ["sh", "-c", script, name, str(home)]
    return Program(name=name, argv=command, patience=20, ready=partial(is_ready, home, name))


def is_ready(home: Path, name: str, pid: int) -> bool:
    """Whether a program that keeps the journal has written into it; a failure never is, the others always.

    Whoever answers in the place of the replaced one does so once that has ended.
    """
    if name == "replaced":
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    journal = home / "journal"
    if name in ("first", "second"):
        return journal.exists() and f"{name} started {pid}\n" in journal.read_text()
    return name != "failure"


def web(home: Path) -> Program:
    """Shout's own web server, with its worker processes, around an application that needs no database."""
    (home / "tiny.py").write_text("def app(environ, start):\n    start('200 OK', [])\n    return [b'hello']\n")
    program = programs.web(host="127.0.0.1", port=free_port("127.0.0.1", start=20000))
    return dataclasses.replace(program, argv=[*program.argv[:-1], "tiny:app"], cwd=home)


def main(home: Path, names: list[str]) -> None:
    """Run the named programs until somebody asks to stop."""
    with Supervisor(home) as tree:
        children = [tree.start(named(name, home)) for name in names]
        tree.wait_ready(*children, seconds=30)
        tree.console.line("everything is ready")
        tree.watch()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except StartError as error:
        sys.exit(str(error))
