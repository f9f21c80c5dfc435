import Arguments
import JSON
import PGSyncStore

/// The command `pgsync alerts check`.
struct AlertsCheckCommand: Command {
    var nagios = false

    static let signature = Signature(
        "check",
        "Check whether anything is wrong now, for cron and monitoring; needs no worker.",
        discussion: """
            Alerts that are acknowledged, silenced or held back do not count. Low and medium severity is a warning, high \
            and critical is critical; unknown means that nothing else is wrong, but something cannot be observed. Users \
            who may, members of pgsync_operator, also raise, resolve and tell alerts by it, as the leading worker does.
            With --nagios it prints one line and exits with 0, 1, 2 or 3: OK, WARNING, CRITICAL or UNKNOWN, the last also \
            if the database cannot be reached.
            """,
        examples: [
            .init("pgsync alerts check --quiet", "In a crontab: mail only if something is wrong."),
            .init("pgsync alerts check --nagios", "As a plugin of Nagios and its kin."),
        ],
        exitCodes: [.alertsWarning, .alertsCritical, .alertsUnknown]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("nagios", \.nagios, help: "Print and exit as a Nagios plugin does.")
    ]

    /// What it comes to.
    private enum Verdict: String {
        case ok, warning, critical, unknown

        var exitCode: ExitCode {
            switch self {
            case .ok: .success
            case .warning: .alertsWarning
            case .critical: .alertsCritical
            case .unknown: .alertsUnknown
            }
        }

        /// What Nagios expects.
        var pluginCode: ExitCode {
            switch self {
            case .ok: .success
            case .warning: ExitCode(1, "WARNING")
            case .critical: ExitCode(2, "CRITICAL")
            case .unknown: ExitCode(3, "UNKNOWN")
            }
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        do {
            return try await check(globals, in: context)
        } catch  where nagios {
            // A plugin says everything in one line on standard output.
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
            try context.print("PGSYNC UNKNOWN: \(reason.replacing("|", with: "/"))")
            return Verdict.unknown.pluginCode
        }
    }

    private func check(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        if try await database.read({ try AlertStore($0).mayCheck() }) {
            _ = try await database.change { try AlertStore($0).check() }
        }
        let (open, unobserved) = try await database.read { session in
            (try AlertStore(session).open(), try AlertStore(session).unobserved())
        }
        let alerts = open.filter(\.demandsAttention)
        let verdict: Verdict =
            switch alerts.map(\.severity).max() {
            case .high?, .critical?: .critical
            case .low?, .medium?: .warning
            case nil: unobserved.isEmpty ? .ok : .unknown
            }
        if nagios {
            try context.print(Self.line(verdict, alerts, unobserved))
            return verdict.pluginCode
        }
        if globals.json {
            try context.print([
                "verdict": .string(verdict.rawValue), "alerts": .array(alerts.map(\.json)),
                "unobserved": unobserved.json,
            ])
        } else {
            if verdict == .ok, !globals.quiet { try context.print("ok: nothing is wrong") }
            for alert in alerts {
                try context.print("\(alert.severity.rawValue) \(alert.title): \(alert.words)")
            }
            for problem in unobserved { try context.print("unknown \(problem)") }
        }
        return verdict.exitCode
    }

    private static func line(_ verdict: Verdict, _ alerts: [Alert], _ unobserved: [String]) -> String {
        let reasons = alerts.map { "\($0.title): \($0.words)" } + unobserved
        let text = reasons.isEmpty ? "nothing is wrong" : reasons.joined(separator: "; ")
        // What follows a bar would be performance data.
        let line = text.replacing("|", with: "/").replacing("\n", with: " ")
        return "PGSYNC \(verdict.rawValue.uppercased()): \(line) | alerts=\(alerts.count)"
    }
}
