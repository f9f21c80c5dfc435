import Arguments
import JSON
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of an import.
    static func importName(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.imports.command, help: "The import.")
    }
}

/// The command `pgsync import list`.
struct ImportListCommand: Command {
    static let signature = Signature(
        "list",
        "List the imports in force, and how far each stream is.",
        discussion:
            "read until: everything that changed before has been read; gaps: spans before it that have not.",
        examples: [.init("pgsync import list", "Which there are.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        let streams = try await database.read { try ImportStore($0).list() }
        if globals.json {
            try context.print(.array(streams.map(\.json)))
        } else if streams.isEmpty {
            if !globals.quiet { context.say("no imports; to add one: pgsync import apply FILE") }
        } else {
            try context.output.write(Self.text(streams, width: context.output.terminal.tableWidth))
        }
        return .success
    }

    private static func text(_ streams: [ImportedStream], width: Int?) -> String {
        let columns: [(TextTable.Column, (ImportedStream) -> String)] = [
            (.init("import"), { $0.name }),
            (.init("version", .right, isOptional: true), { "\($0.version)" }),
            (.init("stream"), { $0.stream }),
            (.init("table"), { $0.target }),
            (.init("read until"), { $0.finishedUntil?.toTheMinute ?? "" }),
            (.init("gaps", .right, isOptional: true), { $0.gaps == 0 ? "" : $0.gaps.grouped }),
            (.init("swept", isOptional: true), { $0.sweptAt?.toTheMinute ?? "" }),
            (.init("failed", .right), { $0.failedItems == 0 ? "" : $0.failedItems.grouped }),
        ]
        var table = TextTable(columns.map(\.0))
        for stream in streams { table.add(columns.map { $0.1(stream) }) }
        return table.text(width: width)
    }
}

/// The command `pgsync import show`.
struct ImportShowCommand: Command {
    var name = ""
    var version: Int?

    static let signature = Signature(
        "show",
        "Print the definition of an import as it was applied.",
        examples: [
            .init("pgsync import show irelandpay", "The one in force."),
            .init("pgsync import show irelandpay --version 1", "An earlier one."),
        ],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .importName(\.name),
        .option(
            "version",
            \.version,
            limits: .atLeast(1),
            help: "Which version. [default: the one in force]"
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        let (found, content) = try await database.read { [self] in
            try ImportStore($0).definition(name, version: version)
        }
        try AppliedDefinition(kind: "import", name: name, version: found).write(content, globals, in: context)
        return .success
    }
}

/// The command `pgsync import status`.
struct ImportStatusCommand: Command {
    var name: String?
    var limit = 5

    static let signature = Signature(
        "status",
        "Show the newest runs of imports, stream by stream.",
        discussion: "waiting: for the API, its budget, or a person; pgsync endpoint list says for which.",
        examples: [
            .init("pgsync import status", "The newest runs."),
            .init("pgsync import status irelandpay --limit 1 --json", "The newest run of one import."),
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.imports.command, help: "Only this import."),
        .option("limit", \.limit, limits: .within(1...1_000), help: "How many runs to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        let runs = try await database.read { [self] in try ImportStore($0).runs(of: name, limit: limit) }
        if globals.json {
            try context.print(.array(runs.map(\.json)))
        } else if runs.isEmpty {
            if !globals.quiet { context.say("no runs; to start one: pgsync import run NAME") }
        } else {
            for run in runs { try context.output.write(run.text(width: context.output.terminal.tableWidth)) }
        }
        return .success
    }
}

/// The command `pgsync import cancel`.
struct ImportCancelCommand: Command {
    var name = ""

    static let signature = Signature(
        "cancel",
        "Ask the run of an import that is under way to end.",
        discussion: "What was read stays read; a later run goes on from there.",
        examples: [.init("pgsync import cancel irelandpay", "End it after the page it is at.")],
        exitCodes: [.noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [.importName(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        let job = try await database.change { [name] session in
            guard let run = try ImportStore(session).runs(of: name, limit: 1).first, !run.hasEnded else {
                throw StoreError.refused("no run of \(name) is under way")
            }
            return try JobStore(session).cancel(run.job)
        }
        if globals.json {
            try context.print(job.json)
        } else if !globals.quiet {
            try context.print(
                job.state.hasEnded
                    ? "\(job.title) is \(job.state.rawValue)" : "\(job.title) ends after its page"
            )
        }
        return .success
    }
}

extension ImportedStream {
    var json: JSONValue {
        [
            "import": .string(name), "version": JSONValue(version), "stream": .string(stream),
            "table": .string(target), "applied_at": .string(appliedAt.description),
            "applied_by": .string(appliedBy),
            "finished_until_at": finishedUntil.map { .string($0.description) } ?? .null,
            "gaps": JSONValue(gaps),
            "swept_at": sweptAt.map { .string($0.description) } ?? .null,
            "failed_items": JSONValue(failedItems),
        ]
    }
}

extension ImportRun {
    func text(width: Int?) -> String {
        var head = "job \(job), \(type) run of \(name): \(state)"
        if let errorMessage { head += ", \(errorMessage)" }
        if let waitsUntil, !hasEnded {
            head +=
                waitsUntil == .infinity ? "; it waits for a person" : "; goes on at \(waitsUntil.toTheSecond)"
        }
        let columns: [(TextTable.Column, (Stream) -> String)] = [
            (.init("  stream"), { "  \($0.name)" }),
            (.init("state"), { $0.state }),
            (
                .init("rows", .right),
                { stream in
                    stream.expected.map { $0 > stream.done ? "\(stream.done.grouped) of \($0.grouped)" : nil }
                        .flatMap(\.self) ?? stream.done.grouped
                }
            ),
            (.init("new", .right), { ($0.counts["added"] ?? 0).grouped }),
            (.init("updated", .right), { ($0.counts["updated"] ?? 0).grouped }),
            (.init("unchanged", .right, isOptional: true), { ($0.counts["unchanged"] ?? 0).grouped }),
            (.init("failed", .right), { ($0.counts["failed"] ?? 0).grouped }),
            (.init("removed", .right, isOptional: true), { ($0.counts["removed"] ?? 0).grouped }),
            (.init("message", overflow: .wrap), { $0.message ?? "" }),
        ]
        var table = TextTable(columns.map(\.0))
        for stream in streams { table.add(columns.map { $0.1(stream) }) }
        return head + "\n" + (streams.isEmpty ? "" : table.text(width: width))
    }

    var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("job", JSONValue(job)), ("sync_id", .string(syncID)), ("import", .string(name)),
            ("version", JSONValue(version)), ("type", .string(type)), ("state", .string(state)),
            ("phase", phase.map { .string($0) } ?? .null), ("message", message.map { .string($0) } ?? .null),
        ]
        fields += Self.countsJSON(counts)
        fields += [
            ("failed_items", JSONValue(failedItems)),
            ("error_class", errorClass.map { .string($0) } ?? .null),
            ("error_message", errorMessage.map { .string($0) } ?? .null),
            ("requested_by", .string(requestedBy)), ("requested_at", .string(requestedAt.description)),
            ("started_at", startedAt.map { .string($0.description) } ?? .null),
            (
                "waits_until_at",
                waitsUntil.flatMap { $0 == .infinity ? nil : .string($0.description) } ?? .null
            ),
            ("needs_person", .bool(waitsUntil == .infinity && !hasEnded)),
            ("finished_at", finishedAt.map { .string($0.description) } ?? .null),
            (
                "streams",
                .array(
                    streams.map { stream in
                        .object(
                            JSONObject(
                                [
                                    ("stream", .string(stream.name)), ("state", .string(stream.state)),
                                    ("done", JSONValue(stream.done)),
                                    ("expected", stream.expected.map { JSONValue($0) } ?? .null),
                                    ("message", stream.message.map { .string($0) } ?? .null),
                                ] + Self.countsJSON(stream.counts)
                            )
                        )
                    }
                )
            ),
        ]
        return .object(JSONObject(fields))
    }

    private static func countsJSON(_ counts: [String: Int]) -> [(String, JSONValue)] {
        ["pages", "added", "updated", "unchanged", "failed", "removed"].map {
            ($0, JSONValue(counts[$0] ?? 0))
        }
    }
}
