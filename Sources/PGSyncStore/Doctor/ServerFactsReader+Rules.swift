import PGSyncCore
import Postgres

/// The posting rules.
extension ServerFactsReader {
    func rules(in schema: Reading<ServerFacts.Schema>) throws -> ServerFacts.Rules {
        guard case .known(.upToDate) = schema else { throw NoRules() }
        return try RuleInspection(session).facts()
    }

    /// Why there is nothing to read.
    private struct NoRules: Error, CustomStringConvertible {
        let description = "the schema is not that of this pgsync"
    }
}
