"""What a text about a list has to say by law and by the carriers' rules: the only place that writes these clauses, and
recognises them in what somebody made of them. Pure.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shout import phones, text

_NUMERAL = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|every|few)"
_PERIOD = r"(?:day|daily|week|weekly|wk|month|monthly|mo|year|yr|yearly)\b"
_TEXTS = r"(?:msgs?|messages?|texts?|sms|alerts?|times?|x)"
_OFTEN = re.compile(
    rf"\b{_NUMERAL}\b[^.!?]{{0,30}}(?:/|\b(?:per|an?|each|every)\b|\bin an?\b)\s*{_PERIOD}"
    rf"|\b(?:once|twice|every|each)\b[^.!?]{{0,20}}{_PERIOD}"
    rf"|\b(?:daily|weekly|monthly|yearly)\b[^.!?]{{0,20}}{_TEXTS}\b|\b{_TEXTS}\b[^.!?]{{0,12}}\b(?:daily|weekly|monthly)\b"
    rf"|\b{_TEXTS}\s+frequency\b",
    re.IGNORECASE,
)
_RATES = re.compile(
    r"\b(?:msg|message|text|sms|data)\w*\b[^.!?]{0,20}\brates?\b(?:(?!\bnot\b)[^.!?]){0,20}\bappl(?:y|ies)\b", re.I
)
_GONE = re.compile(
    r"\b(?:you(?:['’]re| are| have been)? (?:now )?(?:off|out|removed|unsubscribed|opted out|taken off)"
    r"|you(?:['’]ve| have)? left|no longer|no more|removed|unsubscribed|won['’]t|will not)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\b(?:not|never|isn['’]t)\b[^.!?]{0,40}\b(?:condition|requir\w+|need\w*|necessary)\b"
    r"|\bno purchase\b[^.!?]{0,20}\b(?:required|necessary|needed)\b",
    re.IGNORECASE,
)
RATES = "Msg & data rates may apply."
FREE = "Consent is not a condition of purchase."
# The words of what people get that are no longer say nothing by themselves.
_SHORT = 3


class Text(StrEnum):
    """The texts of a list."""

    WELCOME = "welcome"
    GOODBYE = "goodbye"
    CALL = "call"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the clauses say of a list; `often` reads like “up to 4 msgs/month”, `numbers` are E.164."""

    name: str
    business: str
    what: str
    often: str
    join_word: str
    leave_word: str
    numbers: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        """The list in mid-sentence."""
        plain = self.name.casefold()
        article = "" if plain.startswith(("the ", "a ", "an ")) else "the "
        return f"{article}{self.name}{'' if plain.endswith((' list', ' club')) else ' list'}"

    @property
    def dialled(self) -> str:
        """The numbers as people read them."""
        return " or ".join(map(phones.show, self.numbers)) or "our number"


@dataclass(frozen=True)
class Clause:
    """One thing a text has to say: its name, the sentence that says it, and whether a body says it in any words."""

    id: str
    name: str
    sentence: str
    is_said: Callable[[str], bool]


def clauses(kind: Text, facts: Facts) -> list[Clause]:
    """What a text of the list has to say."""
    known = {clause.id: clause for clause in (*_about(facts), *_instructions(facts))}
    return [known[name] for name in _NEEDED[kind]]


def _about(facts: Facts) -> list[Clause]:
    return [
        Clause("who", "who you are", f"{facts.business}:", lambda body: _names(body, facts.business)),
        Clause("what", "what people get", f"You get {facts.what}.", lambda body: _tells(body, facts.what)),
        Clause("often", "how often", f"{_capital(facts.often)}.", lambda body: bool(_OFTEN.search(body))),
        Clause("rates", "that rates may apply", RATES, lambda body: bool(_RATES.search(body))),
        Clause(
            "gone", "that they are off the list", f"You are off {facts.listed}.", lambda body: bool(_GONE.search(body))
        ),
        Clause("free", "that nobody has to join to buy", FREE, lambda body: bool(_FREE.search(body))),
    ]


