import Arguments
import JSON
import PGSyncStore
import Postgres
import Services

/// The command `pgsync alerts watch`.
struct AlertsWatchCommand: Command {
    var interval = Duration.seconds(5)
    var count: Int?

    static let signature = Signature(
        "watch",
        "Print a line whenever an alert begins, changes or ends.",
        discussion: """
            It begins with those there are. With --json, each line is a document; one that has ended has the state \
            resolved. Ctrl-C ends it.
            """,
        examples: [.init("pgsync alerts watch --interval 1s", "Look every second.")]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "interval",
            \.interval,
            limits: .within(.milliseconds(100) ... .seconds(3_600)),
            help: "How often to look."
        ),
        .option("count", \.count, limits: .atLeast(1), help: "End after looking so many times."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        do {
            return try await database.withSchema { [self] connection in
                var known: [String: Alert] = [:]
                var looks = 0
                while true {
                    let alerts = try await connection.withSession { try AlertStore($0).open() }
                    let now = Dictionary(
                        alerts.map { ($0.identity, $0) },
                        uniquingKeysWith: { one, _ in one }
                    )
                    for alert in alerts where known[alert.identity].map({ !$0.looksLike(alert) }) ?? true {
                        try Self.tell(alert, isOver: false, globals, context)
                    }
                    for (key, alert) in known.sorted(by: { $0.key < $1.key }) where now[key] == nil {
                        try Self.tell(alert, isOver: true, globals, context)
                    }
                    known = now
                    looks += 1
                    if looks == count { return .success }
                    try await ContinuousClock().sleep(for: interval)
                }
            }
        } catch CommandError.interrupted(by: .interrupt) {
            return .success
        }
    }

    private static func tell(
        _ alert: Alert,
        isOver: Bool,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) throws {
        let state =
            isOver ? "resolved" : alert.inhibitedBy.map { "held back by \($0)" } ?? alert.state.rawValue
        guard globals.json else {
            return try context.print("\(state): \(alert.severity.rawValue) \(alert.title): \(alert.words)")
        }
        guard case .object(var object) = alert.json else { return }
        if isOver { object["state"] = .string("resolved") }
        try context.output.write(JSONValue.object(object).text() + "\n")
    }
}

extension Alert {
    /// Whether nothing that users act on differs; numbers may.
    fileprivate func looksLike(_ other: Alert) -> Bool {
        state == other.state && severity == other.severity && isTrue == other.isTrue
            && inhibitedBy == other.inhibitedBy
    }
}
