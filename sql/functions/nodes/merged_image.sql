-- Without a base, both have created the record. A column that only one has changed is taken from that one; of
-- one that both have changed the newer is, or the differences are added up.
create or replace function pgsync.merged_image(
    local_image jsonb,
    remote_image jsonb,
    base_image jsonb,
    delta_columns text[],
    remote_is_newer boolean
)
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select local_image || coalesce(
    jsonb_object_agg(
        remote.column_name,
        case
            when base_image is null and local_image -> remote.column_name = 'null' then remote.value
            when base_image is null and remote.value = 'null' then local_image -> remote.column_name
            when base_image is not null and base_image -> remote.column_name = remote.value
                then local_image -> remote.column_name
            when remote.column_name = any(delta_columns)
                and jsonb_typeof(remote.value) = 'number'
                and jsonb_typeof(local_image -> remote.column_name) = 'number'
                and (base_image is null or jsonb_typeof(base_image -> remote.column_name) = 'number')
                then to_jsonb(
                    (local_image ->> remote.column_name)::numeric
                    + (remote.value #>> '{}')::numeric
                    - coalesce((base_image ->> remote.column_name)::numeric, 0)
                )
            when base_image is not null and base_image -> remote.column_name = local_image -> remote.column_name
                then remote.value
            when remote_is_newer then remote.value
            else local_image -> remote.column_name
        end
    ),
    '{}'
)
from jsonb_each(remote_image) as remote (column_name, value)
where local_image ? remote.column_name;
$$;

comment on function pgsync.merged_image(jsonb, jsonb, jsonb, text[], boolean)
is 'A row made of that of this system, that of another, and what that one had changed.';
