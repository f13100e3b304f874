"""What bots of an older release have become after the migrations."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from bots.models import Trigger
from contacts.words import Universal, classify
from shout import database
from shout.models import Account
from shout.text import normalise
from tests.bots.drafting import draft, save


def migrate(app: str, name: str) -> None:
    """Run the SQL of a migration once more, as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; SET ROLE {database.OWNER}")
        for operation in MigrationLoader(connection).disk_migrations[app, name].operations:
            assert isinstance(operation, RunSQL)
            cursor.execute(operation.sql)
        cursor.execute(f"SET ROLE {database.APP}")


def test_words_saved_with_the_colour_of_a_skin_are_heard_with_any(account: Account) -> None:
    words = ("👍🏽", "👍🏿", "🎉", "🏽", "go 👋🏻 now", "VIP")
    held = save(account, draft(*(f"word {at}" for at in range(len(words)))))
    for trigger, word in zip(held.triggers.all(), words, strict=True):
        Trigger.objects.filter(pk=trigger.pk).update(word=word, word_key=word.lower())
    plain = save(account, draft("word 6", "word 7"))
    for trigger, word in zip(plain.triggers.all(), ("👎🏻", "👎"), strict=True):
        Trigger.objects.filter(pk=trigger.pk).update(word=word, word_key=word)
    account.own_stop_words = ["alto", "🖐🏽", "🖐🏿"]
    account.save()

    migrate("bots", "0008_emoji_of_any_skin")

    assert [each.word_key for each in held.triggers.all()] == ["👍", "🎉", "🏽", "go 👋 now", "vip"]
    assert [each.word for each in plain.triggers.all()] == ["👎"]
    assert all(each.word_key == normalise(each.word) for each in account.triggers.all())
    account.refresh_from_db()
    assert account.own_stop_words == ["alto", "🖐"]
    stop = classify("🖐🏻", is_local_line=False, has_stopped=False, own_stop_words=account.own_stop_words)
    assert stop == Universal.STOP
