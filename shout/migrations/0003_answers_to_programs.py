"""Answers of the REST API, kept for a day, so that a repeated request is answered the same and changes nothing."""

import django.db.models.deletion
from django.db import migrations, models

ANSWERS = """
CALL wall_off('shout_answer');
CREATE INDEX shout_answer_by_age ON shout_answer (answered_at);

-- They are forgotten for all accounts at once, also for those that never come again.
CREATE FUNCTION forget_answers() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM shout_answer WHERE answered_at < now() - interval '24 hours'
$$;
ALTER FUNCTION forget_answers() OWNER TO shout_ops;
REVOKE ALL ON FUNCTION forget_answers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_answers() TO shout_app;
"""


class Migration(migrations.Migration):
    dependencies = [("shout", "0002_tenant_walls")]
    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("answered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="shout.account"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="one_answer_per_key")],
            },
        ),
        migrations.RunSQL(ANSWERS),
    ]
