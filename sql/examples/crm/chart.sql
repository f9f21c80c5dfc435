-- Imports the chart of accounts of the agency; running it again changes what was changed in chart.csv.
-- From the top of the source tree: psql -X -v ON_ERROR_STOP=1 -f sql/examples/crm/chart.sql
begin;

create temporary table chart (
    code text,
    name text,
    type text,
    contra boolean,
    parent text,
    party_required boolean,
    zero_to_close boolean
) on commit drop;

\copy chart from 'sql/examples/crm/chart.csv' with (format csv, header)

select ledger.import_chart(jsonb_agg(to_jsonb(chart.*))) as accounts_changed
from chart;

commit;
