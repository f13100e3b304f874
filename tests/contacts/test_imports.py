"""Importing files of contacts: what is read, what is written, and what is never touched."""

from datetime import UTC, datetime

import pytest

from contacts import imports, permissions
from contacts.imports import Unreadable
from contacts.models import Block, ConsentEvent, Contact, Group, GroupMembership, Import, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build

ANA, BEN = "+14155550142", "+14155550143"
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
NOVIP = Evidence(source=Source.KEYWORD, words="NOVIP")


def people(data: str | bytes) -> dict[str, tuple[str, str, str]]:
    """Who is in a file: names and e-mail by phone."""
    reading = imports.read(data if isinstance(data, bytes) else data.encode())
    return {phone: (person.first_name, person.last_name, person.email) for phone, person in reading.people.items()}


def bring_in(account: Account, data: str | bytes, group: Group | None = None) -> Import:
    return imports.bring_in(
        account=account,
        by=account.memberships.get().user,
        file_name="vip.csv",
        data=data if isinstance(data, bytes) else data.encode(),
        consent_source="Paper form at the till",
        group=group,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_is_read_in_the_encodings_and_with_the_delimiters_people_have(encoding: str, delimiter: str) -> None:
    lines = ["Phone,First name,Last name", "'+1 415 555 0142,José,Ñandú", ""]
    assert people("\r\n".join(lines).replace(",", delimiter).encode(encoding)) == {ANA: ("José", "Ñandú", "")}


@pytest.mark.parametrize(
    "text",
    [
        "Phone Number,Given Name,Family-Name,E-mail\n(415) 555-0142,Ana,Ruiz,ana@example.com",
        "FULL NAME;Email Address;Mobile\nAna Ruiz;ana@example.com;415.555.0142",
        'name,email,tel\n"Ruiz, Ana",ana@example.com,14155550142.0',
        "Ana Ruiz,ana@example.com,+14155550142",
        "Teléfono,First Name,Last Name,email\n4155550142,Ana,Ruiz,ana@example.com",
        "Phone,Mobile,Name,Email\n+1 212 555 0100,+1 415 555 0142,Ana Ruiz,ana@example.com",
    ],
)
def test_columns_are_recognised_by_their_heading_or_by_what_is_in_them(text: str) -> None:
    assert people(text) == {ANA: ("Ana", "Ruiz", "ana@example.com")}


def test_other_columns_become_custom_fields() -> None:
    reading = imports.read(b"Phone,City,,Points\n4155550142,Oakland,x,\n")
    assert reading.people[ANA].fields == {"City": "Oakland", "Column 3": "x"}


def test_rows_for_one_phone_are_folded_and_the_later_word_wins() -> None:
    reading = imports.read(b"Phone,First name,Last name,City\n4155550142,Ann,Ruiz,Oakland\n+14155550142,Ana,,\n")
    person = reading.people[ANA]
    assert reading.rows == 2
    assert (person.first_name, person.last_name, person.fields) == ("Ana", "Ruiz", {"City": "Oakland"})


def test_a_bad_row_is_kept_with_how_to_mend_it_and_the_others_go_in() -> None:
    rows = ["Phone,Email", "call me,", ",x@example.com", "1.4155550142E+10,", "4155550143,nonsense", "", "4155550142,"]
    reading = imports.read("\n".join(rows).encode())
    assert list(reading.people) == [ANA]
    assert reading.rows == 5
    assert [(error.row, error.error.rpartition(". ")[2]) for error in reading.errors] == [
        (2, "Write it with its country code, like +1 415 555 0123."),
        (3, "Fill it in."),
        (4, "Format the column as text and save it again."),
        (5, "Write it like ana@example.com, or clear it."),
    ]
    assert reading.errors[0].cells == [("Phone", "call me"), ("Email", "")]


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (b"", "Call it “Phone”"),
        (b"First name,Last name\nAna,Ruiz\n", "Call it “Phone”"),
        (b"Phone,Name\n", "a row for each person"),
        (b"PK\x03\x04....", "choose Save As"),
        (b'Phone,Name\n4155550142,"' + b"x" * 200_000 + b'"\n', "Line 2 .* too long"),
        (b"Phone\n" + b"4155550142\n" * 100_001, "Split it"),
        (b'Phone,Name\n4155550142,"Ana\n4155550143,Ben\n4155550144,Cem\n', "Line 2 .* quotation mark"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused_with_what_to_do(data: bytes, remedy: str) -> None:
    with pytest.raises(Unreadable, match=remedy):
        imports.read(data)


def test_an_import_adds_the_new_and_updates_the_known_without_emptying_anything(account: Account) -> None:
    known = build.contact(account, phone=ANA, first_name="Anna", last_name="Ruiz", fields={"City": "Oakland"})
    done = bring_in(account, "Phone,First name,Last name,Points\n4155550142,Ana,,7\n4155550143,Ben,Li,\n")
    known.refresh_from_db()
    assert (done.rows, done.created, done.updated, done.joined, done.errors) == (2, 1, 1, 0, [])
    assert (known.first_name, known.last_name, known.fields) == ("Ana", "Ruiz", {"City": "Oakland", "Points": "7"})
    assert account.contacts.get(phone=BEN).name == "Ben Li"


def test_importing_the_same_file_again_changes_nothing(account: Account) -> None:
    group, data = build.group(account), "Phone,First name,City\n4155550142,Ana,Oakland\n"
    bring_in(account, data, group)
    before = list(GroupMembership.objects.values()), list(Contact.objects.values()), ConsentEvent.objects.count()
    again = bring_in(account, data, group)
    assert (again.created, again.updated, again.joined) == (0, 0, 0)
    after = list(GroupMembership.objects.values()), list(Contact.objects.values()), ConsentEvent.objects.count()
    assert after == before


def test_those_newly_on_the_list_get_a_ledger_line_with_where_their_consent_comes_from(
    account: Account, owner: User
) -> None:
    group = build.group(account)
    done = bring_in(account, "Phone\n4155550142\n4155550143\n", group)
    line = ConsentEvent.objects.get(phone=ANA)
    assert done.joined == group.contacts.count() == ConsentEvent.objects.count() == 2
    assert (line.kind, line.source, line.group_ref, line.group_name) == ("joined", "import", group.pk, "VIP")
    assert (line.words, line.reference, line.actor) == ("Paper form at the till", "vip.csv", owner.email)


def test_an_import_lifts_no_opt_out_and_no_block(account: Account, marketing: Number, owner: User) -> None:
    ana, ben = build.contact(account, phone=ANA), build.contact(account, phone=BEN)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.block(contact=ben, by=owner)
    bring_in(account, "Phone\n4155550142\n4155550143\n", build.group(account))
    assert permissions.refusal(marketing, ANA) == "opted_out"
    assert permissions.refusal(marketing, BEN) == "blocked"
    assert (OptOut.objects.count(), Block.objects.count()) == (1, 1)


def test_an_import_keeps_the_earlier_joining_date(account: Account) -> None:
    group, ana = build.group(account), build.contact(account, phone=ANA)
    joined_at = datetime(2020, 3, 3, tzinfo=UTC)
    GroupMembership.objects.create(account=account, group=group, contact=ana, joined_at=joined_at)
    assert bring_in(account, "Phone\n4155550142\n", group).joined == 0
    assert GroupMembership.objects.get().joined_at == joined_at


def test_an_import_puts_nobody_back_on_a_list_they_have_left(account: Account) -> None:
    group, ana = build.group(account), build.contact(account, phone=ANA)
    permissions.join(group=group, contacts=[ana], evidence=NOVIP)
    permissions.leave(group=group, contacts=[ana], evidence=NOVIP)
    done = bring_in(account, "Phone,First name\n4155550143,Ben\n4155550142,Ana\n", group)
    assert list(group.contacts.values_list("phone", flat=True)) == [BEN]
    assert (done.joined, done.updated) == (1, 1)
    assert [(error["row"], dict(error["cells"])["Phone"]) for error in done.errors] == [(3, ANA)]
    assert "not put on VIP" in done.errors[0]["error"]


def test_another_list_may_still_be_joined_by_who_left_one(account: Account) -> None:
    ana, offers = build.contact(account, phone=ANA), build.group(account, "Offers")
    permissions.leave(group=build.group(account, "VIP"), contacts=[ana], evidence=NOVIP)
    assert bring_in(account, "Phone\n4155550142\n", offers).joined == 1


def test_what_nobody_can_read_is_not_imported(account: Account) -> None:
    bring_in(account, "Phone,First name,City\n\u202d+1 415 555 0142\u202c,Ana\u202e\x07,\u200fRome\n")
    ana = Contact.objects.get()
    assert (ana.phone, ana.first_name, ana.fields) == (ANA, "Ana", {"City": "Rome"})
