-- Names and their quotes end on the line they begin on; lines of entities are indented further.
create or replace function pgsync.comparison_outline(content text)
returns table (left_name text, right_name text, entities text[])
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
with line as (
    select
        found.words[2] as word,
        found.place,
        length(found.words[1]) = min(length(found.words[1])) over () as is_outer,
        replace(regexp_replace(found.words[3], '^"(.*)"$', '\1'), '""', '"') as name,
        replace(regexp_replace(found.words[4], '^"(.*)"$', '\1'), '""', '"') as other
    from regexp_matches(
            comparison_outline.content,
            '^( *)(sides|entity) +("(?:[^"]|"")+"|[^[:space:],"#]+)(?: *, *("(?:[^"]|"")+"|[^[:space:],"#]+))?',
            'gn'
        ) with ordinality as found (words, place)
)

select
    coalesce(min(line.name) filter (where line.word = 'sides'), 'left') as left_name,
    coalesce(min(line.other) filter (where line.word = 'sides'), 'right') as right_name,
    coalesce(array_agg(line.name order by line.place) filter (where line.word = 'entity'), '{}') as entities
from line
where line.is_outer;
$$;

comment on function pgsync.comparison_outline(text)
is 'What a definition calls the sides of a comparison, and its entities in their order.';
