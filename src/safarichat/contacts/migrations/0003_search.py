"""Finding a contact by the beginning of any word of a name, or by any usual part of a phone number.

Row-level security lets no GIN index serve `@@` (it is not leakproof), so the search is a function that runs as the
owner, takes the account from the transaction and looks in the index itself. Every lexeme begins with the account's id:
one account's search never walks through another's names.
"""

from django.db import migrations

from safarichat.ground.tenancy import CURRENT

SEARCH = f"""
CREATE FUNCTION contact_lexemes(account_id bigint, names text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(coalesce(array_agg(DISTINCT account_id || '.' || word), '{{}}'))
  FROM (
    SELECT left(word, 40) AS word FROM regexp_split_to_table(lower(names), '[^[:alnum:]]+') AS word
    UNION SELECT right(phone, length) FROM unnest(ARRAY[20, 10, 9, 8, 7, 4]) AS length
  ) words
  WHERE word <> ''
$$;

CREATE INDEX contacts_search ON contacts
  USING gin (contact_lexemes(account_id, name || ' ' || profile_name || ' ' || username, phone));

CREATE FUNCTION contact_search(wanted text, most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  account bigint := {CURRENT};
  query tsquery;
BEGIN
  SELECT string_agg(quote_literal(account || '.' || left(word, 40)) || ':*', ' & ')::tsquery INTO query
  FROM regexp_split_to_table(lower(wanted), '[^[:alnum:]]+') AS word WHERE word <> '';
  RETURN QUERY
    SELECT c.id FROM contacts c
    WHERE contact_lexemes(c.account_id, c.name || ' ' || c.profile_name || ' ' || c.username, c.phone) @@ query
      AND c.account_id = account
    LIMIT most;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_tenancy")]

    operations = [
        migrations.RunSQL(
            SEARCH,
            reverse_sql="DROP FUNCTION contact_search(text, integer); DROP INDEX contacts_search;"
            " DROP FUNCTION contact_lexemes(bigint, text, text)",
        ),
    ]
