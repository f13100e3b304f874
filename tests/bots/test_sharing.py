"""Share links, QR codes and the public page."""

import re
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from bots import drafts, sharing, wizard
from bots.models import Bot
from bots.wizard import Wish
from contacts.models import Number
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build
from tests.bots.test_clauses import FACTS


@pytest.fixture
def number(shop: Account) -> Number:
    return build.number(shop, label="Offers")


@pytest.fixture
def bot(shop: Account, number: Number, owner: User) -> Bot:
    """The bot by which people join a list."""
    wish = Wish(
        facts=FACTS,
        numbers=(number.pk,),
        welcome="Welcome to <VIP>. STOP to stop.",
        goodbye="Bye",
        call="Text VIP & get offers",
        shown_at="Poster",
    )
    with tenant(shop.pk):
        return wizard.make(account=shop, wish=wish, by=owner).join


def path(bot: Bot, number: Number) -> str:
    with tenant(bot.account_id):
        return urlsplit(sharing.share_url(bot, number)).path


def test_the_public_page_needs_no_sign_in_and_says_what_to_text_where(client: Client, bot: Bot, number: Number) -> None:
    answer = client.get(path(bot, number))
    shown = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert f'href="sms:{number.e164}?&body=VIP"' in shown
    for said in ("Denny's Diner", "Join VIP", "Text VIP & get offers", "<svg", "noindex"):
        assert said in shown


def test_the_public_page_knows_nobody_and_may_be_cached(client: Client, bot: Bot, number: Number) -> None:
    answer = client.get(path(bot, number))
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert "<script" not in answer.content.decode()


def test_a_paused_a_deleted_and_a_moved_bot_are_closed_in_a_friendly_way(
    client: Client, shop: Account, bot: Bot, number: Number
) -> None:
    other = build.number(shop)
    assert "Closed for now" in client.get(path(bot, other)).content.decode()
    for change, status in ((lambda: drafts.pause(bot, by="x"), 200), (lambda: drafts.delete(bot), 410)):
        with tenant(shop.pk):
            change()
        answer = client.get(path(bot, number))
        assert answer.status_code == status
        assert "Closed for now" in answer.content.decode()
        assert "sms:" not in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"


def test_a_key_that_is_changed_anywhere_leads_nowhere(client: Client, bot: Bot, number: Number) -> None:
    sound = path(bot, number)
    named, signature = sound[3:-14], sound[-13:-1]
    other = build.account()
    account, bot_id, number_id = named.split("-")
    for wrong in (
        f"{other.pk}-{bot_id}-{number_id}",
        f"{account}-{int(bot_id) + 1}-{number_id}",
        f"{account}-{bot_id}-1",
    ):
        assert client.get(f"/s/{wrong}-{signature}/").status_code == 404
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for end in (flipped, signature[:-1], signature + "A", "é" * 12):
        assert client.get(f"/s/{named}-{end}/").status_code == 404
    assert client.get(sound).status_code == 200
    assert client.post(sound).status_code == 405


def test_posters_outlive_a_change_of_the_secret_key(
    client: Client, bot: Bot, number: Number, settings: Settings
) -> None:
    sound = path(bot, number)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert client.get(sound).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(sound).status_code == 404


@pytest.mark.parametrize("word", ["VIP", "FISH & CHIPS", "DENNY'S", "🍞", "a/b?c#d"])
def test_the_link_into_the_composer_carries_any_word_whole(bot: Bot, number: Number, word: str) -> None:
    url = sharing.Way(word, number).sms_url
    head, _, query = url.partition("?&")
    assert head == f"sms:{number.e164}"
    assert parse_qs(query, strict_parsing=True) == {"body": [word]}
    assert re.fullmatch(r"[\x21-\x7e]+", url)


def test_a_code_is_downloaded_as_svg_and_as_png_with_its_quiet_zone(
    browser_of: Client, bot: Bot, number: Number
) -> None:
    svg = browser_of.get(f"/bots/{bot.pk}/qr/?word=VIP&number={number.pk}")
    assert svg["Content-Type"] == "image/svg+xml"
    assert svg["Content-Disposition"] == 'attachment; filename="vip-offers.svg"'
    side = int(re.search(rb'viewBox="0 0 (\d+)', svg.content)[1])  # type: ignore[index]
    dark = {(int(x), int(y)) for x, y in re.findall(rb"M(\d+) (\d+)h1v1h-1z", svg.content)}
    assert (min(dark), max(dark)) > ((3, 0), (0, 0))
    assert all(4 <= x < side - 4 and 4 <= y < side - 4 for x, y in dark)
    png = browser_of.get(f"/bots/{bot.pk}/qr/?as=png")
    picture = Image.open(BytesIO(png.content)).convert("L")
    module = picture.width // side
    assert picture.size == (side * module, side * module)
    assert picture.width > 600
    middle = module // 2
    seen = {
        (x, y)
        for x in range(side)
        for y in range(side)
        if picture.getpixel((x * module + middle, y * module + middle)) == 0
    }
    assert seen == dark


def test_a_code_of_a_word_or_number_that_the_bot_has_not_is_not_found(
    browser_of: Client, bot: Bot, shop: Account
) -> None:
    other = build.number(shop)
    for wrong in ("word=NOVIP", f"number={other.pk}", "number=x"):
        assert browser_of.get(f"/bots/{bot.pk}/qr/?{wrong}").status_code == 404


def test_the_team_sees_codes_links_both_bots_and_the_wording(browser_of: Client, bot: Bot, number: Number) -> None:
    shown = unescape(browser_of.get(f"/bots/{bot.pk}/share/").content.decode())
    for said in ("How people join VIP", path(bot, number), "Join VIP", "Leave VIP", "NOVIP", "Text VIP & get offers"):
        assert said in shown


@pytest.fixture
def browser_of(client: Client, owner: User) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client
