"""The only place that turns a draft into a bot."""

from django.db import connection, transaction
from django.db.models import Manager
from django.utils.timezone import now

from bots.drafts import advice, refusals, steps
from bots.drafts.draft import (
    GROUP_KINDS,
    PLAIN_FIELDS,
    TAG_KINDS,
    Draft,
    DraftAction,
    Problem,
    Severity,
    as_json,
    draft_of,
    from_json,
)
from bots.drafts.rivals import rivals
from bots.models import Action, Bot, BotNumber, BotVersion, Trigger
from contacts.models import Group, Tag
from shout import text
from shout.models import Account


class Refused(ValueError):
    """A draft that cannot be saved; `problems` say why, each at its field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


def problems(*, account: Account, draft: Draft, bot: Bot | None = None) -> list[Problem]:
    """The refusals of a draft, then its warnings, of which some need a draft that nothing is refused of. `bot` is the
    one it would replace."""
    others = rivals(account, draft, bot)
    refused = [
        *refusals.basics(draft),
        *refusals.numbers(account, draft),
        *refusals.words(account, draft),
        *refusals.taken(draft, others),
        *steps.actions(account, draft),
    ]
    simple = [
        *advice.requests_for_silence(draft),
        *advice.heard_otherwise(draft),
        *advice.taken_for_now(draft, others),
        *advice.little_room(draft),
        *advice.joined_by_any_answer(draft),
    ]
    if refused:
        return [*refused, *simple]
    return [
        *simple,
        *advice.yes_on_local_lines(account, draft),
        *advice.overlaps(account, draft, bot=bot, rivals=others),
        *advice.leaving_untagged(draft),
        *advice.way_back(account, draft, bot),
    ]


def save(*, account: Account, draft: Draft, bot: Bot | None = None, by: str = "") -> Bot:
    """Make the draft a bot, or make `bot` the draft, whole or not at all; raises `Refused`.

    What it is from now on is kept as a version, with `by` whom: an e-mail address or the name of a key. Savers of one
    account take turns, so that two people cannot give one word to two bots at once.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bots', %s))", [account.pk])
        found = problems(account=account, draft=draft, bot=bot)
        if refused := [problem for problem in found if problem.severity == Severity.REFUSAL]:
            raise Refused(refused)
        if bot:
            _keep_first_version(bot)
        bot = bot or Bot(account=account)
        bot.name, bot.status, bot.on_all_numbers = draft.name.strip(), draft.status, draft.numbers is None
        bot.save()
        _replace_numbers(bot, draft)
        _replace_triggers(bot, draft)
        _replace_actions(bot, draft)
        _keep_version(bot, by)
    return bot


def pause(bot: Bot, *, by: str) -> None:
    """Silence a bot. Nothing may keep anybody from that, so nothing is checked."""
    with transaction.atomic():
        _keep_first_version(bot)
        bot.status = Bot.Status.PAUSED
        bot.save(update_fields=["status", "changed_at"])
        _keep_version(bot, by)


def delete(bot: Bot) -> None:
    """Take a bot and its words away; its latest version stays, for `restore`. What waits or asks for it ends."""
    with transaction.atomic():
        _keep_version(bot, "")
        for rows in (bot.triggers, bot.actions):
            rows.all().delete()
        BotNumber.objects.filter(bot=bot).delete()
        bot.deleted_at = now()
        bot.save(update_fields=["deleted_at"])


def restore(bot: Bot, version: BotVersion, *, by: str) -> Bot:
    """Make a bot, deleted or not, what it was in a version; raises `Refused` when its words are taken by now."""
    with transaction.atomic():
        bot.deleted_at = None
        return save(account=bot.account, draft=from_json(version.what), bot=bot, by=by)


def _keep_first_version(bot: Bot) -> None:
    """Keep what a bot is before it becomes something else, if nothing was kept yet: older releases kept nothing."""
    if not bot.versions.exists():
        _keep_version(bot, "")
        bot.versions.update(saved_at=bot.changed_at)


def _keep_version(bot: Bot, by: str) -> None:
    fresh = Bot.objects.prefetch_related("triggers", "numbers", "actions").get(account_id=bot.account_id, pk=bot.pk)
    what = as_json(draft_of(fresh))
    latest = bot.versions.first()
    if latest is None or latest.what != what:
        BotVersion.objects.create(account_id=bot.account_id, bot=bot, what=what, saved_by=by)


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
        made.media = list(action.media)
        for name in PLAIN_FIELDS:
            value = getattr(action, name)
            setattr(made, name, value.strip() if isinstance(value, str) else value)
    return made


def _find_or_make(named: Manager[Group] | Manager[Tag], name: str | None) -> int:
    name = name or ""
    found, _ = named.get_or_create(name_key=text.fold(name), defaults={"name": name})
    return found.pk
