"""An evidence pack as PDF, on paper: a first page to read in a minute, then each person with their lines."""

import io
from threading import Lock

from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from contacts.evidence import lettering
from contacts.evidence.entries import Entry
from contacts.evidence.packs import About, Pack
from contacts.evidence.people import OnList, OnNumber, Person
from contacts.models.consent import Source
from shout import phones

LIMIT = 5_000
_MARGIN = 54.0
_WIDTH, _HEIGHT = LETTER
_TITLE, _HEADING, _BODY, _SMALL = 20.0, 12.0, 9.0, 7.0
_STATES = {"open": "Open", "stopped": "STOPPED", "blocked": "BLOCKED", "held": "Marketing held"}
_HOW_TO_READ = (
    "Each person below has their present standing with each of our numbers and lists, and every line of the consent "
    "ledger about them, oldest first. The ledger is only ever added to: the database refuses to change or delete a "
    "line. Each line's hash covers the line and the hash before it, so that a line changed, removed or put in later "
    "would break every hash after it. The head named above stands for all of them. Times are UTC. A sign that "
    "the font of this document lacks is named in [brackets]; the CSV and JSON files hold the exact words."
)
# The library's fonts keep the state of the document that they are drawn in.
_drawing = Lock()


class TooLong(Exception):
    """The pack does not fit into a PDF; the message says what to do."""


class _Paper:
    """Letter pages that are written from top to bottom."""

    def __init__(self, footer: str) -> None:
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, pagesize=LETTER)
        self.footer = footer
        self.y = _HEIGHT - _MARGIN

    def write(
        self, text: str, *, size: float = _BODY, bold: bool = False, indent: float = 0, grey: bool = False
    ) -> None:
        """A paragraph."""
        font = lettering.BOLD if bold else lettering.REGULAR
        for line in lettering.lines(text, font, size, width=_WIDTH - 2 * _MARGIN - indent):
            self.room(size * 1.4)
            self.y -= size * 1.4
            self.canvas.setFont(font, size)
            self.canvas.setFillGray(0.35 if grey else 0)
            self.canvas.drawString(_MARGIN + indent, self.y, line)

    def gap(self, points: float) -> None:
        """Leave some white."""
        self.y -= points

    def line(self) -> None:
        """A thin line across the page."""
        self.gap(6)
        self.canvas.setStrokeGray(0.75)
        self.canvas.line(_MARGIN, self.y, _WIDTH - _MARGIN, self.y)

    def room(self, points: float) -> None:
        """Go on at the top of a new page if less than this is left."""
        if self.y - points < _MARGIN:
            self.end_page()

    def end_page(self) -> None:
        """Finish the page with its number."""
        self.canvas.setFont(lettering.REGULAR, _SMALL)
        self.canvas.setFillGray(0.35)
        self.canvas.drawString(
            _MARGIN, _MARGIN - 20, next(lettering.lines(self.footer, lettering.REGULAR, _SMALL, width=430))
        )
        self.canvas.drawRightString(_WIDTH - _MARGIN, _MARGIN - 20, f"Page {self.canvas.getPageNumber()}")
        self.canvas.showPage()
        self.y = _HEIGHT - _MARGIN


def render(pack: Pack) -> bytes:
    """The document; raises `TooLong` for more than `LIMIT` lines, a person counting as one."""
    length = pack.about.lines + pack.about.people
    if length > LIMIT:
        raise TooLong(
            f"A PDF holds up to {LIMIT:,} people and lines, and this pack has {length:,}. "
            "Choose CSV or JSON, which hold any number, or fewer people or days."
        )
    everybody = list(pack.people())
    with _drawing:
        lettering.glyphs()
        paper = _Paper(f"{pack.about.business} · consent ledger up to line {pack.about.head_seq}")
        _first_page(paper, pack.about, everybody)
        for person in everybody:
            _person(paper, person)
        paper.end_page()
        paper.canvas.setTitle("Evidence of consent")
        paper.canvas.setAuthor(pack.about.business)
        paper.canvas.save()
    return paper.file.getvalue()


