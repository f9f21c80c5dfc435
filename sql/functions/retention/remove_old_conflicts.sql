create or replace function pgsync.remove_old_conflicts(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.conflicts as own
    where own.id in (
        select old.id
        from pgsync.conflicts as old
        where old.state = 'settled' and coalesce(old.decided_at, old.noted_at) < remove_old_conflicts.before
        order by old.id
        limit remove_old_conflicts.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_conflicts(timestamptz, integer)
is 'Removes settled conflicts from before a time; returns how many.';
