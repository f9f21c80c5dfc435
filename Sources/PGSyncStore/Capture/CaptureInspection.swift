package import PGSyncCore
package import Postgres

/// Finds attached tables whose changes are not, or not all, captured.
package struct CaptureInspection {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// What the catalog shows; empty when all is well.
    package func findings() throws -> [CaptureFinding] {
        try session.query(
            """
            select
                inspected.source_table::oid::bigint as source,
                coalesce(source.table_name, inspected.source_table::text) as table_name,
                inspected.finding, inspected.severity, inspected.found, inspected.remedy
            from pgsync.inspect_capture() as inspected
            left join pgsync.sources as source on source.source_table = inspected.source_table
            """
        ).map { row in
            CaptureFinding(
                source: try row.decode("source"),
                table: try row.decode("table_name"),
                kind: try row.decode("finding"),
                severity: Severity(rawValue: try row.decode("severity")) ?? .problem,
                found: try row.decode("found"),
                remedy: try row.decode("remedy")
            )
        }
    }

    /// Tables with more writes than captured changes, and how many rows are unexplained.
    ///
    /// What was rolled back counts as written, too, so this is a hint and not a proof.
    package func unexplainedGrowth() throws -> [CaptureGrowth] {
        try session.query(
            """
            select source.table_name, growth.unexplained
            from pgsync.capture_growth() as growth
            inner join pgsync.sources as source on source.source_table = growth.source_table
            where growth.unexplained > 0
            order by source.table_name
            """
        ).map { row in
            CaptureGrowth(
                table: try row.decode("table_name"),
                unexplained: try row.decode("unexplained")
            )
        }
    }

    /// Restarts counting the growth from now on.
    package func rememberGrowth() throws {
        try session.execute("select pgsync.remember_growth()")
    }
}
