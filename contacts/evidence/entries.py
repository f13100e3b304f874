"""Lines of the ledger with what they mean today: whom, which number, by which rule, in answer to what."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts import wording
from contacts.evidence import asked
from contacts.evidence.sentences import sentence
from contacts.models import CallToAction, ConsentEvent, Contact
from shout import phones
from shout.models import Account

Kind = ConsentEvent.Kind
ERASED = "Somebody since erased"
# How a line looks on a screen; any other is merely noted.
_LOOKS: dict[str, str] = {
    Kind.OPTED_OUT: "stopped",
    Kind.OPTED_IN: "open",
    Kind.WITHDRAWN: "open",
    Kind.HELD: "held",
    Kind.JOINED: "open",
    Kind.BLOCKED: "blocked",
    Kind.UNBLOCKED: "open",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, told; `call` is the wording that who joined by it had answered."""

    line: ConsentEvent
    sentence: str
    number: str
    contact: Contact | None
    explanation: str
    call: CallToAction | None

    @property
    def is_emptied(self) -> bool:
        """Whether an erasure took the person out of it."""
        return not self.line.salt

    @property
    def is_about_purpose(self) -> bool:
        """Whether its rule and words are no rule and nobody's words, but what a number was for, and is since."""
        return self.line.kind == Kind.PURPOSE

    @property
    def look(self) -> str:
        """The state that the line is shown as."""
        return _LOOKS.get(self.line.kind, "noted")

    @property
    def hash(self) -> str:
        """The line's link in the chain, in hexadecimal."""
        return bytes(self.line.hash).hex()

    @property
    def seal(self) -> str:
        """What stands in the chain for phone, words and reference, in hexadecimal."""
        return bytes(self.line.seal).hex()


def tell(account: Account, lines: Sequence[ConsentEvent]) -> list[Entry]:
    """What each line says, in three queries."""
    contacts = {contact.phone: contact for contact in account.contacts.filter(phone__in={line.phone for line in lines})}
    labels = dict(account.numbers.values_list("pk", "label"))
    calls = asked.calls(account.pk, lines)

    def told(line: ConsentEvent) -> Entry:
        contact = contacts.get(line.phone)
        who = str(contact or phones.show(line.phone)) if line.phone else ERASED
        number = labels.get(line.number_ref or 0) or phones.show(line.number_e164)
        return Entry(
            line=line,
            sentence=sentence(line, who=who, number=number),
            number=number,
            contact=contact,
            explanation=wording.explanation(line.rule),
            call=calls.answered(line),
        )

    return [told(line) for line in lines]
