import Arguments
import Days
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres

/// The command `pgsync audit verify`.
struct AuditVerifyCommand: Command {
    var since: Day?
    var anchors: [AnchorSource] = []
    var limit = 100

    static let signature = Signature(
        "verify",
        "Recompute the chain and compare it with the rows and with its anchors.",
        discussion: """
            Every link and the SHA-256 of every row are computed anew, and rows that are not chained are looked for. Only an \
            anchor of the last day, kept where whoever can change the database cannot write, shows that the chain was not \
            cut or written anew: without one the result is unanchored. Exit codes: 0 verified, 1 something is wrong, \
            97 not proved. An anchor file may be any log that has its lines.
            """,
        examples: [
            .init("pgsync audit verify --anchors /mnt/worm/shop.anchors", "Verify everything."),
            .init(
                "pgsync audit verify --since 2026-11-01 --anchors database:archive --anchors /var/log/syslog",
                "What was chained since a day, against two anchors."
            ),
        ],
        exitCodes: [.problemsFound, .unproven]
    )
    static let parameters: [Parameter<Self>] = [
        .option("since", \.since, help: "Only blocks from this day on, and the rows of their parts."),
        .option(
            "anchors",
            \.anchors,
            isPath: true,
            help:
                "Where anchors are; may be repeated. [default: files and databases in \(AnchorList.variable)]"
        ),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many findings to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync audit")
        let sources = sources(in: context)
        let progress = WorkProgress("rows", isShown: !globals.json && !globals.quiet, in: context)
        let start = ContinuousClock.now
        let (since, limit) = (since, limit)
        let (result, findings, compared) = try await database.withSchema { connection in
            let (begun, here) = try await connection.withTransaction { session in
                let store = ChainStore(session)
                return (try store.beginVerification(since: since), try store.state())
            }
            var isDone = false
            while !isDone {
                let step = try await connection.withTransaction { session in
                    let store = ChainStore(session)
                    return (try store.verifyStep(begun.id), try store.verification(begun.id))
                }
                isDone = step.0
                if since == nil, here.rows > 0 {
                    try progress.show(min(Int(step.1.rowsChecked), Int(here.rows)), of: Int(here.rows))
                }
            }
            try progress.finish()
            let compared = try await Self.compare(sources, begun.id, connection)
            return try await connection.withTransaction { session in
                let store = ChainStore(session)
                let result = try store.endVerification(begun.id)
                return (result, try store.findings(of: begun.id, limit: limit), compared)
            }
        }
        for problem in compared.problems { context.say("\(problem)") }
        for note in compared.notes { context.say(note) }
        if globals.json {
            try context.print(result.json(findings, ContinuousClock.now - start))
        } else {
            try show(result, findings, in: context, isQuiet: globals.quiet)
        }
        guard result.state != "broken" else { return .problemsFound }
        return result.state == "verified" && compared.problems.isEmpty ? .success : .unproven
    }

    private func sources(in context: CommandContext) -> [AnchorDestination] {
        guard anchors.isEmpty else { return anchors.map(\.destination) }
        let known = context.environment[AnchorList.variable].flatMap {
            AnchorList(argument: $0)?.destinations
        }
        return (known ?? []).filter { ["file", "database"].contains($0.kind) }
    }

    /// Compares all anchors; returns which could not be read, and which have some of other databases.
    private static func compare(
        _ sources: [AnchorDestination],
        _ id: Int64,
        _ connection: PostgresConnection
    ) async throws -> (problems: [AnchorError], notes: [String]) {
        var problems: [AnchorError] = []
        var notes: [String] = []
        for source in sources {
            do {
                let lines = try await Anchor(at: source).read()
                var rest = lines[...]
                var compared = 0
                while !rest.isEmpty {
                    let next = Array(rest.prefix(10_000))
                    rest = rest.dropFirst(10_000)
                    compared += try await connection.withTransaction { session in
                        Int(try ChainStore(session).compare(id, anchor: source.text, next))
                    }
                }
                if compared == 0 {
                    problems.append(
                        .cannotRead(place: source.text, reason: "there is no anchor of this database in it")
                    )
                } else if compared < lines.count {
                    notes.append(
                        "\(lines.count - compared) lines of \(source.text) are of other databases; they were left out"
                    )
                }
            } catch let error as AnchorError {
                problems.append(error)
            }
        }
        return (problems, notes)
    }

    private func show(
        _ result: ChainVerification,
        _ findings: [ChainFinding],
        in context: CommandContext,
        isQuiet: Bool
    ) throws {
        if !findings.isEmpty {
            var table = TextTable([
                .init("finding"), .init("block", .right), .init("kind"), .init("key"),
                .init("found", overflow: .wrap),
            ])
            for finding in findings {
                table.add([
                    finding.finding, finding.seq.map { "\($0)" } ?? "", finding.kind ?? "", finding.key ?? "",
                    finding.found,
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        guard !isQuiet || result.state != "verified" else { return }
        let span =
            result.fromSeq == 1 ? "" : " from block \(result.fromSeq) on; nothing is known of those before"
        try context.print("\(result.state)\(span)")
        try context.print(
            "\(result.links) of \(max(0, result.toSeq - result.fromSeq + 1)) links and \(result.rowsChecked) rows checked, "
                + "\(result.rowsWaiting) rows not due yet, \(result.rowsDropped) dropped with their range, "
                + "\(result.findingCount) findings"
        )
        for anchor in result.anchors {
            try context.print(
                "anchor \(anchor.anchor): \(anchor.lines) lines, newest block \(anchor.seq) at \(anchor.anchoredAt.toTheSecond)"
            )
        }
        if result.state == "unanchored" {
            context.say(
                "no anchor of the last day was compared, so the chain may have been cut or written anew"
            )
        }
    }
}

extension ChainVerification {
    fileprivate func json(_ findings: [ChainFinding], _ duration: Duration) -> JSONValue {
        [
            "verification": JSONValue(id),
            "state": .string(state),
            "from_block": JSONValue(fromSeq),
            "block": JSONValue(toSeq),
            "head": head.map { .string($0) } ?? .null,
            "links": JSONValue(links),
            "rows_checked": JSONValue(rowsChecked),
            "rows_waiting": JSONValue(rowsWaiting),
            "rows_dropped": JSONValue(rowsDropped),
            "findings": .array(
                findings.map {
                    [
                        "finding": .string($0.finding), "block": $0.seq.map { JSONValue($0) } ?? .null,
                        "kind": $0.kind.map { .string($0) } ?? .null,
                        "key": $0.key.map { .string($0) } ?? .null,
                        "found": .string($0.found),
                    ]
                }
            ),
            "total_findings": JSONValue(findingCount),
            "anchors": .array(
                anchors.map {
                    [
                        "anchor": .string($0.anchor), "lines": JSONValue($0.lines),
                        "block": JSONValue($0.seq),
                        "anchored_at": .string("\($0.anchoredAt)"),
                    ]
                }
            ),
            "seconds": duration.seconds,
        ]
    }
}
