// Long because it is one statement.
/// What the sampler reads once a second while somebody looks: a column for each topic, at a cost that does not grow
/// with the queue.
enum Figures {
    static let topics = ["status", "sources", "alert", "jobs", "proof", "config", "rules", "schedule"]

    /// The state of each topic as JSON.
    static let sample = """
        with backlog as materialized (
            select
                own.table_name, own.attached, own.paused_at, own.waiting, own.failing, own.dead, own.is_capped, own.rules,
                round(extract(epoch from greatest(clock_timestamp() - own.oldest_at, interval '0'))::numeric, 1) as oldest_seconds
            from pgsync.backlog(2000) as own
        ),

        outcome as materialized (
            select own.outcome::text, own.last_minute, own.last_hour, own.is_minute_capped, own.is_hour_capped
            from pgsync.recent_outcomes(3000) as own
        ),

        alert as materialized (
            select own.id, own.kind, own.table_name, own.class, own.state, own.severity, own.words
            from pgsync.sync_alerts as own
            where own.state <> 'resolved'
        ),

        minute as materialized (
            select max(own.starts_at) as at
            from pgsync.sync_system_health as own
            where own.span = 'minute' and own.starts_at > now() - interval '3 minutes'
        ),

        -- What the workers have counted, for when there is more than recent_outcomes counts.
        counted as materialized (
            select
                sum(own.posted) filter (where own.starts_at = minute.at) as posted,
                1 - sum(own.failed) / nullif(sum(own.posted + own.without_entry + own.failed), 0) as first_try_share
            from minute
            inner join pgsync.sync_system_health as own
                on own.span = 'minute' and own.starts_at > minute.at - interval '1 hour'
        ),

        delay as materialized (
            select minute.at, latency.p50, latency.p95, latency.p99
            from minute
            cross join lateral pgsync.latency_percentiles(pgsync.summed_latency('minute', minute.at)) as latency
        ),

        source_list as (
            select
                coalesce(
                    json_agg(
                        json_build_object(
                            'table', own.table_name, 'attached', own.attached, 'paused_at', own.paused_at,
                            'waiting', own.waiting, 'failing', own.failing, 'dead', own.dead,
                            'oldest_seconds', own.oldest_seconds, 'capped', own.is_capped, 'rules', own.rules
                        )
                        order by own.table_name
                    ),
                    '[]'
                ) as json
            from backlog as own
        ),

        alert_counts as (
            select json_build_object(
                'firing', count(*) filter (where own.state = 'firing'),
                'acknowledged', count(*) filter (where own.state = 'acknowledged'),
                'silenced', count(*) filter (where own.state = 'silenced'),
                'worst', (
                    select worst.severity
                    from alert as worst
                    where worst.state = 'firing'
                    order by array_position(array['critical', 'high', 'medium', 'low'], worst.severity)
                    limit 1
                )
            ) as json
            from alert as own
        ),

        score as (
            select json_build_object(
                'points', own.score, 'verdict', own.verdict, 'freshness', own.freshness, 'proven', own.proven,
                'failure_free', own.failures, 'sweep', own.sweep, 'cap', own.cap, 'capped_by', own.capped_by,
                'recommendation', own.recommendation, 'verified_at', own.verified_at
            ) as json
            from pgsync.sync_score() as own
        )

        select
            json_build_object(
                'database', current_database(),
                'server_version', split_part(current_setting('server_version'), ' ', 1),
                'paused', pgsync.configuration_boolean('posting_paused'),
                'real_time', pgsync.configuration_boolean('enable_real_time_sync'),
                'waiting', (
                    select json_build_object('changes', size.changes, 'estimated', size.is_estimate)
                    from pgsync.queue_size(10000) as size
                ),
                'oldest_seconds', (select max(own.oldest_seconds) from backlog as own where own.paused_at is null),
                'posted_last_minute', (
                    select greatest(
                        coalesce(sum(own.last_minute), 0),
                        case when bool_or(own.is_minute_capped) then (select counted.posted from counted) end
                    )
                    from outcome as own
                    where own.outcome in ('posted', 'amended', 'reversed')
                ),
                'posted_minute_capped', (
                    select coalesce(bool_or(own.is_minute_capped), false) and (select counted.posted from counted) is null
                    from outcome as own
                ),
                'delay', (
                    select json_build_object('p50', own.p50, 'p95', own.p95, 'p99', own.p99, 'at', own.at)
                    from delay as own
                ),
                'first_try_share', (
                    select round(
                        case
                            when bool_or(own.is_hour_capped) then (select counted.first_try_share from counted)
                            else 1 - sum(own.last_hour) filter (where own.outcome = 'failed') / nullif(sum(own.last_hour), 0)
                        end,
                        4
                    )
                    from outcome as own
                    having coalesce(sum(own.last_hour), 0) > 0
                ),
                'dead', (select coalesce(sum(own.dead), 0) from backlog as own),
                'dead_capped', (select coalesce(bool_or(own.is_capped), false) from backlog as own),
                'outcomes', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'outcome', own.outcome, 'last_minute', own.last_minute, 'last_hour', own.last_hour,
                                'minute_capped', own.is_minute_capped, 'hour_capped', own.is_hour_capped
                            )
                            order by own.last_hour desc, own.outcome
                        ),
                        '[]'
                    )
                    from outcome as own
                ),
                'failures', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'error_class', own.error_class, 'failing', own.failing, 'dead', own.dead,
                                'last_at', own.last_at, 'last_change', own.last_change::text,
                                'message', own.last_message, 'capped', own.is_capped
                            )
                            order by own.dead + own.failing desc, own.error_class
                        ),
                        '[]'
                    )
                    from pgsync.failures(2000) as own
                ),
                'sources', source_list.json,
                'workers', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'worker', own.name, 'host', own.host, 'process', own.pid, 'version', own.version,
                                'state', own.state, 'posters', own.posters,
                                'connected_posters', (own.figures ->> 'connected_posters')::integer,
                                'breaker', own.figures ->> 'breaker',
                                'heartbeat_seconds', round(
                                    extract(epoch from clock_timestamp() - own.heartbeat_at)::numeric, 1
                                ),
                                'uptime_seconds', round(extract(epoch from clock_timestamp() - own.started_at)),
                                'finished', (own.figures ->> 'finished')::bigint,
                                'failed', (own.figures ->> 'failed')::bigint,
                                'failing', case jsonb_typeof(own.figures -> 'failing')
                                    when 'object' then (
                                        select array_agg(duty.key || ': ' || duty.value order by duty.key)
                                        from jsonb_each_text(own.figures -> 'failing') as duty
                                    )
                                end
                            )
                            order by own.started_at, own.id
                        ),
                        '[]'
                    )
                    from (
                        select listed.*
                        from pgsync.worker_states as listed
                        where listed.state in ('running', 'silent')
                            or (listed.state = 'lost' and listed.stopped_at > now() - interval '1 hour')
                        order by listed.started_at, listed.id
                        limit 50
                    ) as own
                ),
                'score', score.json,
                'chain', (
                    select json_build_object(
                        'state', own.state, 'block', own.seq::text, 'rows', own.row_count,
                        'lag_seconds', round(own.lag_seconds::numeric, 1), 'verified_at', own.verified_at,
                        'verified_block', own.verified_seq::text, 'anchored_at', own.anchored_at
                    )
                    from pgsync.chain_state as own
                ),
                'alerts', alert_counts.json,
                'foreign_locks', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'sentence', format(
                                    'process %s of %s holds %s lock(s) of pgsync (%s): %s',
                                    own.pid, own.role_name, own.locks, own.lock_name, own.consequence
                                ),
                                'remedy', 'select pg_terminate_backend(' || own.pid || ');'
                            )
                        ),
                        '[]'
                    )
                    from pgsync.foreign_locks() as own
                ),
                'durability', json_build_object(
                    'sentence', case
                        when current_setting('fsync') = 'off' then 'fsync is off: an operating-system crash loses commits'
                        when current_setting('synchronous_commit') = 'off'
                            then 'synchronous_commit is off: a crash loses the latest commits'
                        when current_setting('synchronous_commit') = 'local'
                            or current_setting('synchronous_standby_names') = ''
                            then 'a commit survives a crash of the server, not the loss of its disk'
                        else 'each commit waits for synchronous standbys ('
                            || current_setting('synchronous_standby_names') || ')'
                    end,
                    'fsync', current_setting('fsync') = 'on',
                    'synchronous_commit', current_setting('synchronous_commit')
                )
            ) as status,
            source_list.json as sources,
            json_build_object(
                'alerts', alert_counts.json,
                'changed', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'alert', own.id::text, 'kind', own.kind, 'table', own.table_name, 'class', own.class,
                                'state', own.state, 'severity', own.severity, 'message', own.words
                            )
                            order by own.id
                        ),
                        '[]'
                    )
                    from alert as own
                )
            ) as alert,
            (
                select coalesce(
                    json_agg(
                        json_build_object(
                            'job', own.id::text, 'kind', own.kind, 'subject', own.subject, 'state', own.state,
                            'phase', own.phase, 'done', own.done, 'expected', own.expected
                        )
                        order by own.id desc
                    ),
                    '[]'
                )
                from (
                    select listed.*
                    from pgsync.job_states as listed
                    where listed.id = any(
                            array(
                                select active.id
                                from pgsync.sync_jobs as active
                                where active.state in ('pending', 'running', 'waiting')
                                union all
                                select ended.id
                                from pgsync.sync_jobs as ended
                                where ended.finished_at > now() - interval '1 minute'
                            )
                        )
                    order by listed.id desc
                    limit 50
                ) as own
            ) as jobs,
            json_build_object('score', score.json) as proof,
            (select json_build_object('at', max(own.updated_at)) from pgsync.sync_configuration as own) as config,
            (
                select json_build_object('rules', count(*), 'at', max(own.applied_at), 'ended', count(own.active_until))
                from pgsync.rules as own
            ) as rules,
            (
                select json_build_object('at', max(own.updated_at), 'next', min(own.next_run_at))
                from pgsync.sync_schedules as own
            ) as schedule
        from source_list
        cross join alert_counts
        cross join score
        """

