"""The index of a bot's runs holds what figures count, so that they read no rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bots", "0004_walls_and_playbook")]
    operations = [
        migrations.RemoveIndex("run", "runs_of_a_bot"),
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["account", "bot", "-ran_at"],
                name="runs_of_a_bot",
                include=["id", "joined", "left", "number", "phone"],
            ),
        ),
    ]
