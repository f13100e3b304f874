"""The walls between accounts: grants, row-level security, compound foreign keys, and the one door for sign-in."""

from django.db import migrations

GRANTS = """
GRANT USAGE ON SCHEMA public TO shout_app, shout_ops;
-- Owning the functions below takes CREATE at the moment they are handed over.
GRANT CREATE ON SCHEMA public TO shout_ops;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shout_app, shout_ops;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO shout_app, shout_ops;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shout_app, shout_ops;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO shout_app, shout_ops;
"""

WALLS = """
-- NULLIF: after one SET LOCAL the setting is '' and not NULL for the rest of the connection.
CREATE FUNCTION app_account_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.account_id', true), '')::bigint;

-- Puts a table with account_id behind row-level security.
CREATE PROCEDURE wall_off(tenant_table regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON %s USING (account_id = app_account_id())'
                   ' WITH CHECK (account_id = app_account_id())', tenant_table);
END $$;

-- A reference between two tenant tables that cannot cross accounts. The parent gets the key that it points at. It leads
-- with the id, because the planner thinks little of an account that has grown since it last counted: it would take an
-- index that leads with the account, and read all of the account's rows for each one that it looks for.
CREATE PROCEDURE wall_in(child regclass, child_column name, parent regclass) LANGUAGE plpgsql AS $$
DECLARE
    key text := replace(parent::text, '.', '_') || '_of_account';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = parent AND conname = key) THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (id, account_id)', parent, key);
    END IF;
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (account_id, %I) REFERENCES %s (account_id, id)'
                   ' DEFERRABLE INITIALLY DEFERRED', child, child_column, parent);
END $$;

ALTER TABLE shout_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON shout_account USING (id = app_account_id()) WITH CHECK (id = app_account_id());
CALL wall_off('shout_membership');
CALL wall_off('shout_apikey');
"""

SEATS = """
-- Which accounts a person may enter is asked before an account is chosen.
-- pg_temp last: unless it is named, a caller's temporary tables would come before the real ones.
CREATE FUNCTION seats_of(person bigint) RETURNS TABLE (account_id bigint, account_name text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.account_id, a.name::text, m.role::text
    FROM shout_membership m JOIN shout_account a ON a.id = m.account_id
    WHERE m.user_id = person ORDER BY a.name, a.id
$$;
ALTER FUNCTION seats_of(bigint) OWNER TO shout_ops;
REVOKE ALL ON FUNCTION seats_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seats_of(bigint) TO shout_app;
"""


class Migration(migrations.Migration):
    dependencies = [("shout", "0001_tables")]
    operations = [migrations.RunSQL(GRANTS), migrations.RunSQL(WALLS), migrations.RunSQL(SEATS)]
