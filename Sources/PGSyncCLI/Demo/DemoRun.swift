import PGSyncDemo
import PGSyncSchema
import Postgres
import Services
import Telemetry

/// A demonstration of this program: installs the clinic, then writes bills until it is stopped.
struct DemoRun: Service {
    /// Nil to write no bills.
    let options: DemoOptions?
    let connection: ConnectionOptions
    let logger: Logger
    let display: DemoDisplay

    func run(until shutdown: Shutdown) async throws {
        do {
            let installation = try await shutdown.withGracePeriod(.zero) { try await install() }
            try display.show(installation)
        } catch is CancellationError where shutdown.isRequested {
            return
        }
        guard let options else { return }
        let generator = BillGenerator(
            options,
            connection: connection,
            logger: logger,
            interval: display.interval
        ) { [display] in
            try display.show($0, isLast: false)
        }
        try display.show(try await generator.run(until: shutdown), isLast: true)
    }

    private func install() async throws -> DemoInstallation {
        try await PostgresConnection.withConnection(to: connection) { connection in
            let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
            guard status.facts.isInstalled else {
                throw CommandError.notInstalled(database: status.facts.database)
            }
            try status.requireUsable()
            return try await connection.withSession { try DemoInstaller($0).install() }
        }
    }
}
