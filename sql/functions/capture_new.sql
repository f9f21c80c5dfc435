create or replace function pgsync.capture_new(source pgsync.sources, root text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
%s    if v_stale then
        v_image := (
            select present.image
            from pgsync.current_images(tg_relid, array[v_record_id]) as present
            where present.record_id operator(pg_catalog.=) v_record_id
            limit 1
        );
    end if;
    -- What is gone was reported by whoever deleted it.
    if v_image is not null then
%s    end if;
$template$,
    pgsync.capture_variables(source, 'new', 'v_image', 'v_record_id'),
    pgsync.capture_record(source, capture_new.root, 'v_record_id', '''create''', 'v_image', 'null')
);
$$;

comment on function pgsync.capture_new(pgsync.sources, text)
is 'The part of a capture function that reports one new row.';
