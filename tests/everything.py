"""Everything an account can hold, one row of each at least: what the walls between accounts are tried with."""

from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection

from bots.drafts import draft_of
from bots.drafts.draft import as_json
from bots.models import Action, Bot, BotNumber, BotVersion, Notice, Run, Trigger, WebhookCall
from contacts import permissions, scopes
from contacts.models import Block, CallToAction, Contact, ContactTag, Import, LedgerCheck, Tombstone
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging.models import Broadcast, CarrierCheck, ErasedText, Message, StatusReport
from shout.models import Account, Answer, ApiKey, User
from shout.tenancy import tenant
from tests import build


def fill(account: Account, *, by: User) -> None:
    """Give `account` at least one row in each of its tables."""
    with tenant(account.pk):
        contact = build.contact(account, first_name="Ana", last_name="Ruiz")
        _permission(account, contact, by=by)
        _texts(account, contact, by=by)
        ApiKey.issue(account=account, name="Shop", by=by)
        Answer.objects.create(account=account, key="order-1017", fingerprint="1", status=201, body="{}")


def _permission(account: Account, contact: Contact, *, by: User) -> None:
    group, tag = build.group(account), build.tag(account)
    number = build.number(account, opt_out_tag=tag)
    evidence = Evidence(source=Source.STAFF, words="by phone", asked_at=datetime.now(UTC))
    permissions.join(group=group, contacts=[contact], evidence=evidence)
    permissions.opt_out(number=number, phone=build.phone(), evidence=evidence)
    permissions.opt_in(number=number, phone=build.phone(), evidence=Evidence(source=Source.UNIVERSAL_KEYWORD))
    permissions.hold(number=number, phone=build.phone(), evidence=Evidence(source=Source.PHRASE, rule="en.remove"))
    scopes.set_scope(account=account, scope="purpose", starts_at=datetime.now(UTC), by=by)
    CallToAction.objects.create(
        account=account, group_ref=group.pk, wording="Text JOIN", shown_at="Poster", shown_from=datetime.now(UTC)
    )
    LedgerCheck.objects.create(account=account, lines=0, head=b"")
    Tombstone.objects.create(account=account, digest=b"1", asked_at=datetime.now(UTC), event_seq=1)
    CarrierCheck.objects.create(account=account, number=number, since=datetime.now(UTC))
    ErasedText.objects.create(account=account, digest=b"1")
    Block.objects.create(account=account, phone=build.phone(), blocked_by=by)
    ContactTag.objects.create(account=account, contact=contact, tag=tag)
    Import.objects.create(account=account, file_name="guests.csv", group=group, imported_by=by)


def _texts(account: Account, contact: Contact, *, by: User) -> None:
    number, group, tag = account.numbers.get(), account.groups.get(), account.tags.get()
    text = {"account": account, "number": number, "phone": contact.phone, "contact": contact}
    inbound = Message.objects.create(**text, direction="in", origin="contact", status="processed", body="JOIN")
    bot = Bot.objects.create(account=account, name="VIP", on_all_numbers=False)
    BotNumber.objects.create(account=account, bot=bot, number=number)
    Trigger.objects.create(account=account, bot=bot, word="JOIN")
    Action.objects.create(account=account, bot=bot, position=0, kind=Action.Kind.ASSIGN_GROUP, group=group)
    Action.objects.create(account=account, bot=bot, position=1, kind=Action.Kind.ADD_TAG, tag=tag)
    run = Run.objects.create(
        account=account, bot=bot, inbound_id=inbound.pk, number=number, phone=contact.phone, word_key="join"
    )
    BotVersion.objects.create(account=account, bot=bot, what=as_json(draft_of(bot)))
    Notice.objects.create(account=account, bot=bot, contact=contact, kind="notify", body="Ana joined")
    WebhookCall.objects.create(account=account, run=run, url="https://example.com", payload={})
    broadcast = Broadcast.objects.create(
        account=account, number=number, group=group, body="Sale", segments=1, form_key=uuid4(), created_by=by
    )
    out = {
        **text,
        "direction": "out",
        "status": "sent",
        "body": "Welcome",
        "checked_at": datetime.now(UTC),
        "carrier_sid": f"SM{uuid4().hex}",
    }
    Message.objects.create(**out, origin="bot", run=run, inbound_id=inbound.pk, broadcast=broadcast)
    StatusReport.objects.create(account=account, carrier_sid=out["carrier_sid"], status="sent")


def tables() -> list[str]:
    """The tables whose rows belong to an account."""
    with connection.cursor() as cursor:
        # The key of the tombstones is nobody's to read, and says nothing of anybody.
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND c.relname <> 'tombstone_key' ORDER BY 1"
        )
        return [table for (table,) in cursor.fetchall()]


def contents(account: Account) -> dict[str, set[str]]:
    """All that `account` holds, by table."""
    found = {}
    with tenant(account.pk), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found[table] = {row for (row,) in cursor.fetchall()}
    return found
