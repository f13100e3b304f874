"""How people were asked: the only place that keeps calls to action, and matches them with those who joined."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import now

from contacts.models import CallToAction, ConsentEvent, Group
from contacts.models.consent import Source
from shout.models import User


def record(*, group: Group, wording: str, shown_at: str, shown_from: datetime, by: User) -> bool:
    """Keep a new version of the wording; False if just this version is kept already."""
    mine = CallToAction.objects.filter(account_id=group.account_id, group_ref=group.pk)
    said = {"wording": wording, "shown_at": shown_at, "shown_from": shown_from}
    if mine.filter(**said).exists():
        return False
    CallToAction.objects.create(account_id=group.account_id, group_ref=group.pk, created_by=by, **said)
    return True


def current(group: Group) -> CallToAction | None:
    """The wording of a list that is in force now."""
    return Calls(CallToAction.objects.filter(account_id=group.account_id, group_ref=group.pk)).in_force(group.pk, now())


class Calls:
    """The wordings of some lists, by the moment from which each was shown."""

    def __init__(self, calls: Iterable[CallToAction]) -> None:
        self._by_group: dict[int, list[CallToAction]] = defaultdict(list)
        for call in sorted(calls, key=lambda call: (call.shown_from, call.pk)):
            self._by_group[call.group_ref].append(call)

    def in_force(self, group_ref: int, at: datetime) -> CallToAction | None:
        """What was shown for a list at a moment."""
        calls = self._by_group.get(group_ref, [])
        place = bisect_right(calls, at, key=lambda call: call.shown_from)
        return calls[place - 1] if place else None

    def answered(self, line: ConsentEvent) -> CallToAction | None:
        """The wording in force when somebody joined a list by texting its word, as this line tells.

        Who was put on it by the team, a file, a form or a program answered something else.
        """
        if line.kind != ConsentEvent.Kind.JOINED or line.source != Source.KEYWORD or line.group_ref is None:
            return None
        return self.in_force(line.group_ref, line.since)


def calls(account_id: int, lines: Iterable[ConsentEvent]) -> Calls:
    """The wordings of the lists that these lines are about."""
    groups = {line.group_ref for line in lines if line.kind == ConsentEvent.Kind.JOINED and line.group_ref}
    return Calls(CallToAction.objects.filter(account_id=account_id, group_ref__in=groups))
