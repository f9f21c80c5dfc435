import Arguments
import JSON
import PGSyncCompare
import PGSyncDelivery
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync compare doctor`.
struct CompareDoctorCommand: Command {
    var name = ""

    static let signature = Signature(
        "doctor",
        "Look whether a comparison can be made, before it is.",
        discussion: """
            It reads a row of both sides of each entity, compares the types of their columns, and looks whether what heals \
            write may be written, whether imports have their secrets, and when the comparison runs by itself. It changes \
            nothing, and calls no API: pgsync endpoint test does.
            """,
        examples: [.init("pgsync compare doctor zoho", "What is still missing.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [.comparisonName(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let (version, content, state, endpoints) = try await database.read { [name] session in
            let store = CompareStore(session)
            let (version, content) = try store.definition(name)
            return (
                version, content, try store.list().first { $0.name == name },
                try EndpointStore(session).list()
            )
        }
        var checks: [CompareTrial.Check] = [.init(name: "database", problem: nil, note: "can be reached")]
        let file = ComparisonFile(name: name, text: content)
        checks.append(
            .init(
                name: "configuration",
                problem: file.problems.first.map { "\($0)" },
                note: "version \(version)"
            )
        )
        checks.append(
            .init(
                name: "schedule",
                problem: nil,
                note: state?.nextRunAt.map { "runs next at \($0.toTheMinute)" }
                    ?? "none that is due; it runs by hand"
            )
        )
        if let comparison = file.comparison {
            let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
            for import_ in comparison.imports {
                checks.append(Self.check(import_, endpoints, site))
            }
            checks += try await CompareTrial(comparison, to: database.options, site: site).run()
        }
        if globals.json {
            try context.print(
                .array(
                    checks.map { check in
                        [
                            "check": .string(check.name), "passed": .bool(check.problem == nil),
                            "problem": check.problem.map { .string($0) } ?? .null,
                            "note": check.note.map { .string($0) } ?? .null,
                        ]
                    }
                )
            )
        } else if !globals.quiet {
            for check in checks {
                let text = check.problem ?? check.note ?? ""
                try context.print(
                    "\(check.problem == nil ? "ok    " : "wrong ") \(check.name)\(text.isEmpty ? "" : ": \(text)")"
                )
            }
        }
        return checks.allSatisfy { $0.problem == nil } ? .success : .problemsFound
    }

    private static func check(
        _ name: String,
        _ endpoints: [Endpoint],
        _ site: DeliverySite
    ) -> CompareTrial.Check {
        guard let endpoint = endpoints.first(where: { $0.name == name }) else {
            return .init(name: "import \(name)", problem: "there is none; see pgsync import apply")
        }
        if let reason = endpoint.pauseReason ?? (endpoint.pausedAt.map { _ in "by a person" }) {
            return .init(name: "import \(name)", problem: "it is paused: \(reason)")
        }
        if let reference = endpoint.secretReference {
            do throws(DeliveryFailure) {
                _ = try site.secret(
                    reference,
                    orEndingIn: ["_API_KEY", "_TOKEN", "_SECRET", "_KEY", "_PASSWORD"]
                )
            } catch {
                return .init(name: "import \(name)", problem: error.message)
            }
        }
        return .init(name: "import \(name)", problem: nil, note: "has its secret")
    }
}

/// The command `pgsync compare undo`.
struct CompareUndoCommand: Command {
    var name = ""
    var entity: String?
    var job: Int?

    static let signature = Signature(
        "undo",
        "Make rows that a run has mended what they were before.",
        discussion: """
            Those of the newest run unless --job names another. A row that somebody has changed since is left, and named. \
            The next run would mend them again: change the definition first, or the data.
            """,
        examples: [.init("pgsync compare undo zoho --entity items", "Undo what was done to items.")],
        exitCodes: [.noTable, .noSuchChange, .notPermitted, .recordsLeft]
    )
    static let parameters: [Parameter<Self>] = [
        .comparisonName(\.name),
        .option("entity", \.entity, placeholder: "ENTITY", help: "Only of this entity."),
        .option("job", \.job, limits: .atLeast(1), help: "The job of a run. [default: the newest]"),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let newest = try await database.read { [name] in try CompareStore($0).newestRun(of: name) }
        guard let run = job.map(Int64.init) ?? newest else {
            throw StoreError.refused("\(name) has not run yet")
        }
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let outcome = try await CompareUndo(to: database.options, site: site).run(run, entity: entity)
        if globals.json {
            try context.print([
                "job": JSONValue(Int(run)), "undone": JSONValue(outcome.undone),
                "rows_left": .array(
                    outcome.left.map {
                        ["difference": JSONValue(Int($0.difference)), "problem": .string($0.problem)]
                    }
                ),
            ])
        } else if !globals.quiet {
            try context.print("\(outcome.undone.of("row")) undone")
            for row in outcome.left {
                try context.print("difference \(row.difference) was left: \(row.problem)")
            }
        }
        return outcome.left.isEmpty ? .success : .recordsLeft
    }
}

extension Comparison {
    /// The imports that it reads.
    var imports: [String] {
        Set(entities.flatMap { [$0.left.importName, $0.right.importName] }.compactMap(\.self)).sorted()
    }

    /// When its schedule runs it; nil for never, or where no clock can say it.
    var cron: String? {
        guard let every else { return nil }
        let seconds = Int(every.components.seconds)
        return switch seconds {
        case 60, 120, 180, 240, 300, 360, 600, 720, 900, 1_200, 1_800: "*/\(seconds / 60) * * * *"
        case 3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200: "0 */\(seconds / 3_600) * * *"
        case 86_400: "0 0 * * *"
        case 604_800: "0 0 * * 0"
        default: nil
        }
    }
}
