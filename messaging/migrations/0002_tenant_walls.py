"""The walls around texts, what an opt-out does to the queue, and which accounts have work."""

from django.db import migrations

WALLS = """
CALL wall_off('messaging_broadcast');
CALL wall_off('messaging_message');
CALL wall_off('messaging_statusreport');
CALL wall_in('messaging_broadcast', 'number_id', 'contacts_number');
CALL wall_in('messaging_broadcast', 'group_id', 'contacts_group');
CALL wall_in('messaging_message', 'number_id', 'contacts_number');
CALL wall_in('messaging_message', 'contact_id', 'contacts_contact');
CALL wall_in('messaging_message', 'run_id', 'bots_run');
CALL wall_in('messaging_message', 'broadcast_id', 'messaging_broadcast');
CALL wall_in('messaging_message', 'inbound_id', 'messaging_message');
CALL wall_in('bots_run', 'inbound_id', 'messaging_message');
"""

# In the database, because an opt-out can be written by the webhook, by staff and by an import, and none of them may
# forget what is still queued (P2, P9).
QUEUE = """
CREATE FUNCTION refuse_texts_of_new_opt_outs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_message m SET status = 'refused', refusal = 'opted_out', settled_at = statement_timestamp()
    FROM written w
    WHERE m.account_id = w.account_id AND m.number_id = w.number_id AND m.phone = w.phone
        AND m.direction = 'out' AND m.status = 'queued';
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_queued_texts AFTER INSERT ON contacts_optout REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_texts_of_new_opt_outs();

CREATE FUNCTION refuse_texts_of_new_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_message m SET status = 'refused', refusal = 'blocked', settled_at = statement_timestamp()
    FROM written w
    WHERE m.account_id = w.account_id AND m.phone = w.phone AND m.direction = 'out' AND m.status = 'queued';
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_queued_texts AFTER INSERT ON contacts_block REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_texts_of_new_blocks();
"""

WORK = """
-- The accounts with work of a kind, for the sweep, which belongs to no account.
CREATE FUNCTION accounts_with_work(kind text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM shout_account a WHERE kind = 'inbound' AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = a.id AND m.status = 'received')
    UNION ALL
    SELECT DISTINCT n.account_id FROM contacts_number n WHERE kind = 'outbound'
        AND n.tokens + extract(epoch FROM statement_timestamp() - n.refilled_at) * n.segments_per_second >= 1 AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = n.account_id AND m.number_id = n.id
            AND m.status = 'queued' AND m.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE kind = 'unknown' AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = a.id AND m.status IN ('sending', 'unknown')
            AND m.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE kind = 'broadcasts' AND EXISTS (
        SELECT 1 FROM messaging_broadcast b WHERE b.account_id = a.id AND b.status = 'fanning_out')
$$;
ALTER FUNCTION accounts_with_work(text) OWNER TO shout_ops;
REVOKE ALL ON FUNCTION accounts_with_work(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_with_work(text) TO shout_app;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_tables"), ("bots", "0002_tenant_walls")]
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(QUEUE), migrations.RunSQL(WORK)]
