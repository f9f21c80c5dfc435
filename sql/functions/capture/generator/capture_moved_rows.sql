-- For the time from when columns were renamed, dropped or retyped until the source is renewed. The owner's
-- reader makes json of the rows, whatever is in them by now; by the numbers of the columns it gets its names
-- in images.
create or replace function pgsync.capture_moved_rows(source pgsync.sources, transition text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
                    select
                        pgsync.record_id_of(pgsync_capture.v_root, pgsync_moved.content) as record_id,
                        pgsync.renamed_image(pgsync_capture.v_root, pgsync_moved.content) as content
                    from (
                        select pgsync_read.%1$I(pgsync_capture.v_root, pgsync_row.*) as content
                        from %2$s as pgsync_row
                        offset 0
                    ) as pgsync_moved$template$,
    source.reader,
    capture_moved_rows.transition
);
$$;

comment on function pgsync.capture_moved_rows(pgsync.sources, text)
is 'The SQL query for record_id and content of a statement''s rows when their columns have changed.';
