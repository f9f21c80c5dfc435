create or replace view pgsync.node_states as
select
    own.name,
    array(
        select synced.name
        from pgsync.synced_tables(own.tables) as synced
        order by synced.place
    ) as tables,
    own.row_filter,
    own.status,
    own.last_synced_at,
    own.acknowledged_at,
    own.seen_at,
    own.last_error,
    own.retry_count,
    own.must_resync,
    own.resync_reason,
    own.clock_skew,
    own.protection,
    pgsync.pending_records(own.name) as pending_records,
    (
        select count(*)
        from pgsync.conflicts as clash
        where clash.node = own.name and clash.state = 'open'
    ) as open_conflicts,
    own.created_at,
    own.created_by,
    own.updated_at
from pgsync.nodes as own;

comment on view pgsync.node_states
is 'The systems that call this one to exchange records, and how each stands.';
comment on column pgsync.node_states.name is 'The name of the node.';
comment on column pgsync.node_states.tables
is 'The tables that it exchanges, by their names in what is sent.';
comment on column pgsync.node_states.row_filter is 'Values that its rows must have; null for all rows.';
comment on column pgsync.node_states.status is 'How its newest exchange ended; new before the first.';
comment on column pgsync.node_states.last_synced_at is 'When its newest successful exchange was.';
comment on column pgsync.node_states.acknowledged_at is 'When it said last how an exchange ended.';
comment on column pgsync.node_states.seen_at is 'When it called last.';
comment on column pgsync.node_states.last_error is 'What went wrong in its newest exchange.';
comment on column pgsync.node_states.retry_count
is 'How many of its exchanges have failed since the last successful one.';
comment on column pgsync.node_states.must_resync is 'Whether it has to load everything anew.';
comment on column pgsync.node_states.resync_reason is 'Why it has to.';
comment on column pgsync.node_states.clock_skew is 'How much its clock is ahead of this one.';
comment on column pgsync.node_states.protection
is 'What its requests need at least: token, signed or sealed.';
comment on column pgsync.node_states.pending_records
is 'How many records it does not have yet; counted to 10,001 in each table.';
comment on column pgsync.node_states.open_conflicts is 'How many of its conflicts wait for a person.';
comment on column pgsync.node_states.created_at is 'When it was added.';
comment on column pgsync.node_states.created_by is 'Who added it.';
comment on column pgsync.node_states.updated_at is 'When it was changed.';
