"""The business itself: its own words for STOP, and who may change them (P3, B4)."""

import pytest

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger
from contacts import permissions
from contacts.models import Number
from shout.models import Account, Role, User
from tests import build, carrier
from tests.outside import OutsideClient

ANA = "+14155550142"
URL = "/account/edit/"


def _save(client: OutsideClient, words: str) -> int:
    form = {"name": "Denny's Diner", "contact_details": "help@example.com", "own_stop_words": words}
    return client.post(URL, form).status_code


def test_an_own_word_opts_a_person_out_like_stop(
    client: OutsideClient, account: Account, owner: User, marketing: Number, service: Number
) -> None:
    client.force_login(owner)
    assert _save(client, "ARRÊT, Alto!") == 302
    carrier.text(marketing, "“Arrêt.”", phone=ANA)
    assert permissions.refusal(marketing, ANA) == "opted_out"
    assert permissions.refusal(service, ANA) is None
    carrier.text(service, "alto por favor", phone=ANA)
    assert permissions.refusal(service, ANA) is None


@pytest.mark.parametrize("word", ["START", "help", "Yes", "“stop”"])
def test_a_word_that_has_its_meaning_already_is_refused(
    client: OutsideClient, account: Account, owner: User, word: str
) -> None:
    client.force_login(owner)
    assert _save(client, f"alto, {word}") == 422
    account.refresh_from_db()
    assert account.own_stop_words == []


def test_a_word_that_is_too_long_is_named(client: OutsideClient, owner: User, account: Account) -> None:
    client.force_login(owner)
    form = {"name": "Denny's Diner", "contact_details": "", "own_stop_words": f"alto,, {'para' * 16}"}
    page = client.post(URL, form).content.decode()
    assert f"“{'para' * 15}…” is longer than 60 characters. Shorten it." in page
    assert "did not validate" not in page
    assert _save(client, "alto,, parar") == 302


def test_no_bot_may_use_an_own_stop_word(account: Account) -> None:
    account.own_stop_words = ["alto"]
    draft = Draft(
        name="Alto", triggers=(DraftTrigger(word="ALTO!"),), actions=(DraftAction(kind="reply", body="Hola. STOP"),)
    )
    refused = [problem.sentence for problem in drafts.problems(account=account, draft=draft)]
    assert any("your own STOP words" in sentence for sentence in refused)


def test_an_agent_is_told_who_may_change_it(client: OutsideClient, account: Account) -> None:
    client.force_login(build.member(account, Role.AGENT))
    told = client.get(URL)
    assert told.status_code == 403
    assert b"This is for owners and admins" in told.content
    assert _save(client, "alto") == 403


def test_saving_twice_changes_nothing(client: OutsideClient, account: Account, owner: User) -> None:
    client.force_login(owner)
    assert [_save(client, "alto, alto") for _ in range(2)] == [302, 302]
    account.refresh_from_db()
    assert account.own_stop_words == ["alto"]
