-- Installs the clinic: its tables, its chart of accounts, periods to post into, the functions its programs
-- call, capture, and the exchange with nodes. Running it again changes what was changed here. Run it from the
-- top of the source tree, as one who may act as the owner of pgsync, and then apply the rules:
--
--     psql -X -v ON_ERROR_STOP=1 [-v clinic_role=ROLE] -f sql/examples/clinic/install.sql
--     pgsync rules apply sql/examples/clinic/rules
--
-- ROLE is whom the clinic's programs connect as: it may call the record functions, and nobody else may.
set search_path to pg_catalog, pg_temp;

\set QUIET on
set client_min_messages = warning;
\ir tables.sql
\ir chart.sql
\ir ../periods.sql
\ir views/paid_amounts.sql
\ir functions/note_refundable.sql
\ir functions/entry_of.sql
\ir functions/record_consultation_revenue.sql
\ir functions/record_pharmacy_sale.sql
\ir functions/record_lab_revenue.sql
\ir functions/record_ultrasound_revenue.sql
\ir generator/dice.sql
\ir generator/drafts.sql
\ir generator/changes.sql
\ir generator/generate_bills.sql
\ir generator/generate_followers.sql
\ir generator/generate_changes.sql
\ir generator/generate.sql
\ir attach.sql
\ir exchange.sql
\if :{?clinic_role}
\ir rights.sql
\endif
reset client_min_messages;
