create or replace function pgsync.decide_answers(source_table regclass, answers jsonb)
returns table (place bigint, record_id text, is_edited boolean, image jsonb, deletes boolean)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    answer.place - 1,
    answer.content ->> 'record_id',
    coalesce(known.stamp <> (answer.content ->> 'sent_stamp')::bigint, true),
    nullif(answer.content -> 'row', 'null'),
    coalesce((answer.content ->> 'deleted')::boolean, false)
from jsonb_array_elements(answers) with ordinality as answer (content, place)
left join pgsync.record_versions as known
    on known.source_table = decide_answers.source_table
        and known.record_id = pgsync.short_id(answer.content ->> 'record_id') collate "C";
$$;

comment on function pgsync.decide_answers(regclass, jsonb)
is 'Which records were changed again since they were sent, and the rows that the master has instead.';
