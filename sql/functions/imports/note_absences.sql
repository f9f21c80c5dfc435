create or replace function pgsync.note_absences(job bigint, stream text, record_ids text[])
returns text[]
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_import constant text := (
        select own.subject from pgsync.sync_jobs as own where own.id = note_absences.job and own.kind = 'import'
    );
    v_gone text[];
begin
    v_gone := array(
        select absent.record_id
        from pgsync.import_absences as absent
        where absent.import = v_import
            and absent.stream = note_absences.stream
            and absent.record_id = any(note_absences.record_ids)
    );
    delete from pgsync.import_absences as back
    where back.import = v_import
        and back.stream = note_absences.stream
        and back.record_id <> all(note_absences.record_ids);
    insert into pgsync.import_absences (import, stream, record_id)
    select v_import, note_absences.stream, missed.record_id
    from unnest(note_absences.record_ids) as missed (record_id)
    on conflict do nothing;
    return v_gone;
end;
$$;

comment on function pgsync.note_absences(bigint, text, text[])
is 'Records what a walk through everything has missed; returns what the one before had missed, too.';
