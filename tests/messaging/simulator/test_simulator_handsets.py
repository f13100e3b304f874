"""What a handset can do: text a number, get texts, stop them; and what the account's webhooks are told."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from messaging.simulator.client import HandsetText, Simulator, SimulatorError
from tests.messaging.simulator.conftest import ACCOUNT, HANDSET, NUMBER, TOKEN
from tests.messaging.simulator.receiver import Receiver


def send(twilio: Client, body: str = "Hello", *, to: str = HANDSET, from_: str = NUMBER) -> int | None:
    """Send a text; gives the code of its refusal, None when it was accepted."""
    try:
        twilio.messages.create(to=to, from_=from_, body=body)
    except TwilioRestException as refusal:
        return int(refusal.code)
    return None


def test_a_text_reaches_the_webhook_signed_and_whole(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    sent = simulator.text(HANDSET, NUMBER, "JOIN ☕ & more", media=["https://phone.example/cat.png"])
    assert sent.webhook_status == 200
    [post] = receiver.posts
    assert post.is_signed_with(TOKEN)
    assert not post.is_signed_with("another token")
    assert post.url == receiver.url + "/sms/"
    assert post.form["MessageSid"] == post.form["SmsSid"] == post.form["SmsMessageSid"] == sent.sid
    assert (post.form["From"], post.form["To"], post.form["AccountSid"]) == (HANDSET, NUMBER, ACCOUNT)
    assert (post.form["Body"], post.form["NumSegments"], post.form["SmsStatus"]) == ("JOIN ☕ & more", "1", "received")
    assert (post.form["NumMedia"], post.form["MediaContentType0"]) == ("1", "image/png")
    assert {"FromCity", "FromState", "FromZip", "FromCountry", "ToCountry", "ApiVersion"} <= set(post.form)


@pytest.mark.parametrize(
    ("handset", "place", "told"),
    [
        ("+14155550142", None, ("SAN FRANCISCO", "CA", "94103", "US")),
        ("+18505550142", {"city": "Paris", "zip": "75001"}, ("Paris", "", "75001", "")),
        ("+18505550142", {}, ("PENSACOLA", "FL", "32502", "US")),
        ("+12345550142", None, ("", "", "", "US")),
        ("+33155550142", None, ("", "", "", "")),
        ("+33155550142", {"state": "TX"}, ("", "TX", "", "")),
    ],
)
def test_a_text_says_where_its_handset_is_at_home_or_where_the_handset_says_it_is(
    twilio: Client,
    simulator: Simulator,
    receiver: Receiver,
    handset: str,
    place: dict[str, str] | None,
    told: tuple[str, str, str, str],
) -> None:
    first = simulator.text(handset, NUMBER, "JOIN", place=place)
    simulator.text(handset, NUMBER, "JOIN", sid=first.sid)
    for post in receiver.posts:
        assert tuple(post.form["From" + part] for part in ("City", "State", "Zip", "Country")) == told
        assert (post.form["ToState"], post.form["ToCountry"]) == ("", "US")


def test_a_text_with_a_known_sid_is_the_same_text_again(
    twilio: Client, simulator: Simulator, receiver: Receiver
) -> None:
    first = simulator.text(HANDSET, NUMBER, "STOP")
    with ThreadPoolExecutor(20) as pool:
        again = list(pool.map(lambda _: simulator.text(HANDSET, NUMBER, "STOP", sid=first.sid), range(50)))
    assert {delivery.sid for delivery in again} == {first.sid}
    assert {post.form["MessageSid"] for post in receiver.wait_for(51)} == {first.sid}
    assert len(simulator.texts(HANDSET)) == 2  # the text and the carrier's one answer
    with pytest.raises(SimulatorError, match="another text"):
        simulator.text(HANDSET, NUMBER, "START", sid=first.sid)


def test_a_webhook_that_fails_is_followed_by_the_fallback(
    twilio: Client, simulator: Simulator, receiver: Receiver
) -> None:
    receiver.statuses["/sms/"] = 503
    assert simulator.text(HANDSET, NUMBER, "One").webhook_status == 503
    twilio.incoming_phone_numbers.list()[0].update(sms_fallback_url=receiver.url + "/fallback/")
    assert simulator.text(HANDSET, NUMBER, "Two").webhook_status == 200
    fallback = receiver.posts[-1]
    assert fallback.url == receiver.url + "/fallback/"
    assert fallback.is_signed_with(TOKEN)
    assert (fallback.form["ErrorCode"], fallback.form["ErrorUrl"]) == ("11200", receiver.url + "/sms/")


def test_a_webhook_that_does_not_answer_gives_504(twilio: Client, simulator: Simulator) -> None:
    twilio.incoming_phone_numbers.list()[0].update(sms_url="http://127.0.0.1:9/sms/")
    assert simulator.text(HANDSET, NUMBER, "Anybody?").webhook_status == 504
    assert [text["body"] for text in simulator.texts(HANDSET)] == ["Anybody?"]


def test_a_text_that_cannot_go_out_says_how_to_mend_it(twilio: Client, simulator: Simulator) -> None:
    with pytest.raises(SimulatorError, match=r"Set the number up in Shout first\."):
        simulator.text(HANDSET, "+15550100777", "Hello")
    with pytest.raises(SimulatorError, match="must be a phone number"):
        simulator.text("me", NUMBER, "Hello")
    with pytest.raises(SimulatorError, match="32 hexadecimal digits"):
        simulator.text(HANDSET, NUMBER, "Hello", sid="SM1")
    twilio.incoming_phone_numbers.list(phone_number="+15550100888")
    with pytest.raises(SimulatorError, match="has no webhook yet"):
        simulator.text(HANDSET, "+15550100888", "Hello")
    assert not simulator.texts()


def test_status_callbacks_are_signed_and_come_in_order(twilio: Client, receiver: Receiver) -> None:
    callback = receiver.url + "/status/?message=42&attempt=a%2Fb"
    text = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=callback)
    posts = receiver.wait_for(2)
    assert [post.form["MessageStatus"] for post in posts] == ["sent", "delivered"]
    assert all(post.is_signed_with(TOKEN) and post.url == callback for post in posts)
    assert posts[0].form["MessageSid"] == posts[0].form["SmsSid"] == text.sid
    fetched = twilio.messages(text.sid).fetch()
    assert (fetched.status, fetched.date_sent is not None) == ("delivered", True)


@pytest.mark.parametrize("address", ["no address", "http://[", "http://127.0.0.1:9/", "ftp://shop.example/"])
def test_a_callback_address_that_cannot_be_reached_keeps_no_text_back(
    twilio: Client, simulator: Simulator, address: str
) -> None:
    twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello", status_callback=address)
    twilio.incoming_phone_numbers.list()[0].update(sms_url=address)
    assert simulator.text(HANDSET, NUMBER, "Hello").webhook_status == 504
    assert [text["status"] for text in simulator.texts(HANDSET)] == ["delivered", "received"]


@pytest.mark.parametrize(
    ("ending", "statuses", "error_code"),
    [("0001", ["sent", "undelivered"], "30003"), ("0002", ["failed"], "30007"), ("0003", ["sent"], None)],
)
def test_some_handsets_never_get_their_texts(
    twilio: Client, receiver: Receiver, ending: str, statuses: list[str], error_code: str | None
) -> None:
    handset = "+1555019" + ending
    text = twilio.messages.create(to=handset, from_=NUMBER, body="Hello", status_callback=receiver.url)
    posts = receiver.wait_for(len(statuses))
    assert [post.form["MessageStatus"] for post in posts] == statuses
    assert posts[-1].form.get("ErrorCode") == error_code
    assert str(twilio.messages(text.sid).fetch().error_code) == str(error_code)


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "StopAll", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
def test_a_stop_word_blocks_that_number_for_that_handset_only(
    twilio: Client, simulator: Simulator, receiver: Receiver, word: str
) -> None:
    twilio.incoming_phone_numbers.list(phone_number="+15550100200")
    simulator.text(HANDSET, NUMBER, word)
    assert receiver.posts[0].form["Body"] == word
    assert send(twilio) == 21610
    assert send(twilio, from_="+15550100200") is None
    assert send(twilio, to="+15550188888") is None


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_a_start_word_lifts_the_block(twilio: Client, simulator: Simulator, word: str) -> None:
    simulator.text(HANDSET, NUMBER, "STOP")
    simulator.text(HANDSET, NUMBER, "start please")
    assert send(twilio) == 21610
    simulator.text(HANDSET, NUMBER, word)
    assert send(twilio) is None


def test_yes_does_not_lift_the_block_of_a_toll_free_number(
    twilio: Client, simulator: Simulator, receiver: Receiver
) -> None:
    [toll_free] = twilio.incoming_phone_numbers.list(phone_number="+18885550100")
    toll_free.update(sms_url=receiver.url)
    simulator.text(HANDSET, "+18885550100", "STOP")
    simulator.text(HANDSET, "+18885550100", "YES")
    assert send(twilio, from_="+18885550100") == 21610
    simulator.text(HANDSET, "+18885550100", "UNSTOP")
    assert send(twilio, from_="+18885550100") is None


def test_the_carrier_answers_each_change_once_and_help_always(twilio: Client, simulator: Simulator) -> None:
    for word in ("YES", "STOP", "stop", "START", "START", "HELP", "info", "JOIN"):
        simulator.text(HANDSET, NUMBER, word)
    answers = [text["body"].split()[2] for text in simulator.texts(HANDSET) if text["carrier_reply"]]
    assert answers == ["unsubscribed", "subscribed", "to", "to"]


def test_a_carrier_told_not_to_answer_does_not_block_either(twilio: Client, simulator: Simulator) -> None:
    simulator.carrier_replies(NUMBER, on=False)
    simulator.text(HANDSET, NUMBER, "STOP")
    assert [text["direction"] for text in simulator.texts(HANDSET)] == ["inbound"]
    assert send(twilio, "You are unsubscribed.") is None


def test_the_network_keeps_obeying_stop_on_a_toll_free_number(twilio: Client, simulator: Simulator) -> None:
    twilio.incoming_phone_numbers.list(phone_number="+18885550100")
    with pytest.raises(SimulatorError, match="cannot be turned off"):
        simulator.carrier_replies("+18885550100", on=False)


def test_a_handset_sees_its_own_texts_in_both_directions(twilio: Client, simulator: Simulator) -> None:
    simulator.text(HANDSET, NUMBER, "JOIN")
    send(twilio, "Welcome")
    send(twilio, "Not yours", to="+15550188888")
    texts = simulator.texts(HANDSET)
    assert [(text["direction"], text["body"]) for text in texts] == [("inbound", "JOIN"), ("outbound", "Welcome")]
    assert len(simulator.texts()) == 3
    assert [text["body"] for text in simulator.texts(HANDSET, after=texts[0]["seq"])] == ["Welcome"]
    assert [text["body"] for text in simulator.texts(limit=1)] == ["Not yours"]
    assert [text["body"] for text in simulator.texts(after=0, limit=1)] == ["JOIN"]


def test_a_long_poll_ends_when_a_text_for_that_handset_comes(twilio: Client, simulator: Simulator) -> None:
    def poll() -> tuple[list[HandsetText], float]:
        start = time.monotonic()
        return simulator.texts(HANDSET, after=0, wait=10), time.monotonic() - start

    with ThreadPoolExecutor(1) as pool:
        polled = pool.submit(poll)
        time.sleep(0.2)
        send(twilio, "Not yours", to="+15550188888")
        time.sleep(0.2)
        assert not polled.done()
        send(twilio, "Here it is")
        texts, seconds = polled.result(5)
    assert [text["body"] for text in texts] == ["Here it is"]
    assert seconds < 5


def test_a_long_poll_without_a_text_ends_empty(simulator: Simulator) -> None:
    start = time.monotonic()
    assert simulator.texts(HANDSET, wait=0.2) == []
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize(
    ("asked", "mended"),
    [
        ({"data": "not json"}, "not JSON"),
        ({"json": []}, "JSON object"),
        ({"json": {"from": HANDSET, "to": NUMBER, "body": 7}}, "body must be a text"),
        ({"json": {"from": HANDSET, "to": NUMBER, "media": "cat"}}, "media a list"),
        ({"json": {"from": HANDSET, "to": NUMBER, "place": {"county": "Kent"}}}, "texts for city, state, zip, country"),
        ({"json": {"from": HANDSET, "to": NUMBER, "place": {"zip": 94103}}}, "texts for city, state, zip, country"),
    ],
)
def test_a_request_that_cannot_be_read_gets_400_with_the_reason(
    base_url: str, asked: dict[str, object], mended: str
) -> None:
    answer = requests.post(base_url + "/simulator/texts", timeout=5, **asked)  # type: ignore[arg-type]
    assert (answer.status_code, mended in answer.json()["error"]) == (400, True)


def test_a_question_that_cannot_be_read_gets_400(base_url: str) -> None:
    for question in ("after=x", "limit=-1", "wait=nan"):
        answer = requests.get(f"{base_url}/simulator/texts?{question}", timeout=5)
        assert (answer.status_code, answer.json()["error"].endswith("must be a number, 0 or more.")) == (400, True)


def test_bodies_of_any_kind_pass_through(twilio: Client, simulator: Simulator, receiver: Receiver) -> None:
    for body in ("", "a\x00b", "😀" * 1600, "a=b&c=%00+d", "שלום", "\ud83d"):
        assert simulator.text(HANDSET, NUMBER, body).webhook_status == 200
    bodies = [post.form["Body"] for post in receiver.posts]
    assert bodies == ["", "a\x00b", "😀" * 1600, "a=b&c=%00+d", "שלום", "?"]
    assert all(post.is_signed_with(TOKEN) for post in receiver.posts)
