create or replace function pgsync.cut_times(wanted tstzmultirange, step text default null)
returns setof tstzrange
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select piece.slice
from unnest(cut_times.wanted) as gap (span)
cross join lateral (
    select gap.span as slice
    where cut_times.step is null or lower(gap.span) is null or upper(gap.span) is null
    union all
    select gap.span * tstzrange(began.at, began.at + ('1 ' || cut_times.step)::interval) as slice
    from generate_series(
        date_trunc(cut_times.step, lower(gap.span), 'UTC'), upper(gap.span), ('1 ' || cut_times.step)::interval
    ) as began (at)
    where cut_times.step is not null
) as piece
where not isempty(piece.slice);
$$;

comment on function pgsync.cut_times(tstzmultirange, text)
is 'Spans of time, cut at the beginnings of hours, days, months or years in UTC.';
