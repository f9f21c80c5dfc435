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
                pgsync.configuration_boolean('enable_doorbell') as uses_doorbell,
                array(
                    select source.table_name
                    from pgsync.sources as source
                    where source.attached and source.image_key is not null
                    order by source.table_name
                ) as encrypted,
                array(
                    select leak.setting || ' = ' || leak.value from pgsync.parameter_leaks() as leak
                ) as leaks
            """
        ).onlyRow()
        return ServerFacts.Capture(
            sourceCount: try row.decode("sources"),
            findings: try inspection.findings(),
            growth: try inspection.unexplainedGrowth(),
            usesDoorbell: try row.decode("uses_doorbell"),
            pollInterval: try Doorbell(session).pollInterval(),
            encryptedTables: try row.decode("encrypted"),
            parameterLeaks: try row.decode("leaks"),
            encryptionFault: try session.query("select found, remedy from pgsync.inspect_encryption()").first
                .map {
                    ServerFacts.Capture.Fault(
                        found: try $0.decode("found"),
                        remedy: try $0.decode("remedy")
                    )
                }
        )
    }

    /// Why there is nothing to read.
    private struct NoCapture: Error, CustomStringConvertible {
        let description = "the schema is from another version of pgsync"
    }
}

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
        let description = "the schema is from another version of pgsync"
    }
}

/// The posting rules.
extension ServerFactsReader {
    func rules(in schema: Reading<ServerFacts.Schema>) throws -> ServerFacts.Rules {
        guard case .known(.upToDate) = schema else { throw NoRules() }
        return try RuleInspection(session).facts()
    }

    /// Why there is nothing to read.
    private struct NoRules: Error, CustomStringConvertible {
        let description = "the schema is from another version of pgsync"
    }
}
