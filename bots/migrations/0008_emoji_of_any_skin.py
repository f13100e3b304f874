"""Words of emoji are compared without the colour of their skin, and so are those that were saved with one (B3, P3)."""

from django.db import migrations

# The walls stand again before anybody else sees the tables. A word that another of the same bot has become goes.
COLOURLESS = """
CREATE FUNCTION pg_temp.colourless(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif(regexp_replace(regexp_replace(word, '[\U0001f3fb-\U0001f3ff]', '', 'g'), ' +', ' ', 'g'), ''), word)
$$;

ALTER TABLE bots_trigger NO FORCE ROW LEVEL SECURITY;
DELETE FROM bots_trigger t USING bots_trigger same
WHERE t.word_key <> pg_temp.colourless(t.word_key) AND same.account_id = t.account_id AND same.bot_id = t.bot_id
    AND same.id <> t.id AND pg_temp.colourless(same.word_key) = pg_temp.colourless(t.word_key)
    AND (same.id < t.id OR same.word_key = pg_temp.colourless(same.word_key));
UPDATE bots_trigger SET word_key = pg_temp.colourless(word_key) WHERE word_key <> pg_temp.colourless(word_key);
ALTER TABLE bots_trigger FORCE ROW LEVEL SECURITY;

ALTER TABLE shout_account NO FORCE ROW LEVEL SECURITY;
UPDATE shout_account SET own_stop_words = ARRAY(SELECT DISTINCT pg_temp.colourless(word) FROM unnest(own_stop_words) word)
WHERE array_to_string(own_stop_words, ' ') ~ '[\U0001f3fb-\U0001f3ff]';
ALTER TABLE shout_account FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("bots", "0007_runs_know_their_lists"), ("shout", "0003_answers_to_programs")]
    operations = [migrations.RunSQL(COLOURLESS)]
