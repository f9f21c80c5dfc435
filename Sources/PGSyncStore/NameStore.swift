package import Postgres

/// What has names in a database, for people who type them.
package enum NameKind: String, CaseIterable, Sendable {
    case tables
    case unattachedTables = "unattached-tables"
    case settings
    case rules
    case accounts
    case periods
    case changes
    case deadLetters = "dead-letters"
    case jobs
    case schedules
    case channels
    case imageKeys = "image-keys"
    case imports
    case comparisons
    case differences
    case nodes
    case masters
    case conflicts
    case alerts
    case alertKinds = "alert-kinds"

    fileprivate var query: Query {
        switch self {
        case .tables: "select table_name from pgsync.sources where attached order by table_name"
        case .unattachedTables:
            """
            select format('%I.%I', schema.nspname, class.relname)
            from pg_class as class
            inner join pg_namespace as schema on schema.oid = class.relnamespace
            where class.relkind in ('r', 'p')
                and not class.relispartition
                and schema.nspname not in ('pg_catalog', 'information_schema', 'pgsync', 'pgsync_read', 'ledger')
                and schema.nspname not like 'pg\\_t%'
                and not exists (
                    select from pgsync.sources as source
                    where source.source_table::oid = class.oid and source.attached
                )
            order by schema.nspname, class.relname
            """
        case .comparisons: "select distinct name from pgsync.comparisons order by name"
        case .settings: "select key from pgsync.configuration order by key"
        case .rules: "select distinct name from pgsync.rules order by name"
        case .accounts: "select code from ledger.accounts order by code"
        case .periods: "select name from ledger.periods order by days"
        case .changes: "select log_id::text from pgsync.sync_queue order by log_id limit 200"
        case .deadLetters:
            "select log_id::text from pgsync.sync_queue where sync_status = 'failed' order by log_id limit 200"
        case .differences:
            """
            select id::text from pgsync.sync_differences
            order by state not in ('open', 'investigating'), id desc limit 200
            """
        case .schedules: "select name from pgsync.sync_schedules order by name"
        case .channels: "select name from pgsync.channels order by name"
        case .imports: "select distinct import from pgsync.import_states order by import"
        case .nodes: "select name from pgsync.node_states order by name"
        case .masters: "select endpoint from pgsync.master_states order by endpoint"
        case .conflicts:
            "select id::text from pgsync.conflicts order by state <> 'open', id desc limit 200"
        case .imageKeys: "select name from pgsync.image_keys order by name"
        case .alerts:
            "select id::text from pgsync.sync_alerts where state not in ('pending', 'resolved') order by id limit 200"
        case .alertKinds: "select kind from pgsync.alert_kinds() order by place"
        case .jobs:
            "select id::text from pgsync.sync_jobs order by finished_at is not null, id desc limit 200"
        }
    }
}

/// Reads names.
package struct NameStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// All names of a kind, in order; of changes the oldest, of jobs the newest.
    package func list(_ kind: NameKind) throws -> [String] {
        try session.query(kind.query).map { try $0.decode(0) }
    }
}
