create or replace function pgsync.capture_reread(source pgsync.sources, changes text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
                with reported as materialized (%1$s
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
                left join pgsync.%2$I(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'$template$,
    capture_reread.changes,
    source.function_name || '_read'
);
$$;

comment on function pgsync.capture_reread(pgsync.sources, text)
is 'A list of changes with the rows as they are now; the statement that deleted a row reports it.';
