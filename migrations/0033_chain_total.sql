-- How many rows are chained is shown every second, so the blocks are added up once and not each time. What
-- came after is added when it is read, so a program that does not know this table does no harm.
create table pgsync.chain_total (
    only_row boolean not null default true,
    seq bigint not null default 0,
    row_count bigint not null default 0,
    constraint chain_total_pkey primary key (only_row),
    constraint there_is_one_row check (only_row)
);

comment on table pgsync.chain_total is 'How many rows the blocks up to one have; see pgsync.extend_chain.';
comment on column pgsync.chain_total.only_row is 'Keeps the table to a single row.';
comment on column pgsync.chain_total.seq is 'The last block that is counted.';
comment on column pgsync.chain_total.row_count is 'The rows of the blocks up to it.';

insert into pgsync.chain_total (seq, row_count)
select
    coalesce(max(block.seq), 0) as seq,
    coalesce(sum(block.row_count), 0) as row_count
from pgsync.audit_chain as block;

revoke all on table pgsync.chain_total from public;
