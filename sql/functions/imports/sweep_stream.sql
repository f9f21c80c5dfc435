-- Only rows that two walks have missed are deleted, and never many at once: an API that answers less than it
-- has would empty the table.
create or replace function pgsync.sweep_stream(
    job bigint,
    stream text,
    target regclass,
    key_columns text[],
    marks text default null,
    most_rows integer default 1000,
    most_share numeric default 0.2,
    ignores_guard boolean default false
)
returns table (missed bigint, removed bigint, is_stopped boolean)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_id text;
    v_rows bigint;
    v_absent text[];
    v_gone text[];
begin
    select format(
        'pgsync.short_id(jsonb_build_array(%s)::text)',
        string_agg(format('present.%I::text', key.name), ', ' order by key.place)
    )
    into v_id
    from unnest(sweep_stream.key_columns) with ordinality as key (name, place);
    execute format(
        $statement$
        select count(*), array_agg(%1$s) filter (where not exists (
            select
            from pgsync.seen_by_import($1, $2) as seen (record_id)
            where seen.record_id = %1$s
        ))
        from %2$s as present
        where %3$s
        $statement$,
        v_id, sweep_stream.target,
        case when sweep_stream.marks is null then 'true' else format('present.%I is null', sweep_stream.marks) end
    ) into v_rows, v_absent using sweep_stream.job, sweep_stream.stream;
    missed := coalesce(cardinality(v_absent), 0)::bigint;
    v_gone := pgsync.note_absences(sweep_stream.job, sweep_stream.stream, coalesce(v_absent, '{}'));
    is_stopped := not sweep_stream.ignores_guard
        and cardinality(v_gone) > 0
        and (cardinality(v_gone) > sweep_stream.most_rows or cardinality(v_gone)::numeric > v_rows * sweep_stream.most_share);
    removed := 0;
    if not is_stopped and cardinality(v_gone) > 0 then
        execute format(
            case
                when sweep_stream.marks is null then 'delete from %2$s as present where %1$s = any($1)'
                else 'update %2$s as present set %3$I = clock_timestamp() where %1$s = any($1) and present.%3$I is null'
            end,
            v_id, sweep_stream.target, sweep_stream.marks
        ) using v_gone;
        get diagnostics removed = row_count;
    end if;
    perform pgsync.end_sweep(sweep_stream.job, sweep_stream.stream, removed, case when is_stopped then '{}' else v_gone end);
    return next;
end;
$$;

comment on function pgsync.sweep_stream(bigint, text, regclass, text[], text, integer, numeric, boolean)
is 'After a walk through everything: deletes or marks what it and the one before missed, unless it is much.';
