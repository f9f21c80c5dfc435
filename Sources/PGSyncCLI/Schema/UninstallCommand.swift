import Arguments
import JSON
import PGSyncSchema
import PGSyncStore
import Postgres

/// The command `pgsync uninstall`.
struct UninstallCommand: Command {
    var dryRun = false
    var confirmed = false

    static let signature = Signature(
        "uninstall",
        "Remove pgsync from the database, with the ledger.",
        discussion: """
            It detaches all tables and drops the schemas pgsync, pgsync_read and ledger, in one transaction. \
            Application tables stay as they are. The journal is dropped, too: export it first with \
            pgsync ledger export, or dump it with pg_dump --schema=ledger.

            The roles belong to the server and may be used by other databases; they stay, and the last line says how \
            to drop them.
            """,
        examples: [
            .init("pgsync uninstall --dry-run", "Show what would be done, statement by statement."),
            .init("pgsync uninstall --yes", "Remove it, irreversibly."),
        ],
        exitCodes: [.refused, .lockTimeout, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .flag("dry-run", \.dryRun, help: "Show what would be done; change nothing."),
        .flag("yes", \.confirmed, help: "Confirm the removal."),
    ]

    func validate() throws {
        guard dryRun || confirmed else {
            throw UsageProblem.conflict(
                "this removes the journal and every change; confirm with --yes, or try --dry-run first"
            )
        }
        guard !(dryRun && confirmed) else { throw UsageProblem.conflict("choose one of --dry-run and --yes") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync uninstall")
        let (inventory, steps) = try await database.change { [dryRun] session in
            let removal = Removal(session)
            let inventory = try removal.inventory()
            guard dryRun || inventory.workers.isEmpty else {
                throw StoreError.refused(
                    "workers run: \(inventory.workers.joined(separator: ", ")); stop them first"
                )
            }
            return (inventory, try removal.run(inventory, isDryRun: dryRun))
        }
        if globals.json {
            try context.print([
                "dry_run": .bool(dryRun), "tables": inventory.tables.json,
                "changes": JSONValue(inventory.changes), "entries": JSONValue(inventory.entries),
                "steps": steps.json,
            ])
        } else if !globals.quiet {
            if dryRun || globals.verbose { try context.write(steps, to: context.output) }
            let count = inventory.tables.count
            let tables = "\(count) \(count == 1 ? "table" : "tables")"
            try context.print(
                dryRun
                    ? "pgsync can be removed: \(tables), \(inventory.changes) changes, \(inventory.entries) entries; nothing was changed"
                    : "pgsync is removed from this database; \(tables) detached"
            )
            if !dryRun {
                let roles = SchemaDefinition.roles.joined(separator: ", ")
                try context.print(
                    "the roles stay; if no other database uses them: drop role if exists \(roles);"
                )
            }
        }
        return .success
    }
}
