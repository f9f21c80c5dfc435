create or replace function pgsync.page_cursor(place jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select translate(encode(convert_to(signed.content || ' ' || signed.signature, 'UTF8'), 'base64'), E'+/=\n', '-_')
from (
    select
        place::text as content,
        left(
            encode(sha256(convert_to(
                own.cursor_secret || encode(sha256(convert_to(own.cursor_secret || place::text, 'UTF8')), 'hex'), 'UTF8'
            )), 'hex'),
            32
        ) as signature
    from pgsync.node_identity as own
) as signed;
$$;

comment on function pgsync.page_cursor(jsonb)
is 'A place in what is downloaded as a text that only this system can make.';
