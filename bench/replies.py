"""How many waiting texts a second one worker answers: bots that put on a list, label and reply."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django.utils.timezone import now
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from bench import bare, ground
from bench.measure import Result, Run, compare, timed
from bots.models import Action, Bot, Trigger
from contacts.models import Group, Number, Tag
from messaging import inbound
from messaging.models import Message
from shout.tenancy import tenant

CONTACTS, BOTS, BATCH = 3_000, 50, 500

Write = Callable[..., list[Any]]


@dataclass(frozen=True, slots=True)
class Text:
    """A waiting text, and what the floor needs to know to answer it."""

    id: int
    phone: str
    contact_id: int
    bot: Bot
    group: Group
    tag: Tag


def measure(scale: float) -> Result:
    """Floor: the same rows written by set-based SQL in batches as large, without reading anything first."""
    count = int(5_000 * scale)
    return compare(f"inbound → reply, {BOTS} bots", "texts", figure=lambda: _figure(count), floor=lambda: _floor(count))


def _figure(count: int) -> Run:
    number, texts = _waiting(count)
    run = timed(count, lambda: inbound.process(account_id=number.account_id))
    _check(number, texts)
    return run


def _floor(count: int) -> Run:
    number, texts = _waiting(count)
    run = timed(count, lambda: _answer_all(number, texts))
    _check(number, texts)
    return run


def _check(number: Number, texts: Sequence[Text]) -> None:
    """Refuse to report a speed at which the work was not done."""
    with tenant(number.account_id):
        replies = Message.objects.filter(account_id=number.account_id, status=Message.Status.QUEUED).count()
        runs = sum(bot.runs.count() for bot in number.account.bots.all())
    if (replies, runs) != (len(texts), len(texts)):
        raise AssertionError(f"{len(texts)} texts made {runs} runs and {replies} replies")


def _waiting(count: int) -> tuple[Number, list[Text]]:
    """A new account where many people have texted the words of many bots."""
    account = ground.account()
    number = ground.number(account)
    with tenant(account.pk):
        bots = [_bot(number, i) for i in range(BOTS)]
    contacts = list(ground.people(account, CONTACTS).items())
    with tenant(account.pk):
        # Steps without a common divisor bring every person to every bot before anybody comes to one twice.
        chosen = [(*contacts[i % CONTACTS], *bots[i % (BOTS - 1)]) for i in range(count)]
        rows = Message.objects.bulk_create(
            Message(
                account=account,
                direction="in",
                origin="contact",
                status="received",
                number=number,
                phone=phone,
                body=f"{bot.name}!",
                carrier_sid=f"SM{uuid4().hex}",
            )
            for phone, _, bot, _, _ in chosen
        )
    ground.as_owner("ANALYZE")
    return number, [Text(row.pk, *choice) for row, choice in zip(rows, chosen, strict=True)]


def _bot(number: Number, i: int) -> tuple[Bot, Group, Tag]:
    account = number.account
    group = Group.objects.create(account=account, name=f"List {i}")
    tag = Tag.objects.create(account=account, name=f"Label {i}")
    bot = Bot.objects.create(account=account, name=f"Join{i}")
    Trigger.objects.create(account=account, bot=bot, word=bot.name)
    steps: list[dict[str, Any]] = [
        {"kind": Action.Kind.ASSIGN_GROUP, "group": group},
        {"kind": Action.Kind.ADD_TAG, "tag": tag},
        {"kind": Action.Kind.REPLY, "body": _reply(bot)},
    ]
    Action.objects.bulk_create(
        Action(account=account, bot=bot, position=position, **step) for position, step in enumerate(steps)
    )
    return bot, group, tag


def _reply(bot: Bot) -> str:
    return f"Welcome to {bot.name}! Show this text at the bar for a free coffee. Reply STOP to get no more texts."


def _answer_all(number: Number, texts: Sequence[Text]) -> None:
    connection = bare.connect()
    for start in range(0, len(texts), BATCH):
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.account_id = %s", [str(number.account_id)])
            _write_lists(partial(_write, cursor), number.account_id, texts[start : start + BATCH])
            _write_replies(partial(_write, cursor), number, texts[start : start + BATCH])
    connection.close()


def _write(cursor: Cursor, statement: str, rows: Sequence[tuple[Any, ...]], template: str | None = None) -> list[Any]:
    found: list[Any] = execute_values(cursor, statement, rows, template=template, page_size=BATCH, fetch=True)
    return found


def _write_lists(write: Write, account: int, texts: Sequence[Text]) -> None:
    joined = write(
        "INSERT INTO contacts_groupmembership (account_id, contact_id, group_id) VALUES %s"
        " ON CONFLICT DO NOTHING RETURNING contact_id, group_id",
        [(account, text.contact_id, text.group.pk) for text in texts],
    )
    write(
        "INSERT INTO contacts_contacttag (account_id, contact_id, tag_id) VALUES %s"
        " ON CONFLICT DO NOTHING RETURNING id",
        [(account, text.contact_id, text.tag.pk) for text in texts],
    )
    write(
        "INSERT INTO contacts_consentevent (account_id, seq, kind, phone, number_e164, group_ref, group_name, source,"
        " rule, words, reference, actor, salt, seal, hash) VALUES %s RETURNING id",
        [
            (
                account,
                0,
                "joined",
                text.phone,
                "",
                text.group.pk,
                text.group.name,
                "keyword",
                "",
                text.bot.name,
                "",
                "",
                b"",
                b"",
                b"",
            )
            for text in texts
            if (text.contact_id, text.group.pk) in joined
        ],
    )


def _write_replies(write: Write, number: Number, texts: Sequence[Text]) -> None:
    account = number.account_id
    runs = write(
        "INSERT INTO bots_run (account_id, bot_id, inbound_id, number_id, phone, word_key) VALUES %s RETURNING id",
        [(account, text.bot.pk, text.id, number.pk, text.phone, text.bot.name) for text in texts],
    )
    write(
        "INSERT INTO messaging_message (account_id, direction, origin, status, number_id, phone, contact_id, body,"
        " inbound_id, run_id, checked_at) VALUES %s RETURNING id",
        [
            (
                account,
                "out",
                "bot",
                "queued",
                number.pk,
                text.phone,
                text.contact_id,
                _reply(text.bot),
                text.id,
                run,
                now(),
            )
            for text, (run,) in zip(texts, runs, strict=True)
        ],
    )
    write(
        "UPDATE messaging_message m SET status = 'processed', contact_id = v.contact_id, trace = v.trace,"
        " settled_at = now() FROM (VALUES %s) v (id, contact_id, trace)"
        " WHERE m.account_id = app_account_id() AND m.id = v.id RETURNING m.id",
        [(text.id, text.contact_id, json.dumps({"bot": text.bot.pk})) for text in texts],
        "(%s, %s, %s::jsonb)",
    )
