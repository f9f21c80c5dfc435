import Arguments
import Days
import Glibc
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync audit export`.
struct AuditExportCommand: Command {
    var output = ""
    var since: Day?

    static let signature = Signature(
        "export",
        "Write the blocks of the chain as files that sha256sum can check.",
        discussion: """
            For each block there are three files: N.block, whose SHA-256 is its head and which names the head before; N.list, \
            the SHA-256 and key of each row; and N.rows, key and content of each row, each after its length in bytes and a \
            colon. heads.txt and lists.txt are checked by sha256sum -c. The page AuditChain explains them.
            """,
        examples: [
            .init(
                "pgsync audit export --output chain && cd chain && sha256sum -c --quiet heads.txt lists.txt",
                "Export everything and check heads and lists."
            )
        ],
        exitCodes: [.cannotWrite]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "output",
            \.output,
            placeholder: "DIR",
            isRequired: true,
            isPath: true,
            help: "The directory; it is created if it does not exist."
        ),
        .option("since", \.since, help: "Only blocks from this day on."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard unsafe mkdir(output, 0o700) == 0 || errno == EEXIST else {
            throw CommandError.cannotWrite(path: output, reason: "the directory cannot be created")
        }
        let database = try Database(globals, in: context, program: "pgsync audit")
        let progress = WorkProgress("blocks", isShown: !globals.json && !globals.quiet, in: context)
        let (directory, since) = (output, since)
        let (blocks, rows) = try await database.withSchema { connection in
            let span = try await connection.withSession { try ChainStore.span(since: since, $0) }
            let heads = try OutputFile("\(directory)/heads.txt")
            let lists = try OutputFile("\(directory)/lists.txt")
            var (blocks, rows) = (0, 0)
            for seq in stride(from: span.first, through: span.last, by: 1) {
                guard let files = try await connection.withSession({ try ChainStore.files(of: seq, $0) })
                else {
                    context.say("block \(seq) is missing; run pgsync audit verify")
                    continue
                }
                for (ending, content) in [("block", files.block), ("list", files.list), ("rows", files.rows)]
                {
                    let file = try OutputFile("\(directory)/\(seq).\(ending)")
                    try file.write(content)
                    try file.finish()
                }
                try heads.write("\(files.head)  \(seq).block\n")
                try lists.write("\(files.listDigest)  \(seq).list\n")
                (blocks, rows) = (blocks + 1, rows + files.rowCount)
                try progress.show(Int(seq - span.first + 1), of: Int(span.last - span.first + 1))
            }
            try heads.finish()
            try lists.finish()
            return (blocks, rows)
        }
        try progress.finish()
        if globals.json {
            try context.print([
                "directory": .string(output), "blocks": JSONValue(blocks), "rows": JSONValue(rows),
            ])
        } else if !globals.quiet {
            try context.print("\(output): \(blocks) blocks, \(rows) rows")
        }
        return .success
    }
}
