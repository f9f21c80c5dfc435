create or replace function pgsync.known_master(endpoint text)
returns pgsync.masters
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master pgsync.masters;
begin
    select own.* into v_master from pgsync.masters as own where own.endpoint = known_master.endpoint;
    if not found then
        raise exception 'there is no master %', known_master.endpoint
            using errcode = 'undefined_object', hint = 'pgsync sync join makes one.';
    end if;
    return v_master;
end;
$$;

comment on function pgsync.known_master(text) is 'The master with this endpoint; an error if there is none.';
