create or replace function pgsync.note_page(
    job bigint,
    stream text,
    slice tstzrange,
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
    if not (note_page.job % 2147483648)::integer = any(pgsync.held_jobs()) then
        raise exception 'this session does not run job %', note_page.job
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    select own.subject, own.cancel_requested_at is null and own.finished_at is null
    into v_import, v_continues
    from pgsync.sync_jobs as own
    where own.id = note_page.job;
    perform pgsync.note_items(
        note_page.job, note_page.stream, note_page.written_items, note_page.failures, note_page.max_attempts
    );
    update pgsync.import_slices as own
    set
        next_page = note_page.next_page,
        pages = own.pages + 1,
        added = own.added + note_page.added,
        updated = own.updated + note_page.updated,
        unchanged = own.unchanged + note_page.unchanged,
        failed = own.failed + jsonb_array_length(note_page.failures),
        finished_at = case when note_page.is_last then clock_timestamp() end
    where own.job = note_page.job
        and own.stream = note_page.stream
        and own.slice = note_page.slice
        and own.finished_at is null;
    if not found then
        raise exception 'nobody has begun % of stream %', note_page.slice, note_page.stream
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    if note_page.is_last and note_page.finished_until is not null then
        -- The clock of the endpoint may turn out to be behind what it was taken for when the run began.
        select greatest(own.run_start - run.started_at - coalesce(called.clock_skew, '0'), '0')
        into v_excess
        from pgsync.import_jobs as own
        inner join pgsync.sync_jobs as run on own.job = run.id
        left join pgsync.endpoints as called on run.subject = called.name
        where own.job = note_page.job;
        insert into pgsync.cursors as own (endpoint, stream, finished)
        values (
            v_import,
            note_page.stream,
            tstzmultirange(note_page.slice * tstzrange(
                null,
                note_page.finished_until - case when v_excess > interval '5 s' then v_excess else interval '0' end
            ))
        )
        on conflict on constraint cursors_pkey do update
        set finished = own.finished + excluded.finished, updated_at = clock_timestamp();
    end if;
    return v_continues;
end;
$$;

comment on function pgsync.note_page(
    bigint, text, tstzrange, text, boolean, timestamptz, bigint, bigint, bigint, text[], jsonb, integer
)
is 'Records what came of a page, and after the last that its span is finished; false if the job is to end.';
