"""What keeps a bot from being saved (B4)."""

from collections.abc import Iterator, Sequence

from bots.drafts.draft import Draft, Problem, refuse
from bots.drafts.rivals import Rival, holder
from bots.models import Bot, Trigger
from contacts import phrases
from contacts.phrases import Band
from contacts.words import Universal, classify
from shout.models import Account

NAME_LENGTH = 60
WORD_KEY_LENGTH = 180
MOST_ROWS = 100

_UNIVERSAL = {
    Universal.STOP: "belongs to the carrier and the law: it always opts a person out, so no bot may use it.",
    Universal.START: "belongs to the carrier: it always lifts a person's opt-out, so no bot may use it.",
    Universal.HELP: "belongs to the carrier and the law: it is always answered with the number's help text,"
    " so no bot may use it.",
}
_PLAIN = "plainly asks for no more texts: it always opts a person out, so no bot may use it."
_OWN = "is one of your own STOP words: it always opts a person out, so no bot may use it."


def basics(draft: Draft) -> Iterator[Problem]:
    """Whether the bot has a name, a status, words and actions."""
    if not draft.name.strip():
        yield refuse("name", "Give the bot a name.")
    elif len(draft.name) > NAME_LENGTH:
        yield refuse("name", f"A name has at most {NAME_LENGTH} characters.")
    if draft.status not in Bot.Status.values:
        yield refuse("status", "Choose Active or Paused.")
    if not draft.triggers:
        yield refuse("triggers", "Add at least one trigger word: it is what people text to start this bot.")
    if not draft.actions:
        yield refuse("actions", "Add at least one action: it is what happens when somebody texts the word.")
    for field, rows in (("triggers", draft.triggers), ("actions", draft.actions)):
        if len(rows) > MOST_ROWS:
            yield refuse(field, f"A bot has at most {MOST_ROWS} {'trigger words' if field == 'triggers' else field}.")


def numbers(account: Account, draft: Draft) -> Iterator[Problem]:
    """Whether the chosen numbers are the account's."""
    if draft.numbers is None:
        return
    if not draft.numbers:
        yield refuse("numbers", "Choose at least one number, or let the bot listen on all numbers.")
    elif account.numbers.filter(pk__in=draft.numbers).count() < len(set(draft.numbers)):
        yield refuse("numbers", "One of these numbers does not exist. Choose from your own numbers.")


def words(account: Account, draft: Draft) -> Iterator[Problem]:
    """Whether every trigger word is one that a bot may have."""
    seen: set[str] = set()
    for row, trigger in enumerate(draft.triggers):
        key, field = trigger.key, f"triggers.{row}.word"
        universal = _universal(trigger.word, account.own_stop_words)
        if not key:
            yield refuse(field, "Type a word with letters, digits or an emoji, or remove this row.")
        elif universal:
            yield refuse(field, f"{trigger.word.strip().upper()} {universal}")
        elif key in seen:
            yield refuse(field, f"This bot already has the word “{trigger.word}”. Remove this row.")
        elif len(trigger.word) > NAME_LENGTH or len(key) > WORD_KEY_LENGTH:
            yield refuse(field, f"A trigger word has at most {NAME_LENGTH} characters.")
        if trigger.match not in Trigger.Match.values:
            yield refuse(f"triggers.{row}.match", "Choose how a text has to hold the word.")
        seen.add(key)


def _universal(word: str, own_stop_words: Sequence[str]) -> str | None:
    """Why a text of this word never comes to a bot, however the word is written; YES does, from who has not stopped."""
    if found := classify(word, is_local_line=False, has_stopped=False):
        return _UNIVERSAL[found]
    if classify(word, is_local_line=False, has_stopped=False, own_stop_words=own_stop_words):
        return _OWN
    reading = phrases.read(word)
    return _PLAIN if reading and reading.band == Band.AUTOMATIC else None


def taken(draft: Draft, rivals: list[Rival]) -> Iterator[Problem]:
    """Whether another active bot that listens on one of the same numbers holds a word; a paused bot may wait for it."""
    if draft.status == Bot.Status.PAUSED:
        return
    for row, trigger in enumerate(draft.triggers):
        if found := holder(trigger, rivals):
            yield refuse(
                f"triggers.{row}.word",
                f"“{trigger.word}” already starts the bot “{found.bot_name}”. Choose another word, or pause that bot"
                " first.",
            )
