-- The table of what each policy makes of each kind of conflict.
create or replace function pgsync.conflict_resolution(
    policy text,
    conflict text,
    remote_is_newer boolean,
    remote_comes_first boolean,
    has_whole_row boolean,
    has_base boolean
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when decided.resolution = 'apply_remote'
        and conflict in ('update_deleted', 'update_missing')
        and not has_whole_row
        then 'ask_for_row'
    else decided.resolution
end
from (
    select case
        when conflict = 'update_missing' then 'apply_remote'
        when policy = 'manual' then 'queued'
        when policy = 'master' then 'keep_local'
        when policy = 'node' then 'apply_remote'
        when policy in ('fields', 'delta') and conflict = 'insert_exists' then 'merged'
        when policy in ('fields', 'delta') and conflict = 'update_origin_differs' and has_base then 'merged'
        when policy in ('fields', 'delta') and conflict = 'delete_origin_differs' then 'keep_local'
        when policy = 'fields' and conflict = 'update_deleted' then 'apply_remote'
        when policy = 'delta' and conflict = 'update_deleted' then 'keep_local'
        when policy = 'priority' and remote_comes_first is not null
            then case when remote_comes_first then 'apply_remote' else 'keep_local' end
        when remote_is_newer then 'apply_remote'
        else 'keep_local'
    end as resolution
) as decided;
$$;

comment on function pgsync.conflict_resolution(text, text, boolean, boolean, boolean, boolean)
is 'What a policy makes of a conflict: apply_remote, keep_local, merged, queued, or ask_for_row first.';
