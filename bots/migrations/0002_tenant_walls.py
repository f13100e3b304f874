"""The walls around bots."""

from django.db import migrations

WALLS = """
CALL wall_off('bots_bot');
CALL wall_off('bots_botnumber');
CALL wall_off('bots_trigger');
CALL wall_off('bots_action');
CALL wall_off('bots_run');
CALL wall_in('bots_botnumber', 'bot_id', 'bots_bot');
CALL wall_in('bots_botnumber', 'number_id', 'contacts_number');
CALL wall_in('bots_trigger', 'bot_id', 'bots_bot');
CALL wall_in('bots_action', 'bot_id', 'bots_bot');
CALL wall_in('bots_action', 'group_id', 'contacts_group');
CALL wall_in('bots_action', 'tag_id', 'contacts_tag');
CALL wall_in('bots_run', 'bot_id', 'bots_bot');
CALL wall_in('bots_run', 'number_id', 'contacts_number');
"""


class Migration(migrations.Migration):
    dependencies = [("bots", "0001_tables"), ("contacts", "0002_tenant_walls")]
    operations = [migrations.RunSQL(WALLS)]
