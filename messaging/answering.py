"""Answering: the only place that brings texts, bots and open questions together."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.timezone import now

from bots import engine
from bots.bulk import Live
from bots.engine import Pause, Person, Response, Step
from bots.matching import Rule
from bots.models import Action, Notice, Run
from bots.playbook import playbook
from contacts import bulk as contacts_bulk
from contacts.models import Block, Contact, ContactTag, GroupMembership
from contacts.models.consent import Source
from contacts.own_fields import OWN_FIELDS
from contacts.permissions import Evidence
from messaging import obedience
from messaging.effects import Answered, Effects
from messaging.models import Message
from messaging.open_runs import OpenRuns
from messaging.reply_limits import ReplyLimits, Withheld
from shout.models import Account
from shout.text import normalise

Kind = Action.Kind
_UNTIL_THEY_HAVE_ANSWERED = 5


def answer(account: Account, texts: Sequence[Message]) -> None:
    """Act on texts in the order they came, and write all effects at once."""
    round_ = _Round(account, {(text.number_id, text.phone) for text in texts})
    for text in texts:
        round_.fold(text)
    round_.effects.write()


def go_on(account: Account, due: Sequence[Run]) -> None:
    """Go on with runs whose time has come, and write all effects at once."""
    round_ = _Round(account, {(run.number_id, run.phone) for run in due})
    for run in due:
        round_.wake(run.pk)
    round_.effects.write()


class _Round:
    """Texts and runs of one account, folded in order over what is known of people; `pairs` are (number id, phone)."""

    def __init__(self, account: Account, pairs: set[tuple[int, str]]) -> None:
        phones = {phone for _, phone in pairs}
        self.account = account
        self.playbook = playbook(account)
        self.contacts = contacts_bulk.meet(account.pk, phones)
        self.blocked = set(Block.objects.filter(account=account, phone__in=phones).values_list("phone", flat=True))
        self.people = _people(account, self.contacts.values())
        self.open = OpenRuns(account, self.playbook, pairs)
        self.limits = ReplyLimits(account, phones)
        self.effects = Effects(account, self.playbook, self.contacts, people=self.people)

    def fold(self, text: Message) -> None:
        """Let one text have its effect, and say in its trace what that was (B8)."""
        key = normalise(text.body)
        trace: dict[str, Any] = {"compared": key}
        if text.place:
            self.effects.places[text.phone] = text.place
        if text.universal == "stop":
            self._stop(text)
        if "outcome" in text.trace:
            trace |= text.trace  # A request in plain words was obeyed when it came; no bot has a say in it.
        elif text.universal:
            trace |= {"outcome": "universal", "word": text.universal}
        elif text.phone in self.blocked:
            trace |= {"outcome": "blocked"}
        elif question := self._question(text):
            trace |= self._take_answer(text, question)
        elif rule := self.playbook.matcher.find(key, text.number_id):
            trace |= self._start(text, rule)
        else:
            trace |= {"outcome": "no_match"}
        self.effects.traces.append((text.pk, self.contacts[text.phone], trace))

    def wake(self, run_id: int) -> None:
        """Go on with a run whose wait is over; a question that nobody answered in time has ended."""
        live = self.open.run(run_id)
        if live is None:
            return
        if why := self.open.ended_by(live):
            self._end(live, why)
        elif live.state == Run.State.ASKING:
            if (left := self.open.minutes_left(live, at=now())) > 0:
                self._sleep(live, left)
            else:
                self._end(live, "timed_out")
        elif _asks_next(live.rest) and self._is_asked_already(live):
            self._sleep(live, _UNTIL_THEY_HAVE_ANSWERED)
        else:
            response = engine.respond(live.rest, self._person(live.phone), self.playbook.leave_tags)
            text_id = live.text_id or live.inbound_id
            self._later(text_id, self._note(live, response, text_id=text_id, is_follow_up=True))

    def _is_asked_already(self, live: Live) -> bool:
        """Whether another question is open to them on this number; one whose ground has gone is closed."""
        question = self.open.question(live.number_id, live.phone)
        why = self.open.ended_by(question) if question else ""
        if question and why:
            self._end(question, why)
        return question is not None and not why

    def _person(self, phone: str) -> Person:
        return self.people[self.contacts[phone]]

    def _stop(self, text: Message) -> None:
        for live in self.open.of(text.phone):
            if live.number_id == text.number_id and not _is_older(text, live):
                self._end(live, "opted_out")

    def _sleep(self, live: Live, minutes: int) -> None:
        live.minutes = minutes
        self.effects.lives[live.inbound_id] = live

    def _question(self, text: Message) -> Live | None:
        """The question that the text answers, if one is still open."""
        question = self.open.question(text.number_id, text.phone)
        if question is None:
            return None
        why = self.open.ended_by(question)
        said_at = text.sent_at or text.created_at
        if not why and question.until and said_at > question.until:
            why = "" if self.open.minutes_left(question, at=said_at) > 0 else "timed_out"
        if why:
            self._end(question, why)
        return question if not why and self.open.takes_answer(question, text) else None

    def _start(self, text: Message, rule: Rule) -> dict[str, Any]:
        steps, name = self.playbook.steps[rule.bot_id], self.playbook.names[rule.bot_id]
        if _is_overtaken(text, steps):
            return {"outcome": "overtaken", "bot": name}
        live = Live(
            bot_id=rule.bot_id,
            inbound_id=text.pk,
            number_id=text.number_id,
            phone=text.phone,
            word_key=rule.word_key,
            begun_at=text.sent_at or text.created_at,
            begun=_evidence(text),
        )
        response = engine.respond(steps, self._person(text.phone), self.playbook.leave_tags)
        told = {"outcome": "bot", "bot_id": rule.bot_id, "bot": name}
        told |= {"word": rule.word_key, "match": rule.match}
        return told | self._note(live, response, text_id=text.pk)

    def _take_answer(self, text: Message, question: Live) -> dict[str, Any]:
        asked = question.rest[0]
        pause = Pause(tuple(question.rest), asked.minutes or engine.ASK_MINUTES, True, question.tries)
        response = engine.answer(pause, text.body, self._person(text.phone), leave_tags=self.playbook.leave_tags)
        told = {"outcome": "answer", "bot_id": question.bot_id, "field": asked.field, "was_read": response.was_read}
        told |= {"bot": self.playbook.names[question.bot_id]}
        return told | self._note(question, response, text_id=text.pk, answer=text.body)

    def _note(
        self, live: Live, response: Response, *, text_id: int, answer: str | None = None, is_follow_up: bool = False
    ) -> dict[str, Any]:
        """Keep what a response asks for until all is written; what a person reads of it in the trace."""
        first = live.said if live.text_id == text_id else 0
        withheld = self.limits.withhold(live, response)
        ended = self.open.close_unheard(live, response, is_withheld=withheld.count > 0)
        was_given_up = answer is not None and not response.was_read
        live.go_on(response, text_id=text_id, ended=bool(ended) or was_given_up)
        for rival, why in self.open.rivals(live, response):
            self._end(rival, why)
        self.open.keep(live)
        self.effects.lives[live.inbound_id] = live
        known = self._person(live.phone).known if response.calls else {}
        self.effects.answered.append(Answered(live, response, text_id, answer or "", first, is_follow_up, known))
        for told in response.told:
            self._notice(live, Notice.Kind(told.kind), told.body)
        if withheld.notice:
            self._notice(live, Notice.Kind.LOOP, withheld.notice)
        return _told(response, withheld) | {"state": live.state, "ended": ended}

    def _end(self, live: Live, why: str) -> None:
        live.end()
        self.open.keep(live)
        self.effects.lives[live.inbound_id] = live
        self.effects.ended.append(live)
        self._later(live.text_id or live.inbound_id, {"ended": why})

    def _later(self, text_id: int, told: dict[str, Any]) -> None:
        self.effects.later.setdefault(text_id, []).append({"at": now().isoformat(), **told})

    def _notice(self, live: Live, kind: Notice.Kind, body: str) -> None:
        contact_id = self.contacts[live.phone]
        self.effects.notices.append(
            Notice(account=self.account, kind=kind, bot_id=live.bot_id, contact_id=contact_id, body=body)
        )


def _told(response: Response, withheld: Withheld) -> dict[str, Any]:
    """What a person reads of a response in the trace."""
    return {
        "changes": [[change.kind, change.id, change.field, change.value] for change in response.changes],
        "replies": len(response.replies),
        "told": [[told.kind, told.body] for told in response.told],
        "withheld": withheld.count,
        "limit": withheld.limit,
    }


def _asks_next(rest: Iterable[Step]) -> bool:
    """Whether these steps ask before they wait."""
    return next((step.kind for step in rest if step.kind in (Kind.ASK, Kind.WAIT)), None) == Kind.ASK


def _evidence(text: Message) -> Evidence:
    return Evidence(source=Source.KEYWORD, words=text.body, reference=text.carrier_sid or "", asked_at=text.sent_at)


def _is_older(text: Message, live: Live) -> bool:
    """Whether a late text was sent before the run began."""
    return text.sent_at is not None and live.begun_at is not None and text.sent_at < live.begun_at


def _is_overtaken(text: Message, steps: Iterable[Step]) -> bool:
    """Whether a late text would change a list on which its sender has said something else since."""
    changed = {step.group_id for step in steps}
    return not changed.isdisjoint(text.trace.get(obedience.OVERTAKEN_LISTS, ()))


def _people(account: Account, contact_ids: Iterable[int]) -> dict[int, Person]:
    people = {contact_id: Person() for contact_id in contact_ids}
    columns = ("phone", *OWN_FIELDS)
    for pk, custom, *built_in in Contact.objects.filter(account=account, pk__in=people).values_list(
        "pk", "fields", *columns
    ):
        people[pk].fields = {name: str(value) for name, value in custom.items()} | dict(
            zip(columns, built_in, strict=True)
        )
    on_lists = GroupMembership.objects.filter(account=account, contact__in=people)
    for contact_id, group_id in on_lists.values_list("contact_id", "group_id"):
        people[contact_id].groups.add(group_id)
    labelled = ContactTag.objects.filter(account=account, contact__in=people)
    for contact_id, tag_id in labelled.values_list("contact_id", "tag_id"):
        people[contact_id].tags.add(tag_id)
    return people
