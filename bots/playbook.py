"""The active bots of an account, compiled: the only place that keeps them in memory, and knows when they are stale."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from threading import Lock

from bots import bulk
from bots.engine import LeaveTags, Step
from bots.matching import Matcher, Rule
from bots.models import Action, BotNumber, Trigger
from contacts.models import Group
from shout.models import Account

_KEPT = 200
_COLUMNS = ("kind", "group_id", "tag_id", "body", "media", "field", "value", "answer", "again", "minutes", "url")


@dataclass(frozen=True, slots=True)
class Playbook:
    """All active bots of an account, ready to answer; `names` and `groups` are for ledger and trace."""

    matcher: Matcher
    steps: dict[int, tuple[Step, ...]]
    leave_tags: LeaveTags
    names: dict[int, str]
    groups: dict[int, Group]


_compiled: OrderedDict[int, tuple[int, Playbook]] = OrderedDict()
_lock = Lock()


def playbook(account: Account) -> Playbook:
    """The account's active bots as they are in this transaction; compiled once for each change, in each process.

    The database counts the changes itself, whoever makes them.
    """
    version = bulk.playbook_version()
    with _lock:
        kept = _compiled.get(account.pk)
        if kept and kept[0] == version:
            _compiled.move_to_end(account.pk)
            return kept[1]
    compiled = compile_bots(account)
    with _lock:
        _compiled[account.pk] = version, compiled
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return compiled


def compile_bots(account: Account) -> Playbook:
    """The account's active bots as they are now (five queries)."""
    bots = {bot.pk: bot for bot in account.bots.listening()}
    listening: dict[int, set[int]] = defaultdict(set)
    for bot_id, number_id in BotNumber.objects.filter(bot__in=bots).values_list("bot_id", "number_id"):
        listening[bot_id].add(number_id)
    on = {pk: None if bot.on_all_numbers else frozenset(listening[pk]) for pk, bot in bots.items()}
    rules = [
        Rule(bot_id, key, match, on[bot_id])
        for bot_id, key, match in Trigger.objects.filter(bot__in=bots).values_list("bot_id", "word_key", "match")
    ]
    steps: dict[int, list[Step]] = defaultdict(list)
    for bot_id, *row in Action.objects.filter(bot__in=bots).order_by("position").values_list("bot_id", *_COLUMNS):
        step = dict(zip(_COLUMNS, row, strict=True))
        steps[bot_id].append(Step.from_json(step))
    return Playbook(
        matcher=Matcher(rules),
        steps={bot_id: tuple(steps[bot_id]) for bot_id in bots},
        leave_tags=_leave_tags(steps),
        names={bot.pk: bot.name for bot in bots.values()},
        groups={group.pk: group for group in account.groups.all()},
    )


def _leave_tags(steps: dict[int, list[Step]]) -> LeaveTags:
    """For each list, the labels that bots put on those they take off it."""
    tags: LeaveTags = {}
    for own in steps.values():
        added = frozenset(step.tag_id for step in own if step.kind == Action.Kind.ADD_TAG and step.tag_id)
        for step in own:
            if step.kind == Action.Kind.REMOVE_FROM_GROUP and step.group_id:
                tags[step.group_id] = tags.get(step.group_id, frozenset()) | added
    return tags
