"""A run speaks to texts of its own account."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_tenant_walls"), ("bots", "0004_walls_and_playbook")]
    operations = [migrations.RunSQL("CALL wall_in('bots_run', 'text_id', 'messaging_message');")]
