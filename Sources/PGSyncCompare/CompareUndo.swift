import JSON
package import PGSyncDelivery
import PGSyncOperations
import PGSyncRules
import PGSyncStore
package import Postgres

/// Makes rows that a run has mended what they were before, unless they have changed since.
package struct CompareUndo: Sendable {
    private let options: ConnectionOptions
    private let site: DeliverySite

    package init(to options: ConnectionOptions, site: DeliverySite) {
        self.options = options
        self.site = site
    }

    /// What became of the rows of one run.
    package struct Outcome: Sendable {
        package internal(set) var undone = 0
        /// Those that somebody has changed since, or that could not be written, and why.
        package internal(set) var left: [(difference: Int64, problem: String)] = []
    }

    package func run(_ job: Int64, entity only: String?) async throws -> Outcome {
        let (name, content, healed) = try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withTransaction(TransactionOptions(isReadOnly: true)) { session in
                let (name, content) = try CompareStore(session).definition(ofRun: job)
                return (name, content, try CompareStore(session).healed(job, entity: only))
            }
        }
        guard let comparison = ComparisonFile(name: name, text: content).comparison else {
            throw JobFailure("compare.config", "the definition cannot be read by this pgsync")
        }
        var outcome = Outcome()
        for entity in comparison.entities {
            let own = healed.filter { $0.entity == entity.name }
            guard !own.isEmpty else { continue }
            try await SidePlaces.plain(comparison, options, site).withPlan(of: entity) { plan, _, _, _ in
                try await PostgresConnection.withConnection(to: options) { connection in
                    for row in own { try await undo(row, plan, on: connection, &outcome) }
                }
            }
        }
        return outcome
    }

    private func undo(
        _ row: CompareStore.Healed,
        _ plan: EntityPlan,
        on connection: PostgresConnection,
        _ outcome: inout Outcome
    ) async throws {
        let key = RowKey(values: plan.left.keys.map { row.key[$0.column.name]?.string })
        let heal = RowHeal(plan: plan)
        do {
            let ending = try await connection.withTransaction { session -> RowHeal.Ending in
                try SideReader.prepare(session)
                let ending = try heal.undo(key, row.undo, session)
                if case .healed = ending { try CompareStore(session).noteUndone(row.id) }
                return ending
            }
            switch ending {
            case .healed: outcome.undone += 1
            case .moved(let problem): outcome.left.append((row.id, problem))
            }
        } catch is RowHeal.Several {
            outcome.left.append((row.id, "several rows have this key"))
        } catch let error as PostgresError where !error.isConnectionLost {
            outcome.left.append((row.id, error.message))
        }
    }
}

extension SidePlaces {
    /// Tables of imports are taken as they are.
    static func plain(_ comparison: Comparison, _ options: ConnectionOptions, _ site: DeliverySite)
        -> SidePlaces
    {
        SidePlaces(comparison: comparison, options: options, site: site) { name, stream in
            let found = try await PostgresConnection.withConnection(to: options) { connection in
                try await connection.withTransaction {
                    try CompareStore($0).fetched(name, stream: stream, for: nil)
                }
            }
            guard let found else {
                throw JobFailure("compare.config", "there is no stream \(stream) of an import \(name)")
            }
            return (TableName(schema: found.schema, name: found.table), nil)
        }
    }
}
