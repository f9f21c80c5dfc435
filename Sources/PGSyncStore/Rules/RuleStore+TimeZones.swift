package import PGSyncRules
import Postgres

extension RuleStore {
    /// The offsets of time zones from UTC, from the server's own data; unknown names are omitted.
    ///
    /// No catalog lists the changes, so they are searched for: by weeks, in none of which a zone has changed
    /// twice since 1900, then by days, hours, minutes and seconds.
    package func timeZoneOffsets(of names: Set<String>) throws -> [String: TimeZoneOffsets] {
        guard !names.isEmpty else { return [:] }
        let years = TimeZoneOffsets.years
        try session.execute("select set_config('jit', 'off', true)")
        let rows = try session.query(Query(Self.changes, [names.sorted(), years.first, years.end]))
        var first: [String: Int64] = [:]
        var changes: [String: [TimeZoneOffsets.Change]] = [:]
        for row in rows {
            let name: String = try row.decode("name")
            let distance: Int64 = try row.decode("distance")
            if let moment = try row.decode("moment", as: Int64?.self) {
                changes[name, default: []].append(TimeZoneOffsets.Change(moment: moment, offset: distance))
            } else {
                first[name] = distance
            }
        }
        return Dictionary(
            first.map { ($0.key, TimeZoneOffsets(first: $0.value, changes: changes[$0.key] ?? [])) }
        ) { one, _ in one }
    }

    /// The time zones that the server knows.
    package func timeZoneNames() throws -> [String] {
        try session.query("select known.name from pg_catalog.pg_timezone_names as known order by known.name")
            .map { try $0.decode("name") }
    }

    // MARK: The statement

    /// The offset of each zone in the first year, and each change with its new offset.
    private static let changes = """
        with zone as materialized (
            select known.name from pg_catalog.pg_timezone_names as known where known.name = any($1::text[])
        ),
        by_week as materialized (
            select zone.name, week.moment, \(distance(of: "week")) as distance
            from zone
            cross join generate_series(
                extract(epoch from make_timestamptz($2::integer, 1, 1, 0, 0, 0, 'UTC'))::bigint,
                extract(epoch from make_timestamptz($3::integer, 1, 1, 0, 0, 0, 'UTC'))::bigint,
                604800
            ) as week (moment)
        ),
        changed as materialized (
            select zone.*
            from (
                select
                    by_week.*,
                    lag(by_week.distance) over whole as before,
                    lead(by_week.distance) over whole as after
                from by_week
                window whole as (partition by by_week.name order by by_week.moment)
            ) as zone
            where zone.distance <> zone.after or zone.before is null
        ),
        by_day as materialized (\(last("changed", step: 86_400, of: 604_800))),
        by_hour as materialized (\(last("by_day", step: 3_600, of: 86_400))),
        by_minute as materialized (\(last("by_hour", step: 60, of: 3_600))),
        by_second as materialized (\(last("by_minute", step: 1, of: 60)))
        select changed.name, null::bigint as moment, changed.distance
        from changed
        where changed.before is null
        union all
        select by_second.name, by_second.moment + 1, by_second.after
        from by_second
        order by 1, 2 nulls first
        """

    /// How far ahead of UTC a zone is at a moment.
    private static func distance(of moment: String) -> String {
        "extract(epoch from (to_timestamp(\(moment).moment) at time zone zone.name) "
            + "- (to_timestamp(\(moment).moment) at time zone 'UTC'))::bigint"
    }

    /// The last moment before the change, searched for in smaller steps.
    private static func last(_ coarse: String, step: Int, of span: Int) -> String {
        """

            select zone.name, zone.distance, zone.after, max(fine.moment) as moment
            from \(coarse) as zone
            cross join lateral generate_series(zone.moment, zone.moment + \(span - step), \(step)) as fine (moment)
            where zone.distance <> zone.after and \(distance(of: "fine")) = zone.distance
            group by zone.name, zone.moment, zone.distance, zone.after

        """
    }
}
