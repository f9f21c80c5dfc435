-- Rows of the exchanged table ward.stock, two nodes, a master that does not answer, an exchange that failed, and conflicts.
insert into ward.stock
select n, 'Gauze ' || n, 10 * n, 'box', null
from generate_series(1, 4) as n;
grant usage on schema ward to pgsync_node;
grant select, insert, update, delete on table ward.stock to pgsync_node;

select pgsync.add_node('north');
select pgsync.add_node('south');
update pgsync.nodes
set
    status = 'failed', retry_count = 3, last_error = 'ward.stock 3: the row violates the check stock_is_positive',
    last_synced_at = now() - interval '3 hours', seen_at = now(), clock_skew = '2.4 seconds'
where name = 'south';
update pgsync.nodes
set status = 'success', last_synced_at = now(), acknowledged_at = now(), seen_at = now(), clock_skew = '-20 milliseconds'
where name = 'north';
select pgsync.set_master('centre', 'http://127.0.0.1:9');
update pgsync.masters
set
    status = 'failed', retry_count = 1, node_name = 'west', last_synced_at = now() - interval '2 hours',
    last_error = '1,204 of 3,000 records of ward.stock would be deleted'
where endpoint = 'centre';
insert into pgsync.sync_jobs (
    kind, subject, type, state, trigger, requested_by, attempts, requested_at, started_at, heartbeat_at, finished_at,
    error_class, error_message
)
select
    'sync', 'centre', null, made.state, 'schedule', 'pgsync', 1, now() - made.ago, now() - made.ago, now() - made.ago,
    now() - made.ago + interval '4 seconds', case made.state when 'failed' then 'guard.deletes' end,
    case made.state when 'failed' then '1,204 of 3,000 records of ward.stock would be deleted' end
from (values ('completed', interval '2 hours'), ('failed', interval '1 hour')) as made (state, ago);

insert into pgsync.conflicts (
    source_table, record_id, node, type, policy, resolution, state, local_image, remote_image, base_image, result_image,
    local_version, remote_version, base_version, error_class, error_message
)
values
(
    'ward.stock', '1', 'north', 'update_origin_differs', 'newer', 'apply_remote', 'settled',
    '{"id": 1, "name": "Gauze 1", "quantity": 12, "unit": "box", "note": null}',
    '{"id": 1, "name": "Gauze 1", "quantity": 10, "unit": "box", "note": null}', null,
    '{"id": 1, "name": "Gauze 1", "quantity": 10, "unit": "box", "note": null}',
    '1796115984353223@west', '1796115985365753@north', '1796115983365753@west', null, null
),
(
    'ward.stock', '2', 'north', 'delete_origin_differs', 'manual', 'queued', 'open',
    '{"id": 2, "name": "Gauze 2", "quantity": 20, "unit": "box", "note": null}', null, null, null,
    '1796115984353223@west', '1796115984365753@north', null, null, null
),
(
    'ward.stock', '3', 'south', 'refused', 'newer', 'queued', 'open',
    '{"id": 3, "name": "Gauze 3", "quantity": 30, "unit": "box", "note": null}',
    '{"id": 3, "name": "Gauze 3", "quantity": -1, "unit": "box", "note": null}', null, null,
    '1796115984353223@west', '1796115984365753@south', null, 'data.range', 'the row violates the check stock_is_positive'
),
(
    'ward.stock', '4', 'south', 'update_origin_differs', 'manual', 'queued', 'open',
    '{"id": 4, "name": "Gauze 4", "quantity": 40, "unit": "box", "note": "counted on Monday, two boxes behind the shelf"}',
    '{"id": 4, "name": "Gauze 4, sterile", "quantity": 35, "unit": "box", "note": ""}', '{"quantity": 38}', null,
    '1796115984353223@west', '1796115986365753@south', '1796115983365753@south', null, null
);
