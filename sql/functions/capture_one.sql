-- The change of a single row. An update that changes the key ends one record and begins another, unless
-- another row of the same statement has taken the key over.
create or replace function pgsync.capture_one(source pgsync.sources, root text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
    if tg_op operator(pg_catalog.<>) 'DELETE' then
%1$s    end if;
%2$s    if v_stale then
        if tg_op operator(pg_catalog.=) 'DELETE' then
            v_record_id := v_old_record_id;
        end if;
        v_image := (
            select present.image
            from pgsync.current_images(tg_relid, array[v_record_id]) as present
            where present.record_id operator(pg_catalog.=) v_record_id
            limit 1
        );
        if v_image is null then
            v_record_id := null;
        end if;
    end if;

    if v_old_record_id operator(pg_catalog.<>) v_record_id or v_record_id is null then
        if tg_op operator(pg_catalog.<>) 'DELETE' then
            v_kept_image := (
                select present.image
                from pgsync.current_images(tg_relid, array[v_old_record_id]) as present
                where present.record_id operator(pg_catalog.=) v_old_record_id
                limit 1
            );
        end if;
        if v_kept_image is null then
%3$s        elsif v_stale then
%5$s        end if;
    end if;
    if v_record_id is not null
        and (
            v_old_record_id operator(pg_catalog.<>) v_record_id
            or v_image operator(pg_catalog.<>) v_old_image
        )
    then
%4$s    end if;
$template$,
    pgsync.capture_variables(source, 'new', 'v_image', 'v_record_id'),
    pgsync.capture_variables(source, 'old', 'v_old_image', 'v_old_record_id'),
    pgsync.capture_record(source, capture_one.root, 'v_old_record_id', '''delete''', 'v_old_image', 'null'),
    pgsync.capture_record(
        source,
        capture_one.root,
        'v_record_id',
        'case when v_old_record_id operator(pg_catalog.=) v_record_id then ''update'' else ''create'' end',
        'v_image',
        case
            when source.before_image then 'case when v_old_record_id operator(pg_catalog.=) v_record_id then v_old_image end'
            else 'null'
        end
    ),
    pgsync.capture_record(source, capture_one.root, 'v_old_record_id', '''update''', 'v_kept_image', 'null')
);
$$;

comment on function pgsync.capture_one(pgsync.sources, text)
is 'The part of a capture function that reports one row that was changed or deleted.';
