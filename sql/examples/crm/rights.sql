-- Lets those who run imports write the tables of the CRM, and nothing else.
grant usage on schema crm to pgsync_importer;
grant select, insert, update, delete on table crm.merchants, crm.transactions, crm.residuals
to pgsync_importer;
