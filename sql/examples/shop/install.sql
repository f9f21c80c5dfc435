-- Installs the shop: its tables, its chart of accounts, periods to post into, and capture. Running it again
-- changes what was changed here. Run it from the top of the source tree, as one who may act as the owner of
-- pgsync, and then apply the rules:
--
--     psql -X -v ON_ERROR_STOP=1 -f sql/examples/shop/install.sql
--     pgsync rules apply sql/examples/shop/rules
set search_path to pg_catalog, pg_temp;

\set QUIET on
set client_min_messages = warning;
\ir tables.sql
\ir chart.sql
\ir ../periods.sql
\ir functions/keep_lines.sql
\ir attach.sql
reset client_min_messages;