    /// The minutes of the last three hours, oldest first; those without a sample are left out.
    static let history = """
        select coalesce(json_agg(minute.json order by minute.starts_at), '[]') as history
        from (
            select
                part.starts_at,
                json_build_object(
                    'at', part.starts_at, 'posted', part.posted, 'no_effect', part.no_effect,
                    'failed', part.failed, 'captured', part.captured, 'waiting', part.waiting,
                    'oldest_seconds', part.oldest_seconds, 'p50', delay.p50, 'p99', delay.p99
                ) as json
            from (
                select
                    own.starts_at, sum(own.posted) as posted, sum(own.without_entry) as no_effect,
                    sum(own.failed) as failed, sum(own.captured) as captured, max(own.queue_size) as waiting,
                    round(max(own.oldest_seconds)::numeric, 1) as oldest_seconds,
                    count(*) as parts, min(own.latency) as latency
                from pgsync.sync_system_health as own
                where own.span = 'minute' and own.starts_at > now() - interval '3 hours'
                group by own.starts_at
                order by own.starts_at desc
                limit 180
            ) as part
            -- Counts of workers are added, their percentiles cannot be.
            cross join lateral pgsync.latency_percentiles(
                case part.parts when 1 then part.latency else pgsync.summed_latency('minute', part.starts_at) end
            ) as delay
        ) as minute
        """
}
