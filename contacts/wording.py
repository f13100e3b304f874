"""Permission in words: the only place that says what a line of the ledger changed, and how, as a person reads it."""

from django.utils.text import Truncator

from contacts import phrases
from contacts.models import ConsentEvent
from contacts.models.consent import Source

_LONGEST = 160
_QUOTES = ("“”", "„“", "«»", "‘’", '""', "''")
_EXPLANATIONS = {rule.id: rule.explanation for rule in phrases.RULES}
_WAYS: dict[str, str] = {
    Source.KEYWORD: "texted",
    Source.UNIVERSAL_KEYWORD: "texted",
    Source.PHRASE: "wrote",
    Source.STAFF: "recorded by {actor}",
    Source.IMPORT: "imported from {reference}",
    Source.API: "by {actor}",
    Source.WEB_FORM: "by web form",
    Source.CARRIER: "reported by the carrier",
}
_CHANGES: dict[str, str] = {
    ConsentEvent.Kind.OPTED_OUT: "Opted out of {number}",
    ConsentEvent.Kind.OPTED_IN: "Opted in to {number}",
    ConsentEvent.Kind.WITHDRAWN: "Opt-out of {number} taken back",
    ConsentEvent.Kind.HELD: "Marketing from {number} held",
    ConsentEvent.Kind.RELEASED: "Marketing from {number} released",
    ConsentEvent.Kind.JOINED: "Joined {group}",
    ConsentEvent.Kind.LEFT: "Left {group}",
    ConsentEvent.Kind.BLOCKED: "Blocked",
    ConsentEvent.Kind.UNBLOCKED: "Unblocked",
    ConsentEvent.Kind.LATE: "Heard too late to change {number}",
    ConsentEvent.Kind.SCOPE: "Scope of opt-outs set",
    ConsentEvent.Kind.PURPOSE: "Purpose of {number} changed",
    ConsentEvent.Kind.ERASED: "A person was erased",
}
_DECIDED: dict[str, str] = {
    ConsentEvent.Kind.OPTED_OUT: "confirmed by",
    ConsentEvent.Kind.WITHDRAWN: "taken back by",
    ConsentEvent.Kind.HELD: "opened again by",
    ConsentEvent.Kind.RELEASED: "dismissed by",
}


def what(line: ConsentEvent, *, label: str = "") -> str:
    """What a line changed; `label` is what the team calls the number now, if it is still there."""
    return _CHANGES[line.kind].format(number=label or line.number_e164, group=line.group_name)


# The rule of a line that a tombstone has brought back, without its words.
_BEFORE_ERASURE = "before_erasure"


def how(line: ConsentEvent) -> str:
    """By what, in which words and by whom; in lower case, so that it may follow a comma."""
    if not line.salt or line.rule == _BEFORE_ERASURE:
        return "asked before their record was erased"
    said = _WAYS[line.source].format(actor=line.actor or "your team", reference=line.reference or "a file")
    if line.source == Source.STAFF and line.reference:
        said += f" ({line.reference[0].lower()}{line.reference[1:]})"
    if line.words and line.source != Source.CARRIER:
        said += f" {quoted(line.words)}"
    if line.source == Source.PHRASE:
        said += _reading(line)
    return said


def explanation(rule: str) -> str:
    """What a rule of `contacts.phrases` takes a text for, in mid-sentence; empty for a rule that there is no more."""
    said = _EXPLANATIONS.get(rule, "").removesuffix(".")
    return said[:1].lower() + said[1:]


def quoted(words: str) -> str:
    """The words in quotation marks, unless they bring their own; long ones cut short."""
    words = words.strip()
    if words[:1] + words[-1:] in _QUOTES and len(words) > 1:
        return words
    return f"“{Truncator(words).chars(_LONGEST)}”"


def _reading(line: ConsentEvent) -> str:
    reads = explanation(line.rule)
    decided = f", {_DECIDED[line.kind]} {line.actor}" if line.actor and line.kind in _DECIDED else ""
    return (f" ({reads})" if reads else "") + decided
