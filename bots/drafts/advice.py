"""What is legal in a bot but may surprise: warnings, saved all the same."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from bots import merging
from bots.drafts.draft import Draft, Problem, warn
from bots.drafts.rivals import Rival, holder
from bots.matching import Matcher, Rule
from bots.models import Action, Bot, Trigger
from contacts import phrases
from contacts.models import Number
from contacts.words import STOP_WORDS, YES
from shout import text
from shout.models import Account

# A draft counts as the youngest bot: where nothing else decides, the one that was there first answers.
_DRAFT_ID = 2**63
# How many characters a long text should leave for what is merged into it.
_ROOM = 200


def yes_on_local_lines(account: Account, draft: Draft) -> Iterator[Problem]:
    """YES lifts an opt-out first, where there is one (P4)."""
    lines = account.numbers.filter(line=Number.Line.LOCAL)
    if draft.numbers is not None:
        lines = lines.filter(pk__in=draft.numbers)
    for row, trigger in enumerate(draft.triggers):
        if trigger.key == YES and lines.exists():
            yield warn(
                f"triggers.{row}.word",
                "On a local number, YES from somebody who has opted out lifts the opt-out and does not start this bot.",
            )


def requests_for_silence(draft: Draft) -> Iterator[Problem]:
    """A text that may be a request to stop is put before a person, unless the whole of it is the word of a bot (P8)."""
    for row, trigger in enumerate(draft.triggers):
        if not phrases.read(trigger.word):
            continue
        if trigger.match == Trigger.Match.WHOLE:
            then = "Let this bot take them off the list, and say that STOP stops."
        else:
            then = (
                "Such texts are held for a person to decide, and this bot is not asked: that takes a bot whose word is"
                " the whole text."
            )
        yield warn(f"triggers.{row}.word", f"People who text “{trigger.word}” may want no more texts. {then}")


def heard_otherwise(draft: Draft) -> Iterator[Problem]:
    """Emoji and punctuation around a word do not count, so that NO🎉 is plain NO (B3)."""
    for row, trigger in enumerate(draft.triggers):
        if heard := trigger.heard_as:
            yield warn(
                f"triggers.{row}.word",
                f"This is heard as “{heard}”: emoji and punctuation around the letters of a word do not count.",
            )


def taken_for_now(draft: Draft, rivals: list[Rival]) -> Iterator[Problem]:
    """A paused bot keeps a word that another one has by now, and cannot be activated with it (B4)."""
    if draft.status != Bot.Status.PAUSED:
        return
    for row, trigger in enumerate(draft.triggers):
        if found := holder(trigger, rivals):
            yield warn(
                f"triggers.{row}.word",
                f"“{trigger.word}” starts the bot “{found.bot_name}”. Before you activate this bot, choose another word"
                " or pause that one.",
            )


def little_room(draft: Draft) -> Iterator[Problem]:
    """What is merged into a long text may have to be cut."""
    for row, action in enumerate(draft.actions):
        is_text = action.kind in (Action.Kind.REPLY, Action.Kind.ASK)
        if is_text and "{{" in action.body and len(action.body) > merging.LONGEST - _ROOM:
            yield warn(
                f"actions.{row}.body",
                f"A text has at most {merging.LONGEST:,} characters and this one has {len(action.body):,} already: what"
                " is merged into it may be cut. Shorten it.",
            )


def joined_by_any_answer(draft: Draft) -> Iterator[Problem]:
    """A “no” is an answer too, and nobody has agreed by it to be on a list."""
    last = max((row for row, each in enumerate(draft.actions) if each.kind == Action.Kind.ASSIGN_GROUP), default=-1)
    for row, action in enumerate(draft.actions[: max(last, 0)]):
        if action.kind == Action.Kind.ASK and action.answer == Action.Answer.ANY:
            yield warn(
                f"actions.{row}.answer",
                "Any answer puts people on the list below, “no” too. If you ask here whether they want to join, assign"
                " the group in a bot of its own instead, whose trigger word is the answer that you ask for, such as"
                " JOIN.",
            )


def overlaps(account: Account, draft: Draft, *, bot: Bot | None, rivals: list[Rival]) -> Iterator[Problem]:
    """Texts that fit this bot and another one, and who answers them (B2): once for each word and other bot."""
    own_id, listens_on = bot.pk if bot else _DRAFT_ID, None if draft.numbers is None else frozenset(draft.numbers)
    own = {Rule(own_id, each.key, each.match, listens_on): row for row, each in enumerate(draft.triggers)}
    everyone = Matcher([*own, *(rival.rule for rival in rivals)])
    numbers = draft.numbers or account.numbers.values_list("pk", flat=True) or [0]
    names = {rival.rule.bot_id: f"the bot “{rival.bot_name}”" for rival in rivals} | {own_id: "this bot"}
    said = set()
    for number, rule, rival, key in _meetings(own, rivals, numbers):
        winner, row = everyone.find(key, number), own[rule]
        if winner and (row, rival.bot_name) not in said and not rival.holds(draft.triggers[row]):
            said.add((row, rival.bot_name))
            word = draft.triggers[row].word
            shown = rival.word if key == rival.rule.word_key else word
            yield warn(
                f"triggers.{row}.word",
                f"The text “{shown}” fits “{word}” here and “{rival.word}” of the bot “{rival.bot_name}”:"
                f" {names[winner.bot_id]} answers it.",
            )


def _meetings(
    own: Iterable[Rule], rivals: list[Rival], numbers: Iterable[int]
) -> Iterator[tuple[int, Rule, Rival, str]]:
    """Where a word of the one side, texted alone to a number, fits a word of the other side."""
    ours, by_rule = Matcher(own), {rival.rule: rival for rival in rivals}
    theirs = Matcher(by_rule)
    for number in numbers:
        for rule in own:
            if other := theirs.find(rule.word_key, number):
                yield number, rule, by_rule[other], rule.word_key
        for other, rival in by_rule.items():
            if other.listens_on(number) and (fits := ours.find(other.word_key, number)):
                yield number, fits, rival, other.word_key


def leaving_untagged(draft: Draft) -> Iterator[Problem]:
    """Who leaves a list should be found again."""
    kinds = {action.kind for action in draft.actions}
    if Action.Kind.REMOVE_FROM_GROUP in kinds and Action.Kind.ADD_TAG not in kinds:
        yield warn(
            "actions",
            "This bot takes people off a list without adding a tag. Add one, such as NOVIP, to see later who left.",
        )


def way_back(account: Account, draft: Draft, bot: Bot | None) -> Iterator[Problem]:
    """Who joins should read how to leave, and who leaves how to come back."""
    joined = [action.group for action in draft.actions if action.kind == Action.Kind.ASSIGN_GROUP]
    left = [action.group for action in draft.actions if action.kind == Action.Kind.REMOVE_FROM_GROUP]
    others = account.bots.kept().exclude(pk=bot.pk) if bot else account.bots.kept()
    if joined:
        leave_words = _words_of(others, Action.Kind.REMOVE_FROM_GROUP, joined)
        if not _says_any(draft, [*STOP_WORDS, *leave_words]):
            yield warn("actions", "Welcome people with a reply that says how to leave, such as “Text STOP to opt out.”")
    elif left:
        words = _words_of(others, Action.Kind.ASSIGN_GROUP, left)
        if words and not _says_any(draft, words):
            yield warn("actions", f"Add a reply that says how to come back, such as “Text {words[0]} to come back.”")


def _words_of(bots: QuerySet[Bot], kind: Action.Kind, groups: list[int | None]) -> list[str]:
    acting = bots.filter(actions__kind=kind, actions__group__in=[pk for pk in groups if pk])
    return list(Trigger.objects.filter(bot__in=acting).values_list("word", flat=True))


def _says_any(draft: Draft, words: Iterable[str]) -> bool:
    replies = " ".join(_spaced(action.body) for action in draft.actions if action.kind == Action.Kind.REPLY)
    return any(_spaced(word) in replies for word in words)


def _spaced(body: str) -> str:
    return f" {' '.join(text.words(text.normalise(body)))} "
