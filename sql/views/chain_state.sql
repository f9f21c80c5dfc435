-- The state is that of the last verification of the whole chain; what only the newest blocks show is lag.
create or replace view pgsync.chain_state as
with reach as (
    select
        case when bool_and(known.boundary_at is not null) then min(known.boundary_at) end as extended_at,
        bool_or(known.target is not null or known.survey_part is not null) as has_more
    from pgsync.chain_kinds as known
),

total as (
    select
        own.seq,
        own.row_count
    from pgsync.chain_length() as own
),

verified as (
    select own.*
    from pgsync.chain_verifications as own
    where own.finished_at is not null and own.from_seq = 1
    order by own.id desc
    limit 1
),

latest as (
    select distinct on (listed.kind, listed.destination) listed.*
    from pgsync.chain_anchors as listed
    order by listed.kind asc, listed.destination asc, listed.id desc
),

anchored as (
    select
        max(latest.anchored_at) as anchored_at,
        max(latest.seq) as seq,
        jsonb_agg(
            jsonb_build_object(
                'kind', latest.kind,
                'destination', latest.destination,
                'seq', latest.seq,
                'head', encode(latest.head, 'hex'),
                'anchored_at', latest.anchored_at,
                'seconds', round(extract(epoch from clock_timestamp() - latest.anchored_at), 1)
            )
            order by latest.kind, latest.destination
        ) as anchors
    from latest
)

select
    coalesce(verified.state, 'unknown') as state,
    control.system_identifier,
    current_database()::text as database,
    total.seq,
    block.head,
    total.row_count,
    reach.extended_at,
    extract(epoch from clock_timestamp() - reach.extended_at)::double precision as lag_seconds,
    reach.has_more,
    verified.id as verification,
    verified.finished_at as verified_at,
    verified.to_seq as verified_seq,
    verified.links,
    verified.rows_checked,
    verified.findings,
    anchored.anchored_at,
    anchored.seq as anchored_seq,
    coalesce(anchored.anchors, '[]') as anchors
from pg_control_system() as control
cross join reach
cross join total
cross join anchored
left join pgsync.audit_chain as block on total.seq = block.seq
left join verified on true;

comment on view pgsync.chain_state
is 'How far the chain reaches, how far it was verified, and where it is anchored.';

comment on column pgsync.chain_state.state
is 'How far the chain reaches, how far it was verified, where it is anchored.';
comment on column pgsync.chain_state.system_identifier is 'This database system.';
comment on column pgsync.chain_state.database is 'This database.';
comment on column pgsync.chain_state.seq is 'The number of the last block; 0 if there is none.';
comment on column pgsync.chain_state.head is 'The head of the chain.';
comment on column pgsync.chain_state.row_count is 'How many rows are chained.';
comment on column pgsync.chain_state.extended_at
is 'All rows that were visible then are chained; null if the chain never came so far.';
comment on column pgsync.chain_state.lag_seconds is 'How long ago that was.';
comment on column pgsync.chain_state.has_more is 'Whether the last step left rows to chain.';
comment on column pgsync.chain_state.verification is 'The last verification of the whole chain.';
comment on column pgsync.chain_state.verified_at is 'When it ended; null if there is none.';
comment on column pgsync.chain_state.verified_seq is 'The last block it verified.';
comment on column pgsync.chain_state.links
is 'How many links it recomputed; equal to verified_seq if all.';
comment on column pgsync.chain_state.rows_checked is 'How many rows it recomputed.';
comment on column pgsync.chain_state.findings is 'How many things it found wrong.';
comment on column pgsync.chain_state.anchored_at is 'When the chain was last anchored.';
comment on column pgsync.chain_state.anchored_seq is 'The last block that was anchored.';
comment on column pgsync.chain_state.anchors is 'The newest anchor of each destination.';
