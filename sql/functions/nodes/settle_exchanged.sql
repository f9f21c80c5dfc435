create or replace function pgsync.settle_exchanged(endpoint text)
returns void
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
$$;

comment on function pgsync.settle_exchanged(text)
is 'Resolves failed items of exchanges with a master whose record could be written since.';
