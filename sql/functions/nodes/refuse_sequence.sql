create or replace function pgsync.refuse_sequence(known bigint, last_sequence bigint)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception 'upload % is expected, not %', last_sequence + 1, known::numeric + 1
        using errcode = 'PS003',
        detail = (last_sequence + 1)::text,
        hint = 'This node was restored or copied: it has to load everything anew.';
end;
$$;

comment on function pgsync.refuse_sequence(bigint, bigint)
is 'Raises an error that tells a node which of its uploads was the last here.';
