import Arguments
import PGSyncStore
import Postgres
import Services

/// The command `pgsync top`.
struct TopCommand: Command {
    var interval = Duration.seconds(1)

    static let signature = Signature(
        "top",
        "Watch rates, queue, failures and workers live.",
        discussion: """
            On a terminal it refreshes until q or Ctrl-C; otherwise, and with --json, it prints one reading, with the rates \
            of one interval.
            """,
        examples: [.init("pgsync top --interval 5s", "Refresh every five seconds.")]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "interval",
            \.interval,
            limits: .within(.milliseconds(200) ... .seconds(3_600)),
            help: "How often to refresh."
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync top")
        guard context.output.terminal.isInteractive, !globals.json else {
            let view = try await database.withSchema { [interval] connection in
                let first = try await Self.read(connection)
                try await ContinuousClock().sleep(for: interval)
                return TopView(status: try await Self.read(connection), previous: first)
            }
            try globals.json ? context.print(view.json) : context.output.write(view.text(width: nil))
            return .success
        }
        do {
            try await Interruption.ends { try await watch(database, context) }
        } catch CommandError.interrupted(by: .interrupt) {
            // That is how one leaves.
        }
        return .success
    }

    /// Shows what it reads until somebody leaves; once it has shown anything, it outlives a restart of the server.
    private func watch(_ database: Database, _ context: CommandContext) async throws {
        var screen: LiveScreen?
        defer { screen?.close() }
        var latest: TopView?
        while true {
            do {
                try await database.connect { connection in
                    try await Database.requireSchema(on: connection)
                    while true {
                        let status = try await Self.read(connection)
                        let view = TopView(status: status, previous: latest?.status)
                        latest = view
                        let shown = try screen ?? LiveScreen(context.output)
                        screen = shown
                        guard try await Self.show(view, on: shown, for: interval) else { return }
                    }
                }
                return
            } catch {
                guard let view = latest, let screen, Self.isPassing(error) else { throw error }
                guard try await Self.show(view, lost: true, on: screen, for: .seconds(1)) else { return }
            }
        }
    }

    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case CommandError.cannotConnect: true
        case let error as PostgresError: error.isConnectionLost
        default: false
        }
    }

    /// Shows a reading until the next is due; false when somebody wants to leave.
    private static func show(
        _ view: TopView,
        lost: Bool = false,
        on screen: LiveScreen,
        for interval: Duration
    ) async throws -> Bool {
        let end = ContinuousClock.now + interval
        var drawn: (columns: Int, rows: Int)?
        while ContinuousClock.now < end {
            if screen.wantsToLeave() { return false }
            let size = screen.size
            if drawn.map({ $0 != size }) ?? true {
                try screen.draw(view.screen(columns: size.columns, rows: size.rows, isLost: lost))
                drawn = size
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
        return true
    }

    private static func read(_ connection: PostgresConnection) async throws -> SystemStatus {
        let options = TransactionOptions(isReadOnly: true)
        return try await connection.withTransaction(options) { try StatusStore($0).read(.quick) }
    }
}
