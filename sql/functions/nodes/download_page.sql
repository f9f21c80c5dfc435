-- A page is of one span of ticks, table by table, those that others refer to first. Rows are as they are now:
-- what changes meanwhile has a later tick, and comes again. What a node has sent does not come back to it,
-- except where it loads everything.
create or replace function pgsync.download_page(
    node text,
    tables text[] default null,
    page_cursor text default null,
    last_synced_at timestamptz default null,
    row_limit integer default null,
    sequence bigint default null
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
#variable_conflict use_variable
declare
    v_node constant pgsync.nodes := pgsync.known_node(download_page.node);
    v_tables constant regclass[] := pgsync.exchanged_tables(v_node.tables, download_page.tables);
    -- Who names neither a page nor its size knows no pages, and is given everything.
    v_is_whole constant boolean := download_page.page_cursor is null and download_page.row_limit is null;
    v_size constant integer := case when v_is_whole then 64 else 8 end * 1024 * 1024;
    v_place jsonb;
    v_tick_time timestamptz;
    v_list jsonb;
    v_page jsonb;
    v_records jsonb := '[]'::jsonb;
    v_left integer := case when v_is_whole then 100000 else least(greatest(coalesce(row_limit, 500), 1), 5000) end;
    v_bytes bigint := 0::bigint;
    v_more boolean := false;
    v_last jsonb;
    v_lineage jsonb;
begin
    -- What it has sent itself is not sent back, so that a node that was restored would never have it again.
    if sequence <> v_node.last_sequence then
        perform pgsync.refuse_sequence(sequence, v_node.last_sequence);
    end if;
    if page_cursor is not null then
        v_place := pgsync.place_of_cursor(page_cursor);
        if v_node.must_resync and (v_place ->> 'l')::integer is distinct from v_node.resync_number then
            raise exception 'this node has to load everything anew: %', v_node.resync_reason
                using errcode = 'PS004', hint = 'Download without a cursor.';
        elsif not v_node.must_resync and not v_place ? 'u' then
            v_place := v_place - 'l';
        end if;
    end if;
    -- A time of before deletions that are forgotten is as far back as a cursor of then.
    if page_cursor is null
        and last_synced_at < (
            select max(tick.taken_at)
            from pgsync.ticks as tick
            cross join pgsync.version_fold as fold
            where tick.id <= fold.forgotten_through
        )
    then
        raise exception 'deletions since % are forgotten', last_synced_at
            using errcode = 'PS004', hint = 'Load everything anew: download without a time.';
    end if;
    if v_place is null then
        v_place := jsonb_build_object(
            'i', (select own.incarnation from pgsync.node_identity as own),
            'a', coalesce(
                (
                    select max(tick.id)
                    from pgsync.ticks as tick
                    cross join pgsync.version_fold as fold
                    where tick.taken_at <= last_synced_at
                        and tick.id between fold.forgotten_through and fold.folded_through
                ),
                0
            )
        ) || case
            when last_synced_at is null then jsonb_build_object('l', v_node.resync_number)
            else '{}'
        end;
    end if;
    if not v_place ? 'u' then
        v_place := v_place || jsonb_build_object(
            'u', (select coalesce(fold.folded_through, 0) from pgsync.version_fold as fold)
        );
    end if;

    v_list := (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('source_table', synced.source_table::oid, 'name', synced.name) order by synced.place
            ),
            '[]'
        )
        from pgsync.synced_tables(v_tables) as synced
        where not v_place ? 's' or synced.place >= (
            select coalesce(min(own.place), 0) from pgsync.synced_tables(v_tables) as own where own.name = v_place ->> 's'
        )
    );
    for i in 0 .. jsonb_array_length(v_list) - 1
    loop
        v_page := pgsync.download_records(
            v_node,
            (v_list -> i ->> 'source_table')::oid::regclass,
            v_list -> i ->> 'name',
            (v_place ->> 'a')::bigint,
            (v_place ->> 'u')::bigint,
            case when v_list -> i ->> 'name' = v_place ->> 's' then (v_place ->> 't')::bigint end,
            case when v_list -> i ->> 'name' = v_place ->> 's' then v_place ->> 'r' end,
            v_left,
            v_size - v_bytes
        );
        v_records := v_records || (v_page -> 'records');
        v_left := v_left - (v_page ->> 'read')::integer;
        v_bytes := v_bytes + (v_page ->> 'bytes')::bigint;
        if (v_page ->> 'has_more')::boolean then
            v_more := true;
            v_last := jsonb_build_object(
                's', v_list -> i ->> 'name', 't', v_page -> 'last_tick', 'r', v_page -> 'last_record'
            );
            exit;
        end if;
    end loop;

    -- By the newest tick a system that was restored notices that it has lost some.
    v_lineage := coalesce(
        (
            select jsonb_build_object('k', tick.id, 'm', (extract(epoch from tick.taken_at) * 1000000)::bigint)
            from pgsync.version_fold as fold
            inner join pgsync.ticks as tick on fold.folded_through = tick.id
        ),
        '{}'
    );
    if v_more and v_is_whole then
        raise exception 'there are more records than one answer has'
            using errcode = 'program_limit_exceeded',
            hint = 'Read page by page: send a limit, and then the cursor of each page while has_more is true.';
    end if;
    -- Who comes back with the time of a page that others follow reads these again rather than not at all.
    v_tick_time := (
        select max(tick.taken_at)
        from pgsync.ticks as tick
        where tick.id <= (v_place ->> case when v_more then 'a' else 'u' end)::bigint
    );
    return jsonb_build_object(
        'records', v_records,
        'timestamp', pgsync.utc_text(coalesce(v_tick_time, 'epoch')),
        'cursor', pgsync.page_cursor(
            case
                when v_more then (v_place - array['s', 't', 'r']) || v_last
                else (v_place - array['u', 's', 't', 'r']) || jsonb_build_object('a', v_place -> 'u')
            end || v_lineage
        ),
        'has_more', v_more,
        'node', v_node.name,
        'incarnation', v_place -> 'i'
    ) || case
        when v_place ? 's' then '{}'
        else jsonb_build_object('schema', pgsync.exchanged_schema(v_tables))
    end;
end;
$$;

comment on function pgsync.download_page(text, text[], text, timestamptz, integer, bigint)
is 'What has changed for a node since a cursor, or a time by the clock of this server: one page of it.';
