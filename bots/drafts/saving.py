"""The only place that turns a draft into a bot."""

from django.db import connection, transaction
from django.db.models import Manager

from bots.drafts import advice, refusals
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS, Draft, DraftAction, Problem, Severity
from bots.drafts.rivals import rivals
from bots.models import Action, Bot, BotNumber, Trigger
from contacts.models import Group, Tag
from shout import text
from shout.models import Account


class Refused(ValueError):
    """A draft that cannot be saved; `problems` say why, each at its field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


def problems(*, account: Account, draft: Draft, bot: Bot | None = None) -> list[Problem]:
    """The refusals of a draft; where there are none, its warnings. `bot` is the one it would replace."""
    others = rivals(account, draft, bot)
    refused = [
        *refusals.basics(draft),
        *refusals.numbers(account, draft),
        *refusals.words(account, draft),
        *refusals.taken(draft, others),
        *refusals.actions(account, draft),
    ]
    return refused or [
        *advice.yes_on_local_lines(account, draft),
        *advice.overlaps(account, draft, bot=bot, rivals=others),
        *advice.leaving_untagged(draft),
        *advice.way_back(account, draft, bot),
    ]


def save(*, account: Account, draft: Draft, bot: Bot | None = None) -> Bot:
    """Make the draft a bot, or make `bot` the draft, whole or not at all; raises `Refused`.

    Savers of one account take turns, so that two people cannot give one word to two bots at once.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bots', %s))", [account.pk])
        found = problems(account=account, draft=draft, bot=bot)
        if any(problem.severity == Severity.REFUSAL for problem in found):
            raise Refused(found)
        bot = bot or Bot(account=account)
        bot.name, bot.status, bot.on_all_numbers = draft.name.strip(), draft.status, draft.numbers is None
        bot.save()
        _replace_numbers(bot, draft)
        _replace_triggers(bot, draft)
        _replace_actions(bot, draft)
    return bot


def _replace_numbers(bot: Bot, draft: Draft) -> None:
    BotNumber.objects.filter(bot=bot).delete()
    BotNumber.objects.bulk_create(
        [BotNumber(account_id=bot.account_id, bot=bot, number_id=pk) for pk in sorted(set(draft.numbers or ()))]
    )


def _replace_triggers(bot: Bot, draft: Draft) -> None:
    bot.triggers.all().delete()
    Trigger.objects.bulk_create(
        [
            Trigger(
                account_id=bot.account_id,
                bot=bot,
                word=" ".join(each.word.split()),
                word_key=each.key,
                match=each.match,
            )
            for each in draft.triggers
        ]
    )


def _replace_actions(bot: Bot, draft: Draft) -> None:
    bot.actions.all().delete()
    Action.objects.bulk_create([_action(bot, row, action) for row, action in enumerate(draft.actions)])


def _action(bot: Bot, row: int, action: DraftAction) -> Action:
    made = Action(account_id=bot.account_id, bot=bot, position=row, kind=action.kind)
    if action.kind in GROUP_KINDS:
        made.group_id = action.group or _find_or_make(bot.account.groups, action.new_name)
    elif action.kind in TAG_KINDS:
        made.tag_id = action.tag or _find_or_make(bot.account.tags, action.new_name)
    else:
        made.body = action.body.strip()
    return made


def _find_or_make(named: Manager[Group] | Manager[Tag], name: str | None) -> int:
    name = name or ""
    found, _ = named.get_or_create(name_key=text.fold(name), defaults={"name": name})
    return found.pk
