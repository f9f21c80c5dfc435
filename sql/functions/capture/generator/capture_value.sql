create or replace function pgsync.capture_value(treatment text)
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case capture_value.treatment
    when 'plain' then '%1$s'
    when 'text'
        then 'case when pg_catalog.num_nulls(%1$s) operator(pg_catalog.=) 0 then pg_catalog.concat(%1$s) end'
    else 'pgsync.special_image(%1$s)'
end;
$$;

comment on function pgsync.capture_value(text)
is 'How a value with this treatment is stored: a format string for the name of its column.';
