-- Rows before and after an update are brought together by key, because the key is what a record is: after
-- "set id = id + 1" record 2 has the content that record 1 had. Content is compared as it is, and made json
-- only if it differs.
create or replace function pgsync.capture_changes(source pgsync.sources, operation text, is_moved boolean)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case capture_changes.operation
    when 'INSERT' then format(
        $template$
                select made.record_id, 'create' as action, %2$s as image, null::pg_catalog.jsonb as old_image
                from (%1$s
                ) as made$template$,
        text.new_rows,
        text.new_image
    )
    when 'DELETE' then format(
        $template$
                select gone.record_id, 'delete' as action, %2$s as image, null::pg_catalog.jsonb as old_image
                from (%1$s
                ) as gone$template$,
        text.old_rows,
        text.old_image
    )
    else format(
        $template$
                select
                    coalesce(made.record_id, gone.record_id) as record_id,
                    case
                        when gone.record_id is null then 'create'
                        when made.record_id is null then 'delete'
                        else 'update'
                    end as action,
                    case when made.record_id is null then %4$s else %3$s end as image,
                    %5$s as old_image
                from (%1$s
                ) as made
                full join (%2$s
                ) as gone on gone.record_id operator(pg_catalog.=) made.record_id
                where made.record_id is null
                    or gone.record_id is null
                    or %6$s$template$,
        text.new_rows,
        text.old_rows,
        text.new_image,
        text.old_image,
        case
            when source.before_image then format('case when made.record_id is not null then %s end', text.old_image)
            else 'null::pg_catalog.jsonb'
        end,
        case
            when capture_changes.is_moved then 'made.content operator(pg_catalog.=) gone.content is not true'
            else 'made.content operator(pg_catalog.*<>) gone.content'
        end
    )
end
from (
    select
        case
            when capture_changes.is_moved then pgsync.capture_moved_rows(source, 'new_rows')
            else pgsync.capture_rows(source, 'new_rows')
        end as new_rows,
        case
            when capture_changes.is_moved then pgsync.capture_moved_rows(source, 'old_rows')
            else pgsync.capture_rows(source, 'old_rows')
        end as old_rows,
        case when capture_changes.is_moved then 'made.content' else 'pg_catalog.to_jsonb(made.content)' end as new_image,
        case when capture_changes.is_moved then 'gone.content' else 'pg_catalog.to_jsonb(gone.content)' end as old_image
) as text;
$$;

comment on function pgsync.capture_changes(pgsync.sources, text, boolean)
is 'The SQL query for the changes made by a statement, from its rows before and after.';
