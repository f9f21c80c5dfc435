-- A slice belongs to the session that has its lock, which ends with the session. Under the lock it is looked
-- at again, because another session may have finished it meanwhile.
create or replace function pgsync.take_slice(
    job bigint,
    stream text,
    wanted tstzmultirange,
    step text default null,
    newest_first boolean default false
)
returns table (slice tstzrange, next_page text, pages integer, is_left boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_slice tstzrange;
    v_is_left boolean := false;
begin
    for v_slice in
        select cut.slice
        from pgsync.cut_times(take_slice.wanted, take_slice.step) as cut (slice)
        where not exists (
            select
            from pgsync.import_slices as done
            where done.job = take_slice.job
                and done.stream = take_slice.stream
                and done.slice = cut.slice
                and done.finished_at is not null
        )
        order by
            case when take_slice.newest_first then lower(cut.slice) end desc nulls last,
            lower(cut.slice) nulls first
    loop
        v_is_left := true;
        continue when not pg_try_advisory_lock(
            1886876537 /* slices */, hashtext(format('%s %s %s', take_slice.job, take_slice.stream, v_slice))
        );
        if exists (
            select
            from pgsync.import_slices as done
            where done.job = take_slice.job
                and done.stream = take_slice.stream
                and done.slice = v_slice
                and done.finished_at is not null
        ) then
            perform pgsync.release_slice(take_slice.job, take_slice.stream, v_slice);
            continue;
        end if;
        insert into pgsync.import_slices (job, stream, slice)
        values (take_slice.job, take_slice.stream, v_slice)
        on conflict on constraint import_slices_pkey do nothing;
        return query
        select own.slice, own.next_page, own.pages, true
        from pgsync.import_slices as own
        where own.job = take_slice.job and own.stream = take_slice.stream and own.slice = v_slice;
        return;
    end loop;
    return query select null::tstzrange, null::text, 0, v_is_left;
end;
$$;

comment on function pgsync.take_slice(bigint, text, tstzmultirange, text, boolean)
is 'The next span of a stream to fetch in this session; without one, whether others still fetch some.';
