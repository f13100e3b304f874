"""What a bot says after a wait is no reply: on a marketing number it is marketing (P8, P17)."""

from django.db import migrations, models

IS_MARKETING = """
CREATE OR REPLACE FUNCTION is_marketing(origin text, number_kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT origin = 'broadcast' OR (origin IN ('api', 'follow_up') AND number_kind = 'marketing')
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0005_replies_counted_from_their_index'),
        ('bots', '0006_runs_know_what_was_said_since'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='origin',
            field=models.CharField(choices=[('contact', 'Contact'), ('confirmation', 'Confirmation'), ('bot', 'Bot'), ('follow_up', 'Bot, after a wait'), ('inbox', 'Inbox'), ('api', 'API'), ('broadcast', 'Broadcast')], max_length=12),
        ),
        migrations.RunSQL(IS_MARKETING),
        migrations.RunSQL("CALL wall_in('bots_webhookcall', 'text_id', 'messaging_message');"),
    ]
