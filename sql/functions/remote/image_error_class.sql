create or replace function pgsync.image_error_class(state text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when state = '23502' then 'data.missing'
    when state = '23503' then 'data.reference'
    when state = '23505' then 'conflict.unique'
    when state in ('23514', '23P01') then 'data.refused'
    when state = '22003' then 'data.range'
    when left(state, 2) = '22' then 'data.refused'
    when state = 'P0001' then 'data.refused'
end;
$$;

comment on function pgsync.image_error_class(text)
is 'The class of a failure that an image is to blame for, from its SQLSTATE; null if it is not.';
