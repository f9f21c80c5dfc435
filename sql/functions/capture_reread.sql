create or replace function pgsync.capture_reread(changes text)
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select replace($template$                with reported as (
{changes}
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.current_images(
                    tg_relid, array(select listed.record_id from reported as listed)
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'$template$,
    '{changes}', capture_reread.changes
);
$$;

comment on function pgsync.capture_reread(text)
is 'The list of changes with the rows as they are now; what is gone was reported by whoever deleted it.';
