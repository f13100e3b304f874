"""What other products are known to get wrong, tried through the carrier's own door (B2, B3, P1, P8)."""

import pytest

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger
from bots.models import Action, Bot, Run
from contacts.models import Number, OptOut
from messaging import inbound
from messaging.models import Message
from shout.models import Account
from tests import build, carrier


def bot(account: Account, word: str, match: str = "whole", **fields: str) -> Bot:
    """A bot that answers with its own name."""
    name = fields.get("name", word)
    wanted = Draft(
        name=name,
        status=fields.get("status", Bot.Status.ACTIVE),
        triggers=(DraftTrigger(word=word, match=match),),
        actions=(DraftAction(kind=Action.Kind.REPLY, body=f"This is {name}. Text STOP to opt out."),),
    )
    return drafts.save(account=account, draft=wanted)


def answered(number: Number, body: str) -> str:
    """The name of the bot that answers a text of somebody new, or an empty string."""
    phone = build.phone()
    carrier.text(number, body, phone=phone)
    inbound.process(account_id=number.account_id)
    run = Run.objects.filter(phone=phone).select_related("bot").first()
    replies = Message.objects.filter(phone=phone, direction="out").count()
    assert replies == (run is not None), "a bot answers once, and nobody else does"
    return run.bot.name if run else ""


def test_stop_and_a_thank_you_opts_out_and_starts_nothing(account: Account, marketing: Number) -> None:
    bot(account, "thank you", "contains")
    carrier.text(marketing, "Stop. Thank you", phone=(phone := build.phone()))
    inbound.process(account_id=account.pk)
    assert OptOut.objects.in_force().filter(phone=phone, number=marketing).exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize("body", ["STOP this bill", "Stopping by at 5", "CANCEL my 3pm"])
def test_talk_about_stopping_is_no_request_and_comes_to_the_bots(
    account: Account, marketing: Number, body: str
) -> None:
    bot(account, "bill", "contains", name="Talk")
    bot(account, "3pm", "contains", name="Talk 2")
    bot(account, "at 5", "contains", name="Talk 3")
    assert answered(marketing, body).startswith("Talk")
    assert not OptOut.objects.exists()


def test_yes_please_is_not_yes(account: Account, marketing: Number) -> None:
    bot(account, "YES")
    assert answered(marketing, "yes please") == ""
    assert answered(marketing, "Yes!") == "YES"


def test_two_bots_never_hold_one_word(account: Account, marketing: Number) -> None:
    bot(account, "VIP", name="Club")
    with pytest.raises(drafts.Refused, match="Club"):
        bot(account, "“Vip.”", name="Other")
    assert answered(marketing, "vip") == "Club"


@pytest.mark.parametrize("apostrophe", "'’‘ʼ`´′＇")
def test_a_word_is_found_with_any_apostrophe(account: Account, marketing: Number, apostrophe: str) -> None:
    bot(account, "DENNY'S")
    assert answered(marketing, f"Denny{apostrophe}s") == "DENNY'S"


def test_a_paused_bot_says_nothing_and_leaves_the_word_to_another(account: Account, marketing: Number) -> None:
    bot(account, "VIP", name="Old", status=Bot.Status.PAUSED)
    assert answered(marketing, "VIP") == ""
    bot(account, "VIP", name="New")
    assert answered(marketing, "VIP") == "New"


@pytest.mark.parametrize(
    ("word", "body"), [("🍕", " 🍕 "), ("❤️", "❤"), ("👍🏽", "👍🏽"), ("مرحبا", "«مرحبا»"), ("שלום", "\u200fשלום!")]
)
def test_an_emoji_and_a_word_written_from_right_to_left_are_words(
    account: Account, marketing: Number, word: str, body: str
) -> None:
    bot(account, word)
    assert answered(marketing, body) == word


def test_a_text_of_1600_characters_is_read_to_its_end(account: Account, marketing: Number) -> None:
    bot(account, "sale now", "contains")
    body = "pizza? " * 227 + "Sale now!!!"
    assert len(body) == 1600
    assert answered(marketing, body) == "sale now"


@pytest.mark.parametrize("body", ["SUPER SUP", "Super sup.", "“SuperSup”", "supersup\n\nSent from my iPhone"])
def test_a_join_word_is_known_however_a_phone_writes_it(account: Account, marketing: Number, body: str) -> None:
    bot(account, "SUPERSUP")
    assert answered(marketing, body) == "SUPERSUP"
