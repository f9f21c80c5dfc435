package import Postgres

/// Removes pgsync from a database: the capture of each table, and the schemas with everything in them.
package struct Removal {
    /// What there is to remove.
    package struct Inventory: Sendable, Equatable {
        package let tables: [String]
        /// The names of workers not marked as stopped.
        package let workers: [String]
        package let changes: Int64
        package let entries: Int64
    }

    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func inventory() throws -> Inventory {
        let row = try session.query(
            """
            select
                array(select source.table_name from pgsync.sources as source where source.attached order by 1) as tables,
                array(
                    select worker.name from pgsync.worker_states as worker where worker.state in ('running', 'silent')
                    order by worker.name
                ) as workers,
                (select count(*) from pgsync.sync_logs) as changes,
                (select count(*) from ledger.journal_entries) as entries
            """
        ).onlyRow()
        return Inventory(
            tables: try row.decode("tables"),
            workers: try row.decode("workers"),
            changes: try row.decode("changes"),
            entries: try row.decode("entries")
        )
    }

    /// Removes everything, in the caller's transaction; returns the statements.
    package func run(_ inventory: Inventory, isDryRun: Bool = false) throws -> [String] {
        let store = SourceStore(session)
        var steps: [String] = []
        for name in inventory.tables {
            let table = try store.tableToDetach(named: name)
            steps += try store.detach(table, isDryRun: isDryRun)
        }
        var drops = ["pgsync_read", "pgsync", "ledger"].map { "drop schema \($0) cascade" }
        // Default privileges belong to the database, not to a schema; see grants.sql.
        let isOfOurRole = try session.query(
            "select pg_get_userbyid(nspowner) = 'pgsync_owner' from pg_namespace where nspname = 'pgsync'"
        ).onlyRow().decode(0, as: Bool.self)
        if isOfOurRole {
            drops.append("alter default privileges for role pgsync_owner grant execute on routines to public")
        }
        if !isDryRun { try session.runScript(drops.joined(separator: ";\n")) }
        return steps + drops
    }
}
