create or replace trigger chain_anchors_never_change
before update or delete or truncate on pgsync.chain_anchors
for each statement execute function pgsync.refuse_change();

alter table pgsync.chain_anchors enable always trigger chain_anchors_never_change;

comment on trigger chain_anchors_never_change on pgsync.chain_anchors is 'What was recorded never changes.';
