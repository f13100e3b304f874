"""The simulator as a process: what it remembers over a restart, and how it starts and ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from messaging.simulator.client import Simulator, SimulatorError
from messaging.simulator.running import running
from tests.messaging.simulator.conftest import HANDSET, NUMBER, TOKEN, account_at
from tests.messaging.simulator.receiver import Receiver

MANAGE = Path(__file__).parents[3] / "manage.py"


@contextmanager
def command(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The management command as a process, with the address it printed."""
    asked = [sys.executable, str(MANAGE), "carrier_simulator", "--port", "0", *options]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("Carrier simulator: http://127.0.0.1:")
            yield process, line.split()[-1]
        finally:
            process.kill()


def test_texts_numbers_and_blocks_outlive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "simulator.jsonl"
    with running(state=state) as base_url:
        account_at(base_url).incoming_phone_numbers.list(phone_number=NUMBER)[0].update(sms_url=receiver.url + "/sms/")
        account_at(base_url).messages.create(to=HANDSET, from_=NUMBER, body="Hello")
        Simulator(base_url).text(HANDSET, NUMBER, "STOP")
        before = Simulator(base_url).texts()
    assert state.stat().st_mode & 0o777 == 0o600
    with running(state=state) as base_url:
        assert Simulator(base_url).texts() == before
        with pytest.raises(TwilioRestException, match="stopped"):
            account_at(base_url).messages.create(to=HANDSET, from_=NUMBER, body="Hello")
        assert Simulator(base_url).text(HANDSET, NUMBER, "Me again").webhook_status == 200
        assert receiver.posts[-1].is_signed_with(TOKEN)
        Simulator(base_url).reset()
    assert state.read_bytes() == b""


def test_services_and_their_blocks_outlive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    state, other = tmp_path / "simulator.jsonl", "+15550100200"
    with running(state=state) as base_url:
        for number in (NUMBER, other):
            account_at(base_url).incoming_phone_numbers.list(phone_number=number)[0].update(sms_url=receiver.url)
        Simulator(base_url).service(NUMBER, other, advanced_opt_out={"STOP": ["BASTA"]})
        Simulator(base_url).text(HANDSET, NUMBER, "BASTA", place={"state": "TX"})
    with running(state=state) as base_url:
        account = account_at(base_url)
        account.messaging.base_url = base_url
        assert len(account.messaging.v1.services.list()[0].phone_numbers.list()) == 2
        with pytest.raises(TwilioRestException, match="stopped"):
            account.messages.create(to=HANDSET, from_=other, body="Hello")


def test_a_text_on_its_way_at_a_restart_arrives_after_it(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "simulator.jsonl"
    with running(state=state) as base_url:
        twilio = account_at(base_url)
        twilio.incoming_phone_numbers.list(phone_number=NUMBER)
        Simulator(base_url).behave(callback_delay_ms=60_000)
        twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=receiver.url)
    with running(state=state):
        assert [post.form["MessageStatus"] for post in receiver.wait_for(2)] == ["sent", "delivered"]


def test_a_line_torn_by_a_crash_is_dropped(tmp_path: Path) -> None:
    state = tmp_path / "simulator.jsonl"
    with running(state=state) as base_url:
        account_at(base_url).incoming_phone_numbers.list(phone_number=NUMBER)
    state.write_bytes(state.read_bytes() + b'{"text": {"seq"')
    with running(state=state) as base_url:
        account_at(base_url).incoming_phone_numbers.list(phone_number="+15550100200")
    with running(state=state) as base_url:
        assert [number["e164"] for number in Simulator(base_url).numbers()] == [NUMBER, "+15550100200"]


@pytest.mark.parametrize("content", [b"no journal\n", b"\xff\xd8\xff no line end"])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "holiday.jpg"
    state.write_bytes(content)
    with pytest.raises(ValueError, match=r"holiday\.jpg is not a simulator's file"), running(state=state):
        pass
    assert state.read_bytes() == content


def test_the_command_says_where_it_listens_and_on_sigterm_ends_without_awaiting_its_polls() -> None:
    with command() as (process, base_url):
        assert Simulator(base_url).texts() == []
        with requests.get(base_url + "/simulator/texts?wait=0", timeout=5) as answer:
            assert answer.status_code == 200
        poll = subprocess.Popen(
            [sys.executable, "-c", f"import requests; requests.get('{base_url}/simulator/texts?wait=60')"]
        )
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        poll.wait(20)


def test_a_port_in_use_is_refused_in_one_line() -> None:
    with running() as base_url:
        port = base_url.rpartition(":")[2]
        asked = [sys.executable, str(MANAGE), "carrier_simulator", "--port", port]
        refused = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("CommandError: The carrier simulator cannot start:")
    assert port in refused.stderr


def test_a_killed_simulator_remembers_its_texts(tmp_path: Path) -> None:
    state = str(tmp_path / "simulator.jsonl")
    with command("--state", state) as (process, base_url):
        account_at(base_url).incoming_phone_numbers.list(phone_number=NUMBER)
        sid = account_at(base_url).messages.create(to=HANDSET, from_=NUMBER, body="Hello").sid
        process.kill()
    with running(state=Path(state)) as base_url:
        assert [text["sid"] for text in Simulator(base_url).texts()] == [sid]


def test_a_simulator_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="make up"):
        Simulator("http://127.0.0.1:9").texts()
