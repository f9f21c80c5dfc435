import Arguments
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres

/// The command `pgsync audit anchor`.
struct AuditAnchorCommand: Command {
    var to: [AnchorList] = []
    var extend = false

    static let signature = Signature(
        "anchor",
        "Write the head of the chain to places outside the database.",
        discussion: """
            Whoever can rewrite the database can rewrite the chain, but not what was written elsewhere. Places are file:PATH, \
            to which a line is appended; syslog; database:SERVICE, a service of pg_service.conf; and command:PROGRAM, which \
            reads the line and runs without a shell, for 30 seconds at most. Use two that different people control. A place \
            that contradicts the chain or belongs to another database is refused, and the exit code is 1.
            """,
        examples: [
            .init(
                "pgsync audit anchor --to file:/mnt/worm/shop.anchors --to syslog",
                "Anchor in two places."
            ),
            .init(
                "pgsync audit anchor --extend --to 'command:git-anchor /srv/anchors'",
                "Chain what is new first, and hand the line to a program."
            ),
        ],
        exitCodes: [.problemsFound, .cannotWrite, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "to",
            \.to,
            environment: [AnchorList.variable],
            isRequired: true,
            help: "Where to; several are separated by semicolons."
        ),
        .flag("extend", \.extend, help: "Chain new rows first, as the worker does every five minutes."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync audit")
        let (destinations, extends) = (to.flatMap(\.destinations), extend)
        let results = try await database.withSchema { connection in
            while extends {
                let hasMore = try await connection.withTransaction { session in
                    try ChainStore(session).extend(limit: 20_000).hasMore
                }
                guard hasMore else { break }
            }
            var results: [(AnchorDestination, Result<AnchorLine, AnchorError>)] = []
            for destination in destinations {
                do {
                    results.append(
                        (destination, .success(try await Anchor(at: destination).write(connection)))
                    )
                } catch let error as AnchorError {
                    results.append((destination, .failure(error)))
                }
            }
            return results
        }
        var exitCode = ExitCode.success
        for (_, result) in results {
            guard case .failure(let error) = result else { continue }
            context.say("\(error)")
            if exitCode != .problemsFound { exitCode = ErrorExplanation.exitCode(for: error) }
        }
        let written = results.compactMap { destination, result in
            (try? result.get()).map { (destination, $0) }
        }
        if globals.json {
            try context.print(.array(written.map(Self.json)))
        } else if !globals.quiet {
            for (destination, line) in written {
                try context.print(
                    "\(destination.kind) \(destination.place): block \(line.seq), head \(line.head)"
                )
            }
        }
        return exitCode
    }

    private static func json(_ destination: AnchorDestination, _ line: AnchorLine) -> JSONValue {
        [
            "anchor": .string(destination.kind), "destination": .string(destination.place),
            "block": JSONValue(line.seq), "head": .string(line.head), "rows": JSONValue(line.rows),
            "anchored_at": .string(line.at),
        ]
    }
}
