"""Answering: the only place that brings texts, bots and open questions together."""

from collections.abc import Iterable, Sequence
from typing import Any

from bots import engine, notices
from bots.bulk import Live
from bots.engine import Pause, Person, Response, Step
from bots.matching import Rule
from bots.models import Notice, Run
from bots.notices import Limit
from bots.playbook import playbook
from contacts import bulk as contacts_bulk
from contacts.models import Block, Contact, ContactTag, GroupMembership, Number
from messaging import bulk, obedience
from messaging.effects import Answered, Effects
from messaging.models import Message
from shout.models import Account
from shout.text import normalise


def answer(account: Account, texts: Sequence[Message], due: Sequence[Run]) -> None:
    """Act on texts in the order they came, and on runs whose time has come, and write all effects at once."""
    round_ = _Round(account, {text.phone for text in texts} | {run.phone for run in due})
    for run in due:
        round_.wake(run)
    for text in texts:
        round_.fold(text)
    round_.effects.write()


class _Round:
    """Texts and runs of one account, folded in order over what is known of their people."""

    def __init__(self, account: Account, phones: set[str]) -> None:
        self.account = account
        self.playbook = playbook(account)
        self.contacts = contacts_bulk.meet(account.pk, phones)
        self.blocked = set(Block.objects.filter(account=account, phone__in=phones).values_list("phone", flat=True))
        self.people = _people(account, self.contacts.values())
        asking = Run.objects.filter(account=account, phone__in=phones, state=Run.State.ASKING)
        self.questions = {(run.number_id, run.phone): _live(run) for run in asking}
        self.numbers = Number.objects.filter(account=account).only("label", "bot_replies_per_hour").in_bulk()
        self.said = bulk.bot_replies(phones)
        self.warned: set[tuple[int, str]] = set()
        self.effects = Effects(account, self.playbook, self.contacts, people=self.people)

    def fold(self, text: Message) -> None:
        """Let one text have its effect, and say in its trace what that was (B8)."""
        key, asked = normalise(text.body), (text.number_id, text.phone)
        trace: dict[str, Any] = {"compared": key}
        if text.place:
            self.effects.places[text.phone] = text.place
        if "outcome" in text.trace:
            trace |= text.trace  # A request in plain words was obeyed when it came; no bot has a say in it.
        elif text.universal:
            trace |= {"outcome": "universal", "word": text.universal}
        elif text.phone in self.blocked:
            trace |= {"outcome": "blocked"}
        elif question := self.questions.get(asked):
            trace |= self._take_answer(text, question)
        elif (rule := self.playbook.matcher.find(key, text.number_id)) and self._is_overtaken(text, rule):
            trace |= {"outcome": "overtaken", "bot": self.playbook.names[rule.bot_id]}
        elif rule:
            trace |= self._start(text, rule)
        else:
            trace |= {"outcome": "no_match"}
        if text.universal == "stop" and (question := self.questions.pop(asked, None)):
            self._end(question)
        self.effects.traces.append((text.pk, self.contacts[text.phone], trace))

    def wake(self, run: Run) -> None:
        """Go on with a run whose wait is over; a question that nobody answered in time has ended."""
        live = _live(run)
        if run.state == Run.State.ASKING:
            self.questions.pop((run.number_id, run.phone), None)
            self._end(live)
        elif run.phone in self.blocked or run.bot_id not in self.playbook.names:
            self._end(live)
        else:
            person = self.people[self.contacts[run.phone]]
            response = engine.respond(live.rest, person, self.playbook.leave_tags)
            self._note(live, response, text_id=live.text_id or run.inbound_id)

    def _start(self, text: Message, rule: Rule) -> dict[str, Any]:
        live = Live(
            bot_id=rule.bot_id,
            inbound_id=text.pk,
            number_id=text.number_id,
            phone=text.phone,
            word_key=rule.word_key,
        )
        person = self.people[self.contacts[text.phone]]
        response = engine.respond(self.playbook.steps[rule.bot_id], person, self.playbook.leave_tags)
        told = {"outcome": "bot", "bot_id": rule.bot_id, "bot": self.playbook.names[rule.bot_id]}
        told |= {"word": rule.word_key, "match": rule.match}
        return told | self._note(live, response, text_id=text.pk, text=text)

    def _take_answer(self, text: Message, question: Live) -> dict[str, Any]:
        pause = Pause(tuple(question.rest), question.rest[0].minutes or engine.ASK_MINUTES, True, question.tries)
        person = self.people[self.contacts[text.phone]]
        response = engine.answer(pause, text.body, person, leave_tags=self.playbook.leave_tags)
        told = {"outcome": "answer", "bot_id": question.bot_id, "field": question.rest[0].field}
        told |= {"bot": self.playbook.names.get(question.bot_id, "")}
        told |= {"was_read": response.was_read}
        return told | self._note(question, response, text_id=text.pk, text=text)

    def _note(self, live: Live, response: Response, *, text_id: int, text: Message | None = None) -> dict[str, Any]:
        """Keep what a response asks for until all is written; what a person reads of it in the trace."""
        asked = (live.number_id, live.phone)
        withheld, limit = self._withhold(live, response)
        first = live.said if live.text_id == text_id else 0
        live.text_id, live.said = text_id, first + len(response.replies)
        live.joined += sum(change.kind == "joined" for change in response.changes)
        live.left += sum(change.kind == "left" for change in response.changes)
        pause = response.pause
        live.rest, live.tries = (pause.rest, pause.tries) if pause else ((), 0)
        live.minutes = pause.minutes if pause else None
        live.state = ("asking" if pause.is_question else "waiting") if pause else "done"
        if self.questions.get(asked) is live:
            del self.questions[asked]
        if live.state == "asking":
            if earlier := self.questions.get(asked):
                self._end(earlier)
            self.questions[asked] = live
        self.effects.lives[live.inbound_id] = live
        body, sid, asked_at = (text.body, text.carrier_sid or "", text.sent_at) if text else ("", "", None)
        self.effects.answered.append(Answered(live, response, text_id, body, sid, asked_at, first))
        self._tell(live, response)
        return {
            "changes": [[change.kind, change.id, change.field, change.value] for change in response.changes],
            "replies": len(response.replies),
            "told": [[told.kind, told.body] for told in response.told],
            "withheld": withheld,
            "limit": limit,
            "state": live.state,
        }

    def _withhold(self, live: Live, response: Response) -> tuple[int, Limit | None]:
        """Leave out the replies over a limit, so that two machines never text each other for ever (B11)."""
        asked = (live.number_id, live.phone)
        number, said = self.numbers[live.number_id], self.said.get(asked, bulk.Said())
        room, limit = notices.room(number, within_hour=said.within_hour, unseen=said.unseen)
        withheld = max(0, len(response.replies) - room)
        left = len(response.replies) - withheld
        del response.replies[left:]
        self.said[asked] = bulk.Said(said.within_hour + left, said.unseen + left)
        if withheld and asked not in self.warned:
            self.warned.add(asked)
            self._notice(live, Notice.Kind.LOOP, notices.about_limit(number, limit))
        return withheld, limit if withheld else None

    def _end(self, live: Live) -> None:
        live.state, live.rest, live.minutes = "ended", (), None
        self.effects.lives[live.inbound_id] = live

    def _is_overtaken(self, text: Message, rule: Rule) -> bool:
        """Whether a late text would change a list on which its sender has said something else since."""
        changed = {step.group_id for step in self.playbook.steps[rule.bot_id]}
        return not changed.isdisjoint(text.trace.get(obedience.OVERTAKEN_LISTS, ()))

    def _tell(self, live: Live, response: Response) -> None:
        for told in response.told:
            self._notice(live, Notice.Kind(told.kind), told.body)

    def _notice(self, live: Live, kind: Notice.Kind, body: str) -> None:
        contact_id = self.contacts[live.phone]
        self.effects.notices.append(
            Notice(account=self.account, kind=kind, bot_id=live.bot_id, contact_id=contact_id, body=body)
        )


def _people(account: Account, contact_ids: Iterable[int]) -> dict[int, Person]:
    people = {contact_id: Person() for contact_id in contact_ids}
    columns = ("phone", *contacts_bulk.OWN_FIELDS)
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


def _live(run: Run) -> Live:
    return Live(
        id=run.pk,
        bot_id=run.bot_id,
        inbound_id=run.inbound_id,
        number_id=run.number_id,
        phone=run.phone,
        word_key=run.word_key,
        joined=run.joined,
        left=run.left,
        state=run.state,
        rest=tuple(map(Step.from_json, run.rest)),
        tries=run.tries,
        text_id=run.text_id or 0,
        said=run.said,
    )
