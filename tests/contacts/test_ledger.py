"""The consent ledger: one chain whoever writes, which shows every change made to it, and answers for any day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import now

from contacts import erasure, ledger, permissions, tasks
from contacts.evidence.bulk import differences
from contacts.models import ConsentEvent, Contact, LedgerCheck, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout import database
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build

KEYWORD = Evidence(source=Source.KEYWORD, words="JOIN")
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.", reference="SM1")
START = Evidence(source=Source.UNIVERSAL_KEYWORD, words="START")
STAFF = Evidence(source=Source.STAFF, words="heard wrong")
BROKEN_LINKS = """
SELECT count(*) FROM (
    SELECT l.hash <> sha256(coalesce(lag(l.hash) OVER w, '') || convert_to(consent_line(l), 'UTF8'))
        OR l.seq <> coalesce(lag(l.seq) OVER w, 0) + 1 AS broken
    FROM contacts_consentevent l WINDOW w AS (ORDER BY seq)
) x WHERE broken
"""


def broken_links() -> int:
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_LINKS)
        return int(cursor.fetchone()[0])


def test_lines_of_one_statement_and_of_the_next_make_one_chain(account: Account) -> None:
    group = build.group(account)
    people = [build.contact(account) for _ in range(5)]
    permissions.join(group=group, contacts=people[:3], evidence=KEYWORD)
    permissions.join(group=group, contacts=people[3:], evidence=KEYWORD)
    assert list(ConsentEvent.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert broken_links() == 0


def test_writers_at_the_same_time_make_one_chain_without_gaps(committed: None) -> None:
    account = build.account()
    group = build.group(account)
    people = [build.contact(account) for _ in range(8)]

    def join(number: int) -> None:
        with tenant(account.pk):
            permissions.join(group=group, contacts=people[number * 2 : number * 2 + 2], evidence=KEYWORD)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(join, range(4)))
    with tenant(account.pk):
        assert ConsentEvent.objects.count() == 8
        assert broken_links() == 0


@pytest.fixture
def filled(account: Account, marketing: Number, owner: User) -> Account:
    """An account whose ledger has a line of most kinds, the first four of them about one person."""
    ana, group = build.contact(account, phone="+14155550142", first_name="Ana"), build.group(account)
    permissions.join(group=group, contacts=[ana], evidence=KEYWORD)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.opt_in(number=marketing, phone=ana.phone, evidence=Evidence.staff(owner, words="Hi", asked_at=now()))
    permissions.block(contact=ana, reason="Rude", by=owner)
    wrong = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number", reference="SM2")
    permissions.hold(number=marketing, phone=build.phone(), evidence=wrong)
    permissions.leave(group=group, contacts=[ana], evidence=KEYWORD)
    return account


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tamper(*statements: str) -> None:
    """Change the ledger as only the owner of the tables can, with every guard taken down."""
    table = "ALTER TABLE contacts_consentevent"
    run(
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"SET ROLE {database.OWNER}",
        f"{table} DISABLE TRIGGER USER",
        f"{table} NO FORCE ROW LEVEL SECURITY",
        *statements,
        f"{table} FORCE ROW LEVEL SECURITY",
        f"{table} ENABLE TRIGGER USER",
        f"SET ROLE {database.APP}",
    )


# Every column but the key of the row, which says nothing; another value for each.
OTHERWISE = {
    "account_id": "",
    "seq": "seq + 1000",
    "at": "at + interval '1 microsecond'",
    "asked_at": "coalesce(asked_at, at) - interval '1 day'",
    "kind": "'unblocked'",
    "phone": "'+19995550100'",
    "number_ref": "coalesce(number_ref, 0) + 1",
    "number_e164": "number_e164 || '1'",
    "group_ref": "coalesce(group_ref, 0) + 1",
    "group_name": "group_name || 'x'",
    "source": "'carrier'",
    "rule": "rule || 'x'",
    "words": "words || ' please'",
    "reference": "reference || 'x'",
    "actor": "actor || 'x'",
    "salt": "salt || 'x'",
    "seal": "seal || 'x'",
    "hash": "hash || 'x'",
}


def test_every_column_of_the_ledger_is_tried() -> None:
    assert set(OTHERWISE) == {field.column for field in ConsentEvent._meta.concrete_fields} - {"id"}


@pytest.fixture
def rival(db: None) -> Account:
    """Another account, made before the test enters its own."""
    return build.account(name="Rival")


@pytest.mark.parametrize("column", OTHERWISE)
def test_a_change_of_any_column_of_any_line_is_found_at_that_line(rival: Account, filled: Account, column: str) -> None:
    value = str(rival.pk) if column == "account_id" else OTHERWISE[column]
    for seq in range(1, 7):
        with rolled_back():
            tamper(f"UPDATE contacts_consentevent SET {column} = {value} WHERE seq = {seq}")
            assert ledger.verify(filled).broken_seq == seq
    assert ledger.verify(filled).broken_seq is None


def test_a_line_taken_out_is_found_wherever_it_stood(filled: Account) -> None:
    for seq in range(1, 7):
        with rolled_back():
            tamper(f"DELETE FROM contacts_consentevent WHERE seq = {seq}")
            assert ledger.verify(filled).broken_seq == seq


def test_a_tail_or_everything_taken_out_is_found_even_without_the_head(filled: Account) -> None:
    ledger.verify(filled)
    for first in (1, 5):
        with rolled_back():
            tamper(f"DELETE FROM contacts_consentevent WHERE seq >= {first}")
            assert ledger.verify(filled).broken_seq == first
            tamper("DELETE FROM consent_ledger_head WHERE account_id = " + str(filled.pk))
            assert ledger.verify(filled).broken_seq is not None


def test_a_line_emptied_without_an_erasure_is_found(filled: Account) -> None:
    tamper("UPDATE contacts_consentevent SET phone = '', words = '', reference = '', salt = '' WHERE seq = 2")
    assert ledger.verify(filled).broken_seq == 2


def test_an_erasure_breaks_nothing_and_what_is_put_into_an_emptied_line_is_found(filled: Account, owner: User) -> None:
    erasure.erase(contact=Contact.objects.get(phone="+14155550142"), by=owner)
    assert ledger.verify(filled).broken_seq is None
    for column in ("phone", "words", "reference"):
        with rolled_back():
            tamper(f"UPDATE contacts_consentevent SET {column} = 'x' WHERE seq = 2")
            assert ledger.verify(filled).broken_seq == 2


REWRITE = """
WITH RECURSIVE forged AS (
    SELECT l.seq, l.hash FROM contacts_consentevent l WHERE l.seq = 2
    UNION ALL
    SELECT l.seq, sha256(f.hash || convert_to(consent_line(l), 'UTF8'))
    FROM forged f JOIN contacts_consentevent l ON l.seq = f.seq + 1
) UPDATE contacts_consentevent l SET hash = f.hash FROM forged f WHERE f.seq = l.seq
"""


def test_a_tail_written_anew_with_sound_hashes_is_found_by_an_earlier_check(filled: Account) -> None:
    changed = "UPDATE contacts_consentevent SET actor = 'nobody@example.com' WHERE seq = 3"
    head = "UPDATE consent_ledger_head h SET hash = l.hash FROM contacts_consentevent l WHERE l.seq = h.seq"
    with rolled_back():
        tamper(changed, REWRITE, head)
        assert ledger.verify(filled).broken_seq is None
    ledger.verify(filled)
    tamper(changed, REWRITE, head)
    assert ledger.verify(filled).broken_seq == 6


def test_a_check_made_while_the_ledger_was_broken_binds_nobody(filled: Account) -> None:
    with rolled_back():
        tamper("UPDATE contacts_consentevent SET words = 'x' WHERE seq = 6")
        broken = ledger.verify(filled)
        assert broken.broken_seq == 6
    LedgerCheck.objects.create(account=filled, lines=9, head=b"x", broken_seq=6)
    assert ledger.verify(filled).broken_seq is None


def test_checks_and_wordings_are_never_changed_by_the_application(filled: Account) -> None:
    ledger.verify(filled)
    for statement in (
        "UPDATE contacts_ledgercheck SET broken_seq = 1",
        "DELETE FROM contacts_ledgercheck",
        "UPDATE contacts_calltoaction SET wording = 'x'",
        "DELETE FROM contacts_calltoaction",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run(statement)


@pytest.mark.parametrize(
    ("at", "begun"),
    [
        ("2026-03-03T07:59", "2026-03-02T08:00"),
        ("2026-03-03T08:00", "2026-03-03T08:00"),
        ("2026-03-03T23:00", "2026-03-03T08:00"),
    ],
)
def test_the_night_begins_at_eight_utc(at: str, begun: str) -> None:
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, begun))
    assert ledger.night(moment) == expected


def test_each_night_every_ledger_is_verified_once_however_often_the_worker_is_told(filled: Account) -> None:
    today = now()
    assert [bool(ledger.verify_tonight(filled, at=at)) for at in (today, today)] == [True, False]
    assert ledger.verify_tonight(filled, at=today + timedelta(days=1)) is not None
    assert LedgerCheck.objects.count() == 2


def test_the_task_keeps_what_it_found_and_logs_a_broken_ledger(
    filled: Account, caplog: pytest.LogCaptureFixture
) -> None:
    tamper("UPDATE contacts_consentevent SET words = 'x' WHERE seq = 4")
    tasks.verify_ledger(account_id=filled.pk)
    assert LedgerCheck.objects.get().broken_seq == 4
    assert f"account {filled.pk} is broken at line 4" in caplog.text


ANA = "+14155550142"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM contacts_optout", ("marketing", True)),
        ("UPDATE contacts_optout SET lifted_at = now()", ("marketing", True)),
        ("UPDATE contacts_optout SET phone = '+14155550143'", ("marketing", True)),
        ("DELETE FROM contacts_block", (None, True)),
        (
            "INSERT INTO contacts_block (account_id, phone, reason, event_seq)"
            " SELECT account_id, '+14155550143', '', 1 FROM contacts_block",
            (None, False),
        ),
        (
            "INSERT INTO contacts_optout (account_id, number_id, phone, source, words, event_seq)"
            " SELECT account_id, number_id, '+14155550143', source, words, event_seq FROM contacts_optout",
            ("marketing", False),
        ),
    ],
)
def test_who_is_stopped_or_blocked_otherwise_than_the_ledger_says_is_found(
    account: Account, marketing: Number, owner: User, statement: str, found: tuple[str | None, bool]
) -> None:
    ana = build.contact(account, phone=ANA)
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    permissions.block(contact=ana, by=owner)
    assert ledger.verify(account).differences == 0
    tamper(statement)
    kind, closed = found
    number_id = marketing.pk if kind else None
    by_ledger = [difference for difference in differences() if difference.is_closed_by_ledger == closed]
    assert [difference.number_id for difference in by_ledger] == [number_id]
    check = ledger.verify(account)
    assert (check.broken_seq, check.differences) == (None, len(differences()))


def test_nothing_differs_after_an_opt_in_a_withdrawal_an_unblocking_or_an_erasure(
    account: Account, marketing: Number, service: Number, owner: User
) -> None:
    ana = build.contact(account, phone=ANA)
    for number in (marketing, service):
        permissions.opt_out(number=number, phone=ANA, evidence=STOP)
    permissions.opt_in(number=marketing, phone=ANA, evidence=START)
    permissions.withdraw(number=service, phone=ANA, evidence=STAFF)
    permissions.block(contact=ana, by=owner)
    permissions.unblock(contact=ana, by=owner)
    assert differences() == []
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    permissions.block(contact=ana, by=owner)
    erasure.erase(contact=ana, by=owner)
    assert differences() == []
    Contact.objects.create(account=account, phone=ANA)
    assert permissions.refusal(marketing, ANA) == "blocked"
    assert differences() == []


def test_the_task_and_the_command_tell_operators_that_the_ledger_is_not_obeyed(
    account: Account, marketing: Number, caplog: pytest.LogCaptureFixture
) -> None:
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    tamper("DELETE FROM contacts_optout")
    tasks.verify_ledger(account_id=account.pk)
    assert f"1 opt-outs or blocks of account {account.pk} are not as its ledger says" in caplog.text
    out = StringIO()
    with pytest.raises(CommandError, match=f"not obeyed: the ledger of account {account.pk}"):
        call_command("verify_ledger", account=account.pk, stdout=out)
    assert "1 lines, whole" in out.getvalue()
    assert ANA not in out.getvalue() + caplog.text


def test_the_sweep_sees_every_account_that_has_not_been_verified_tonight(filled: Account) -> None:
    assert filled.pk in tasks.unverified_ledgers(ledger.night(now()))
    ledger.verify(filled)
    assert filled.pk not in tasks.unverified_ledgers(ledger.night(now()))


def test_the_command_says_which_ledger_is_whole_and_which_is_broken(committed: None) -> None:
    account = build.account(name="Whole Foods")
    with tenant(account.pk):
        permissions.join(group=build.group(account), contacts=[build.contact(account)], evidence=KEYWORD)
    out = StringIO()
    call_command("verify_ledger", account=account.pk, stdout=out)
    assert f"Account {account.pk} (Whole Foods): 1 lines, whole, head " in out.getvalue()
    with pytest.raises(CommandError, match="no account 999999"):
        call_command("verify_ledger", account=999_999, stdout=out)


def test_the_command_fails_for_a_broken_ledger(filled: Account) -> None:
    tamper("UPDATE contacts_consentevent SET words = 'x' WHERE seq = 4")
    out = StringIO()
    with pytest.raises(CommandError, match=f"Broken or not obeyed: the ledger of account {filled.pk}"):
        call_command("verify_ledger", account=filled.pk, stdout=out)
    assert "BROKEN at line 4" in out.getvalue()


def test_the_state_of_any_day_has_the_line_that_decided(account: Account, marketing: Number, service: Number) -> None:
    phone, before = build.phone(), now()
    permissions.opt_out(number=marketing, phone=phone, evidence=STOP)
    stopped = ConsentEvent.objects.get()
    after = now() + timedelta(minutes=1)
    assert ledger.state_on(marketing, phone, before - timedelta(days=1)).refusal is None
    said = ledger.state_on(marketing, phone, after)
    assert (said.refusal, said.line) == ("opted_out", stopped)
    assert ledger.state_on(service, phone, after).refusal is None


def test_what_an_erased_person_had_asked_for_still_decides(
    account: Account, marketing: Number, service: Number, owner: User
) -> None:
    ana = build.contact(account, phone="+14155550142")
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    erasure.erase(contact=ana, by=owner)
    later = now() + timedelta(minutes=1)
    for _ in ("buried", "come back"):
        said = ledger.state_on(marketing, "+14155550142", later)
        assert (said.refusal, said.line and said.line.seq) == ("opted_out", 1)
        assert ledger.state_on(service, "+14155550142", later).refusal is None
        Contact.objects.get_or_create(account=account, phone="+14155550142")
    permissions.opt_in(number=marketing, phone="+14155550142", evidence=START)
    assert ledger.state_on(marketing, "+14155550142", now() + timedelta(minutes=1)).refusal is None
