-- What trying again may cure ends the step, which is then tried again.
create or replace function pgsync.note_unreadable(job bigint, source_table regclass, code text, message text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if left(code, 2) in ('08', '40', '53', '57', '58', 'XX') or code = '55P03' then
        raise exception using errcode = code, message = message;
    end if;
    perform pgsync.note_difference(
        job, 'unreadable', message, source_table, remedy => 'see: pgsync doctor, and pgsync attach … --renew'
    );
end;
$$;

comment on function pgsync.note_unreadable(bigint, regclass, text, text)
is 'Records that a verification could not read a table; raises again what may pass by itself.';
