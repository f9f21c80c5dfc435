-- Calling the parts of attach by hand, or deferring nothing, ends here all the same.
create or replace function pgsync.seal_capture()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.finish_capture(new.source_table);
    return null;
end;
$$;

comment on function pgsync.seal_capture()
is 'The trigger that revokes, at commit at the latest, what attach was allowed to do.';
