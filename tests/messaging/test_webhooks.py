"""The carrier's posts: who may speak, and what is stored (M1, P2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from bots.models import Action, Bot, Run, Trigger
from contacts import permissions
from contacts.models import Number, OptOut
from messaging import erasure, inbound
from messaging.models import Message, StatusReport
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build, carrier

ANA = "+14155550142"


def test_a_signed_text_is_stored_and_answered_with_empty_twiml(client: Client, marketing: Number) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA)
    answer = carrier.answer(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token)
    assert answer.status_code == 200
    assert answer.content.decode().endswith("<Response/>")
    assert Message.objects.get().body == "Hello"


@pytest.mark.parametrize("signature", [None, "", "AAAA", "ä"])
def test_a_text_with_a_missing_or_wrong_signature_is_refused(
    client: Client, marketing: Number, signature: str | None
) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA)
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    assert client.post(_path(marketing.sms_webhook_url), form, headers=headers).status_code == 403
    assert not Message.objects.exists()


def test_a_signature_by_another_numbers_token_is_refused(client: Client, marketing: Number, service: Number) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA)
    assert carrier.post(client, marketing.sms_webhook_url, form, service.carrier_auth_token) == 403
    assert not Message.objects.exists()


def test_a_text_for_another_carrier_account_is_refused(client: Client, marketing: Number) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA) | {"AccountSid": "AC" + "0" * 32}
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 403
    assert not Message.objects.exists()


def test_a_text_to_a_number_that_the_webhook_is_not_for_is_refused(
    client: Client, marketing: Number, service: Number
) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA) | {"To": service.e164}
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 403
    assert not Message.objects.exists()


def test_a_repeated_parameter_is_refused(client: Client, marketing: Number) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA)
    body = "&".join([*(f"{name}={value}" for name, value in form.items()), "Body=STOP"]).replace("+", "%2B")
    signature = carrier.signature(marketing.sms_webhook_url, form, marketing.carrier_auth_token)
    answer = client.post(
        _path(marketing.sms_webhook_url),
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 400
    assert not Message.objects.exists()


@pytest.mark.parametrize("key", ["999999999-unknownunknown", "999999999999999999-unknownunknown", "x", "1-short"])
def test_an_unknown_webhook_key_is_not_found(client: Client, marketing: Number, key: str) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA)
    assert client.post(f"/webhooks/twilio/{key}/sms/", form).status_code == 404
    assert not Message.objects.exists()


def test_a_get_is_not_a_text(client: Client, marketing: Number) -> None:
    assert client.get(_path(marketing.sms_webhook_url)).status_code == 405


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("a\x00b", "ab"),
        ("😀" * 1600, "😀" * 1600),
        ("", ""),
        ("=1+1;%s%(x)s{}", "=1+1;%s%(x)s{}"),
        ("שלום ‮abc", "שלום ‮abc"),
    ],
)
def test_any_text_a_phone_can_send_is_stored(client: Client, marketing: Number, sent: str, stored: str) -> None:
    form = carrier.inbound_form(marketing, sent, phone=ANA)
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 200
    assert Message.objects.get().body == stored


@pytest.mark.parametrize(
    "wrong", [{"From": "Bank"}, {"From": ""}, {"MessageSid": ""}, {"MessageSid": "SM 1"}, {"MessageSid": "S" * 65}]
)
def test_a_signed_post_that_is_not_a_text_is_a_clear_error(
    client: Client, marketing: Number, wrong: dict[str, str]
) -> None:
    form = carrier.inbound_form(marketing, "Hello", phone=ANA) | wrong
    answer = carrier.answer(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token)
    assert answer.status_code == 400
    assert "MessageSid" in answer.content.decode()
    assert not Message.objects.exists()


def test_media_are_kept_as_references(client: Client, marketing: Number) -> None:
    media = {"NumMedia": "2", "MediaUrl0": "https://api.example/0", "MediaUrl1": "https://api.example/1"}
    form = carrier.inbound_form(marketing, "", phone=ANA) | media
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 200
    assert Message.objects.get().media == ["https://api.example/0", "https://api.example/1"]


def test_stop_is_in_force_when_the_webhook_answers(client: Client, marketing: Number) -> None:
    form = carrier.inbound_form(marketing, "STOP!!", phone=ANA)
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 200
    assert OptOut.objects.get().phone == ANA


def test_one_text_posted_fifty_times_at_once_is_one_message_one_run_and_one_reply(committed: None) -> None:
    account = build.account()
    number = build.number(account)
    with tenant(account.pk):
        _greeter(account)
    form = carrier.inbound_form(number, "hello", phone=ANA)

    def post(_: int) -> int:
        try:
            return carrier.post(Client(), number.sms_webhook_url, form, number.carrier_auth_token)
        finally:
            connection.close()

    def process(_: int) -> None:
        try:
            inbound.process(account_id=account.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(post, range(50))) == [200] * 50
        list(pool.map(process, range(8)))
    with tenant(account.pk):
        assert Message.objects.filter(direction="in").count() == 1
        assert Message.objects.filter(direction="out").count() == 1
        assert Run.objects.count() == 1


def test_a_status_callback_moves_a_text_forward_and_never_back(
    client: Client, account: Account, marketing: Number
) -> None:
    text = _sent(account, marketing)
    for status, expected in [("delivered", "delivered"), ("sent", "delivered"), ("failed", "delivered")]:
        assert _report(client, text, status) == 200
        text.refresh_from_db()
        assert text.status == expected
    assert StatusReport.objects.count() == 3


def test_a_status_callback_before_the_answer_adopts_the_carriers_id(
    client: Client, account: Account, marketing: Number
) -> None:
    text = _sent(account, marketing, status="sending", carrier_sid=None, attempts=1)
    assert _report(client, text, "sent", sid="SM123") == 200
    text.refresh_from_db()
    assert (text.status, text.carrier_sid) == ("sent", "SM123")


def test_a_repeated_status_callback_changes_nothing(client: Client, account: Account, marketing: Number) -> None:
    text = _sent(account, marketing)
    for _ in range(3):
        assert _report(client, text, "undelivered", ErrorCode="30003") == 200
    text.refresh_from_db()
    assert (text.status, text.error_code) == ("undelivered", 30003)
    assert StatusReport.objects.count() == 1


def test_a_callback_that_says_21610_writes_the_missing_opt_out(
    client: Client, account: Account, marketing: Number
) -> None:
    text = _sent(account, marketing)
    assert _report(client, text, "failed", ErrorCode="21610") == 200
    opt_out = OptOut.objects.get()
    assert (opt_out.phone, opt_out.source) == (ANA, "carrier")


def test_a_late_status_callback_leaves_the_error_and_the_time_of_a_settled_text_alone(
    client: Client, account: Account, marketing: Number
) -> None:
    text = _sent(account, marketing)
    assert _report(client, text, "delivered") == 200
    text.refresh_from_db()
    settled_at = text.settled_at
    assert _report(client, text, "failed", ErrorCode="30003") == 200
    text.refresh_from_db()
    assert (text.status, text.error_code, text.settled_at) == ("delivered", None, settled_at)


def test_a_repeated_21610_does_not_undo_a_start_that_came_in_between(
    client: Client, account: Account, marketing: Number
) -> None:
    text = _sent(account, marketing)
    assert _report(client, text, "failed", ErrorCode="21610") == 200
    carrier.text(marketing, "START", phone=ANA)
    assert _report(client, text, "failed", ErrorCode="21610") == 200
    assert not OptOut.objects.in_force().exists()


def test_a_callback_that_names_another_texts_id_changes_only_that_one(
    client: Client, account: Account, marketing: Number
) -> None:
    _sent(account, marketing)
    unknown = _sent(account, marketing, status="unknown", carrier_sid=None)
    assert _report(client, unknown, "delivered") == 200
    unknown.refresh_from_db()
    assert (unknown.status, unknown.carrier_sid) == ("unknown", None)


def test_a_stop_whose_id_an_outgoing_text_has_is_heard(client: Client, account: Account, marketing: Number) -> None:
    _sent(account, marketing)
    carrier.text(marketing, "STOP", phone=ANA, sid="SM1")
    assert OptOut.objects.get().phone == ANA


@pytest.mark.parametrize(("count", "kept"), [("9" * 5000, 0), ("-1", 0), ("²", 0), ("99", 1)])
def test_an_odd_count_or_address_of_media_is_no_obstacle(
    client: Client, marketing: Number, count: str, kept: int
) -> None:
    form = carrier.inbound_form(marketing, "", phone=ANA)
    form |= {"NumMedia": count, "MediaUrl0": "https://example.com/\x00a.jpg"}
    assert carrier.post(client, marketing.sms_webhook_url, form, marketing.carrier_auth_token) == 200
    assert Message.objects.get().media == ["https://example.com/a.jpg"][:kept]


def _path(url: str) -> str:
    return url[url.index("/webhooks/") :]


def _greeter(account: Account) -> None:
    bot = Bot.objects.create(account=account, name="Greeter")
    Trigger.objects.create(account=account, bot=bot, word="Hello")
    Action.objects.create(account=account, bot=bot, position=0, kind=Action.Kind.REPLY, body="Hi")


def _sent(account: Account, number: Number, **fields: object) -> Message:
    defaults = {
        "status": "sent",
        "carrier_sid": "SM1",
        "direction": "out",
        "origin": "api",
        "body": "Hi",
        "attempts": 1,
        "checked_at": now(),
        "sending_at": now(),
    }
    return Message.objects.create(account=account, number=number, phone=ANA, **(defaults | fields))


def _report(client: Client, text: Message, status: str, *, sid: str = "SM1", **more: str) -> int:
    form = {"AccountSid": text.number.carrier_account_sid, "MessageSid": sid, "MessageStatus": status} | more
    return carrier.post(client, text.callback_url, form, text.number.carrier_auth_token)


@pytest.mark.parametrize(
    ("stop", "start", "answers"),
    [
        ("STOP", "START", 0),  # The carrier has closed it, opens it, and answers both.
        ("Stop.", "START", 2),  # The carrier has closed nothing, so that it has nothing to open.
        ("please stop texting me", "YES", 2),
        ("Stop.", "start!", 2),
        ("STOP", "“start”", 1),
    ],
)
def test_each_stop_and_each_start_is_answered_once_by_whoever_acted(
    account: Account, marketing: Number, stop: str, start: str, answers: int
) -> None:
    for body in (stop, start):
        carrier.text(marketing, body, phone=ANA)
    assert Message.objects.filter(origin="confirmation").count() == answers


def test_who_comes_back_after_an_erasure_opens_the_number_with_yes(
    account: Account, owner: User, marketing: Number
) -> None:
    carrier.text(marketing, "STOP", phone=ANA)
    inbound.process(account_id=account.pk)
    erasure.erase(contact=account.contacts.get(phone=ANA), by=owner)
    carrier.text(marketing, "YES", phone=ANA)
    assert permissions.refusal(marketing, ANA) is None
    assert not Message.objects.filter(origin="confirmation").exists()


@pytest.mark.parametrize("body", ["please stop texting me", "STOPPP"])
def test_no_bot_stands_between_a_plain_request_and_its_effect(account: Account, marketing: Number, body: str) -> None:
    bot = Bot.objects.create(account=account, name="Deaf")
    Trigger.objects.create(account=account, bot=bot, word=body)
    carrier.text(marketing, body, phone=ANA)
    assert permissions.refusal(marketing, ANA) == "opted_out"
