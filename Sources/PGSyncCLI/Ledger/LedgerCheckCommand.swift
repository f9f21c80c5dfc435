import Arguments
import JSON
import PGSyncLedger

/// The command `pgsync ledger check`.
struct LedgerCheckCommand: Command {
    static let signature = Signature(
        "check",
        "Check the whole journal against its rules.",
        discussion: """
            The database refuses entries that break the rules, but its owner can disable that. This finds disabled \
            safeguards, incomplete or unbalanced entries, entries on days or accounts that do not take them, wrong \
            reversals, and balance snapshots that do not add up. If it finds anything, it exits with 1.
            """,
        examples: [
            .init(
                "pgsync ledger check && pgsync ledger export | hledger -f - check -s",
                "Get a second opinion from hledger."
            )
        ],
        exitCodes: [.problemsFound]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let findings = try await LedgerAccess(globals, in: context).read { session, _ in
            try JournalInspection(session).findings()
        }
        if globals.json {
            try context.print(.array(findings.map(\.json)))
        } else if findings.isEmpty {
            if !globals.quiet {
                try context.print("the journal keeps its rules, and all its safeguards are on")
            }
        } else {
            var table = TextTable([.init("finding"), .init("entry", .right), .init("found", overflow: .wrap)])
            for finding in findings {
                table.add([finding.kind, finding.entry.map { "\($0)" } ?? "", finding.found])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return findings.isEmpty ? .success : .problemsFound
    }
}

extension JournalFinding {
    fileprivate var json: JSONValue {
        [
            "finding": .string(kind), "entry": entry.map { JSONValue($0) } ?? .null, "found": .string(found),
        ]
    }
}
