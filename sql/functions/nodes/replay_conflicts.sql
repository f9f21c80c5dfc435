create or replace function pgsync.replay_conflicts(
    policy text,
    policy_columns text[] default null,
    policy_nodes text[] default null,
    only_table regclass default null,
    row_limit integer default 1000
)
returns table (
    conflict bigint,
    source_table regclass,
    record_id text,
    type text,
    resolution text,
    other_resolution text,
    differs boolean,
    result_image jsonb,
    other_image jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    decided.id,
    decided.source_table,
    decided.record_id,
    decided.type,
    decided.resolution,
    decided.other_resolution,
    decided.other_image is distinct from decided.result_image,
    decided.result_image,
    decided.other_image
from (
    select
        judged.*,
        case
            when judged.other_resolution = 'merged' then pgsync.merged_image(
                judged.local_image, judged.remote_image, judged.base_image, policy_columns, judged.is_newer
            )
            when judged.other_resolution = 'apply_remote' and judged.remote_image is not null
                then coalesce(judged.local_image, '{}') || judged.remote_image
            when judged.other_resolution = 'apply_remote' then null
            else judged.local_image
        end as other_image
    from (
        select
            own.*,
            versions.is_newer,
            pgsync.conflict_resolution(
                replay_conflicts.policy,
                own.type,
                versions.is_newer,
                case
                    when versions.remote_rank <> versions.local_rank then versions.remote_rank < versions.local_rank
                end,
                own.base_image is null,
                own.base_image is not null
            ) as other_resolution
        from pgsync.conflicts as own
        cross join lateral (
            select
                (split_part(own.remote_version, '@', 1)::bigint, split_part(own.remote_version, '@', 2) collate "C")
                > (
                    coalesce(split_part(own.local_version, '@', 1)::bigint, 0),
                    coalesce(split_part(own.local_version, '@', 2), '') collate "C"
                ) as is_newer,
                coalesce(array_position(policy_nodes, split_part(own.remote_version, '@', 2)), 1000) as remote_rank,
                coalesce(array_position(policy_nodes, split_part(own.local_version, '@', 2)), 1000) as local_rank
        ) as versions
        where own.error_class is null
            and (only_table is null or own.source_table = only_table)
    ) as judged
) as decided
order by decided.id desc
limit row_limit;
$$;

comment on function pgsync.replay_conflicts(text, text[], text[], regclass, integer)
is 'What another policy would have made of the conflicts so far; it changes nothing.';
