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
    """All active bots of an account, ready to answer; `names` and `groups` are for ledger and trace.

    `on` are the numbers each listens on, None for all of them.
    """

    matcher: Matcher
    steps: dict[int, tuple[Step, ...]]
    leave_tags: LeaveTags
    names: dict[int, str]
    groups: dict[int, Group]
    on: dict[int, frozenset[int] | None]

    def listens(self, bot_id: int, number_id: int) -> bool:
        """Whether the bot is active on the number."""
        if bot_id not in self.on:
            return False
        numbers = self.on[bot_id]
        return numbers is None or number_id in numbers


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
    """The account's active bots as they are now (six queries)."""
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
        leave_tags=_leave_tags(account),
        names={bot.pk: bot.name for bot in bots.values()},
        groups={group.pk: group for group in account.groups.all()},
        on=on,
    )


def _leave_tags(account: Account) -> LeaveTags:
    """For each list, the labels that bots put on who leaves it, paused bots too: they have put them on before.

    A bot that takes people off one list and puts them on another moves them; nobody leaves by it.
    """
    left, added, movers = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set), set[int]()
    steps = Action.objects.filter(bot__in=account.bots.kept()).exclude(group=None, tag=None)
    for bot_id, kind, group_id, tag_id in steps.values_list("bot_id", "kind", "group_id", "tag_id"):
        if kind == Action.Kind.REMOVE_FROM_GROUP:
            left[group_id].add(bot_id)
        elif kind == Action.Kind.ADD_TAG:
            added[bot_id].add(tag_id)
        elif kind == Action.Kind.ASSIGN_GROUP:
            movers.add(bot_id)
    return {
        group_id: frozenset(tag_id for bot_id in bots - movers for tag_id in added[bot_id])
        for group_id, bots in left.items()
    }
