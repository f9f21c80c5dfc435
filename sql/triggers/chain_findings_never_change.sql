create or replace trigger chain_findings_never_change
before update or delete or truncate on pgsync.chain_findings
for each statement execute function pgsync.refuse_change();

alter table pgsync.chain_findings enable always trigger chain_findings_never_change;

comment on trigger chain_findings_never_change on pgsync.chain_findings is 'What was recorded never changes.';
