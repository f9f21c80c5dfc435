import JSON
package import PGSyncDelivery
import PGSyncOperations
import PGSyncStore
package import Postgres
import Services

/// What an exchange would do, without doing it: what would be sent, and whether the master answers.
package struct ExchangeTrial: Sendable {
    /// What was found.
    package struct Outcome: Sendable {
        /// Records that would be sent, by table.
        package let outgoing: [(table: String, records: Int)]
        /// Records on the next page from the master, by table.
        package let incoming: [(table: String, records: Int)]
        package let hasMore: Bool
        /// Why the master cannot be asked.
        package let problem: String?
    }

    private let master: String
    private let site: DeliverySite

    package init(master: String, site: DeliverySite) {
        self.master = master
        self.site = site
    }

    package func run(on connection: PostgresConnection) async throws -> Outcome {
        let master = master
        try await connection.foldVersions()
        let (begun, outgoing) = try await connection.withTransaction { session in
            let store = ExchangeStore(session, master: master)
            return (try store.look(), try store.unsentByTable())
        }
        func outcome(_ page: String?, _ problem: String?) throws -> Outcome {
            let json = try page.map { try JSONValue(parsing: $0) }
            var incoming: [(table: String, records: Int)] = []
            for record in json?["records"]?.array ?? [] {
                let table = record["table"]?.string ?? ""
                if let index = incoming.firstIndex(where: { $0.table == table }) {
                    incoming[index].records += 1
                } else {
                    incoming.append((table, 1))
                }
            }
            return Outcome(
                outgoing: outgoing,
                incoming: incoming,
                hasMore: json?["has_more"]?.bool ?? false,
                problem: problem
            )
        }
        do {
            let client = try MasterClient(master, begun, site: site, longestWait: .zero, until: Shutdown())
            let status = try await client.status(on: connection)
            let tables = begun.tables.filter(status.tables.contains)
            if status.mustResync || tables.isEmpty { return try outcome(nil, nil) }
            return try outcome(
                try await client.download(
                    cursor: begun.cursor,
                    sequence: status.expectedSequence - 1,
                    tables: tables,
                    limit: 5_000,
                    on: connection
                ),
                nil
            )
        } catch {
            guard let failure = SyncOperation.failure(error) else { throw error }
            return try outcome(nil, failure.description)
        }
    }
}
