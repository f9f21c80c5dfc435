-- Who makes a reader may for that moment make functions of any name there, and one of the same name that fits
-- a call better would be taken for the reader. So this stands before each call, in a statement of its own: to
-- make a call ready can run code, too.
create or replace function pgsync.check_reader(reader text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (
        select count(*)
        from pg_catalog.pg_proc as routine
        where routine.proname = check_reader.reader and routine.pronamespace = 'pgsync_read'::regnamespace
    ) > 2 then
        raise exception 'functions that attach did not create share the name of the reader %',
            quote_ident(reader)
            using errcode = 'insufficient_privilege';
    end if;
end;
$$;

comment on function pgsync.check_reader(text)
is 'Raises an error where a reader could be mistaken for another function; a reader has two forms.';
