import Arguments
import JSON
import PGSyncStore

/// The command `pgsync audit status`.
struct AuditStatusCommand: Command {
    static let signature = Signature(
        "status",
        "Show how far the chain reaches and where it is anchored.",
        discussion: """
            The state is that of the last verification of the whole chain: verified, broken, unanchored (no anchor of the \
            last day was compared), or unknown if there was none. All rows that were visible at the time of the lag are \
            chained.
            """,
        examples: [.init("pgsync audit status --json", "For a monitor: state, lag_seconds and anchors.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync audit")
        let state = try await database.read { try ChainStore($0).state() }
        if globals.json {
            try context.print(state.json)
        } else {
            try context.output.write(state.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

extension ChainState {
    fileprivate var json: JSONValue {
        [
            "state": .string(state),
            "block": JSONValue(seq),
            "head": head.map { .string($0) } ?? .null,
            "rows": JSONValue(rows),
            "extended_at": extendedAt.map { .string("\($0)") } ?? .null,
            "lag_seconds": lagSeconds.map { JSONValue($0) } ?? .null,
            "verification": verification.map { JSONValue($0) } ?? .null,
            "verified_at": verifiedAt.map { .string("\($0)") } ?? .null,
            "verified_block": verifiedSeq.map { JSONValue($0) } ?? .null,
            "links": links.map { JSONValue($0) } ?? .null,
            "rows_checked": rowsChecked.map { JSONValue($0) } ?? .null,
            "anchors": .array(
                anchors.map {
                    [
                        "anchor": .string($0.kind), "destination": .string($0.destination),
                        "block": JSONValue($0.seq),
                        "anchored_at": .string("\($0.anchoredAt)"), "age_seconds": JSONValue($0.seconds),
                    ]
                }
            ),
        ]
    }

    fileprivate func text(width: Int?) -> String {
        var table = TextTable([.init(""), .init("", overflow: .wrap)])
        table.add(["state", state])
        table.add(["head", head.map { "block \(seq), \($0)" } ?? "nothing is chained yet"])
        table.add(["rows", "\(rows)"])
        table.add([
            "lag",
            lagSeconds.map { Duration.seconds($0).roughly } ?? "unknown: not all rows were ever chained",
        ])
        let verified = verifiedAt.map { at in
            "at \(at.toTheSecond): \(links ?? 0) of \(verifiedSeq ?? 0) links and \(rowsChecked ?? 0) rows checked, \(findings ?? 0) findings"
        }
        table.add(["verified", verified ?? "never; run pgsync audit verify"])
        for anchor in anchors {
            table.add([
                "anchor",
                "\(anchor.kind) \(anchor.destination): block \(anchor.seq), \(Duration.seconds(anchor.seconds).roughly) ago",
            ])
        }
        if anchors.isEmpty { table.add(["anchor", "none; see pgsync audit anchor"]) }
        return table.text(width: width)
    }
}
