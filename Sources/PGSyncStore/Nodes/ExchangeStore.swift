import JSON
package import Postgres

/// Records that are exchanged with a master: what goes to it, and what came from it.
package struct ExchangeStore {
    private let session: Session
    private let master: String

    package init(_ session: Session, master: String) {
        self.session = session
        self.master = master
    }

    /// How far the exchange before this one came.
    package struct Beginning: Sendable, Equatable {
        package let baseURL: String
        /// Where else it may be.
        package let otherURLs: [String]
        package let protection: ExchangeProtection
        package let secretReference: String?
        /// Where the certificate is that the master is shown; none if nil.
        package let certificateReference: String?
        /// Where the authorities are that have signed the master's; those of the system if nil.
        package let authoritiesReference: String?
        package let tables: [String]
        /// That of the master when it was called last.
        package let incarnation: String?
        package let cursor: String?
        package let sequence: Int64
        package let isResyncing: Bool
        package let hasUnanswered: Bool
    }

    /// What applying has done.
    package struct Applied: Sendable {
        package let written: Int
        package let deleted: Int
        package let held: Int
        package let unchanged: Int
        package let failures: [Failure]

        /// Whether anything was done.
        package var isSomething: Bool { written + deleted + held + unchanged > 0 }
    }

    /// A record that could not be written here.
    package struct Failure: Sendable {
        package let item: String
        package let errorClass: String
        package let message: String
    }

    package func begin() throws -> Beginning {
        try session.execute("select from pgsync.begin_exchange(\(master))")
        return try look()
    }

    /// Notes that more is to come than is applied at once.
    package func catchUp() throws { try session.execute("select pgsync.catch_up(\(master))") }

    /// How far it came, without beginning another.
    package func look() throws -> Beginning {
        let row = try session.query(
            """
            select own.tables, own.incarnation, own.next_page, own.sequence, own.is_resyncing, own.has_unanswered, own.other_urls,
                own.protection, own.certificate_ref, own.authorities_ref, called.base_url, called.secret_ref
            from pgsync.master_states as own
            inner join pgsync.endpoint_states as called on called.name = own.endpoint
            where own.endpoint = \(master)
            """
        ).onlyRow()
        return Beginning(
            baseURL: try row.decode("base_url"),
            otherURLs: try row.decode("other_urls"),
            protection: ExchangeProtection(try row.decode("protection")),
            secretReference: try row.decode("secret_ref"),
            certificateReference: try row.decode("certificate_ref"),
            authoritiesReference: try row.decode("authorities_ref"),
            tables: try row.decode("tables"),
            incarnation: try row.decode("incarnation"),
            cursor: try row.decode("next_page"),
            sequence: try row.decode("sequence"),
            isResyncing: try row.decode("is_resyncing"),
            hasUnanswered: try row.decode("has_unanswered")
        )
    }

    package func end(_ status: String, error: String?) throws {
        try session.execute("select pgsync.end_exchange(\(master), \(status), \(error))")
    }

    /// Notes who the master is, as whom it knows this system, and which tables it is asked for; true if it was restored
    /// since.
    package func note(_ node: String, _ incarnation: String, _ tables: [String]) throws -> Bool {
        try session.query(
            "select pgsync.note_master(\(master), \(node), \(incarnation), \(tables)) as restored"
        ).onlyRow().decode("restored", as: Bool?.self) ?? false
    }

    package func resync(lastSequence: Int64?, wasRestored: Bool = false) throws {
        try session.execute("select pgsync.resync_master(\(master), \(lastSequence), \(wasRestored))")
    }

    // MARK: From the master

    /// What keeping a page has done.
    package struct Staged: Sendable {
        package let records: Int
        package let hasMore: Bool
        /// Tables that are left out, because their columns differ, and how.
        package let frozen: [String]
        /// Tables of which records with values in a column that one side lacks are left out, and how they differ.
        package let quarantined: [String]
        /// Columns that the master may add, as JSON: nothing of the page was kept, since it has to be asked first.
        package let offered: String?
    }

    /// Keeps a page as it came, once columns that only the master has are added where that is wanted.
    ///
    /// `refused` is what the master has answered when it was offered columns, as JSON.
    package func stage(_ page: String, refused: String?) throws -> Staged {
        let row = try session.query(
            .prepared(
                """
                select page.staged, page.has_more,
                    array(select key || ': ' || value from jsonb_each_text(page.frozen_tables) order by key) as frozen,
                    array(select key || ': ' || value from jsonb_each_text(page.quarantined_tables) order by key)
                        as quarantined,
                    nullif(page.offered, '{}')::text as offered
                from (select \(page)::text::jsonb as content) as came
                cross join lateral (
                    select case
                        when came.content ? 'schema' then pgsync.evolve_tables(\(master), came.content -> 'schema')
                        else '{}'::jsonb
                    end || coalesce(\(refused)::text::jsonb, '{}') as content
                ) as evolution
                cross join lateral pgsync.stage_page(\(master), came.content, evolution.content) as page
                """
            )
        ).onlyRow()
        return Staged(
            records: try row.decode("staged"),
            hasMore: try row.decode("has_more"),
            frozen: try row.decode("frozen"),
            quarantined: try row.decode("quarantined"),
            offered: try row.decode("offered")
        )
    }

    /// Records that wait for a column, the first of them.
    package func lacking() throws -> [Failure] {
        try session.query("select table_name, record_id, lacking from pgsync.lacking_records(\(master))").map
        { row in
            Failure(
                item: try row.decode("table_name", as: String.self) + " "
                    + row.decode("record_id", as: String.self),
                errorClass: "data.unknown_column",
                message: "there is no column \(try row.decode("lacking", as: String.self))"
            )
        }
    }

    /// Stages deletions of what the master no longer has in these tables, after everything was loaded.
    package func stageUnconfirmed(_ tables: [String]) throws -> Int {
        try session.query("select pgsync.stage_unconfirmed(\(master), \(tables)) as staged").onlyRow().decode(
            "staged"
        )
    }

    /// Applies what came, or the next part of it.
    package func takeStaged(force: Bool) throws -> Applied {
        let text = try session.query("select pgsync.take_staged(\(master), \(force))::text as taken")
            .onlyRow()
            .decode("taken", as: String.self)
        let taken = try JSONValue(parsing: text)
        func count(_ name: String) -> Int { taken[name]?.number?.int ?? 0 }
        return Applied(
            written: count("written"),
            deleted: count("deleted"),
            held: count("held"),
            unchanged: count("unchanged"),
            failures: failures(of: taken)
        )
    }

    // MARK: To the master

    /// The next upload, or the one that was not answered; nil if there is nothing to send.
    package func startUpload(limit: Int, force: Bool, refusedBefore: Timestamp?) throws -> String? {
        try session.query(
            """
            select pgsync.start_upload(\(master), \(limit)::integer, \(force), \(refusedBefore))::text as upload
            """
        ).onlyRow().decode("upload")
    }

    /// Applies an answer; what could not be written.
    package func takeAnswer(_ answer: String) throws -> [Failure] {
        let text = try session.query(
            "select pgsync.take_answer(\(master), \(answer)::text::jsonb)::text as taken"
        ).onlyRow().decode("taken", as: String.self)
        return failures(of: try JSONValue(parsing: text))
    }

    /// Counts and sums of the tables that are as the master has them, as JSON.
    package func sums() throws -> String {
        try session.query("select pgsync.master_sums(\(master))::text as sums").onlyRow().decode("sums")
    }

    /// How the exchange stands, as JSON.
    package func status() throws -> String {
        try session.query("select pgsync.master_status(\(master))::text as status").onlyRow().decode("status")
    }

    /// The present moment by the clock of the database.
    package func now() throws -> Timestamp {
        try session.query("select clock_timestamp() as now").onlyRow().decode("now")
    }

    /// How many records would be sent, by table.
    package func unsentByTable() throws -> [(table: String, records: Int)] {
        try session.query("select name, records from pgsync.unsent_by_table(\(master))").map {
            (try $0.decode("name"), try $0.decode("records"))
        }
    }

    /// Resolves failed items whose record has been exchanged since; how many records are left out.
    package func settleItems() throws -> Int {
        try session.query("select pgsync.settle_exchanged(\(master)) as records").onlyRow().decode("records")
    }

    private func failures(of taken: JSONValue) -> [Failure] {
        (taken["failures"]?.array ?? []).map { failure in
            Failure(
                item: "\(failure["table"]?.string ?? "") \(failure["record_id"]?.string ?? "")",
                errorClass: failure["error_class"]?.string ?? "unexpected",
                message: failure["error_message"]?.string ?? ""
            )
        }
    }
}

/// Folding the log into the newest version of each record.
package struct VersionStore {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    package func isDue() throws -> Bool {
        try session.query(.prepared("select pgsync.fold_is_due() as due")).onlyRow().decode("due")
    }

    /// Marks a point; in a transaction of its own.
    package func tick() throws -> Int64 {
        try session.query("select pgsync.tick() as tick").onlyRow().decode("tick")
    }

    package func fold(until tick: Int64) throws -> Int {
        try session.query("select pgsync.fold_versions(\(tick)) as folded").onlyRow().decode("folded")
    }
}

extension PostgresConnection {
    /// Folds what has changed, in transactions of its own; how many records have a new version.
    @discardableResult
    package func foldVersions() async throws -> Int {
        let options = TransactionOptions(isolation: .readCommitted)
        guard try await withTransaction(options, { try VersionStore($0).isDue() }) else { return 0 }
        let tick = try await withTransaction(options) { try VersionStore($0).tick() }
        return try await withTransaction(options) { try VersionStore($0).fold(until: tick) }
    }
}
