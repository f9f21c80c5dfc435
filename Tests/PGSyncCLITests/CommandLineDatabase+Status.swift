import PGSyncStore
import Postgres

extension CommandLineDatabase {
    func status() async throws -> SystemStatus {
        try await PostgresConnection.withConnection(to: ConnectionOptions(url())) { connection in
            try await connection.withSession { try StatusStore($0).read() }
        }
    }
}
