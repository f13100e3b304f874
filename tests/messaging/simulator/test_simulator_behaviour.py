"""How the simulator can be told to be slow, to refuse, to lose and to repeat, the same way each time."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command
from pytest_django import Settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from messaging.simulator.client import Simulator, SimulatorError
from tests.messaging.simulator.conftest import HANDSET, NUMBER
from tests.messaging.simulator.receiver import Receiver


def create(twilio: Client, body: str = "Hello") -> str:
    """Send a text; gives how that ended for the sender."""
    try:
        twilio.messages.create(to=HANDSET, from_=NUMBER, body=body)
    except TwilioRestException as refusal:
        return str(refusal.code)
    except requests.RequestException as error:
        return type(error).__name__
    return ""


@pytest.mark.parametrize(
    ("fate", "seen", "taken"),
    [
        ("429", "20429", False),
        ("500", "20500", False),
        ("accepted_then_500", "20500", True),
        ("accepted_then_reset", "ConnectionError", True),
    ],
)
def test_a_bad_answer_is_logged_with_what_really_happened(
    twilio: Client, simulator: Simulator, fate: str, seen: str, taken: bool
) -> None:
    simulator.behave(reject={fate: 1})
    assert create(twilio) == seen
    [attempt] = simulator.log()
    assert attempt["accepted"] is taken
    assert attempt["outcome"] == (fate if taken else seen)
    assert [text["sid"] for text in simulator.texts(HANDSET)] == ([attempt["sid"]] if taken else [])


def test_a_hanging_create_takes_nothing_and_never_answers(base_url: str, twilio: Client, simulator: Simulator) -> None:
    simulator.behave(reject={"hang": 1})
    twilio.http_client.timeout = 0.3
    assert create(twilio) == "ReadTimeout"
    assert [attempt["outcome"] for attempt in simulator.log()] == ["hang"]
    assert simulator.texts() == []


def test_refusals_are_logged_with_both_clocks(twilio: Client, simulator: Simulator) -> None:
    before = time.time(), time.monotonic()
    simulator.text(HANDSET, NUMBER, "STOP")
    create(twilio, "After the stop")
    [attempt] = simulator.log()
    assert (attempt["outcome"], attempt["accepted"], attempt["body"]) == ("21610", False, "After the stop")
    assert before[0] <= attempt["at"] <= time.time()
    assert before[1] <= attempt["monotonic"] <= time.monotonic()


def test_latency_delays_answers_side_by_side(twilio: Client, simulator: Simulator) -> None:
    simulator.behave(latency_ms=1000, latency_jitter_ms=50)
    start = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(lambda _: create(twilio), range(10))) == {""}
    assert 1 <= time.monotonic() - start < 8


def test_a_text_taken_before_its_sender_gave_up_still_arrives(twilio: Client, simulator: Simulator) -> None:
    simulator.behave(latency_ms=600)
    twilio.http_client.timeout = 0.2
    assert create(twilio) == "ReadTimeout"
    time.sleep(0.8)
    assert [text["status"] for text in simulator.texts(HANDSET)] == ["delivered"]


def test_one_seed_gives_one_course_of_events(twilio: Client, simulator: Simulator) -> None:
    def outcomes(seed: int) -> list[str]:
        simulator.behave(reject={"429": 0.3, "500": 0.2}, seed=seed)
        return [create(twilio) for _ in range(40)]

    assert outcomes(7) == outcomes(7) != outcomes(8)
    assert set(outcomes(7)) == {"", "20429", "20500"}


def test_lost_callbacks_are_not_posted_but_the_status_moves_on(
    twilio: Client, simulator: Simulator, receiver: Receiver
) -> None:
    simulator.behave(lose_callbacks=1)
    text = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=receiver.url)
    time.sleep(0.2)
    assert receiver.posts == []
    assert twilio.messages(text.sid).fetch().status == "delivered"


def test_repeated_callbacks_are_posted_twice(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    simulator.behave(duplicate_callbacks=1)
    twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=receiver.url)
    posts = receiver.wait_for(4)
    assert Counter(post.form["MessageStatus"] for post in posts) == {"sent": 2, "delivered": 2}


def test_lost_webhooks_leave_the_text_in_the_carriers_log_and_its_stop_in_force(
    twilio: Client, simulator: Simulator, receiver: Receiver
) -> None:
    simulator.behave(lose_webhooks=1)
    lost = simulator.text(HANDSET, NUMBER, "STOP")
    assert lost.webhook_status == 0
    assert receiver.posts == []
    assert [(text.sid, text.direction, text.body) for text in twilio.messages.list(to=NUMBER)] == [
        (lost.sid, "inbound", "STOP")
    ]
    assert create(twilio) == "21610"
    simulator.behave()
    assert simulator.text(HANDSET, NUMBER, "Hello").webhook_status == 200


def test_one_seed_loses_the_same_webhooks(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    def statuses() -> list[int]:
        simulator.behave(lose_webhooks=0.5, seed=7)
        return [simulator.text(HANDSET, NUMBER, "Hello").webhook_status for _ in range(20)]

    assert statuses() == statuses()
    assert set(statuses()) == {0, 200}


def test_the_command_line_starts_and_ends_an_outage(
    twilio: Client, simulator: Simulator, base_url: str, settings: Settings
) -> None:
    settings.SIMULATOR_URL = base_url
    call_command("carrier_behaviour", "lose_webhooks=1", "seed=4", stdout=StringIO())
    assert simulator.text(HANDSET, NUMBER, "Lost").webhook_status == 0
    call_command("carrier_behaviour", stdout=StringIO())
    assert simulator.text(HANDSET, NUMBER, "Hello").webhook_status == 200


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("lose_webhooks", "Write it like lose_webhooks=1"),
        ("lose=1", "There is no setting lose"),
        ("seed=x", "Write it"),
    ],
)
def test_the_command_line_says_what_is_wrong_with_a_setting(
    base_url: str, settings: Settings, given: str, mended: str
) -> None:
    settings.SIMULATOR_URL = base_url
    with pytest.raises(CommandError, match=mended):
        call_command("carrier_behaviour", given)


def test_delayed_callbacks_let_the_status_wait_too(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    simulator.behave(callback_delay_ms=250)
    text = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=receiver.url)
    assert twilio.messages(text.sid).fetch().status == "queued"
    assert receiver.wait_for(1)[0].form["MessageStatus"] == "sent"
    assert twilio.messages(text.sid).fetch().status == "sent"
    assert receiver.wait_for(2)[1].form["MessageStatus"] == "delivered"


def test_a_lagging_list_shows_a_text_later_while_it_can_be_fetched_at_once(
    twilio: Client, simulator: Simulator
) -> None:
    simulator.behave(list_lag_ms=300)
    text = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello")
    assert twilio.messages.list(to=HANDSET) == []
    assert twilio.messages(text.sid).fetch().body == "Hello"
    time.sleep(0.35)
    assert [listed.sid for listed in twilio.messages.list(to=HANDSET)] == [text.sid]


def test_a_carrier_without_lists_answers_503(twilio: Client, simulator: Simulator) -> None:
    simulator.behave(log_lists_enabled=False)
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        twilio.messages.list()


@pytest.mark.parametrize(
    ("settings", "mended"),
    [
        ({"latency": 5}, "There is no setting latency"),
        ({"latency_ms": -1}, "latency_ms must be a number from 0"),
        ({"lose_callbacks": 1.5}, "lose_callbacks must be a number from 0 to 1"),
        ({"lose_webhooks": 2}, "lose_webhooks must be a number from 0 to 1"),
        ({"lose_callbacks": True}, "lose_callbacks must be a number from 0 to 1"),
        ({"reject": {"418": 0.1}}, "reject must be an object with rates for 429"),
        ({"reject": {"429": 0.6, "500": 0.6}}, "all together at most 1"),
        ({"reject": {"429": "often"}}, "number from 0 to 1"),
        ({"log_lists_enabled": 1}, "true or false"),
        ({"seed": 1.5}, "whole number"),
    ],
)
def test_a_behaviour_that_makes_no_sense_is_refused_and_changes_nothing(
    base_url: str, simulator: Simulator, settings: dict[str, object], mended: str
) -> None:
    simulator.behave(latency_ms=3)
    with pytest.raises(SimulatorError, match=mended):
        simulator.behave(**settings)
    assert requests.get(base_url + "/simulator/behaviour", timeout=5).json()["latency_ms"] == 3


def test_settings_that_are_left_out_return_to_normal(base_url: str, simulator: Simulator) -> None:
    simulator.behave(latency_ms=3, seed=9)
    simulator.behave(seed=4)
    behaviour = requests.get(base_url + "/simulator/behaviour", timeout=5).json()
    assert (behaviour["latency_ms"], behaviour["seed"]) == (0, 4)


def test_a_reset_forgets_everything(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    simulator.behave(callback_delay_ms=300)
    twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=receiver.url)
    simulator.reset()
    assert (simulator.texts(), simulator.numbers(), simulator.log()) == ([], [], [])
    time.sleep(0.4)
    assert receiver.posts == []
