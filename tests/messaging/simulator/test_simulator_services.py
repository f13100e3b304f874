"""Messaging Services at the simulator: a STOP to one number is a STOP to all, and Advanced Opt-Out says what it did."""

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from messaging.simulator.client import Simulator, SimulatorError
from tests.messaging.simulator.conftest import HANDSET, NUMBER, account_at
from tests.messaging.simulator.receiver import Receiver
from tests.messaging.simulator.test_simulator_handsets import send

OTHER = "+15550100200"


@pytest.fixture
def services(twilio: Client, base_url: str) -> Client:
    """The account, with a second number, speaking to the Messaging API too."""
    twilio.messaging.base_url = base_url
    twilio.incoming_phone_numbers.list(phone_number=OTHER)
    return twilio


def leave_texts_to_numbers(services: Client, sid: str) -> None:
    services.messaging.v1.services(sid).update(use_inbound_webhook_on_number=True)


def test_the_library_lists_services_and_their_senders(services: Client, simulator: Simulator) -> None:
    sid = simulator.service(NUMBER, OTHER, name="Everything", short_codes=["55512"])
    [service] = services.messaging.v1.services.list()
    assert (service.sid, service.friendly_name, service.use_inbound_webhook_on_number) == (sid, "Everything", False)
    assert [number.phone_number for number in service.phone_numbers.list()] == [NUMBER, OTHER]
    assert [code.short_code for code in service.short_codes.list()] == ["55512"]


def test_a_number_is_in_one_service_at_a_time(services: Client, simulator: Simulator) -> None:
    first, second = simulator.service(NUMBER, OTHER), simulator.service(OTHER)
    numbers = [services.messaging.v1.services(sid).phone_numbers.list() for sid in (first, second)]
    assert [[number.phone_number for number in pool] for pool in numbers] == [[NUMBER], [OTHER]]


def test_the_services_of_another_account_are_out_of_reach(
    services: Client, simulator: Simulator, base_url: str
) -> None:
    sid = simulator.service(NUMBER)
    stranger = account_at(base_url, sid="AC" + "2" * 32)
    stranger.messaging.base_url = base_url
    assert stranger.messaging.v1.services.list() == []
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        stranger.messaging.v1.services(sid).phone_numbers.list()
    with pytest.raises(TwilioRestException) as missing:
        leave_texts_to_numbers(stranger, sid)
    assert (missing.value.code, missing.value.status) == (20404, 404)


def test_stop_and_start_to_one_number_of_a_service_count_for_all(services: Client, simulator: Simulator) -> None:
    simulator.service(NUMBER, OTHER)
    simulator.text(HANDSET, NUMBER, "STOP")
    assert (send(services, from_=NUMBER), send(services, from_=OTHER)) == (21610, 21610)
    simulator.text(HANDSET, NUMBER, "START")
    assert (send(services, from_=NUMBER), send(services, from_=OTHER)) == (None, None)


def test_a_service_posts_nothing_until_it_leaves_texts_to_its_numbers(
    services: Client, simulator: Simulator, receiver: Receiver
) -> None:
    sid = simulator.service(NUMBER)
    assert simulator.text(HANDSET, NUMBER, "Anybody?").webhook_status == 0
    assert receiver.posts == []
    leave_texts_to_numbers(services, sid)
    assert simulator.text(HANDSET, NUMBER, "Hello").webhook_status == 200
    [post] = receiver.posts
    assert (post.form["Body"], post.form["MessagingServiceSid"]) == ("Hello", sid)
    assert "OptOutType" not in post.form


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("STOP", "STOP"),
        ("quit", "STOP"),
        ("Basta", "STOP"),
        (" info ", "HELP"),
        ("yes", None),
        ("please stop", None),
        ("Hello", None),
    ],
)
def test_advanced_opt_out_says_what_it_did_with_a_text(
    services: Client, simulator: Simulator, receiver: Receiver, body: str, kind: str | None
) -> None:
    [toll_free] = services.incoming_phone_numbers.list(phone_number="+18885550100")
    toll_free.update(sms_url=receiver.url + "/sms/")
    sid = simulator.service(NUMBER, "+18885550100", advanced_opt_out={"STOP": ["basta "]})
    leave_texts_to_numbers(services, sid)
    simulator.text(HANDSET, "+18885550100", body)
    assert receiver.posts[-1].form.get("OptOutType") == kind
    assert send(services) == (21610 if kind == "STOP" else None)
    answered = [text for text in simulator.texts(HANDSET) if text["carrier_reply"]]
    assert len(answered) == (kind is not None)


def test_a_stop_that_changes_nothing_still_says_that_it_was_one(
    services: Client, simulator: Simulator, receiver: Receiver
) -> None:
    leave_texts_to_numbers(services, simulator.service(NUMBER, advanced_opt_out={}))
    for word in ("STOP", "STOP", "START", "UNSTOP"):
        simulator.text(HANDSET, NUMBER, word)
    assert [post.form["OptOutType"] for post in receiver.posts] == ["STOP", "STOP", "START", "START"]
    assert len([text for text in simulator.texts(HANDSET) if text["carrier_reply"]]) == 2


def test_without_advanced_opt_out_only_the_usual_words_count_and_nothing_is_said_of_them(
    services: Client, simulator: Simulator, receiver: Receiver
) -> None:
    leave_texts_to_numbers(services, simulator.service(NUMBER))
    simulator.text(HANDSET, NUMBER, "BASTA")
    assert send(services) is None
    simulator.text(HANDSET, NUMBER, "STOP")
    assert send(services) == 21610
    assert not any("OptOutType" in post.form for post in receiver.posts)


@pytest.mark.parametrize(
    ("asked", "mended"),
    [
        ({"numbers": []}, "one number or more, all of one account"),
        ({"numbers": NUMBER}, "numbers must be a list of texts"),
        ({"numbers": ["+15550100999"]}, "Set the number up in Shout first"),
        ({"numbers": [NUMBER], "short_codes": [5]}, "short_codes must be a list of texts"),
        ({"numbers": [NUMBER], "advanced_opt_out": ["BASTA"]}, "lists of words for STOP, START, HELP"),
        ({"numbers": [NUMBER], "advanced_opt_out": {"END": []}}, "lists of words for STOP, START, HELP"),
    ],
)
def test_a_service_that_makes_no_sense_is_refused(
    services: Client, base_url: str, asked: dict[str, object], mended: str
) -> None:
    answer = requests.post(base_url + "/simulator/services", json=asked, timeout=5)
    assert answer.status_code in (400, 404)
    assert mended in answer.json()["error"]
    assert services.messaging.v1.services.list() == []


def test_numbers_of_two_accounts_share_no_service(services: Client, simulator: Simulator, base_url: str) -> None:
    account_at(base_url, sid="AC" + "2" * 32).incoming_phone_numbers.list(phone_number="+15550100300")
    with pytest.raises(SimulatorError, match="all of one account"):
        simulator.service(NUMBER, "+15550100300")


def test_a_service_changes_nothing_but_where_its_texts_go(services: Client, simulator: Simulator) -> None:
    sid = simulator.service(NUMBER)
    with pytest.raises(TwilioRestException) as refusal:
        services.messaging.v1.services(sid).update(friendly_name="Mine")
    assert refusal.value.code == 20001
