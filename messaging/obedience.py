"""Obeying STOP, START and HELP, and what plainly means the same, while the carrier waits for its answer (P2-P6, P8)."""

from dataclasses import dataclass

from contacts.phrases import Band, Reading

from bots.models import Bot, Trigger
from contacts import bulk as contacts_bulk
from contacts import permissions, reviews, words
from contacts.models import Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.words import Universal
from messaging import confirmations, outbound, segments
from messaging.models import Message
from messaging.outbox import Draft
from shout.text import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A text that has just been stored as `inbound_id`."""

    number: Number
    phone: str
    body: str
    sid: str
    inbound_id: int

    def evidence(self, source: Source, *, rule: str = "") -> Evidence:
        """The text as evidence."""
        return Evidence(source=source, words=self.body, rule=rule, reference=self.sid)


def obey_word(text: Heard, *, taken_for: Universal | None) -> None:
    """Do what a universal keyword asks for; `taken_for` is what the carrier took it for, whatever we read in it."""
    number, phone = text.number, text.phone
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
    changed = True
    if word == Universal.STOP:
        changed = permissions.opt_out(number=number, phone=phone, evidence=text.evidence(Source.UNIVERSAL_KEYWORD))
    elif word == Universal.START:
        changed = permissions.opt_in(number=number, phone=phone, evidence=text.evidence(Source.UNIVERSAL_KEYWORD))
    carrier_answers = taken_for or (
        number.confirmed_by == Number.Confirmer.CARRIER and words.carrier_knows(text.body, word, line=number.line)
    )
    if changed and not carrier_answers:
        _confirm(text, word)


def obey_phrase(text: Heard, reading: Reading) -> None:
    """Stop the number at once for a plain request, or hold marketing until a person has decided (P8).

    A word that a bot of the account listens to has the meaning that the business gave it.
    """
    number, phone = text.number, text.phone
    if _is_word_of_a_bot(number, text.body):
        return
    evidence = text.evidence(Source.PHRASE, rule=reading.rule)
    if reading.band == Band.AUTOMATIC:
        _note(text, universal=Universal.STOP, trace={"outcome": "phrase", "rule": reading.rule})
        if reviews.obey(number=number, phone=phone, evidence=evidence):
            _confirm(text, Universal.STOP)
    else:
        _note(text, trace={"outcome": "review", "rule": reading.rule})
        permissions.hold(number=number, phone=phone, evidence=evidence)


def _is_word_of_a_bot(number: Number, body: str) -> bool:
    mine = Trigger.objects.filter(account_id=number.account_id, match=Trigger.Match.WHOLE, word_key=normalise(body))
    active = mine.filter(bot__status=Bot.Status.ACTIVE)
    return active.filter(bot__on_all_numbers=True).exists() or active.filter(bot__numbers=number).exists()


def _note(text: Heard, **fields: object) -> None:
    contacts_bulk.meet(text.number.account_id, [text.phone])
    Message.objects.filter(account_id=text.number.account_id, pk=text.inbound_id).update(**fields)


def _confirm(text: Heard, word: Universal) -> None:
    """Answer once, where the carrier does not (P6)."""
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
