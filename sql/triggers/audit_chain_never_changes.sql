create or replace trigger audit_chain_never_changes
before update or delete or truncate on pgsync.audit_chain
for each statement execute function pgsync.refuse_change();

alter table pgsync.audit_chain enable always trigger audit_chain_never_changes;

comment on trigger audit_chain_never_changes on pgsync.audit_chain is 'Blocks never change.';
