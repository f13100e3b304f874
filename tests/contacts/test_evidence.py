"""Evidence packs: everything that is known, readable by people, spreadsheets and programs, and nothing lost."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from contacts import erasure, permissions, reviews, scopes
from contacts.cells import harmless
from contacts.evidence import as_csv, as_json, as_pdf, asked, entries, lettering, packs, phone_list
from contacts.evidence.packs import Pack
from contacts.evidence.sentences import sentence
from contacts.models import ConsentEvent, Contact, Group, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.", reference="SM1")
NASTY = "=HYPERLINK(1) 🍕 שלום עולם مرحبا 中 \u0007 \U0001f600 e\u0301"


@pytest.fixture
def vip(account: Account) -> Group:
    return build.group(account)


@pytest.fixture
def history(account: Account, ana: Contact, marketing: Number, service: Number, vip: Group, owner: User) -> Contact:
    """Ana, who joined, stopped one number, and was asked in words that were kept."""
    asked.record(
        group=vip, wording="Text JOIN", shown_at="Poster", shown_from=datetime(2026, 1, 1, tzinfo=UTC), by=owner
    )
    join = Evidence(source=Source.KEYWORD, words="JOIN", reference="SM0")
    permissions.join(group=vip, contacts=[ana], evidence=join)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    return ana


def about(contact: Contact, by: User) -> Pack:
    return packs.about_phones(contact.account, [contact.phone], by=by)


def rows(pack: Pack) -> list[dict[str, str]]:
    text = "".join(as_csv.stream(pack)).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def document(pack: Pack) -> dict[str, Any]:
    return json.loads("".join(as_json.stream(pack)))  # type: ignore[no-any-return]


def test_a_pack_says_who_made_it_and_whether_the_ledger_is_whole(history: Contact, owner: User) -> None:
    said = document(about(history, owner))["about"]
    head = ConsentEvent.objects.get(seq=2)
    assert said["business"] == history.account.name
    assert (said["people"], said["lines"], said["made_by"]) == (1, 2, owner.email)
    assert (said["head_seq"], said["head_hash"], said["broken_seq"]) == (2, bytes(head.hash).hex(), None)
    assert said["verification"] == "Whole: all 2 lines are as they were written."


def test_a_pack_says_how_each_number_and_list_stands_and_by_which_line(
    history: Contact, marketing: Number, service: Number, owner: User
) -> None:
    [person] = document(about(history, owner))["people"]
    assert person["contact"] == {"id": history.pk, "name": "Ana Ruiz"}
    assert [(on["number"]["label"], on["state"], on["seq"], on["what"]) for on in person["numbers"]] == [
        ("Marketing", "stopped", 2, "Ana Ruiz stopped Marketing by texting “Stop.”"),
        ("Service", "open", None, ""),
    ]
    assert [(on["list"], on["is_on"], on["seq"]) for on in person["lists"]] == [("VIP", True, 1)]


def test_a_pack_holds_every_line_with_what_proves_it(history: Contact, owner: User) -> None:
    [joined, stopped] = document(about(history, owner))["people"][0]["lines"]
    assert (joined["kind"], joined["reference"], joined["words"]) == ("joined", "SM0", "JOIN")
    assert joined["call_to_action"]["wording"] == "Text JOIN"
    assert (stopped["source"], stopped["words"], stopped["call_to_action"]) == ("universal_keyword", "Stop.", None)
    line = ConsentEvent.objects.get(seq=2)
    assert (stopped["hash"], stopped["seal"], stopped["salt"]) == tuple(
        bytes(value).hex() for value in (line.hash, line.seal, line.salt)
    )


def test_an_auditor_can_work_out_seals_and_chain_from_the_json_alone(history: Contact, owner: User) -> None:
    evidence = Evidence.staff(owner, words="Rang", asked_at=now())
    permissions.opt_out(number=build.number(history.account), phone=history.phone, evidence=evidence)
    told = document(packs.about_period(history.account, now().date(), now().date(), by=owner))
    lines = sorted(
        ((person["phone"], line) for person in told["people"] for line in person["lines"]), key=lambda of: of[1]["seq"]
    )
    assert len(lines) == 3
    before = b""
    for phone, line in lines:
        sealed = "\x1f".join((phone, line["words"], line["reference"]))
        assert sha256(bytes.fromhex(line["salt"]) + sealed.encode()).hexdigest() == line["seal"]
        before = sha256(before + chained(told["about"]["account_id"], line).encode()).digest()
        assert before.hex() == line["hash"]
    assert before.hex() == told["about"]["head_hash"]


def chained(account_id: int, line: dict[str, Any]) -> str:
    """What docs/evidence.md says is hashed after the hash before."""
    number, group, rule = line["number"] or {}, line["list"] or {}, line["rule"] or {}
    fields = [account_id, line["seq"], microseconds(line["recorded_at"]), microseconds(line["asked_at"]), line["kind"]]
    fields += [number.get("id", ""), number.get("phone", ""), group.get("id", ""), group.get("name", "")]
    fields += [line["source"], rule.get("id", ""), line["actor"], line["seal"]]
    return "\x1f".join(map(str, fields))


def microseconds(at: str | None) -> int | str:
    return (datetime.fromisoformat(at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) if at else ""


def test_csv_and_json_tell_the_same(history: Contact, owner: User) -> None:
    pack = about(history, owner)
    told = document(pack)["people"][0]
    found = rows(pack)
    assert [row["seq"] for row in found if row["row"] == "line"] == [str(line["seq"]) for line in told["lines"]]
    assert [row["state"] for row in found if row["row"] == "number"] == [on["state"] for on in told["numbers"]]
    assert [row["call_to_action"] for row in found if row["row"] == "line"] == ["Text JOIN", ""]
    assert [row["rule"] for row in found if row["row"] == "line"] == ["", ""]
    assert found[-1]["what"] == "End: 1 person, 2 lines of the ledger."


def test_no_cell_of_a_spreadsheet_is_run_as_a_formula(account: Account, marketing: Number, owner: User) -> None:
    ana = build.contact(account, first_name="=cmd|'/c calc'!A1", last_name="@x")
    for words in ("=1+1", "  +1", "-2", "@SUM(A1)", "\t=1", "＝1", NASTY):
        permissions.opt_out(number=marketing, phone=ana.phone, evidence=Evidence(source=Source.PHRASE, words=words))
    text = "".join(as_csv.stream(about(ana, owner))).removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠") and cell.strip()]


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [harmless(cell) for cell in ("", "Stop.", "a=b", "'quoted'", "=1")] == [
        "",
        "Stop.",
        "a=b",
        "'quoted'",
        "'=1",
    ]


def test_a_phone_nobody_knows_is_in_the_pack_with_nothing_against_it(
    account: Account, marketing: Number, owner: User
) -> None:
    phone = build.phone()
    pack = packs.about_phones(account, [phone], by=owner)
    [person] = document(pack)["people"]
    assert (person["phone"], person["contact"], person["lines"]) == (phone, None, [])
    assert [row["what"] for row in rows(pack) if row["row"] == "line"] == ["No line of the ledger names this phone."]
    assert as_pdf.render(pack).startswith(b"%PDF-")


def test_standing_follows_the_scope_the_hold_the_block_and_new_consent(
    account: Account, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    def states() -> list[str]:
        return [on["state"] for on in document(about(ana, owner))["people"][0]["numbers"]]

    wrong = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number")
    review = permissions.hold(number=service, phone=ana.phone, evidence=wrong)
    assert review is not None
    assert states() == ["open", "held"]
    reviews.dismiss(review=review, by=owner)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    assert states() == ["stopped", "open"]
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    assert states() == ["stopped", "stopped"]
    permissions.opt_in(number=service, phone=ana.phone, evidence=Evidence.staff(owner, words="Yes, do"))
    assert states() == ["stopped", "open"]
    permissions.block(contact=ana, by=owner)
    assert states() == ["blocked", "blocked"]
    assert "All your numbers" in document(about(ana, owner))["about"]["scopes"][0]


def test_what_an_erased_person_had_stopped_still_shows_as_stopped(
    history: Contact, marketing: Number, owner: User
) -> None:
    account, phone = history.account, history.phone
    erasure.erase(contact=history, by=owner)
    for _ in ("buried", "come back"):
        pack = packs.about_phones(account, [phone], by=owner)
        [person] = document(pack)["people"]
        assert [(on["state"], on["seq"]) for on in person["numbers"]] == [("stopped", 2), ("open", None)]
        assert (
            person["numbers"][0]["what"]
            == "Somebody since erased stopped Marketing by texting words that are not kept."
        )
        assert document(pack)["about"]["broken_seq"] is None
        assert as_pdf.render(pack).startswith(b"%PDF-")
        Contact.objects.get_or_create(account=account, phone=phone)


def test_what_an_erased_person_had_stopped_reaches_as_far_as_the_scope(
    history: Contact, marketing: Number, service: Number, owner: User
) -> None:
    account, phone = history.account, history.phone
    erasure.erase(contact=history, by=owner)
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    [person] = document(packs.about_phones(account, [phone], by=owner))["people"]
    assert [(on["state"], on["seq"]) for on in person["numbers"]] == [("stopped", 2), ("stopped", 2)]


def test_a_period_holds_what_was_recorded_on_its_days_and_no_more(history: Contact, owner: User) -> None:
    today = now().date()
    scopes.set_scope(account=history.account, scope="account", starts_at=now(), by=owner)
    told = document(packs.about_period(history.account, today, today, by=owner))
    assert (told["about"]["people"], told["about"]["lines"]) == (1, 3)
    assert [(person["phone"], [line["seq"] for line in person["lines"]]) for person in told["people"]] == [
        ("", [3]),
        (history.phone, [1, 2]),
    ]
    past = document(packs.about_period(history.account, date(2020, 1, 1), date(2020, 1, 2), by=owner))
    assert (past["about"]["lines"], past["people"]) == (0, [])


def test_a_pack_ends_at_the_line_that_its_head_names(history: Contact, marketing: Number, owner: User) -> None:
    pack = about(history, owner)
    permissions.opt_in(number=marketing, phone=history.phone, evidence=Evidence.staff(owner, words="Yes"))
    assert [line["seq"] for line in document(pack)["people"][0]["lines"]] == [1, 2]


def test_many_people_take_no_more_queries_than_one(
    account: Account, vip: Group, marketing: Number, owner: User
) -> None:
    people = [build.contact(account) for _ in range(150)]
    permissions.join(group=vip, contacts=people, evidence=STOP)
    queries = []
    for count in (1, 150):
        pack = packs.about_phones(account, [person.phone for person in people[:count]], by=owner)
        with CaptureQueriesContext(connection) as captured:
            assert len(list(pack.people())) == count
        queries.append(len(captured))
    assert queries[0] == queries[1] <= 20


def test_more_people_than_a_pack_takes_at_once_come_in_order_and_once_each(
    account: Account, vip: Group, owner: User
) -> None:
    people = [build.contact(account) for _ in range(450)]
    permissions.join(group=vip, contacts=people, evidence=STOP)
    phones = [person.phone for person in people]
    assert [person.phone for person in packs.about_phones(account, phones[::-1], by=owner).people()] == phones[::-1]
    today = now().date()
    assert [person.phone for person in packs.about_period(account, today, today, by=owner).people()] == sorted(phones)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_pdf_takes_any_name_and_any_words(account: Account, marketing: Number, owner: User) -> None:
    ana = build.contact(account, first_name="שרה", last_name="مريم 🍕" + "x" * 80)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=Evidence(source=Source.PHRASE, words=NASTY * 40))
    pdf = as_pdf.render(about(ana, owner))
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) >= 2


def test_a_pdf_that_would_be_too_long_says_what_to_choose_instead(
    account: Account, vip: Group, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    permissions.join(group=vip, contacts=[build.contact(account) for _ in range(3)], evidence=STOP)
    pack = packs.about_period(account, now().date(), now().date(), by=owner)
    monkeypatch.setattr(as_pdf, "LIMIT", 5)
    with pytest.raises(as_pdf.TooLong, match=r"up to 5 people and lines, and this pack has 6\. Choose CSV or JSON"):
        as_pdf.render(pack)


def drawn(text: str, width: float = 400) -> list[str]:
    return list(lettering.lines(text, lettering.REGULAR, 9, width=width))


def test_letters_that_the_font_lacks_are_named_and_none_vanishes() -> None:
    lettering.glyphs()
    assert drawn("pizza 🍕 中 \u0007 😀 ☺ é") == ["pizza [slice of pizza] [U+4E2D] [U+0007] [grinning face] ☺ é"]
    assert drawn("a\u200db\ufe0f") == ["ab"]


def test_words_from_right_to_left_are_drawn_in_their_order_and_joined() -> None:
    lettering.glyphs()
    assert drawn("said שלום!") == ["said םולש!"]
    assert drawn("مر") == ["\ufeae\ufee3"]


def test_no_line_is_wider_than_the_page_however_long_a_word_is() -> None:
    lettering.glyphs()
    text = "x" * 500 + " and then " + "W" * 300
    lines = drawn(text, 100)
    assert all(lettering.stringWidth(line, lettering.REGULAR, 9) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("+14155550142", ["+14155550142"]),
        ("(415) 555-0142\n\n 415.555.0143 ; 1-415-555-0144", ["+14155550142", "+14155550143", "+14155550144"]),
        ("Ana Ruiz, 415 555 0142\n'+14155550142", ["+14155550142"]),
        ("+44 20 7946 0000", ["+442079460000"]),
        ("", []),
    ],
)
def test_a_pasted_list_may_be_written_any_way(pasted: str, found: list[str]) -> None:
    assert phone_list.pasted(pasted) == found


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda: phone_list.pasted("415 555 0142\nabc\n415 555"), "row 2 (“abc”), row 3 (“415 555”)"),
        (lambda: phone_list.uploaded(b"Name,Phone\nAna,415 555 0142\nBob,\nCy,12"), "row 3 (empty), row 4 (“12”)"),
        (lambda: phone_list.pasted("x\n" * 12), "row 10 (“x”) and 2 more"),
    ],
)
def test_rows_that_are_no_numbers_are_named(read: Callable[[], list[str]], wrong: str) -> None:
    with pytest.raises(phone_list.NotPhones, match=re.escape(wrong)):
        read()


def test_an_uploaded_list_is_read_with_or_without_headings() -> None:
    assert phone_list.uploaded(b"Name;Mobile\nAna;415 555 0142\n\nBob;+14155550143") == ["+14155550142", "+14155550143"]
    assert phone_list.uploaded(b"4155550142\n4155550143\n4155550142") == ["+14155550142", "+14155550143"]


def line(kind: str, source: str, **fields: str) -> ConsentEvent:
    return ConsentEvent(kind=kind, source=source, phone="+1", group_name="VIP", **fields)


STAFF = {"actor": "o@x.com"}
SENTENCES = [
    ("opted_out", "universal_keyword", {"words": "Stop."}, "Ana stopped Offers by texting “Stop.”"),
    ("opted_out", "phrase", {"words": "no more", "rule": "en.x"}, "Ana stopped Offers by writing “no more”."),
    ("opted_out", "phrase", STAFF | {"words": "bye"}, "Ana stopped Offers by writing “bye”, as o@x.com confirmed."),
    ("opted_out", "carrier", {"words": "Error 21610"}, "Ana stopped Offers, as the carrier reported: “Error 21610”."),
    ("opted_in", "staff", STAFF | {"words": "Y!"}, "Ana asked for texts from Offers, as o@x.com recorded: “Y!”"),
    ("joined", "keyword", {"words": "JOIN"}, "Ana joined VIP by texting “JOIN”."),
    ("joined", "staff", STAFF | {"words": "till"}, "Ana was put on VIP by o@x.com: “till”."),
    ("joined", "import", {"words": "Fair", "reference": "a.csv"}, "Ana was put on VIP by the import of a.csv: “Fair”."),
    ("left", "keyword", {"words": "NOVIP"}, "Ana left VIP by texting “NOVIP”."),
    ("left", "api", {"actor": "API key Shop"}, "Ana was taken off VIP by API key Shop."),
    ("blocked", "staff", STAFF, "o@x.com blocked Ana."),
    ("erased", "staff", STAFF | {"words": "1,5"}, "o@x.com erased a person, and what lines 1 and 5 said of them."),
]


@pytest.mark.parametrize(("kind", "source", "fields", "said"), SENTENCES)
def test_a_line_reads_as_a_sentence(kind: str, source: str, fields: dict[str, str], said: str) -> None:
    assert sentence(line(kind, source, **fields), who="Ana", number="Offers") == said


@pytest.mark.parametrize("kind", ConsentEvent.Kind.values)
def test_every_kind_of_line_from_every_source_has_a_sentence(kind: str) -> None:
    for source, words in product(Source.values, ["", " ", "{who} said “{x}”", NASTY]):
        text = sentence(line(kind, source, words=words), who="Ana", number="Offers")
        assert text.rstrip("”'\"»’")[-1] in ".!?…", (source, words)


def test_a_number_that_is_gone_is_told_by_its_digits(account: Account, marketing: Number) -> None:
    event = line("opted_out", "universal_keyword", words="STOP", number_e164="+14155550199")
    event.number_ref = 999_999
    assert entries.tell(account, [event])[0].number == "(415) 555-0199"
