import PGSyncCore
import Postgres

/// The safeguards of the journal.
extension ServerFactsReader {
    func ledger(in schema: Reading<ServerFacts.Schema>) throws -> ServerFacts.Ledger {
        guard case .known(.upToDate) = schema else { throw NoLedger() }
        return ServerFacts.Ledger(
            missing: try session.query(
                """
                select table_name, trigger_name::text as trigger_name
                from ledger.safeguards
                where not is_in_force
                order by table_name, trigger_name
                """
            ).map { row in
                ServerFacts.Ledger.Safeguard(
                    table: try row.decode("table_name"),
                    trigger: try row.decode("trigger_name")
                )
            },
            danglingReferences: try session.query(
                "select found from pgsync.inspect_references() order by finding, found"
            ).map { try $0.decode(0) }
        )
    }

    /// Why there is nothing to read.
    private struct NoLedger: Error, CustomStringConvertible {
        let description = "the schema is not that of this pgsync"
    }
}
