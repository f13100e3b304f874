"""A line of the ledger as one whole sentence: the only place that tells a shop owner who did what, and how."""

from contacts.models import ConsentEvent, Number
from contacts.models.consent import Source
from contacts.wording import quoted

Kind = ConsentEvent.Kind

_CLOSING = "”\"'’»"
_ENDS = ".!?…"
# What people do themselves, and what is done to them when their text did not do it.
_DONE: dict[str, str] = {
    Kind.OPTED_OUT: "{who} stopped {number}",
    Kind.OPTED_IN: "{who} asked for texts from {number}",
    Kind.JOINED: "{who} joined {group}",
    Kind.LEFT: "{who} left {group}",
}
_SUFFERED: dict[str, str] = {
    Kind.JOINED: "{who} was put on {group}",
    Kind.LEFT: "{who} was taken off {group}",
}
_BY: dict[str, str] = {
    Source.KEYWORD: " by texting {words}",
    Source.UNIVERSAL_KEYWORD: " by texting {words}",
    Source.PHRASE: " by writing {words}",
    Source.WEB_FORM: " by a web form{told}",
    Source.CARRIER: ", as the carrier reported{told}",
    Source.IMPORT: " by the import of {reference}{told}",
    Source.STAFF: ", as {actor} recorded{told}",
    Source.API: ", as {actor} recorded{told}",
}
_BY_OTHERS = frozenset({Source.STAFF, Source.API})
_OF_OTHERS: dict[str, str] = {
    Kind.WITHDRAWN: "{actor} took back that {who} stopped {number}: {words} was no request",
    Kind.HELD: "Marketing from {number} to {who} was held for a decision about {words}",
    Kind.RELEASED: "{actor} decided that {words} from {who} was no request, and ended the hold of {number}",
    Kind.LATE: "{who} had written {words} to {number}, which was heard too late to change anything",
    Kind.BLOCKED: "{actor} blocked {who}{told}",
    Kind.UNBLOCKED: "{actor} unblocked {who}{told}",
    Kind.SCOPE: "{actor} changed how far an opt-out reaches{told}",
    Kind.PURPOSE: "{actor} changed the purpose of {number} from {before} to {after}",
    Kind.ERASED: "{actor} erased a person, and what {lines} said of them",
}


def sentence(line: ConsentEvent, *, who: str, number: str) -> str:
    """What a line says; `who` and `number` are what the team calls the person and the number."""
    said = {
        "who": who,
        "number": number,
        "group": line.group_name,
        "actor": line.actor or "Your team",
        "reference": line.reference or "a file",
        "words": quoted(line.words) if line.words.strip() else "words that are not kept",
        "told": f": {quoted(line.words)}" if line.words.strip() else "",
        "lines": _lines(line.words),
        "before": _purpose(line.rule),
        "after": _purpose(line.words),
    }
    text = (_OF_OTHERS.get(line.kind) or _pattern(line)).format(**said)
    return text if text.rstrip(_CLOSING)[-1] in _ENDS else f"{text}."


def _pattern(line: ConsentEvent) -> str:
    if line.source in _BY_OTHERS and line.kind in _SUFFERED:
        return _SUFFERED[line.kind] + " by {actor}{told}"
    done = _SUFFERED.get(line.kind, _DONE[line.kind]) if line.source == Source.IMPORT else _DONE[line.kind]
    confirmed = ", as {actor} confirmed" if line.source == Source.PHRASE and line.actor else ""
    return done + _BY[line.source] + confirmed


def _purpose(kind: str) -> str:
    return f"“{Number.Kind(kind).label}”" if kind in Number.Kind else "another one"


def _lines(seqs: str) -> str:
    numbers = seqs.split(",") if seqs else []
    if not numbers:
        return "no line"
    return f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"
