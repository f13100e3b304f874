"""The index of a run's texts says what became of them, so that figures read no rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_texts_in_time")]
    operations = [
        migrations.RemoveIndex("message", "texts_of_a_run"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["account", "run"],
                name="texts_of_a_run",
                include=["direction", "status", "created_at"],
                condition=models.Q(run__isnull=False),
            ),
        ),
    ]
