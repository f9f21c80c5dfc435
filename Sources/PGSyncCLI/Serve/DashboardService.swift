import HTTPServer
import JSON
import PGSyncServe
import PGSyncStore
import Postgres
import Services
import Telemetry

/// The dashboard of a private server, with a link that logs the user of this machine in.
struct DashboardService: Service {
    /// Where to serve; nil for the usual address or, if that is taken, any other port.
    let address: ListenAddress?
    let usualAddress: ListenAddress
    let connection: ConnectionOptions
    let logger: Logger
    /// Takes secrets for a worker of this process, if there is one.
    let keys: KeyKeeper?
    /// Told the link, which works once.
    let announce: @Sendable (String) -> Void

    private static let tokenName = "pgsync up"
    private static let lifetime = Duration.seconds(24 * 3600)

    func run(until shutdown: Shutdown) async throws {
        let token = try await makeToken()
        do {
            try await serve(at: address ?? usualAddress, token, until: shutdown)
        } catch ListenError.inUse where address == nil {
            guard let any = ListenAddress("0") else { return }
            try await serve(at: any, token, until: shutdown)
        }
    }

    private func serve(at address: ListenAddress, _ token: String, until shutdown: Shutdown) async throws {
        let options = DashboardOptions(at: address, version: Version.number)
        try await Dashboard(options, to: connection, logger: logger, keys: keys).run { _, link in
            announce(link(token))
            try? await shutdown.wait()
        }
    }

    /// A token for this run; those of earlier ones end.
    private func makeToken() async throws -> String {
        let secret = Secret.token()
        try await PostgresConnection.withConnection(to: connection) { connection in
            try await Database.requireSchema(on: connection)
            try await connection.withSession { session in
                try session.transaction {
                    let store = TokenStore(session)
                    try store.revoke(named: Self.tokenName)
                    _ = try store.create(
                        Self.tokenName,
                        prefix: Secret.prefix(of: secret),
                        hash: Secret.hash(of: secret),
                        scopes: DashboardOptions.scopeNames,
                        site: nil,
                        lifetime: Self.lifetime
                    )
                }
            }
        }
        return secret
    }
}
