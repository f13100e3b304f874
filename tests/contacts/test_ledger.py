"""The consent ledger: numbered without gaps, chained, whoever writes and however much at once."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from contacts import permissions
from contacts.models import ConsentEvent
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account
from shout.tenancy import tenant
from tests import build

KEYWORD = Evidence(source=Source.KEYWORD, words="JOIN")
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
