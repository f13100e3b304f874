"""Words that several bots want: what is refused (B4), what is warned about, and what is free."""

import threading

import pytest
from django.db import connection

from bots import drafts
from bots.models import Bot
from contacts.models import Number
from shout.models import Account
from shout.tenancy import tenant
from tests import build
from tests.bots.drafting import draft, refusals, save, warnings


def test_a_word_of_another_active_bot_is_refused_with_its_name(account: Account) -> None:
    save(account, draft("VIP", name="Club"))
    assert "“Club”" in refusals(account, draft("“vip”"))["triggers.0.word"]


def test_a_word_of_a_paused_bot_is_free(account: Account) -> None:
    save(account, draft("VIP", name="Club", status=Bot.Status.PAUSED))
    assert save(account, draft("VIP")).is_active


def test_activating_asks_again_whether_the_words_are_free(account: Account) -> None:
    paused = save(account, draft("VIP", status=Bot.Status.PAUSED))
    save(account, draft("VIP", name="Club"))
    assert "“Club”" in refusals(account, draft("VIP"), paused)["triggers.0.word"]


def test_a_bot_does_not_refuse_its_own_words(account: Account) -> None:
    bot = save(account, draft("VIP"))
    assert save(account, draft("VIP", "CLUB"), bot) == bot


@pytest.mark.parametrize("mine, theirs", [("whole", "first"), ("first", "whole"), ("contains", "contains")])
def test_a_word_held_in_another_way_is_refused_where_the_word_alone_would_fit_both(
    account: Account, mine: str, theirs: str
) -> None:
    save(account, draft("DENNYS", match=theirs, name="Club"))
    assert "“Club”" in refusals(account, draft("dennys", match=mine))["triggers.0.word"]


@pytest.mark.parametrize("mine, theirs", [("whole", "contains"), ("contains", "first")])
def test_what_contains_a_word_gets_along_with_the_word_itself(account: Account, mine: str, theirs: str) -> None:
    save(account, draft("DENNYS", match=theirs, name="Club"))
    [(field, sentence)] = warnings(account, draft("DENNYS", match=mine))
    assert field == "triggers.0.word"
    assert "“Club”" in sentence
    assert save(account, draft("DENNYS", match=mine)).pk


def test_a_paused_bot_keeps_a_word_that_another_one_has_and_is_told_which(account: Account) -> None:
    paused = save(account, draft("VIP", status=Bot.Status.PAUSED))
    save(account, draft("VIP", name="Club"))
    wanted = draft("VIP", status=Bot.Status.PAUSED, name="Renamed")
    [(field, sentence)] = warnings(account, wanted, paused)
    assert field == "triggers.0.word"
    assert sentence == (
        "“VIP” starts the bot “Club”. Before you activate this bot, choose another word or pause that one."
    )
    assert save(account, wanted, paused).name == "Renamed"
    assert "“Club”" in refusals(account, draft("VIP"), paused)["triggers.0.word"]


def test_a_word_on_other_numbers_is_free(account: Account, marketing: Number, service: Number) -> None:
    save(account, draft("VIP", numbers=(marketing.pk,)))
    assert save(account, draft("VIP", numbers=(service.pk,))).pk


@pytest.mark.parametrize("mine, theirs", [("one", "all"), ("all", "one"), ("one", "both"), ("all", "all")])
def test_a_word_on_an_overlapping_number_is_refused(
    account: Account, marketing: Number, service: Number, mine: str, theirs: str
) -> None:
    numbers = {"one": (marketing.pk,), "both": (marketing.pk, service.pk), "all": None}
    save(account, draft("VIP", numbers=numbers[theirs], name="Club"))
    assert "“Club”" in refusals(account, draft("VIP", numbers=numbers[mine]))["triggers.0.word"]


def test_a_word_of_another_account_is_free(db: None) -> None:
    for account in (build.account(), build.account()):
        with tenant(account.pk):
            assert save(account, draft("VIP")).is_active


@pytest.mark.parametrize(
    "mine, theirs, text, winner",
    [
        (("pizza", "contains"), ("pizza lunch", "whole"), "pizza lunch", "the bot “Other”"),
        (("pizza", "first"), ("pizza lunch", "whole"), "pizza lunch", "the bot “Other”"),
        (("pizza lunch", "whole"), ("lunch", "contains"), "pizza lunch", "this bot"),
        (("pizza", "whole"), ("pizza", "contains"), "pizza", "this bot"),
        (("lunch", "contains"), ("pizza lunch", "contains"), "pizza lunch", "the bot “Other”"),
    ],
)
def test_words_that_one_text_can_fit_are_warned_about(
    account: Account, mine: tuple[str, str], theirs: tuple[str, str], text: str, winner: str
) -> None:
    save(account, draft(theirs[0], match=theirs[1], name="Other"))
    [(field, sentence)] = warnings(account, draft(mine[0], match=mine[1]))
    assert field == "triggers.0.word"
    assert f"The text “{text}” fits" in sentence
    assert f": {winner} answers it." in sentence


def test_words_on_different_numbers_never_meet(account: Account, marketing: Number, service: Number) -> None:
    save(account, draft("pizza lunch", numbers=(marketing.pk,)))
    assert warnings(account, draft("pizza", match="contains", numbers=(service.pk,))) == []
    assert len(warnings(account, draft("pizza", match="contains", numbers=(marketing.pk, service.pk)))) == 1


def test_two_people_cannot_give_one_word_to_two_bots_at_once(committed: None) -> None:
    account = build.account()
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def attempt(name: str) -> None:
        start.wait()
        try:
            with tenant(account.pk):
                outcomes.append(save(account, draft("VIP", name=name)).pk)
        except drafts.Refused as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[f"Bot {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, drafts.Refused) for outcome in outcomes) == [False, True, True, True]
    with tenant(account.pk):
        assert Bot.objects.count() == 1
