package import Postgres

/// Taking pgsync out of a database: the capture of each table, and the schemas with all that is in them.
package struct Removal {
    /// What there is to remove, and what goes with it.
    package struct Inventory: Sendable, Equatable {
        package let tables: [String]
        /// By name, those that are not noted as stopped.
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

    /// Removes it all, in the transaction of the caller; returns the statements.
    package func run(_ inventory: Inventory, isDryRun: Bool = false) throws -> [String] {
        let store = SourceStore(session)
        var steps: [String] = []
        for name in inventory.tables {
            let table = try store.tableToDetach(named: name)
            steps += try store.detach(table, isDryRun: isDryRun)
        }
        var drops = ["pgsync_read", "pgsync", "ledger"].map { "drop schema \($0) cascade" }
        // What migrate says of functions yet to come is a property of the database, and in no schema; see grants.sql.
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
