"""A run knows what the ledger said when it last spoke, and a call the text it comes of."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bots', '0005_runs_counted_from_their_index'),
        ('contacts', '0003_reply_limit'),
        ('shout', '0002_tenant_walls'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='ledger_seq',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='webhookcall',
            name='text_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='run',
            name='state',
            field=models.CharField(choices=[('done', 'Done'), ('waiting', 'Waiting'), ('asking', 'Asking'), ('ended', 'Ended before its last step')], db_default='done', max_length=8),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['account', 'phone'], name='waits_of_a_phone'),
        ),
    ]
