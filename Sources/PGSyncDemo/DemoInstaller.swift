import PGSyncLedger
import PGSyncRules
import PGSyncStore
package import Postgres

/// Installs an example as its psql script does, and applies its rules; running it again updates what was
/// changed here.
package struct DemoInstaller {
    private let session: Session
    private let pack: ExamplePack

    /// The session is ours for as long as it lasts.
    package init(_ session: Session, _ pack: ExamplePack = .clinic) {
        self.session = session
        self.pack = pack
    }

    package func install() throws -> DemoInstallation {
        try checkOwner()
        // Until the session ends, so that two that start together do not create the same objects.
        try session.runScript(
            """
            set client_min_messages = warning;
            set lock_timeout = '30s';
            select pg_advisory_lock(hashtextextended('pgsync demo', 0));
            """
        )
        try checkNames()
        if !pack.isPosted { try leaveOutPosting() }
        var installation = DemoInstallation()
        for step in try pack.steps() {
            switch step {
            case .script(let file): try run(file, noting: &installation)
            case .chart(let file): installation.accounts += try importChart(file)
            }
        }
        if pack.isPosted { installation.rules = try applyRules() }
        return installation
    }

    /// Tables that are attached anew are not posted; those of a clinic that keeps books stay as they are.
    private func leaveOutPosting() throws {
        let isAttached = try session.query("select 1 from pgsync.sources where attached limit 1").count == 1
        if !isAttached { try session.runScript("set clinic.posts = off") }
    }

    // MARK: Checks

    private func checkOwner() throws {
        try session.transaction { try RuleStore(session).beginChange() }
        let row = try session.query(
            """
            select
                current_user::text as user_name,
                current_database()::text as database,
                has_database_privilege(current_database(), 'create') as may_create_schemas,
                has_schema_privilege('public', 'create') as may_create_tables
            """
        ).onlyRow()
        let user: String = try row.decode("user_name")
        guard try row.decode("may_create_schemas") else {
            throw DemoError.mayNotCreate(user: user, kind: "database", name: try row.decode("database"))
        }
        guard try row.decode("may_create_tables") else {
            throw DemoError.mayNotCreate(user: user, kind: "schema", name: "public")
        }
    }

    /// Refuses to touch what others have created.
    private func checkNames() throws {
        let taken = try pack.claims().filter { try !isFreeOrOurs($0) }
        guard taken.isEmpty else { throw DemoError.namesTaken(taken.map(\.name)) }
    }

    private func isFreeOrOurs(_ claim: Claim) throws -> Bool {
        let query: Query =
            switch claim.kind {
            case .schema:
                """
                select obj_description(namespace.oid, 'pg_namespace') from pg_catalog.pg_namespace as namespace
                where namespace.oid = to_regnamespace(\(claim.name))
                """
            case .table:
                """
                select obj_description(class.oid, 'pg_class') from pg_catalog.pg_class as class
                where class.oid = to_regclass(\(claim.name))
                """
            case .function:
                """
                select obj_description(routine.oid, 'pg_proc') from pg_catalog.pg_proc as routine
                where routine.oid = to_regprocedure(\(claim.name))
                """
            }
        guard let row = try session.query(query).first else { return true }
        return try row.decode(0, as: String?.self)?.hasPrefix(claim.comment) ?? false
    }

    // MARK: Steps

    private func run(_ file: EmbeddedFile, noting installation: inout DemoInstallation) throws {
        let rows = try session.runScript(file.text)
        if rows.columns.contains("periods_opened") {
            installation.periods += try rows.onlyRow().decode("periods_opened")
        }
    }

    private func importChart(_ file: EmbeddedFile) throws -> Int {
        let chart = try ChartFile(Array(file.text.utf8), path: file.path)
        return try session.transaction(TransactionOptions(isolation: .repeatableRead)) {
            let plan = try ChartImport(session).plan(chart)
            try ChartImport(session).apply(plan)
            return plan.changes.count
        }
    }

    private func applyRules() throws -> Int {
        try session.transaction(TransactionOptions(isolation: .readCommitted)) {
            let store = RuleStore(session)
            try store.beginChange()
            let rules = try store.report(on: pack.rules, requiresTables: true).verdict.get()
            return try store.apply(rules).count { $0.outcome != .unchanged }
        }
    }
}
