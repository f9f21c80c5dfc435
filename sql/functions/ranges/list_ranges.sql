create or replace function pgsync.list_ranges()
returns table (
    table_name text,
    range_name text,
    from_id bigint,
    until_id bigint,
    state text,
    obstacle text,
    row_count bigint,
    bytes bigint,
    made_at timestamptz,
    frozen_at timestamptz,
    dropped_at timestamptz,
    dropped_by text
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    made.table_name,
    made.range_name,
    made.from_id,
    made.until_id,
    made.state,
    case when made.state <> 'dropped' then pgsync.range_obstacle(made) end,
    case
        when made.frozen_at is not null then made.row_count
        when made.from_id > pgsync.last_id() then 0
        else greatest(
            (
                select relation.reltuples::bigint
                from pg_catalog.pg_class as relation
                where relation.oid = to_regclass(format('pgsync.%I', made.range_name))
            ),
            pg_stat_get_tuples_inserted(to_regclass(format('pgsync.%I', made.range_name)))
        )
    end,
    case
        when made.state = 'dropped' then made.bytes
        else pg_total_relation_size(to_regclass(format('pgsync.%I', made.range_name)))
    end,
    made.made_at,
    made.frozen_at,
    made.dropped_at,
    made.dropped_by
from pgsync.id_ranges as made
order by made.table_name, made.from_id;
$$;

comment on function pgsync.list_ranges()
is 'The ranges of ids, and why each cannot be dropped yet; row_count is an estimate until it is frozen.';
