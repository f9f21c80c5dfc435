-- Has the changes of residuals captured, so that they end in the ledger like those of any other table.
-- Merchants and transactions are no money of the agency.
select
    'crm.residuals' as attached,
    count(*) as steps
from pgsync.attach('crm.residuals');
