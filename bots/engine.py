"""What a text makes happen: the only place that carries out a bot's actions. Pure: it changes a Person and says what
to write and what to reply; nothing is sent from here."""

from collections import defaultdict
from dataclasses import dataclass, field

from bots.matching import Matcher, Rule
from bots.models import Action, Bot, BotNumber, Trigger
from contacts.models import Group
from shout.models import Account


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a bot."""

    kind: str
    group_id: int | None
    tag_id: int | None
    body: str


@dataclass(slots=True)
class Person:
    """The lists a contact is on and the labels they carry, by id, as the texts before this one left them."""

    groups: set[int] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different: `kind` is joined, left, tagged or untagged; `id` the group's or the tag's."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Response:
    """What one text did: the rule that matched, what changed and what to say, in the listed order."""

    rule: Rule
    changes: tuple[Change, ...]
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Playbook:
    """All active bots of an account, ready to answer; `names` and `groups` are for ledger and trace."""

    matcher: Matcher
    steps: dict[int, tuple[Step, ...]]
    leave_tags: dict[int, frozenset[int]]
    names: dict[int, str]
    groups: dict[int, Group]

    def respond(self, rule: Rule, person: Person) -> Response:
        """Carry out the actions of the bot of `rule` on `person`, in order."""
        changes: list[Change] = []
        steps = self.steps[rule.bot_id]
        added_here = {step.tag_id for step in steps if step.kind == Action.Kind.ADD_TAG}
        for step in steps:
            changes += self._carry_out(step, person, added_here)
        return Response(rule, tuple(changes), tuple(step.body for step in steps if step.kind == Action.Kind.REPLY))

    def _carry_out(self, step: Step, person: Person, added_here: set[int | None]) -> list[Change]:
        if step.kind == Action.Kind.ASSIGN_GROUP and step.group_id:
            # Who comes back is no longer one who left (P10).
            left = self.leave_tags.get(step.group_id, frozenset()) - added_here
            return _add(person.groups, step.group_id, "joined") + [
                change for tag_id in sorted(left) for change in _remove(person.tags, tag_id, "untagged")
            ]
        if step.kind == Action.Kind.REMOVE_FROM_GROUP and step.group_id:
            return _remove(person.groups, step.group_id, "left")
        if step.kind == Action.Kind.ADD_TAG and step.tag_id:
            return _add(person.tags, step.tag_id, "tagged")
        if step.kind == Action.Kind.REMOVE_TAG and step.tag_id:
            return _remove(person.tags, step.tag_id, "untagged")
        return []


def _add(held: set[int], item: int, kind: str) -> list[Change]:
    if item in held:
        return []
    held.add(item)
    return [Change(kind, item)]


def _remove(held: set[int], item: int, kind: str) -> list[Change]:
    if item not in held:
        return []
    held.remove(item)
    return [Change(kind, item)]


def playbook(account: Account) -> Playbook:
    """The account's active bots as they are now (five queries)."""
    bots = {bot.pk: bot for bot in account.bots.filter(status=Bot.Status.ACTIVE)}
    listening: dict[int, set[int]] = defaultdict(set)
    for bot_id, number_id in BotNumber.objects.filter(bot__in=bots).values_list("bot_id", "number_id"):
        listening[bot_id].add(number_id)
    rules = [
        Rule(bot_id, key, match, None if bots[bot_id].on_all_numbers else frozenset(listening[bot_id]))
        for bot_id, key, match in Trigger.objects.filter(bot__in=bots).values_list("bot_id", "word_key", "match")
    ]
    steps: dict[int, list[Step]] = defaultdict(list)
    columns = ("bot_id", "kind", "group_id", "tag_id", "body")
    for bot_id, *step in Action.objects.filter(bot__in=bots).order_by("position").values_list(*columns):
        steps[bot_id].append(Step(*step))
    return Playbook(
        matcher=Matcher(rules),
        steps={bot_id: tuple(steps[bot_id]) for bot_id in bots},
        leave_tags=_leave_tags(steps),
        names={bot.pk: bot.name for bot in bots.values()},
        groups={group.pk: group for group in account.groups.all()},
    )


def _leave_tags(steps: dict[int, list[Step]]) -> dict[int, frozenset[int]]:
    """For each list, the labels that bots put on those they take off it."""
    tags: dict[int, frozenset[int]] = {}
    for own in steps.values():
        added = frozenset(step.tag_id for step in own if step.kind == Action.Kind.ADD_TAG and step.tag_id)
        for step in own:
            if step.kind == Action.Kind.REMOVE_FROM_GROUP and step.group_id:
                tags[step.group_id] = tags.get(step.group_id, frozenset()) | added
    return tags
