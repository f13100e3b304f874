"""The walls around what bots remember, and the number that says when an account's bots have changed."""

from django.db import migrations

WALLS = """
CALL wall_off('bots_botversion');
CALL wall_off('bots_notice');
CALL wall_off('bots_webhookcall');
CALL wall_in('bots_botversion', 'bot_id', 'bots_bot');
CALL wall_in('bots_notice', 'bot_id', 'bots_bot');
CALL wall_in('bots_notice', 'contact_id', 'contacts_contact');
CALL wall_in('bots_webhookcall', 'run_id', 'bots_run');
"""

# Workers keep compiled bots in memory; the database itself counts the changes, so that no writer can forget to.
PLAYBOOK = """
CREATE TABLE playbook_version (
    account_id bigint PRIMARY KEY REFERENCES shout_account (id) ON DELETE CASCADE,
    version bigint NOT NULL DEFAULT 1
);
ALTER TABLE playbook_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON playbook_version USING (account_id = app_account_id())
    WITH CHECK (account_id = app_account_id());

CREATE FUNCTION count_playbook_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO playbook_version (account_id) SELECT app_account_id() WHERE app_account_id() IS NOT NULL
    ON CONFLICT (account_id) DO UPDATE SET version = playbook_version.version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON bots_bot
    FOR EACH STATEMENT EXECUTE FUNCTION count_playbook_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON bots_botnumber
    FOR EACH STATEMENT EXECUTE FUNCTION count_playbook_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON bots_trigger
    FOR EACH STATEMENT EXECUTE FUNCTION count_playbook_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON bots_action
    FOR EACH STATEMENT EXECUTE FUNCTION count_playbook_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON contacts_group
    FOR EACH STATEMENT EXECUTE FUNCTION count_playbook_change();
"""

WORK = """
-- The accounts whose bots have something to do, for the sweep, which belongs to no account.
CREATE FUNCTION accounts_with_bot_work(work text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM shout_account a WHERE work = 'runs' AND EXISTS (
        SELECT 1 FROM bots_run r WHERE r.account_id = a.id AND r.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE work = 'calls' AND EXISTS (
        SELECT 1 FROM bots_webhookcall c WHERE c.account_id = a.id AND c.state = 'queued'
            AND c.next_at <= statement_timestamp())
    UNION ALL
    SELECT a.id FROM shout_account a WHERE work = 'notices' AND EXISTS (
        SELECT 1 FROM bots_notice n WHERE n.account_id = a.id AND n.emailed_at IS NULL)
$$;
ALTER FUNCTION accounts_with_bot_work(text) OWNER TO shout_ops;
REVOKE ALL ON FUNCTION accounts_with_bot_work(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_with_bot_work(text) TO shout_app;
"""


class Migration(migrations.Migration):
    dependencies = [("bots", "0003_questions_waits_and_calls")]
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(PLAYBOOK), migrations.RunSQL(WORK)]
