create or replace function pgsync.add_results(one pgsync.batch_result, other pgsync.batch_result)
returns pgsync.batch_result
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    row(
        one.claimed + other.claimed, one.posted + other.posted, one.amended + other.amended,
        one.reversed + other.reversed, one.unchanged + other.unchanged, one.superseded + other.superseded,
        one.failed + other.failed, one.deferred + other.deferred, one.left_waiting + other.left_waiting,
        least(one.first_left, other.first_left), one.applied_ids || other.applied_ids,
        one.failed_ids || other.failed_ids, one.error_classes || other.error_classes,
        one.error_messages || other.error_messages, one.next_mark, one.snapshot_xmin, one.snapshot_xmax,
        one.is_paused, least(one.truncated_part, other.truncated_part), coalesce(one.emptied, 0) + coalesce(other.emptied, 0),
        one.is_cut
    )::pgsync.batch_result;
$$;

comment on function pgsync.add_results(pgsync.batch_result, pgsync.batch_result)
is 'The results of two parts of a batch, added up.';