def _first_page(paper: _Paper, about: About, everybody: list[Person]) -> None:
    paper.write("Evidence of consent", size=_TITLE, bold=True)
    paper.write(about.business, size=_HEADING)
    paper.gap(12)
    facts = [
        ("About", f"{about.selection}: {about.size}"),
        ("Made", f"{about.made_at:%Y-%m-%d %H:%M:%S} UTC by {about.made_by}"),
        ("Ledger", about.verification),
        ("Head of the chain", f"line {about.head_seq:,}: {about.head_hash or 'none yet'}"),
        ("Opt-outs reach", "; then ".join(about.scopes) or "That number only (as from the start)"),
    ]
    for name, fact in facts:
        paper.write(name, size=_SMALL, grey=True)
        paper.write(fact)
        paper.gap(4)
    paper.gap(8)
    paper.write("At present", size=_HEADING, bold=True)
    for said in _totals(everybody):
        paper.write(said)
    paper.gap(12)
    paper.write("How to read this", size=_HEADING, bold=True)
    paper.write(_HOW_TO_READ)
    paper.end_page()


def _totals(everybody: list[Person]) -> list[str]:
    said = []
    people = [person for person in everybody if person.phone]
    for position, on in enumerate(people[0].numbers if people else ()):
        states = [person.numbers[position].state for person in people]
        counts = ", ".join(
            f"{states.count(state):,} {words.lower()}" for state, words in _STATES.items() if state in states
        )
        said.append(f"{on.number.label}, {phones.show(on.number.e164)}: {counts}")
    return said or ["Nobody, or no number to text from."]


def _person(paper: _Paper, person: Person) -> None:
    paper.room(90)
    paper.line()
    name = person.contact.name if person.contact else ""
    shown = phones.show(person.phone) if person.phone else "Lines that name nobody"
    paper.write(f"{name}, {shown}" if name else shown, size=_HEADING, bold=True)
    if person.phone and not person.contact:
        paper.write("Not among the contacts now.", size=_SMALL, grey=True)
    for on in person.numbers:
        paper.write(on_number(on), indent=8)
    for one in person.lists:
        paper.write(_on_list(one), indent=8)
    paper.gap(4)
    for entry in person.entries:
        _entry(paper, entry)
    if not person.entries:
        paper.write("No line of the ledger names this phone.", indent=8)


def on_number(on: OnNumber) -> str:
    """What the document says of how one number stands with a person."""
    why = (
        f" since {on.entry.line.at:%Y-%m-%d %H:%M}. {on.entry.sentence}"
        if on.entry
        else ": nothing in the ledger closes it."
    )
    return f"{on.number.label}, {phones.show(on.number.e164)}: {_STATES[on.state]}{why}"


def _on_list(one: OnList) -> str:
    since = f" since {one.since:%Y-%m-%d %H:%M}" if one.since else ""
    return f"List {one.name}: {'on it' if one.is_on else 'not on it'}{since}."


# The sources whose reference is the carrier's id of a text.
_TEXTED = frozenset({Source.KEYWORD, Source.UNIVERSAL_KEYWORD, Source.PHRASE})


def _entry(paper: _Paper, entry: Entry) -> None:
    line = entry.line
    paper.room(_BODY * 5)
    paper.write(f"{line.seq:,}. {entry.sentence}", bold=True, indent=8)
    asked = f", asked {line.asked_at:%Y-%m-%d %H:%M} UTC" if line.asked_at else ""
    number = f" · {phones.show(line.number_e164)}" if line.number_e164 else ""
    by = f" · {line.actor}" if line.actor else ""
    message = f" · {'message ' if line.source in _TEXTED else ''}{line.reference}" if line.reference else ""
    paper.write(
        f"Recorded {line.at:%Y-%m-%d %H:%M:%S} UTC{asked} · {line.get_source_display()}{number}{by}{message}",
        size=_SMALL,
        indent=8,
    )
    if line.words and line.words not in entry.sentence and not entry.is_about_purpose:
        paper.write(f"Exact words: {line.words}", size=_SMALL, indent=8)
    if line.rule and not entry.is_about_purpose:
        paper.write(f"Rule {line.rule}: {entry.explanation or 'no longer in use'}", size=_SMALL, indent=8)
    if entry.call:
        call = entry.call
        late = ", after they joined" if call.created_at > line.at else ""
        shown = f"{call.shown_at}, from {call.shown_from:%Y-%m-%d}, kept here on {call.created_at:%Y-%m-%d %H:%M}{late}"
        paper.write(f"In force then ({shown}): {call.wording}", size=_SMALL, indent=8)
    paper.write(f"Hash {entry.hash}", size=_SMALL, indent=8, grey=True)
    paper.gap(5)
