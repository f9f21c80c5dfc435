-- Installs what an import from a CRM needs: its tables, a chart of accounts, periods to post into, capture of
-- the residuals, the rights of importers and two schedules. Running it again changes what was changed here.
-- Run it from the top of the source tree, as one who may act as the owner of pgsync, and then apply the rules
-- and the import:
--
--     psql -X -v ON_ERROR_STOP=1 -f sql/examples/crm/install.sql
--     pgsync rules apply sql/examples/crm/rules
--     pgsync import apply sql/examples/crm/crm.import
set search_path to pg_catalog, pg_temp;

\set QUIET on
set client_min_messages = warning;
\ir tables.sql
\ir chart.sql
\ir periods.sql
\ir attach.sql
\ir rights.sql
\ir schedules.sql
reset client_min_messages;
