import PGSyncCore
import Postgres

/// The attached tables.
extension ServerFactsReader {
    func capture(in schema: Reading<ServerFacts.Schema>) throws -> ServerFacts.Capture {
        guard case .known(.upToDate) = schema else { throw NoCapture() }
        let inspection = CaptureInspection(session)
        let row = try session.query(
            """
            select
                (select count(*) from pgsync.sources as source where source.attached) as sources,
                pgsync.configuration_boolean('enable_doorbell') as uses_doorbell
            """
        ).onlyRow()
        return ServerFacts.Capture(
            sourceCount: try row.decode("sources"),
            findings: try inspection.findings(),
            growth: try inspection.unexplainedGrowth(),
            usesDoorbell: try row.decode("uses_doorbell"),
            pollInterval: try Doorbell(session).pollInterval()
        )
    }

    /// Why there is nothing to read.
    private struct NoCapture: Error, CustomStringConvertible {
        let description = "the schema is not that of this pgsync"
    }
}
