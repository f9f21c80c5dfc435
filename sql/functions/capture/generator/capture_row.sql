-- The change of a single row. An update that changes the key ends one record and begins another, unless
-- another row of the same statement has taken the key over. What is gone when it is read again was reported
-- by whoever deleted it.
create or replace function pgsync.capture_row(source pgsync.sources, operation text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when capture_row.operation = 'INSERT' then format(
        $template$
%1$s        if v_stale then
            v_image := %3$s;
        end if;
        if v_image is not null then
%4$s        elsif not v_stale then
            raise exception 'the columns of %% have changed since this transaction began', v_root::pg_catalog.regclass
                using errcode = 'serialization_failure';
        end if;
$template$,
        part.new_values,
        part.old_values,
        part.new_read,
        pgsync.capture_record(source, 'v_record_id', '''create''', 'v_image', 'null')
    )
    else format(
        $template$
        if tg_op operator(pg_catalog.<>) 'DELETE' then
%1$s        end if;
%2$s        if v_stale then
            if tg_op operator(pg_catalog.=) 'DELETE' then
                v_record_id := v_old_record_id;
            end if;
            v_image := %3$s;
            if v_image is null then
                v_record_id := null;
            end if;
        end if;

        if v_old_record_id operator(pg_catalog.<>) v_record_id or v_record_id is null then
            if tg_op operator(pg_catalog.<>) 'DELETE' then
                v_kept_image := %4$s;
            end if;
            if v_kept_image is null then
%5$s            elsif v_stale then
%7$s            end if;
        end if;
        if v_record_id is not null
            and (
                v_old_record_id operator(pg_catalog.<>) v_record_id
                or v_image operator(pg_catalog.<>) v_old_image
            )
        then
%6$s        end if;
$template$,
        part.new_values,
        part.old_values,
        part.new_read,
        part.old_read,
        pgsync.capture_record(source, 'v_old_record_id', '''delete''', 'v_old_image', 'null'),
        pgsync.capture_record(
            source,
            'v_record_id',
            'case when v_old_record_id operator(pg_catalog.=) v_record_id then ''update'' else ''create'' end',
            'v_image',
            case
                when source.before_image
                    then 'case when v_old_record_id operator(pg_catalog.=) v_record_id then v_old_image end'
                else 'null'
            end
        ),
        pgsync.capture_record(source, 'v_old_record_id', '''update''', 'v_kept_image', 'null')
    )
end
from (
    select
        pgsync.capture_row_values(source, 'new', 'v_image', 'v_record_id') as new_values,
        pgsync.capture_row_values(source, 'old', 'v_old_image', 'v_old_record_id') as old_values,
        format(
            '(select present.image from pgsync.%I(array[v_record_id], null, null) as present '
            || 'where present.record_id operator(pg_catalog.=) v_record_id limit 1)',
            source.function_name || '_read'
        ) as new_read,
        format(
            '(select present.image from pgsync.%I(array[v_old_record_id], null, null) as present '
            || 'where present.record_id operator(pg_catalog.=) v_old_record_id limit 1)',
            source.function_name || '_read'
        ) as old_read
) as part;
$$;

comment on function pgsync.capture_row(pgsync.sources, text)
is 'The part of a capture function that reports one row that was written, changed or deleted.';
