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
CALL wall_off('contacts_optin');
CALL wall_off('contacts_consentevent');
CALL wall_off('contacts_import');
CALL wall_off('contacts_scopepolicy');
CALL wall_off('contacts_quietwindow');
CALL wall_off('contacts_review');
CALL wall_off('contacts_calltoaction');
CALL wall_off('contacts_ledgercheck');
CALL wall_off('contacts_tombstone');
CALL wall_in('contacts_number', 'opt_out_tag_id', 'contacts_tag');
CALL wall_in('contacts_groupmembership', 'group_id', 'contacts_group');
CALL wall_in('contacts_groupmembership', 'contact_id', 'contacts_contact');
CALL wall_in('contacts_contacttag', 'tag_id', 'contacts_tag');
CALL wall_in('contacts_contacttag', 'contact_id', 'contacts_contact');
CALL wall_in('contacts_optout', 'number_id', 'contacts_number');
CALL wall_in('contacts_optin', 'number_id', 'contacts_number');
CALL wall_in('contacts_review', 'number_id', 'contacts_number');
CALL wall_in('contacts_tombstone', 'number_id', 'contacts_number');
CALL wall_in('contacts_import', 'group_id', 'contacts_group');
"""

PERMISSION = """
-- The advisory lock of one (number, phone): sends hold it shared, an opt-out takes it alone.
CREATE FUNCTION permission_key(number_id bigint, phone text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(phone, number_id);

-- How far an opt-out reaches now (P15).
CREATE FUNCTION opt_out_scope() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT p.scope FROM contacts_scopepolicy p
        WHERE p.account_id = app_account_id() AND p.starts_at <= statement_timestamp() AND p.canceled_at IS NULL
        ORDER BY p.starts_at DESC, p.id DESC LIMIT 1), 'number')
$$;

-- Whether what a person asked of one number, in a line of the ledger, holds for another: by the scope, unless they have
-- asked for the texts of that other one since.
CREATE FUNCTION reaches(asked_of bigint, asked_seq bigint, sender bigint, recipient text) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT CASE opt_out_scope() WHEN 'account' THEN true
            WHEN 'purpose' THEN (SELECT a.kind = s.kind FROM contacts_number a, contacts_number s
                WHERE a.id = asked_of AND s.id = sender)
            ELSE false END
        AND asked_seq > coalesce((SELECT i.event_seq FROM contacts_optin i WHERE i.account_id = app_account_id()
            AND i.phone = recipient AND i.number_id = sender), 0)
$$;

