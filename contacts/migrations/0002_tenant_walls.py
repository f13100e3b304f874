"""The walls around contacts, and the database's own rules of permission."""

from django.db import migrations

WALLS = """
CALL wall_off('contacts_tag');
CALL wall_off('contacts_group');
CALL wall_off('contacts_contact');
CALL wall_off('contacts_number');
CALL wall_off('contacts_groupmembership');
CALL wall_off('contacts_contacttag');
CALL wall_off('contacts_optout');
CALL wall_off('contacts_block');
CALL wall_off('contacts_consentevent');
CALL wall_off('contacts_import');
CALL wall_in('contacts_number', 'opt_out_tag_id', 'contacts_tag');
CALL wall_in('contacts_groupmembership', 'group_id', 'contacts_group');
CALL wall_in('contacts_groupmembership', 'contact_id', 'contacts_contact');
CALL wall_in('contacts_contacttag', 'tag_id', 'contacts_tag');
CALL wall_in('contacts_contacttag', 'contact_id', 'contacts_contact');
CALL wall_in('contacts_optout', 'number_id', 'contacts_number');
CALL wall_in('contacts_import', 'group_id', 'contacts_group');
"""

PERMISSION = """
-- The advisory lock of one (number, phone): sends hold it shared, an opt-out takes it alone.
CREATE FUNCTION permission_key(number_id bigint, phone text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(phone, number_id);
"""

LEDGER = """
-- The ledger's head: the number and the hash of each account's newest line. Only the triggers below write it.
CREATE TABLE consent_ledger_head (
    account_id bigint PRIMARY KEY REFERENCES shout_account (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
ALTER TABLE consent_ledger_head ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON consent_ledger_head USING (account_id = app_account_id())
    WITH CHECK (account_id = app_account_id());
REVOKE INSERT, UPDATE, DELETE ON consent_ledger_head FROM shout_app;

-- What a line says, as it is hashed: its fields in order, each after the unit separator, times in microseconds.
CREATE FUNCTION consent_line(line contacts_consentevent) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(E'\\x1f', line.account_id, line.seq, (extract(epoch FROM line.at) * 1000000)::bigint,
        coalesce(((extract(epoch FROM line.asked_at)) * 1000000)::bigint::text, ''), line.kind, line.phone,
        coalesce(line.number_ref::text, ''), line.number_e164, coalesce(line.group_ref::text, ''), line.group_name,
        line.source, line.words, line.reference, line.actor)
$$;

-- The head is read before and written after a whole statement and carried between its rows in a setting: one new version
-- of the head for each row would make a statement of many rows quadratic (40,000 rows: 102 s against 1.4 s).
CREATE FUNCTION take_ledger_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head consent_ledger_head;
BEGIN
    INSERT INTO consent_ledger_head (account_id, seq, hash) VALUES (app_account_id(), 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM consent_ledger_head WHERE account_id = app_account_id() FOR UPDATE;
    PERFORM set_config('app.ledger_head', head.seq || ':' || encode(head.hash, 'hex'), true);
    RETURN NULL;
END $$;

CREATE FUNCTION chain_consent_line() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    head text[] := string_to_array(current_setting('app.ledger_head'), ':');
BEGIN
    NEW.seq := head[1]::bigint + 1;
    NEW.hash := sha256(decode(head[2], 'hex') || convert_to(consent_line(NEW), 'UTF8'));
    PERFORM set_config('app.ledger_head', NEW.seq || ':' || encode(NEW.hash, 'hex'), true);
    RETURN NEW;
END $$;

CREATE FUNCTION keep_ledger_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head text[] := string_to_array(current_setting('app.ledger_head'), ':');
BEGIN
    UPDATE consent_ledger_head SET seq = head[1]::bigint, hash = decode(head[2], 'hex')
    WHERE account_id = app_account_id();
    RETURN NULL;
END $$;
ALTER FUNCTION take_ledger_head() OWNER TO shout_ops;
ALTER FUNCTION keep_ledger_head() OWNER TO shout_ops;
REVOKE ALL ON FUNCTION take_ledger_head(), keep_ledger_head() FROM PUBLIC;
CREATE TRIGGER take_head BEFORE INSERT ON contacts_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION take_ledger_head();
CREATE TRIGGER chain BEFORE INSERT ON contacts_consentevent FOR EACH ROW EXECUTE FUNCTION chain_consent_line();
CREATE TRIGGER keep_head AFTER INSERT ON contacts_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger_head();

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The consent ledger is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON contacts_consentevent
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON contacts_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
REVOKE UPDATE, DELETE ON contacts_consentevent FROM shout_app, shout_ops;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_tables"), ("shout", "0002_tenant_walls")]
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(PERMISSION), migrations.RunSQL(LEDGER)]
