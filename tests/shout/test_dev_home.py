"""Where an installation keeps its things, computed alike by every process."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shout.dev import home as places


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own."""
    monkeypatch.setenv("SHOUT_HOME", str(tmp_path))
    return tmp_path


def test_a_secret_is_made_once_and_is_for_its_owner_only(home: Path) -> None:
    first = places.secret("session")
    assert len(first) == 50
    assert places.secret("session") == first != places.secret("other")
    assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secrets" / "session").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_a_secret() -> None:
    script = "from shout.dev.home import secret; print(secret('race'))"

    def ask(_: int) -> str:
        return subprocess.run([sys.executable, "-c", script], cwd=places.ROOT, capture_output=True, text=True).stdout

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert answers == {places.secret("race") + "\n"}


@pytest.mark.parametrize("name", ["with space", "percent%20", "q?u#e", "x" * 100])
def test_a_path_that_cannot_name_a_socket_moves_the_sockets(name: str, tmp_path: Path) -> None:
    assert places.run_dir(Path("/srv/shout")) == Path("/srv/shout/run")
    moved = places.run_dir(tmp_path / name)
    assert moved.parent == Path("/tmp")
    assert moved == places.run_dir(tmp_path / name) != places.run_dir(tmp_path / "other" / name)
    assert len(os.fsencode(moved)) < 40


def test_addresses_come_from_the_running_installation_and_else_from_the_defaults(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert places.public_url() == "http://127.0.0.1:8000"
    assert places.simulator_url() == "http://127.0.0.1:8001"
    monkeypatch.setenv("PORT", "9000")
    assert places.public_url() == "http://127.0.0.1:9000"
    (home / "url").write_text("https://shout.example")
    assert places.public_url() == "https://shout.example"
