import Arguments
import Days
import JSON
import PGSyncLedger
import Postgres

extension JournalExport.Format: ArgumentValue {}

/// The command `pgsync ledger export`.
struct LedgerExportCommand: Command {
    var format = JournalExport.Format.hledger
    var from: Day?
    var until: Day?
    var output: String?

    static let signature = Signature(
        "export",
        "Export the journal for another program.",
        discussion: """
            The export is a snapshot, ordered by day and streamed, so memory use does not grow with the journal.

            hledger: a journal that passes hledger check -s. From the beginning, it ends with assertions of the \
            ledger's balances, which hledger compares with its own. csv: a row for each line; text that a \
            spreadsheet would run as a formula begins with an apostrophe. jsonl: an object for each entry, complete, \
            with amounts as exact decimal texts.
            """,
        examples: [
            .init("pgsync ledger export | hledger -f - check -s", "Let hledger check the books."),
            .init(
                "pgsync ledger export --format csv --from 2026-04-01 --until 2026-06-30 --output q1.csv",
                "Export a quarter for a spreadsheet."
            ),
        ],
        exitCodes: [.cannotWrite]
    )
    static let parameters: [Parameter<Self>] = [
        .option("format", \.format, help: "The format to write."),
        .option("from", \.from, help: "Not before this day."),
        .option("until", \.until, help: "Not after this day."),
        .option(
            "output",
            \.output,
            placeholder: "FILE",
            isPath: true,
            help:
                "The file, written completely or not at all, readable by you only; by default standard output."
        ),
    ]

    func validate() throws {
        try checkSpan(from, until)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard !globals.json || output != nil || format == .jsonl else {
            throw UsageProblem.conflict("--json reports what was done, so it needs --output FILE")
        }
        let access = try LedgerAccess(globals, in: context)
        guard let output else {
            try await export(access) { try context.output.writeUnescaped($0) }
            return .success
        }
        let file = try OutputFile(output)
        let progress = ExportProgress(isShown: !globals.json && !globals.quiet, in: context)
        let summary = try await export(access, onPage: progress.show) { try file.write($0) }
        try file.finish()
        progress.finish(summary)
        if globals.json {
            try context.print([
                "format": .string(format.rawValue), "file": .string(output),
                "entries": JSONValue(summary.entries), "lines": JSONValue(summary.lines),
            ])
        } else if !globals.quiet {
            try context.print("\(output): \(summary.entries) entries, \(summary.lines) lines")
        }
        return .success
    }

    @discardableResult
    private func export(
        _ access: LedgerAccess,
        onPage: @escaping @Sendable (JournalExport.Summary) -> Void = { _ in },
        write: @escaping @Sendable (String) throws -> Void
    ) async throws -> JournalExport.Summary {
        var filter = EntryFilter()
        filter.from = from
        filter.until = until
        let export = JournalExport(format, filter)
        return try await access.database.withSchema { connection in
            try await connection.withSession { session in
                try export.run(
                    on: session,
                    onPage: onPage,
                    write: write
                )
            }
        }
    }
}
