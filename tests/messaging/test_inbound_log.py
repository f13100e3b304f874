"""The carrier's log of what people texted: the texts of a number since a moment, also when a webhook lost them."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from contacts.models import Number
from messaging.carriers import Arrivals, CarrierError, Credentials, Outgoing, twilio
from messaging.delivery import credentials
from messaging.simulator.client import Simulator
from messaging.simulator.running import running
from tests.carrier import Phone

NUMBER, START = "+15550100100", 1_700_000_000
HOUR = timedelta(hours=1)


def log_of(number: Number, *, since: datetime, until: datetime | None = None) -> Arrivals:
    return twilio.incoming(credentials(number), to=number.e164, since=since, until=until, timeout=5)


def test_the_log_holds_what_an_outage_lost_newest_first(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    marketing, service = numbers
    simulator.behave(lose_webhooks=1)
    stop = simulator.text(ana.e164, marketing.e164, "STOP")
    photo = simulator.text(ana.e164, marketing.e164, "", media=["https://phone.example/a.png"])
    simulator.text(ana.e164, service.e164, "Not to this number")
    log = log_of(marketing, since=datetime.now(UTC) - HOUR)
    assert [(text.sid, text.from_, text.body, text.media) for text in log.texts] == [
        (photo.sid, ana.e164, "", 1),
        (stop.sid, ana.e164, "STOP", 0),
    ]
    assert abs(log.texts[0].created_at - time.time()) < 5
    assert log.more_until is None


def test_the_log_leaves_out_what_the_account_itself_sent_to_the_number(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    marketing, _ = numbers
    own = Outgoing(from_=marketing.e164, to=marketing.e164, body="To myself", media=(), status_callback="")
    twilio.send(credentials(marketing), [own], timeout=5)
    simulator.text(ana.e164, marketing.e164, "Hello")
    log = log_of(marketing, since=datetime.now(UTC) - HOUR)
    assert [text.body for text in log.texts] == ["Hello"]


def test_the_log_keeps_to_the_moments_it_is_asked_for_in_any_time_zone(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    marketing, _ = numbers
    simulator.text(ana.e164, marketing.e164, "Hello")
    here = datetime.now(timezone(timedelta(hours=9)))
    assert len(log_of(marketing, since=here - HOUR).texts) == 1
    assert not log_of(marketing, since=here + HOUR).texts
    assert len(log_of(marketing, since=here - HOUR, until=here + HOUR).texts) == 1
    assert not log_of(marketing, since=here - 2 * HOUR, until=here - HOUR).texts


def test_a_log_that_cannot_be_read_is_an_error_and_not_an_empty_one(
    numbers: tuple[Number, Number], simulator: Simulator
) -> None:
    simulator.behave(log_lists_enabled=False)
    with pytest.raises(CarrierError, match="Twilio answered 503"):
        log_of(numbers[0], since=datetime.now(UTC) - HOUR)


def written(state: Path, count: int, *, per_second: int) -> Credentials:
    """An account whose number got so many texts, in the file of a simulator that is not running yet."""
    account = {"account": "AC" + "1" * 32, "token": "secret"}
    text = {
        "account_sid": account["account"],
        "direction": "inbound",
        "handset": "+15550199999",
        "number": NUMBER,
        "body": "Hello",
        "media": [],
        "status": "received",
    }
    texts = ({"seq": i, "at": START + i // per_second, "sid": f"SM{i:032}"} | text for i in range(1, count + 1))
    state.write_text("".join(json.dumps(event) + "\n" for event in [account, *({"text": text} for text in texts)]))
    return Credentials(api_base="", account_sid=account["account"], auth_token="secret")


def test_a_long_log_is_read_in_parts_and_none_is_lost(tmp_path: Path) -> None:
    sender = written(tmp_path / "state", 5_205, per_second=10)
    since = datetime.fromtimestamp(START, UTC)
    with running(state=tmp_path / "state") as base_url:
        sender = replace(sender, api_base=base_url)
        first = twilio.incoming(sender, to=NUMBER, since=since, timeout=10)
        rest = twilio.incoming(sender, to=NUMBER, since=since, until=first.more_until, timeout=10)
    assert (len(first.texts), rest.more_until) == (5_000, None)
    assert len({text.sid for text in first.texts + rest.texts}) == 5_205
    assert first.texts[0].created_at >= first.texts[-1].created_at >= rest.texts[-1].created_at


def test_a_log_that_can_be_read_no_further_is_an_error_and_not_an_endless_loop(tmp_path: Path) -> None:
    sender = written(tmp_path / "state", 5_002, per_second=10_000)
    since = datetime.fromtimestamp(START, UTC)
    with running(state=tmp_path / "state") as base_url:
        sender = replace(sender, api_base=base_url)
        first = twilio.incoming(sender, to=NUMBER, since=since, timeout=10)
        assert len(first.texts) == 5_000
        with pytest.raises(CarrierError, match="more texts of one moment than can be read"):
            twilio.incoming(sender, to=NUMBER, since=since, until=first.more_until, timeout=10)
