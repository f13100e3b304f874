"""Obeying STOP, START and HELP, and what plainly means the same, while the carrier waits for its answer (P2-P6, P8)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from bots.models import Action, Bot, Run, Trigger
from contacts import bulk as contacts_bulk
from contacts import hindsight, permissions, reviews, words
from contacts.hindsight import Late
from contacts.models import ConsentEvent, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.phrases import Band, Reading
from contacts.words import Universal
from messaging import confirmations, outbound, segments
from messaging.models import Message
from messaging.outbox import Draft
from shout.text import normalise

# In the trace of a late text: the ids of the lists on which its sender has said something else since.
OVERTAKEN_LISTS = "overtaken_lists"
_OBEYED = Source.UNIVERSAL_KEYWORD
_STOP_IS_CONFIRMED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A text that has just been stored as `inbound_id`."""

    number: Number
    phone: str
    body: str
    sid: str
    inbound_id: int
    late: Late | None = None

    def evidence(self, source: Source, *, rule: str = "") -> Evidence:
        """The text as evidence."""
        asked_at = self.late.sent_at if self.late else None
        return Evidence(source=source, words=self.body, rule=rule, reference=self.sid, asked_at=asked_at)

    @property
    def is_overtaken(self) -> bool:
        """Whether its sender has stopped or started the number since: then it must not undo that."""
        if self.late is None:
            return False
        return hindsight.is_overtaken(self.number, hindsight.said_since(self.number, self.phone, self.late))


def obey_word(text: Heard, *, taken_for: Universal | None) -> None:
    """Do what a universal keyword asks for; `taken_for` is what the carrier took it for, whatever we read in it."""
    number, phone = text.number, text.phone
    contacts_bulk.meet(number.account_id, [phone])  # With who was erased comes what they had asked for.
    said = contacts_bulk.standings([(number.pk, phone)])[number.pk, phone]
    word = taken_for or words.classify(
        text.body,
        is_local_line=number.line == Number.Line.LOCAL,
        has_stopped=said.is_stopped,
        own_stop_words=number.account.own_stop_words,
    )
    if word is None:
        return
    _note(text, universal=word)
    if word != Universal.HELP and text.is_overtaken:
        _keep_too_late(text, text.evidence(Source.UNIVERSAL_KEYWORD))
        return
    changed, carrier_answers = True, _carrier_answers(text, word)
    if word == Universal.STOP:
        changed = permissions.opt_out(number=number, phone=phone, evidence=text.evidence(Source.UNIVERSAL_KEYWORD))
    elif word == Universal.START:
        changed = permissions.opt_in(number=number, phone=phone, evidence=text.evidence(Source.UNIVERSAL_KEYWORD))
    if changed and not (taken_for or carrier_answers):
        _confirm(text, word)


def _carrier_answers(text: Heard, word: Universal) -> bool:
    """Whether the carrier has answered: it acts on its own bare words alone, and lifts what it has closed itself."""
    number = text.number
    if number.confirmed_by == Number.Confirmer.SHOUT or not words.carrier_knows(text.body, word, line=number.line):
        return False
    if word != Universal.START:
        return True
    asked = number.account.consent_events.filter(phone=text.phone, number_ref=number.pk)
    since = asked.filter(kind=ConsentEvent.Kind.OPTED_IN).aggregate(last=Max("seq"))["last"] or 0
    stops = asked.filter(kind=ConsentEvent.Kind.OPTED_OUT, seq__gt=since).values_list("source", "words")
    erased = OptOut.objects.in_force().filter(number=number, phone=text.phone, words="", source=_OBEYED)
    return erased.exists() or any(
        source == Source.CARRIER or words.carrier_knows(said, Universal.STOP, line=number.line)
        for source, said in stops
    )


def obey_phrase(text: Heard, reading: Reading) -> None:
    """Stop the number at once for a plain request, or hold marketing until a person has decided (P8).

    A doubtful word that a bot of the account listens to has the meaning that the business gave it.
    """
    number, phone = text.number, text.phone
    if reading.band == Band.REVIEW and _is_word_of_a_bot(number, text.body):
        return
    evidence = text.evidence(Source.PHRASE, rule=reading.rule)
    if text.is_overtaken:
        _keep_too_late(text, evidence)
    elif reading.band == Band.AUTOMATIC:
        _note(text, universal=Universal.STOP, trace={"outcome": "phrase", "rule": reading.rule})
        if reviews.obey(number=number, phone=phone, evidence=evidence):
            _confirm(text, Universal.STOP)
    else:
        _note(text, trace={"outcome": "review", "rule": reading.rule})
        permissions.hold(number=number, phone=phone, evidence=evidence)


def mark_overtaken_lists(text: Heard) -> None:
    """Keep a bot from undoing by a late text what its sender has said of a list since."""
    if text.late:
        said = hindsight.said_since(text.number, text.phone, text.late)
        lists = hindsight.overtaken_lists(said) | _lists_asked_for_since(text, text.late)
        if lists:
            _note(text, trace={OVERTAKEN_LISTS: sorted(lists)})


def _lists_asked_for_since(text: Heard, late: Late) -> set[int]:
    """The lists that bots were asked for in later texts, also where the answer changed nothing."""
    account_id = text.number.account_id
    heard = Message.objects.filter(account_id=account_id, phone=text.phone, direction=Message.Direction.INBOUND)
    dated = heard.exclude(carrier_sid__in=late.earlier).annotate(said_at=Coalesce("sent_at", "created_at"))
    since = dated.filter(Q(carrier_sid__in=late.later) | Q(said_at__gt=late.sent_at))
    runs = Run.objects.filter(account_id=account_id, inbound_id__in=since.values("pk"))
    actions = Action.objects.filter(account_id=account_id, bot__in=runs.values("bot")).exclude(group=None)
    return set(actions.values_list("group_id", flat=True))


def _keep_too_late(text: Heard, evidence: Evidence) -> None:
    _note(text, trace={"outcome": "overtaken"} | ({"rule": evidence.rule} if evidence.rule else {}))
    hindsight.keep(number=text.number, phone=text.phone, evidence=evidence)


def _is_word_of_a_bot(number: Number, body: str) -> bool:
    mine = Trigger.objects.filter(account_id=number.account_id, match=Trigger.Match.WHOLE, word_key=normalise(body))
    active = mine.filter(bot__in=Bot.objects.listening())
    return active.filter(bot__on_all_numbers=True).exists() or active.filter(bot__numbers=number).exists()


def _note(text: Heard, **fields: object) -> None:
    contacts_bulk.meet(text.number.account_id, [text.phone])
    Message.objects.filter(account_id=text.number.account_id, pk=text.inbound_id).update(**fields)


def _confirm(text: Heard, word: Universal) -> None:
    """Answer once, where the carrier does not; to a STOP within five minutes or not at all (P6)."""
    if word == Universal.STOP and text.late and text.late.sent_at < now() - _STOP_IS_CONFIRMED_WITHIN:
        return
    number = text.number
    said = confirmations.text(number, word)
    confirmation = Draft(
        number_id=number.pk,
        phone=text.phone,
        contact_id=contacts_bulk.meet(number.account_id, [text.phone])[text.phone],
        body=said,
        segments=segments.count(said).segments,
        origin=Message.Origin.CONFIRMATION,
        inbound_id=text.inbound_id,
        universal=word,
    )
    outbound.queue(number.account_id, [confirmation])
