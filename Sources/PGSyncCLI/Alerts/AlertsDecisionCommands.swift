import Arguments
import JSON
import PGSyncStore

/// The command `pgsync alerts ack`.
struct AlertsAckCommand: Command {
    var id: Int64 = 0
    var time: Duration?
    var note: String?
    var ends = false

    static let signature = Signature(
        "ack",
        "Acknowledge an alert: it stays visible, and news of it is not repeated.",
        discussion: "The acknowledgement ends when its time is over, or when the alert gets worse.",
        examples: [.init("pgsync alerts ack 7 --for 4h --note 'asked the clinic'", "For four hours.")],
        exitCodes: [.noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .alert(\.id),
        .option("for", \.time, limits: .within(.seconds(1) ... .seconds(31_536_000)), help: "For how long."),
        .option("note", \.note, placeholder: "TEXT", help: "What others should know."),
        .flag("end", \.ends, help: "Take an acknowledgement back."),
    ]

    func validate() throws {
        if ends, time != nil || note != nil {
            throw UsageProblem.conflict("--end takes an acknowledgement back, without --for and --note")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        let alert = try await database.change { [self] in
            let store = AlertStore($0)
            return try ends ? store.endAcknowledgement(id) : store.acknowledge(id, for: time, note: note)
        }
        if globals.json {
            try context.print(alert.json)
        } else if ends, !globals.quiet {
            try context.print("alert \(id), \(alert.title), is not acknowledged any more")
        } else if !globals.quiet {
            let end = alert.acknowledgedUntil.map { "until \($0.toTheMinute)" } ?? "until it gets worse"
            try context.print("acknowledged alert \(id), \(alert.title), \(end)")
        }
        return .success
    }
}

/// The command `pgsync alerts silence`.
struct AlertsSilenceCommand: Command {
    var kind: String?
    var source: String?
    var errorClass: String?
    var time = Duration.seconds(0)
    var reason = ""
    var end: Int64?

    static let signature = Signature(
        "silence",
        "Tell nobody of some alerts for a time, or end that.",
        discussion: """
            Silenced alerts are still shown. A silence matches by kind, table and class, all of which are given; it always \
            has an end and a reason. pgsync alerts list shows the silences.
            """,
        examples: [
            .init(
                "pgsync alerts silence --kind QUEUE_BACKUP --for 2h --reason 'yearly import'",
                "Until the import is through."
            ),
            .init("pgsync alerts silence --end 3", "End silence 3 early."),
        ],
        exitCodes: [.noTable, .noSuchChange, .notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "kind",
            \.kind,
            placeholder: "KIND",
            namesCommand: NameKind.alertKinds.command,
            help: "Alerts of this kind."
        ),
        .option(
            "source",
            \.source,
            placeholder: "TABLE",
            namesCommand: NameKind.tables.command,
            help: "Alerts about this table."
        ),
        .option("class", \.errorClass, placeholder: "CLASS", help: "Alerts of this class."),
        .option("for", \.time, limits: .within(.seconds(0) ... .seconds(31_536_000)), help: "For how long."),
        .option("reason", \.reason, placeholder: "TEXT", help: "Why; it is kept."),
        .option("end", \.end, limits: .atLeast(1), help: "End the silence of this number."),
    ]

    func validate() throws {
        let matches = kind != nil || source != nil || errorClass != nil
        if end != nil {
            guard !matches, time == .zero, reason.isEmpty else {
                throw UsageProblem.conflict("--end takes no other option")
            }
        } else if !matches || time == .zero || reason.isEmpty {
            throw UsageProblem.conflict(
                "a silence needs --kind, --source or --class, and both --for and --reason"
            )
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        let silence = try await database.change { [self] session in
            let store = AlertStore(session)
            if let end { return try store.endSilence(end) }
            return try store.silence(
                kind: kind,
                table: try source.map { try SourceStore(session).rememberedTable(named: $0) },
                errorClass: errorClass,
                for: time,
                reason: reason
            )
        }
        if globals.json {
            try context.print(silence.json)
        } else if !globals.quiet {
            try context.print(end == nil ? silence.text : "ended silence \(silence.id)")
        }
        return .success
    }
}
