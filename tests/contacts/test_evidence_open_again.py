"""Evidence packs of a number that is open again: by which line, in every format (P12)."""

from dataclasses import replace

from contacts import permissions
from contacts.evidence import as_pdf
from contacts.models import Contact, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests.contacts.test_evidence import STOP, about, document, rows


def test_a_number_that_is_open_again_says_by_which_line_in_every_format(
    account: Account, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    def told() -> list[tuple[str, int | None, str]]:
        pack = about(ana, owner)
        found = [(on["state"], on["seq"], on["what"]) for on in document(pack)["people"][0]["numbers"]]
        cells = [row for row in rows(pack) if row["row"] == "number"]
        assert [(row["state"], row["seq"], row["what"]) for row in cells] == [
            (state, str(seq or ""), what) for state, seq, what in found
        ]
        [person] = pack.people()
        for on, (_, _, what) in zip(person.numbers, found, strict=True):
            said = as_pdf.on_number(on)
            assert said.endswith(what or ": Open: nothing in the ledger closes it.")
        return found

    untouched = ("open", None, "")
    wrong = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number")
    assert told() == [untouched, untouched]
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=wrong)
    permissions.withdraw(number=marketing, phone=ana.phone, evidence=replace(wrong, actor=owner.email))
    taken_back = f"{owner.email} took back that {ana} stopped Marketing: “wrong number” was no request."
    assert told() == [("open", 2, taken_back), untouched]
    permissions.block(contact=ana, by=owner)
    permissions.unblock(contact=ana, by=owner)
    assert [seq for _, seq, _ in told()] == [4, 4]
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.opt_in(number=marketing, phone=ana.phone, evidence=replace(STOP, words="START"))
    assert told()[0] == ("open", 6, f"{ana} asked for texts from Marketing by texting “START”.")
