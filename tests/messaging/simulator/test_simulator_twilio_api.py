"""What the twilio library can do with the simulator, and how it is refused."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from messaging.simulator.client import Simulator
from tests.messaging.simulator.conftest import ACCOUNT, HANDSET, NUMBER, TOKEN, account_at


def test_a_created_text_is_queued_and_can_be_fetched_again(twilio: Client) -> None:
    created = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Hello ☕")
    assert (created.status, created.direction, created.num_segments) == ("queued", "outbound-api", "1")
    assert created.sid.startswith("SM")
    assert len(created.sid) == 34
    assert created.date_created.tzinfo
    fetched = twilio.messages(created.sid).fetch()
    assert (fetched.body, fetched.to, fetched.from_) == ("Hello ☕", HANDSET, NUMBER)


def test_a_text_with_media_is_an_mms(twilio: Client) -> None:
    urls = ["https://shop.example/a.png", "https://shop.example/b.png"]
    created = twilio.messages.create(to=HANDSET, from_=NUMBER, media_url=urls)
    assert created.num_media == "2"
    assert created.sid.startswith("MM")


def test_the_asynchronous_library_can_create_fetch_and_list(twilio: Client, base_url: str) -> None:
    async def texts() -> tuple[str, list[str]]:
        async with AsyncTwilioHttpClient(timeout=5) as http_client:
            client = Client(ACCOUNT, TOKEN, http_client=http_client)
            client.api.base_url = base_url
            created = await client.messages.create_async(to=HANDSET, from_=NUMBER, body="One")
            await client.messages(created.sid).fetch_async()
            return created.sid, [text.sid for text in await client.messages.list_async(to=HANDSET)]

    sid, listed = asyncio.run(texts())
    assert listed == [sid]


def test_a_list_runs_over_its_pages_newest_first(twilio: Client) -> None:
    sids = [twilio.messages.create(to=HANDSET, from_=NUMBER, body=str(n)).sid for n in range(7)]
    twilio.messages.create(to="+15550188888", from_=NUMBER, body="not asked for")
    listed = [text.sid for text in twilio.messages.list(to=HANDSET, from_=NUMBER, page_size=3)]
    assert listed == sids[::-1]
    assert [text.sid for text in twilio.messages.list(to=HANDSET, limit=2)] == sids[:-3:-1]


def test_a_list_keeps_to_the_asked_dates(twilio: Client) -> None:
    twilio.messages.create(to=HANDSET, from_=NUMBER, body="Now")
    now = datetime.now(UTC)
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert len(twilio.messages.list(date_sent_after=now - hour)) == 1
    assert not twilio.messages.list(date_sent_after=now + hour)
    assert len(twilio.messages.list(date_sent_before=now + hour)) == 1
    assert not twilio.messages.list(date_sent_before=now - hour)
    assert len(twilio.messages.list(date_sent=now.date())) == 1
    assert not twilio.messages.list(date_sent=(now - day).date())


def test_a_list_holds_arrived_texts_but_not_the_carriers_own_answers(twilio: Client, simulator: Simulator) -> None:
    simulator.text(HANDSET, NUMBER, "Help")
    [text] = twilio.messages.list(to=NUMBER)
    assert (text.direction, text.status, text.body) == ("inbound", "received", "Help")
    assert not twilio.messages.list(to=HANDSET)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        (21211, {"to": "5550199999"}),
        (21604, {"to": ""}),
        (21603, {"from_": ""}),
        (21212, {"from_": "Shop"}),
        (21606, {"from_": "+15550100999"}),
        (21602, {"body": ""}),
        (21617, {"body": "a" * 1601}),
    ],
)
def test_a_wrong_create_is_refused_with_twilios_code(twilio: Client, code: int, changed: dict[str, str]) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        twilio.messages.create(**{"to": HANDSET, "from_": NUMBER, "body": "Hello"} | changed)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_the_longest_body_is_accepted(twilio: Client) -> None:
    assert twilio.messages.create(to=HANDSET, from_=NUMBER, body="😀" * 1600).num_segments == "49"


def test_an_account_keeps_the_token_it_first_came_with(twilio: Client, base_url: str) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        account_at(base_url, token="another").messages.create(to=HANDSET, from_=NUMBER, body="Hello")
    assert (refusal.value.code, refusal.value.status) == (20003, 401)


def test_an_account_reaches_nothing_of_another(twilio: Client, base_url: str) -> None:
    text = twilio.messages.create(to=HANDSET, from_=NUMBER, body="Mine")
    stranger = account_at(base_url, sid="AC" + "2" * 32)
    assert not stranger.messages.list()
    assert not stranger.incoming_phone_numbers.list(phone_number=NUMBER)
    with pytest.raises(TwilioRestException) as missing:
        stranger.messages(text.sid).fetch()
    assert (missing.value.code, missing.value.status) == (20404, 404)
    with pytest.raises(TwilioRestException) as foreign:
        stranger.messages.create(to=HANDSET, from_=NUMBER, body="Yours")
    assert foreign.value.code == 21606


def test_a_number_asked_for_becomes_the_accounts_and_takes_its_addresses(twilio: Client, simulator: Simulator) -> None:
    [number] = twilio.incoming_phone_numbers.list(phone_number="+18005550100")
    updated = number.update(sms_url="http://shop.example/sms/", status_callback="http://shop.example/status/")
    assert (updated.sid, updated.sms_url) == (number.sid, "http://shop.example/sms/")
    assert number.fetch().status_callback == "http://shop.example/status/"
    assert [n.phone_number for n in twilio.incoming_phone_numbers.list()] == [NUMBER, "+18005550100"]
    assert simulator.numbers()[1]["sms_url"] == "http://shop.example/sms/"


def test_a_number_that_is_no_phone_number_does_not_exist(twilio: Client) -> None:
    assert not twilio.incoming_phone_numbers.list(phone_number="12")


def test_an_unknown_address_is_answered_as_twilio_does(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as missing:
        twilio.calls.create(to=HANDSET, from_=NUMBER, url="http://shop.example/")
    assert (missing.value.code, missing.value.status) == (20404, 404)


@pytest.mark.parametrize("asked", [{"page_size": 0}, {"date_sent": "yesterday"}, {"page_token": "PAnothing"}])
def test_a_list_that_cannot_be_read_is_refused(twilio: Client, asked: dict[str, object]) -> None:
    with pytest.raises(TwilioException):
        twilio.messages.page(**asked)