def _instructions(facts: Facts) -> list[Clause]:
    return [
        _instruction("leave", "how to leave the list", facts.leave_word, to="leave the list"),
        _instruction("stop", "how to stop all texts", "STOP", to="stop all texts"),
        _instruction("help", "how to get help", "HELP", to="get help"),
        _instruction("back", "how to come back", facts.join_word, to="come back"),
        Clause(
            "join",
            "the word and the number to text",
            f"Text {facts.join_word} to {facts.dialled}.",
            lambda body: asks_for(body, facts.join_word) and _has_number(body, facts.numbers),
        ),
    ]


_NEEDED = {
    Text.WELCOME: ("who", "what", "often", "rates", "leave", "stop", "help"),
    Text.GOODBYE: ("who", "gone", "back"),
    Text.CALL: ("join", "who", "what", "often", "rates", "stop", "help", "free"),
}


def write(kind: Text, facts: Facts) -> str:
    """The text as Shout proposes it, with all its clauses."""
    often = _capital(facts.often)
    match kind:
        case Text.WELCOME:
            return (
                f"{facts.business}: You are on {facts.listed}! You get {facts.what}. {often}. {RATES}"
                f" Text {facts.leave_word} to leave the list, STOP to stop all texts, HELP for help."
            )
        case Text.GOODBYE:
            return f"{facts.business}: You are off {facts.listed}. Text {facts.join_word} to come back."
        case Text.CALL:
            return (
                f"Text {facts.join_word} to {facts.dialled} to get {facts.what} from {facts.business}. {often}. {RATES}"
                f" Reply STOP to stop, HELP for help. {FREE}"
            )


def put_back(kind: Text, body: str, clause_id: str, *, facts: Facts) -> str:
    """The text with a clause that it lacked; KeyError for one that it need not have."""
    clause = {clause.id: clause for clause in clauses(kind, facts)}[clause_id]
    if clause.is_said(body):
        return body
    # Who is speaking comes first, and everything else where it was not.
    parts = [clause.sentence, body.strip()] if clause_id in ("who", "join") else [body.strip(), clause.sentence]
    return " ".join(filter(None, parts))


def asks_for(body: str, word: str) -> bool:
    """Whether a text tells people to text the word: behind “text” or “reply”, or in capitals before what it is for."""
    word_itself = re.escape(word)
    told = rf"\b(?:text|txt|reply|send|answer)\b(?:\s+(?:back|us|with|the|word))*:?\s+[\"'“‘]?{word_itself}(?!\w)"
    meant = rf"(?<!\w){re.escape(word.upper())}[\"'”’]?\s*(?:=|\b(?:to|for|if|or|and|at|2)\b)"
    chosen = rf"\bor\s+[\"“]?{re.escape(word.upper())}(?!\w)"
    return bool(word and (re.search(told, body, re.IGNORECASE) or re.search(meant, body) or re.search(chosen, body)))


def _instruction(clause_id: str, name: str, word: str, *, to: str) -> Clause:
    return Clause(clause_id, name, f"Text {word} to {to}.", lambda body: asks_for(body, word))


def _names(body: str, name: str) -> bool:
    """Whether the name stands in the text, however it is capitalised and punctuated."""
    return f" {' '.join(_words(name))} " in f" {' '.join(_words(body))} "


def _tells(body: str, what: str) -> bool:
    """Whether at least half of the words that matter stand in the text."""
    said, words = set(_words(body)), _words(what)
    telling: Sequence[str] = [word for word in words if len(word) > _SHORT] or words
    return 2 * sum(word in said for word in telling) >= len(telling)


def _has_number(body: str, numbers: Sequence[str]) -> bool:
    digits = "".join(filter(str.isdigit, body))
    return not numbers or any(e164.removeprefix("+1").removeprefix("+") in digits for e164 in numbers)


def _words(body: str) -> list[str]:
    return re.findall(r"\w+", text.normalise(body).replace("'", ""))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
