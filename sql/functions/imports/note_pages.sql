create or replace function pgsync.note_pages(
    job bigint,
    stream text,
    slice tstzrange,
    pages integer,
    next_page text,
    is_last boolean,
    finished_until timestamptz,
    added bigint,
    updated bigint,
    unchanged bigint,
    written_items text[],
    failures jsonb,
    max_attempts integer default null
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_import text;
    v_continues boolean;
    v_excess interval;
begin
    select own.subject, own.cancel_requested_at is null and own.finished_at is null
    into v_import, v_continues
    from pgsync.sync_jobs as own
    where own.id = note_pages.job;
    -- It refuses who does not run the job.
    perform pgsync.note_items(
        note_pages.job, note_pages.stream, note_pages.written_items, note_pages.failures, note_pages.max_attempts
    );
    update pgsync.import_slices as own
    set
        next_page = note_pages.next_page,
        pages = own.pages + note_pages.pages,
        added = own.added + note_pages.added,
        updated = own.updated + note_pages.updated,
        unchanged = own.unchanged + note_pages.unchanged,
        failed = own.failed + jsonb_array_length(note_pages.failures),
        finished_at = case when note_pages.is_last then clock_timestamp() end
    where own.job = note_pages.job
        and own.stream = note_pages.stream
        and own.slice = note_pages.slice
        and own.finished_at is null;
    if not found then
        raise exception 'nobody has begun % of stream %', note_pages.slice, note_pages.stream
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    if note_pages.is_last and note_pages.finished_until is not null then
        -- The clock of the endpoint may turn out to be behind what it was taken for when the run began.
        select greatest(own.run_start - run.started_at - coalesce(called.clock_skew, '0'), '0')
        into v_excess
        from pgsync.import_jobs as own
        inner join pgsync.sync_jobs as run on own.job = run.id
        left join pgsync.endpoints as called on run.subject = called.name
        where own.job = note_pages.job;
        insert into pgsync.cursors as own (endpoint, stream, finished)
        values (
            v_import,
            note_pages.stream,
            tstzmultirange(note_pages.slice * tstzrange(
                null,
                note_pages.finished_until - case when v_excess > interval '5 s' then v_excess else interval '0' end
            ))
        )
        on conflict on constraint cursors_pkey do update
        set finished = own.finished + excluded.finished, updated_at = clock_timestamp();
    end if;
    return v_continues;
end;
$$;

comment on function pgsync.note_pages(
    bigint, text, tstzrange, integer, text, boolean, timestamptz, bigint, bigint, bigint, text[], jsonb,
    integer
)
is 'Records what came of pages, and after the last that their span is finished; false if the job is to end.';
