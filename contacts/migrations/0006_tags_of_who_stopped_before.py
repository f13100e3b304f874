"""Whoever becomes a contact gets the opt-out tags of the numbers that their phone has stopped (P7)."""

from django.db import migrations

# In the database, because contacts come in by texts, forms, files and the API. PostgreSQL fires it after
# revive_tombstones, whose name comes first, so that what an erased person had stopped counts too.
LABELS = """
CREATE FUNCTION tag_who_had_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM contacts_number WHERE account_id = app_account_id() AND opt_out_tag_id IS NOT NULL)
        AND EXISTS (SELECT FROM contacts_optout WHERE account_id = app_account_id() AND lifted_at IS NULL)
    THEN
        INSERT INTO contacts_contacttag (account_id, tag_id, contact_id)
        SELECT c.account_id, n.opt_out_tag_id, c.id FROM written c
        JOIN contacts_optout o ON o.account_id = app_account_id() AND o.phone = c.phone AND o.lifted_at IS NULL
        JOIN contacts_number n ON n.account_id = app_account_id() AND n.id = o.number_id
        WHERE c.account_id = app_account_id() AND n.opt_out_tag_id IS NOT NULL ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tag_who_had_stopped AFTER INSERT ON contacts_contact REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION tag_who_had_stopped();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_lists_left_by_the_erased")]
    operations = [migrations.RunSQL(LABELS)]
