import PGSyncDelivery
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres

/// Finds the sides of entities, and lends sessions that read them.
struct SidePlaces: Sendable {
    /// Where a side is.
    struct Place: Sendable {
        let options: ConnectionOptions
        let table: TableName
        /// When what is there was fetched; nil for a table.
        var dataAt: Timestamp?
    }

    let comparison: Comparison
    let options: ConnectionOptions
    let site: DeliverySite
    /// The table of a stream of an import.
    let table:
        @Sendable (_ import: String, _ stream: String) async throws -> (table: TableName, dataAt: Timestamp?)

    func find(_ side: ComparisonSide) async throws -> Place {
        switch side.place {
        case .here(let table): return Place(options: options, table: table)
        case .database(let name, let table):
            guard let reference = comparison.databases[name] else {
                throw JobFailure("compare.config", "the database \(name) is not named")
            }
            do {
                return Place(
                    options: try ConnectionOptions(try site.secret(reference.description)),
                    table: table
                )
            } catch let failure as DeliveryFailure {
                throw JobFailure("compare.config", failure.message)
            }
        case .stream(let name, let stream):
            let found = try await table(name, stream)
            return Place(options: options, table: found.table, dataAt: found.dataAt)
        }
    }

    /// Lends what reads both sides of an entity.
    func withPlan<Result>(
        of entity: ComparisonEntity,
        _ body: (EntityPlan, _ left: SideReader, _ right: SideReader, _ dataAt: Timestamp?) async throws ->
            Result
    ) async throws -> Result {
        let places = (left: try await find(entity.left), right: try await find(entity.right))
        return try await withReader(places.left) { left in
            try await withReader(places.right) { right in
                let plan = try EntityPlan(
                    entity,
                    left: try await left.relation(places.left.table),
                    right: try await right.relation(places.right.table),
                    hashes: try await left.hashing() == (try await right.hashing())
                )
                return try await body(plan, left, right, places.left.dataAt ?? places.right.dataAt)
            }
        }
    }

    private func withReader<Result>(
        _ place: Place,
        _ body: (SideReader) async throws -> Result
    ) async throws -> Result {
        try await PostgresConnection.withConnection(to: place.options) { connection in
            let reader = SideReader(connection: connection)
            try await reader.prepare()
            return try await body(reader)
        }
    }
}
