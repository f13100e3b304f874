"""The phone page: handsets that text the account's simulated numbers, and numbers linked to their carrier."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import Settings

from contacts.models import Number
from messaging import outbound, provisioning
from messaging.models import Message
from messaging.simulator.client import Simulator
from shout.models import Account, Role, User
from tests import build, carrier
from tests.messaging.simulator.receiver import Receiver, receiving
from tests.outside import OutsideClient

ANA, PHONE, TEXTS = "+14155550142", "/phone/", "/phone/texts/"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def shout(settings: Settings) -> Iterator[Receiver]:
    """What stands where the carrier posts to: keeps what Shout's webhooks would get."""
    with receiving() as receiver:
        settings.PUBLIC_BASE_URL = receiver.url
        yield receiver


def text(browser: OutsideClient, number: Number, **fields: object) -> HttpResponse:
    return browser.post(TEXTS, {"phone": ANA, "number": number.pk, "body": "JOIN"} | fields)  # type: ignore[return-value]


def shown(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def look(browser: OutsideClient, path: str = PHONE, **query: object) -> HttpResponse:
    return browser.get(path, query)  # type: ignore[return-value]


def seen(answer: HttpResponse) -> str:
    found = re.search(r"seen=(\w+)", answer.content.decode())
    assert found
    return found[1]


def test_a_handset_texts_a_number_through_the_carrier(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    assert text(browser, marketing).status_code == 302
    [post] = shout.posts
    assert post.url == marketing.sms_webhook_url
    assert post.is_signed_with(marketing.carrier_auth_token)
    assert (post.form["From"], post.form["To"], post.form["Body"]) == (ANA, marketing.e164, "JOIN")
    assert "JOIN To Marketing" in shown(look(browser))


def test_a_handset_texts_on_after_the_carrier_has_forgotten_everything(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    text(browser, marketing)
    simulator.reset()
    assert text(browser, marketing, body="Again").status_code == 302
    assert [post.form["Body"] for post in shout.posts] == ["JOIN", "Again"]


def test_a_reply_is_told_from_the_carriers_own_answer(
    browser: OutsideClient, account: Account, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    text(browser, marketing)
    outbound.send(number=marketing, phone=ANA, body="Welcome!", origin=Message.Origin.BOT)
    carrier.work(account.pk)
    shout.wait_for(3)
    text(browser, marketing, body="HELP")
    words = shown(look(browser))
    assert re.search(r"Welcome! Marketing \d", words)
    assert "Marketing, answered by the carrier" in words


@pytest.mark.parametrize("confirmed_by", Number.Confirmer)
def test_the_carrier_answers_stop_only_where_shout_does_not(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number, confirmed_by: Number.Confirmer
) -> None:
    marketing.confirmed_by = confirmed_by
    marketing.save()
    text(browser, marketing, body="STOP")
    assert ("answered by the carrier" in shown(look(browser))) == (confirmed_by == Number.Confirmer.CARRIER)


def save(browser: OutsideClient, number: Number, **changes: str) -> HttpResponse:
    """Change a number on its page."""
    page = reverse("contacts:number_edit", args=[number.pk])
    values = browser.get(page).context["form"].initial
    asked = {key: value for key, value in values.items() if value is not None} | changes
    return browser.post(page, asked, follow=True)  # type: ignore[return-value]


@pytest.mark.parametrize("confirmed_by", Number.Confirmer)
def test_stop_by_any_door_is_answered_once_as_soon_as_it_is_saved_who_answers(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number, confirmed_by: Number.Confirmer
) -> None:
    for choice in (*Number.Confirmer, confirmed_by):
        said = shown(save(browser, marketing, confirmed_by=choice))
        assert "Marketing is saved." in said
    simulator.text(ANA, marketing.e164, "STOP")
    [post] = shout.posts
    path = marketing.sms_webhook_url.removeprefix(shout.url)
    client = OutsideClient()
    assert client.post(path, post.form, headers={"X-Twilio-Signature": post.signature}).status_code == 200
    carrier.work(marketing.account_id)
    [answer] = [text for text in simulator.texts(ANA) if text["direction"] == "outbound"]
    assert answer["carrier_reply"] == (confirmed_by == Number.Confirmer.CARRIER)


def test_a_simulator_that_is_away_is_said_when_a_number_is_saved_and_the_choice_is_kept(
    browser: OutsideClient, simulator: Simulator, marketing: Number, settings: Settings
) -> None:
    provisioning.connect(marketing)
    there, settings.SIMULATOR_URL = settings.SIMULATOR_URL, NOBODY
    said = shown(save(browser, marketing, confirmed_by="shout"))
    assert "Marketing is saved." in said
    assert "The carrier was not set up. The carrier cannot be reached. Start Shout and its carrier simulator" in said
    marketing.refresh_from_db()
    assert (marketing.confirmed_by, marketing.webhooks_set_at) == ("shout", None)
    settings.SIMULATOR_URL = there
    webhooks(browser, marketing)
    assert [known["carrier_replies"] for known in simulator.numbers()] == [False]


def test_on_an_in_app_line_and_a_toll_free_one_it_is_fixed_who_answers(account: Account, simulator: Simulator) -> None:
    in_app = build.number(account, kind=Number.Kind.SHOUT_TO_SHOUT, line=Number.Line.IN_APP)
    toll_free = build.number(account, e164="+18885550110", line=Number.Line.TOLL_FREE)
    for number in (in_app, toll_free):
        provisioning.connect(number)
    known = {number["e164"]: number["carrier_replies"] for number in simulator.numbers()}
    assert known == {in_app.e164: False, toll_free.e164: True}


def test_a_text_that_never_arrived_is_not_on_the_handset(
    browser: OutsideClient, account: Account, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    browser.post("/phone/handsets/", {"phone": "+14155550002"})
    text(browser, marketing, phone="+14155550002")
    outbound.send(number=marketing, phone="+14155550002", body="Filtered", origin=Message.Origin.BOT)
    carrier.work(account.pk)
    shout.wait_for(2)
    assert "Filtered" not in shown(look(browser))


def test_a_handset_shows_nothing_of_other_accounts(
    rivals: Number,
    rivals_owner: User,
    browser: OutsideClient,
    simulator: Simulator,
    shout: Receiver,
    marketing: Number,
) -> None:
    text(browser, marketing)
    assert text(browser, rivals).status_code == 422
    browser.force_login(rivals_owner)
    assert "JOIN" not in shown(look(browser))


@pytest.fixture
def rivals_owner(db: None) -> User:
    """The owner of another account."""
    return build.user()


@pytest.fixture
def rivals(rivals_owner: User) -> Number:
    """A number of another account."""
    return build.number(build.account(owner=rivals_owner, name="Rival"))


def test_an_open_page_is_told_nothing_until_something_happens(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    version = seen(look(browser))
    assert look(browser, TEXTS, seen=version).status_code == 204
    text(browser, marketing)
    news = look(browser, TEXTS, seen=version)
    assert "JOIN To Marketing" in shown(news)
    assert look(browser, TEXTS, seen=seen(news)).status_code == 204


def test_a_text_sent_by_htmx_brings_an_empty_composer_for_the_same_number(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number, service: Number
) -> None:
    form = {"phone": ANA, "number": service.pk, "body": "Hello"}
    answer = browser.post(TEXTS, form, headers={"HX-Request": "true"})
    assert "texts-changed" in answer["HX-Trigger"]
    assert "Hello" not in answer.content.decode()
    assert f'<option value="{service.pk}" selected>' in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"body": " "}, "Write a text."),
        ({"body": "x" * 1601}, "This one has 1601."),
        ({"number": 0}, "Choose one of your numbers."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_wrong_is_said_on_that_handset(
    browser: OutsideClient,
    simulator: Simulator,
    marketing: Number,
    fields: dict[str, object],
    complaint: str,
    headers: dict[str, str],
) -> None:
    form = {"phone": ANA, "number": marketing.pk, "body": "JOIN"} | fields
    answer = browser.post(TEXTS, form, headers=headers)
    assert answer.status_code == 422
    assert answer.content.decode().count(complaint) == 1
    assert simulator.texts() == []


@pytest.mark.parametrize("phone", ["", "12", "nobody"])
def test_a_text_from_no_handset_is_refused(
    browser: OutsideClient, simulator: Simulator, marketing: Number, phone: str
) -> None:
    assert text(browser, marketing, phone=phone).status_code == 400


def test_a_webhook_that_refuses_is_shown_where_the_text_was_written(
    browser: OutsideClient, simulator: Simulator, shout: Receiver, marketing: Number
) -> None:
    shout.statuses[marketing.sms_webhook_url.removeprefix(shout.url)] = 403
    answer = text(browser, marketing)
    assert answer.status_code == 422
    assert "The text reached the carrier, but Shout&#x27;s webhook answered with 403." in shown(answer)
    assert 'value="JOIN"' in answer.content.decode()


def test_a_carrier_that_is_away_is_said_and_not_an_error(
    browser: OutsideClient, marketing: Number, settings: Settings
) -> None:
    settings.SIMULATOR_URL = NOBODY
    assert "The carrier simulator does not answer. Start it with: make up" in shown(look(browser))
    answer = text(browser, marketing)
    assert answer.status_code == 422
    assert "The carrier cannot be reached." in shown(answer)


def test_another_handset_is_laid_beside_the_others_and_put_away_again(
    browser: OutsideClient, simulator: Simulator, marketing: Number
) -> None:
    for _ in range(2):
        browser.post("/phone/handsets/", {"phone": "(415) 555-0199"})
    assert shown(look(browser)).count("Put away") == 1
    browser.post("/phone/handsets/", {"remove": "+14155550199"})
    assert "Put away" not in shown(look(browser))


def test_the_page_holds_a_handful_of_handsets_and_keeps_the_newest(
    browser: OutsideClient, simulator: Simulator, marketing: Number
) -> None:
    for serial in range(5):
        browser.post("/phone/handsets/", {"phone": f"+1415555019{serial}"})
    words = shown(look(browser))
    assert [f"555-019{serial}" in words for serial in range(5)] == [False, False, True, True, True]


def test_a_handset_needs_a_phone_number(browser: OutsideClient, simulator: Simulator, marketing: Number) -> None:
    answer = browser.post("/phone/handsets/", {"phone": "12"}, follow=True)
    assert "“12” is not a phone number." in shown(answer)  # type: ignore[arg-type]


def test_a_handset_leads_to_its_owner_once_the_account_knows_them(
    browser: OutsideClient, account: Account, simulator: Simulator, marketing: Number
) -> None:
    ana = build.contact(account, phone=ANA, first_name="Anastasia")
    page = look(browser).content.decode()
    assert reverse("messaging:conversation", args=[ana.pk]) in page
    assert "Anastasia" in page


def test_an_account_on_a_real_carrier_is_told_that_the_handsets_do_not_reach_it(
    browser: OutsideClient, account: Account
) -> None:
    assert "No number to text yet" in shown(look(browser))
    number = build.number(account, carrier=Number.Carrier.TWILIO)
    assert "Your numbers are on a real carrier" in shown(look(browser))
    assert text(browser, number).status_code == 422


def test_a_viewer_may_watch_and_not_text(
    viewers_browser: OutsideClient, simulator: Simulator, marketing: Number
) -> None:
    words = shown(look(viewers_browser))
    assert "Your role is viewer" in words
    assert "Send" not in words.replace("Sent:", "")
    assert text(viewers_browser, marketing).status_code == 403
    assert simulator.texts() == []


@pytest.mark.parametrize("path", [PHONE, TEXTS])
def test_who_is_signed_out_is_led_to_the_sign_in(client: OutsideClient, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def webhooks(browser: OutsideClient, number: Number) -> HttpResponse:
    url = reverse("messaging:number_webhooks", args=[number.pk])
    return browser.post(url, follow=True)  # type: ignore[return-value]


def test_a_number_is_linked_to_its_carrier_as_often_as_one_likes(
    browser: OutsideClient, simulator: Simulator, marketing: Number
) -> None:
    for _ in range(2):
        assert "The carrier now sends texts to Marketing on to Shout." in shown(webhooks(browser, marketing))
    [known] = simulator.numbers()
    assert (known["e164"], known["sms_url"]) == (marketing.e164, marketing.sms_webhook_url)
    marketing.refresh_from_db()
    assert marketing.webhooks_set_at is not None


def test_a_carrier_that_refuses_the_credentials_says_so_in_words(
    browser: OutsideClient, simulator: Simulator, marketing: Number
) -> None:
    webhooks(browser, marketing)
    Number.objects.filter(pk=marketing.pk).update(carrier_auth_token=uuid4().hex, webhooks_set_at=None)
    words = shown(webhooks(browser, marketing))
    assert "The carrier was not set up. The carrier refused the credentials." in words
    marketing.refresh_from_db()
    assert marketing.webhooks_set_at is None


def test_a_carrier_that_is_away_leaves_the_number_as_it_was(
    browser: OutsideClient, marketing: Number, settings: Settings
) -> None:
    settings.SIMULATOR_URL = NOBODY
    assert "The carrier was not set up. The carrier cannot be reached." in shown(webhooks(browser, marketing))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_linking_a_number_takes_an_admin(
    client: OutsideClient, account: Account, marketing: Number, simulator: Simulator, role: Role
) -> None:
    client.force_login(build.member(account, role))
    assert webhooks(client, marketing).status_code == 403
    assert simulator.numbers() == []


def test_a_stranger_links_no_number(strangers_browser: OutsideClient, marketing: Number, simulator: Simulator) -> None:
    assert webhooks(strangers_browser, marketing).status_code == 404
    assert simulator.numbers() == []
