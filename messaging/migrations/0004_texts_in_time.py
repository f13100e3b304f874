"""Texts of an account in the order of time: what people wrote, and what of it fitted no bot."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_runs_speak_to_texts")]
    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["account", "-created_at"], name="texts_people_wrote", condition=models.Q(direction="in")
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["account", "-created_at"],
                name="texts_that_fit_nothing",
                condition=models.Q(trace__outcome="no_match"),
            ),
        ),
    ]
