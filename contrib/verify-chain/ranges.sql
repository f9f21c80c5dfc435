-- The ranges of the audit log that were dropped: their ids, and how many rows they had by their totals.
select from_id, until_id - 1, coalesce(sum(total.row_count), 0), range_name
from pgsync.id_ranges as made
left join pgsync.range_totals as total using (range_name)
where made.table_name = 'sync_audit_log' and state = 'dropped'
group by from_id, until_id, range_name;
