create or replace function pgsync.settle_exchanged(endpoint text)
returns bigint
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.sync_failed_items as own
set
    state = 'resolved',
    next_attempt_at = null,
    resolved_at = clock_timestamp(),
    resolved_by = session_user,
    resolution = 'it was exchanged'
where own.kind = 'sync'
    and own.subject = settle_exchanged.endpoint
    and own.state in ('open', 'given_up')
    and not exists (
        select
        from pgsync.staged_records as waiting
        where waiting.endpoint = settle_exchanged.endpoint
            and own.item_id = pgsync.short_id(pgsync.exchanged_name(waiting.source_table) || ' ' || waiting.record_id)
    )
    and not exists (
        select
        from pgsync.record_versions as known
        where known.refused_at is not null
            and own.item_id = pgsync.short_id(
                pgsync.exchanged_name(known.source_table) || ' ' || coalesce(known.long_id, known.record_id)
            )
    );

select
    (select count(*) from pgsync.staged_records as own where own.endpoint = settle_exchanged.endpoint)
    + (
        select count(*)
        from pgsync.masters as own
        cross join lateral pgsync.synced_tables(own.tables) as synced
        inner join pgsync.record_versions as known on synced.source_table = known.source_table
        where own.endpoint = settle_exchanged.endpoint and known.refused_at is not null
    );
$$;

comment on function pgsync.settle_exchanged(text)
is 'Resolves failed items whose record was exchanged since; returns how many records are left out.';
