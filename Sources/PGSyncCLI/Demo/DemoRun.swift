import Arguments
import JSON
import PGSyncDemo
import PGSyncSchema
import Postgres
import Services
import Telemetry

/// A demonstration of this program: installs the clinic, then writes bills until it is stopped.
struct DemoRun: Service {
    /// Nil to write no bills.
    let options: DemoOptions?
    var pack = ExamplePack.clinic
    let connection: ConnectionOptions
    let logger: Logger
    let display: DemoDisplay

    func run(until shutdown: Shutdown) async throws {
        do {
            let installation = try await shutdown.withGracePeriod(.zero) {
                try await Self.install(pack, connection)
            }
            if pack.isPosted {
                try display.show(installation)
            } else {
                try display.showTables()
            }
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

    static func install(
        _ pack: ExamplePack,
        _ connection: ConnectionOptions
    ) async throws -> DemoInstallation {
        try await PostgresConnection.withConnection(to: connection) { connection in
            let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
            guard status.facts.isInstalled else {
                throw CommandError.notInstalled(database: status.facts.database)
            }
            try status.requireUsable()
            return try await connection.withSession { try DemoInstaller($0, pack).install() }
        }
    }
}

/// What a demonstration says of itself: a line every few seconds to those who look, one a minute elsewhere.
struct DemoDisplay: Sendable {
    let globals: GlobalOptions
    let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) {
        self.globals = globals
        self.context = context
    }

    var interval: Duration {
        globals.json || context.output.terminal.isInteractive ? .seconds(3) : .seconds(60)
    }

    func show(_ installation: DemoInstallation, of what: String = "clinic") throws {
        if globals.json {
            try line([
                "event": "installed",
                "accounts": JSONValue(installation.accounts), "periods": JSONValue(installation.periods),
                "rules": JSONValue(installation.rules),
            ])
        } else if !globals.quiet {
            try context.print(text(installation, of: what))
        }
    }

    /// Of a node, where nothing is posted.
    func showTables() throws {
        if globals.json {
            try line(["event": "installed"])
        } else if !globals.quiet {
            try context.print("the tables of the clinic are there, and their records are exchanged")
        }
    }

    private func text(_ installation: DemoInstallation, of what: String) -> String {
        guard !installation.isUnchanged else { return "the \(what) is already installed" }
        return "installed the \(what): \(installation.accounts) accounts, \(installation.periods) periods, "
            + "\(installation.rules) rules"
    }

    func show(_ figures: DemoFigures, isLast: Bool) throws {
        if globals.json {
            try line([
                "event": isLast ? "ended" : "writing",
                "bills": JSONValue(figures.bills), "followers": JSONValue(figures.followers),
                "changes": JSONValue(figures.changes), "waiting": JSONValue(figures.waiting),
                "posted": JSONValue(figures.posted), "failed": JSONValue(figures.failed),
            ])
        } else if !globals.quiet {
            try context.print(
                "\(figures.bills) bills written, \(figures.changes) changed; \(figures.waiting) waiting, "
                    + "\(figures.posted) posted, \(figures.failed) failed"
            )
        }
    }

    /// One document a line, so that it can be read while it goes on.
    func line(_ value: JSONValue) throws { try context.print(value.text()) }
}
