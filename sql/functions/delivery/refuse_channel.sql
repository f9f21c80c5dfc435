create or replace function pgsync.refuse_channel(name text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_names text;
begin
    select string_agg(known.name, ', ' order by known.name) into v_names from pgsync.channels as known;
    raise exception 'there is no channel %', quote_literal(refuse_channel.name)
        using errcode = 'invalid_parameter_value', hint = format('There are: %s.', coalesce(v_names, 'none'));
end;
$$;

comment on function pgsync.refuse_channel(text) is 'Says that there is no such channel, and which there are.';
