create or replace function pgsync.guard_id_ranges()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (old.table_name, old.range_name, old.from_id, old.until_id, old.made_at, old.made_by)
        is distinct from (new.table_name, new.range_name, new.from_id, new.until_id, new.made_at, new.made_by)
        or (old.state, new.state) not in (
            ('kept', 'freezing'), ('kept', 'frozen'), ('freezing', 'freezing'), ('freezing', 'frozen'),
            ('frozen', 'dropped')
        )
        or (
            old.state = 'frozen'
            and (old.frozen_through, old.newest_at, old.frozen_at, old.row_count)
            is distinct from (new.frozen_through, new.newest_at, new.frozen_at, new.row_count)
        )
    then
        raise exception 'range % only goes from kept through freezing to frozen and dropped', old.range_name
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return new;
end;
$$;

comment on function pgsync.guard_id_ranges()
is 'Lets a range only be counted and then dropped.';
