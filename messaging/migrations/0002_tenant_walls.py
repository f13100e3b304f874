"""The walls around texts, what an opt-out does to the queue, and which accounts have work."""

from django.db import migrations

WALLS = """
CALL wall_off('messaging_broadcast');
CALL wall_off('messaging_message');
CALL wall_off('messaging_statusreport');
CALL wall_off('messaging_carriercheck');
CALL wall_in('messaging_broadcast', 'number_id', 'contacts_number');
CALL wall_in('messaging_broadcast', 'group_id', 'contacts_group');
CALL wall_in('messaging_message', 'number_id', 'contacts_number');
CALL wall_in('messaging_message', 'contact_id', 'contacts_contact');
CALL wall_in('messaging_message', 'run_id', 'bots_run');
CALL wall_in('messaging_message', 'broadcast_id', 'messaging_broadcast');
CALL wall_in('messaging_carriercheck', 'number_id', 'contacts_number');
CALL wall_in('messaging_message', 'inbound_id', 'messaging_message');
CALL wall_in('bots_run', 'inbound_id', 'messaging_message');
"""

# In the database, because an opt-out can be written by the webhook, by staff and by the carrier's word, and none of them
# may forget what is still queued (P2, P8, P9).
QUEUE = """
-- Marketing is held while a review is open, and waits for the recipient's day (P8, P17). What somebody types, and what
-- answers a person's own text, is not marketing.
CREATE FUNCTION is_marketing(origin text, number_kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT origin = 'broadcast' OR (origin = 'api' AND number_kind = 'marketing')
$$;

-- Applies permission, as it has just become, to what waits for these phones; of those who stopped, the confirmation of
-- the STOP may still leave (P6).
CREATE FUNCTION apply_permission_to_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_message m SET
        status = now.status, refusal = coalesce(now.refusal, ''), consent_seq = coalesce(now.event_seq, m.consent_seq),
        basis = CASE WHEN now.status = 'refused' THEN '' ELSE m.basis END, checked_at = statement_timestamp(),
        settled_at = CASE WHEN now.status = 'refused' THEN statement_timestamp() END
    FROM (
        SELECT q.id, q.status AS was, why.refusal, p.event_seq, CASE WHEN why.refusal IS NOT NULL THEN 'refused'
            WHEN p.is_held AND is_marketing(q.origin, n.kind) THEN 'held' ELSE 'queued' END AS status
        FROM (SELECT DISTINCT account_id, phone FROM written) w
        JOIN contacts_number n ON n.account_id = w.account_id
        JOIN messaging_message q ON q.account_id = w.account_id AND q.number_id = n.id AND q.phone = w.phone
            AND q.direction = 'out' AND q.status IN ('queued', 'held')
        CROSS JOIN LATERAL permission_of(n.id, w.phone) p
        CROSS JOIN LATERAL (SELECT CASE WHEN NOT (p.refusal = 'opted_out' AND q.universal = 'stop')
            THEN p.refusal END AS refusal) why
    ) now
    WHERE m.account_id = app_account_id() AND m.id = now.id AND m.status = now.was AND now.status <> now.was;
    RETURN NULL;
END $$;
-- Marketing that waits for somebody's day is asked about again when hours, scope or a place have changed (P15, P17).
CREATE FUNCTION ask_again_about_waiting_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_message SET next_at = statement_timestamp()
    WHERE account_id = app_account_id() AND direction = 'out' AND status = 'queued' AND attempts = 0
        AND next_at > statement_timestamp();
    RETURN NULL;
END $$;
CREATE TRIGGER ask_again AFTER INSERT OR UPDATE OR DELETE ON contacts_quietwindow
    FOR EACH STATEMENT EXECUTE FUNCTION ask_again_about_waiting_texts();
CREATE TRIGGER ask_again AFTER INSERT OR UPDATE ON contacts_scopepolicy
    FOR EACH STATEMENT EXECUTE FUNCTION ask_again_about_waiting_texts();

CREATE FUNCTION move_waiting_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_message SET place = NEW.place,
        next_at = CASE WHEN attempts = 0 THEN least(next_at, statement_timestamp()) ELSE next_at END
    WHERE account_id = NEW.account_id AND contact_id = NEW.id AND direction = 'out' AND status IN ('queued', 'held');
    RETURN NULL;
END $$;
CREATE TRIGGER move_waiting_texts AFTER UPDATE OF place ON contacts_contact
    FOR EACH ROW WHEN (OLD.place IS DISTINCT FROM NEW.place) EXECUTE FUNCTION move_waiting_texts();

CREATE TRIGGER stop_queued_texts AFTER INSERT ON contacts_optout REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION apply_permission_to_queue();
CREATE TRIGGER stop_queued_texts_again AFTER UPDATE ON contacts_optout REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION apply_permission_to_queue();
CREATE TRIGGER stop_queued_texts AFTER INSERT ON contacts_block REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION apply_permission_to_queue();
CREATE TRIGGER hold_queued_texts AFTER INSERT ON contacts_review REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION apply_permission_to_queue();
CREATE TRIGGER release_held_texts AFTER UPDATE ON contacts_review REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION apply_permission_to_queue();
"""

WORK = """
-- The accounts with work of a kind, for the sweep, which belongs to no account. The kind is named in full, because
-- numbers have a column of that name, which would come first.
CREATE FUNCTION accounts_with_work(kind text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM shout_account a WHERE accounts_with_work.kind = 'inbound' AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = a.id AND m.status = 'received')
    UNION ALL
    SELECT DISTINCT n.account_id FROM contacts_number n WHERE accounts_with_work.kind = 'outbound'
        AND n.tokens + extract(epoch FROM statement_timestamp() - n.refilled_at) * n.segments_per_second >= 1 AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = n.account_id AND m.number_id = n.id
            AND m.status = 'queued' AND m.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE accounts_with_work.kind = 'unknown' AND EXISTS (
        SELECT 1 FROM messaging_message m WHERE m.account_id = a.id AND m.status IN ('sending', 'unknown')
            AND m.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE accounts_with_work.kind = 'broadcasts' AND EXISTS (
        SELECT 1 FROM messaging_broadcast b WHERE b.account_id = a.id AND b.status = 'fanning_out')
    UNION ALL
    SELECT DISTINCT n.account_id FROM contacts_number n WHERE accounts_with_work.kind = 'carrier'
        AND n.carrier_account_sid <> '' AND n.line <> 'in_app' AND NOT EXISTS (
        SELECT 1 FROM messaging_carriercheck c WHERE c.account_id = n.account_id AND c.number_id = n.id
            AND c.subject = 'texts' AND c.checked_at > statement_timestamp() - interval '10 minutes')
$$;
ALTER FUNCTION accounts_with_work(text) OWNER TO shout_ops;
REVOKE ALL ON FUNCTION accounts_with_work(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_with_work(text) TO shout_app;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_tables"), ("bots", "0002_tenant_walls")]
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(QUEUE), migrations.RunSQL(WORK)]