-- The numbers that are closed when this one is stopped.
CREATE FUNCTION reached_numbers(asked_of bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT n.id FROM contacts_number n JOIN contacts_number a ON a.id = asked_of
    WHERE n.account_id = app_account_id()
        AND (n.id = a.id OR opt_out_scope() = 'account' OR (opt_out_scope() = 'purpose' AND n.kind = a.kind))
$$;

-- All of permission: why this phone may not be texted from this number, or NULL; whether the person has stopped it (also
-- behind a block); whether marketing is held; and the line of the ledger that decided. Every door asks here (P13).
CREATE FUNCTION permission_of(sender bigint, recipient text)
    RETURNS TABLE (refusal text, is_stopped boolean, is_held boolean, event_seq bigint) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN b.event_seq IS NOT NULL THEN 'blocked' WHEN o.event_seq IS NOT NULL THEN 'opted_out' END,
        o.event_seq IS NOT NULL, h.event_seq IS NOT NULL, coalesce(b.event_seq, o.event_seq, h.event_seq)
    FROM (SELECT) one
    LEFT JOIN LATERAL (
        SELECT x.event_seq FROM contacts_block x WHERE x.account_id = app_account_id() AND x.phone = recipient LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL (
        SELECT x.event_seq FROM contacts_optout x WHERE x.account_id = app_account_id() AND x.phone = recipient
            AND CASE WHEN x.number_id = sender THEN x.lifted_at IS NULL
                ELSE reaches(x.number_id, x.event_seq, sender, recipient) END
        ORDER BY x.number_id <> sender, x.event_seq DESC LIMIT 1
    ) o ON true
    LEFT JOIN LATERAL (
        SELECT x.event_seq FROM contacts_review x
        WHERE x.account_id = app_account_id() AND x.phone = recipient AND x.decision = ''
            AND CASE WHEN x.number_id = sender THEN true
                ELSE reaches(x.number_id, x.event_seq, sender, recipient) END
        ORDER BY x.number_id <> sender, x.event_seq DESC LIMIT 1
    ) h ON true
$$;
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

-- What a line says of the person, closed by a random salt that goes with it when the person is erased (P16).
CREATE FUNCTION consent_seal(line contacts_consentevent) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(line.salt || convert_to(concat_ws(E'\\x1f', line.phone, line.words, line.reference), 'UTF8'))
$$;

-- What a line says, as it is hashed: its fields in order, each after the unit separator, times in microseconds.
CREATE FUNCTION consent_line(line contacts_consentevent) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(E'\\x1f', line.account_id, line.seq, (extract(epoch FROM line.at) * 1000000)::bigint,
        coalesce(((extract(epoch FROM line.asked_at)) * 1000000)::bigint::text, ''), line.kind,
        coalesce(line.number_ref::text, ''), line.number_e164, coalesce(line.group_ref::text, ''), line.group_name,
        line.source, line.rule, line.actor, encode(line.seal, 'hex'))
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
    -- Nobody says when it was recorded but the database, so that no line can be slipped into the past.
    NEW.at := clock_timestamp();
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.seal := consent_seal(NEW);
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

-- The one change that is let through empties what tells of an erased person; only erase_from_ledger() may try it.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.salt <> '' THEN
        OLD.phone := '';
        OLD.words := '';
        OLD.reference := '';
        OLD.salt := '';
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The consent ledger is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON contacts_consentevent
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON contacts_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
REVOKE UPDATE, DELETE ON contacts_consentevent FROM shout_app, shout_ops;

-- Takes the person out of the lines about a phone; returns the lines.
CREATE FUNCTION erase_from_ledger(person text) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE contacts_consentevent SET phone = '', words = '', reference = '', salt = ''
    WHERE account_id = app_account_id() AND phone = person AND person <> '' RETURNING seq
$$;
REVOKE ALL ON FUNCTION erase_from_ledger(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_from_ledger(text) TO shout_app;

-- The first line of the account's ledger that is not as it was written, missing, or empty without an erasure; or NULL.
CREATE FUNCTION broken_ledger_line() RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH chained AS (
        SELECT l AS line, l.seq, l.hash, lag(l.hash, 1, ''::bytea) OVER w AS before, row_number() OVER w AS place
        FROM contacts_consentevent l WHERE l.account_id = app_account_id() WINDOW w AS (ORDER BY l.seq)
    ), erased AS (
        SELECT unnest(string_to_array(words, ',')) AS seq FROM contacts_consentevent
        WHERE account_id = app_account_id() AND kind = 'erased'
    ), newest AS (
        SELECT coalesce(max(seq), 0) AS seq FROM chained
    )
    SELECT min(seq) FROM (
        SELECT c.place AS seq FROM chained c WHERE c.seq <> c.place
            OR c.hash <> sha256(c.before || convert_to(consent_line(c.line), 'UTF8'))
            OR CASE WHEN (c.line).salt = '' THEN concat((c.line).phone, (c.line).words, (c.line).reference) <> ''
                    OR c.seq::text NOT IN (SELECT seq FROM erased)
                ELSE (c.line).seal <> consent_seal(c.line) END
        UNION ALL
        SELECT newest.seq + 1 FROM newest LEFT JOIN consent_ledger_head h ON h.account_id = app_account_id()
        WHERE coalesce(h.seq, 0) <> newest.seq
        UNION ALL
        SELECT c.seq FROM chained c JOIN consent_ledger_head h ON h.account_id = app_account_id()
        WHERE c.seq = h.seq AND c.hash <> h.hash
        UNION ALL
        SELECT k.lines FROM contacts_ledgercheck k LEFT JOIN chained c ON c.seq = k.lines
        WHERE k.account_id = app_account_id() AND k.broken_seq IS NULL AND k.lines > 0
            AND c.hash IS DISTINCT FROM k.head
    ) found
$$;

-- What proves the ledger is only ever added to. A person who leaves the team is forgotten as the author.
REVOKE UPDATE, DELETE ON contacts_calltoaction, contacts_ledgercheck FROM shout_app;
GRANT UPDATE (created_by_id) ON contacts_calltoaction TO shout_app;

-- The accounts whose ledger has not been verified since a moment, for the nightly check, which belongs to none of them.
CREATE FUNCTION ledgers_to_verify(since timestamptz) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM shout_account a WHERE NOT EXISTS (
        SELECT FROM contacts_ledgercheck k WHERE k.account_id = a.id AND k.checked_at >= since) ORDER BY 1
$$;
ALTER FUNCTION ledgers_to_verify(timestamptz) OWNER TO shout_ops;
REVOKE ALL ON FUNCTION ledgers_to_verify(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledgers_to_verify(timestamptz) TO shout_app;
"""

ERASURE = """
-- The key of each account's tombstones. No role of the application reads it.
CREATE TABLE tombstone_key (
    account_id bigint PRIMARY KEY REFERENCES shout_account (id) ON DELETE CASCADE,
    key bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
ALTER TABLE tombstone_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tombstone_key USING (account_id = app_account_id()) WITH CHECK (account_id = app_account_id());
REVOKE ALL ON tombstone_key FROM shout_app, shout_ops;

CREATE FUNCTION tombstone_digest(phone text) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    secret bytea;
BEGIN
    INSERT INTO tombstone_key (account_id) VALUES (app_account_id()) ON CONFLICT DO NOTHING;
    SELECT key INTO secret FROM tombstone_key WHERE account_id = app_account_id();
    RETURN sha256(secret || sha256(secret || convert_to(phone, 'UTF8')));
END $$;
REVOKE ALL ON FUNCTION tombstone_digest(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tombstone_digest(text) TO shout_app;

-- In the database, because contacts come in by texts, forms, files and the API, and none of them may forget what an
-- erased person had asked for.
CREATE FUNCTION revive_tombstones() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stone record;
BEGIN
    IF NOT EXISTS (SELECT FROM contacts_tombstone WHERE account_id = app_account_id()) THEN
        RETURN NULL;
    END IF;
    FOR stone IN
        SELECT t.*, c.phone FROM written c JOIN contacts_tombstone t
            ON t.account_id = app_account_id() AND t.digest = tombstone_digest(c.phone)
    LOOP
        IF stone.number_id IS NULL THEN
            INSERT INTO contacts_block (account_id, phone, reason, blocked_at, event_seq)
            VALUES (stone.account_id, stone.phone, '', stone.asked_at, stone.event_seq) ON CONFLICT DO NOTHING;
        ELSE
            INSERT INTO contacts_optout (account_id, number_id, phone, source, words, opted_out_at, lifted_at, event_seq)
            SELECT stone.account_id, n.id, stone.phone, stone.source, '', stone.asked_at, stone.lifted_at, stone.event_seq
            FROM contacts_number n WHERE n.id = stone.number_id ON CONFLICT DO NOTHING;
        END IF;
        DELETE FROM contacts_tombstone WHERE account_id = stone.account_id AND id = stone.id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER revive_tombstones AFTER INSERT ON contacts_contact REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION revive_tombstones();
CREATE TRIGGER revive_tombstones_of_new_phone AFTER UPDATE ON contacts_contact REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION revive_tombstones();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_tables"), ("shout", "0002_tenant_walls")]
    operations = [
        migrations.RunSQL(WALLS),
        migrations.RunSQL(PERMISSION),
        migrations.RunSQL(LEDGER),
        migrations.RunSQL(ERASURE),
    ]
