create or replace function pgsync.guard_range_totals()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if exists (
        select
        from pgsync.id_ranges as made
        where made.range_name in (new.range_name, old.range_name) and made.frozen_at is not null
    ) then
        raise exception 'the totals of range % are complete', new.range_name
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return new;
end;
$$;

comment on function pgsync.guard_range_totals()
is 'Lets totals change only while their range is counted.';
