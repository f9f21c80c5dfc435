-- Whoever calls the parts of attach by hand, or defers nothing, comes by here all the same.
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
is 'The trigger that ends, at the latest at commit, what attach was allowed to do.';
