"""`make up` survives what happens to processes: kills, signals, a second start, a reader that goes away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shout.dev.home import ROOT
from shout.dev.process import StartError
from shout.dev.supervisor import Supervisor

Tree = subprocess.Popen[str]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Callable[..., Tree]]:
    """Starts a tree on `tmp_path` and waits until it is ready."""
    planted: list[Tree] = []

    def start(*names: str) -> Tree:
        command = [sys.executable, "-m", "tests.shout.tree", str(tmp_path), *(names or ("first", "second"))]
        tree = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        planted.append(tree)
        assert tree.stdout
        assert any("everything is ready" in line for line in tree.stdout)
        return tree

    yield start
    for tree in planted:
        tree.kill()
        tree.wait()
        assert tree.stdout
        tree.stdout.close()


def journal(home: Path) -> list[str]:
    return (home / "journal").read_text().splitlines()


def pids(home: Path, name: str) -> list[int]:
    return [int(line.split()[-1]) for line in journal(home) if line.startswith(f"{name} started")]


def eventually(condition: Callable[[], object], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def in_home(home: Path) -> list[str]:
    """The command lines of all processes that run with `home` as an argument or as their directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
            if str(home) in command.split("\0") or (process / "cwd").readlink() == home:
                found.append(command)
        except OSError:
            continue
    return found


def test_a_killed_program_is_started_again(plant: Callable[..., Tree], tmp_path: Path) -> None:
    plant()
    os.kill(pids(tmp_path, "first")[0], signal.SIGKILL)
    eventually(lambda: len(pids(tmp_path, "first")) == 2)
    os.kill(pids(tmp_path, "first")[1], signal.SIGKILL)
    eventually(lambda: len(pids(tmp_path, "first")) == 3)
    assert len(pids(tmp_path, "second")) == 1


def test_programs_stop_in_the_reverse_order_of_their_start(plant: Callable[..., Tree], tmp_path: Path) -> None:
    tree = plant()
    tree.terminate()
    assert tree.wait(15) == 0
    assert journal(tmp_path)[-2:] == ["second stopped", "first stopped"]


def test_a_second_signal_ends_all_patience(plant: Callable[..., Tree]) -> None:
    tree = plant("deaf")
    tree.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        tree.wait(1.5)
    tree.terminate()
    assert tree.wait(5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells processes that their parent was killed.")
def test_a_killed_supervisor_leaves_nothing_running(plant: Callable[..., Tree], tmp_path: Path) -> None:
    tree = plant("first", "web")
    assert len([command for command in in_home(tmp_path) if "granian" in command]) >= 2
    tree.kill()
    eventually(lambda: not in_home(tmp_path))


def test_a_second_start_on_the_same_home_is_refused(plant: Callable[..., Tree], tmp_path: Path) -> None:
    tree = plant()
    with pytest.raises(StartError, match=f"already runs in {tmp_path} .process {tree.pid}"), Supervisor(tmp_path):
        pass
    assert tree.poll() is None


def test_a_start_right_after_a_kill_waits_for_what_is_left(plant: Callable[..., Tree], tmp_path: Path) -> None:
    plant().kill()
    plant()
    assert len(pids(tmp_path, "first")) == 2


def test_a_reader_that_stalls_or_leaves_does_not_disturb_the_programs(
    plant: Callable[..., Tree], tmp_path: Path
) -> None:
    tree = plant("first", "talker")
    eventually(lambda: "talker said everything" in journal(tmp_path))
    assert tree.stdout
    tree.stdout.close()
    os.kill(pids(tmp_path, "first")[0], signal.SIGKILL)
    eventually(lambda: len(pids(tmp_path, "first")) == 2)


@pytest.mark.parametrize("name", ["failure", "replaced"])
def test_a_program_that_cannot_start_ends_the_start_and_says_why(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "tests.shout.tree", str(tmp_path), "first", name]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"{name:<9} | no luck today" in result.stdout
    assert result.stderr == f"{name} could not start; the lines above say why.\n"
    assert journal(tmp_path)[-1] == "first stopped"
