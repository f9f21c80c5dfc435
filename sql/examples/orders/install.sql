-- Installs the market: its tables, its chart of accounts, periods to post into, a generator of orders, and
-- capture. Running it again changes what was changed here. Run it from the top of the source tree, as one who
-- may act as the owner of pgsync, and then apply the rules:
--
--     psql -X -v ON_ERROR_STOP=1 -f sql/examples/orders/install.sql
--     pgsync rules apply sql/examples/orders/rules
set search_path to pg_catalog, pg_temp;

\set QUIET on
set client_min_messages = warning;
\ir tables.sql
\ir chart.sql
\ir ../periods.sql
\ir generator/dice.sql
\ir generator/generate_orders.sql
\ir generator/generate_followers.sql
\ir generator/generate.sql
\ir attach.sql
reset client_min_messages;
