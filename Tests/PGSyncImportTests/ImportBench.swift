import PGSyncDelivery
import PGSyncDemo
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncImport

extension Trait where Self == DatabaseTrait {
    /// The tables of the CRM, attached to nothing.
    static var crm: DatabaseTrait {
        .database(prepared: "crm", copyOf: .migrated) { connection in
            for name in ["tables", "rights"] {
                let script = try Repository.read("sql/examples/crm/\(name).sql")
                _ = try await connection.withSession { try $0.runScript(script).count }
            }
        }
    }
}

/// An import from a CRM of ours into the database of the test.
struct ImportBench: Sendable {
    let database: TestDatabase
    let crm: MockCRM
    /// The URL that paths are below.
    let base: String
    var site: DeliverySite
    /// Longer waits leave the session.
    var longestWait = Duration.milliseconds(500)
    /// Who runs it.
    var options: ConnectionOptions
    let keys = GivenKeys()

    static let key = "s3cret"

    /// Applies an import with streams, and lends it while the CRM answers.
    static func with(
        _ options: MockCRM.Options = small(),
        streams: [String] = [merchants()],
        head: [String] = [],
        variables: [String: String] = [:],
        secrets: String = "/nowhere",
        addresses: String = "127.0.0.1",
        _ body: (ImportBench) async throws -> Void
    ) async throws {
        let crm = MockCRM(options)
        try await crm.run { base in
            let database = TestDatabase.current
            // What another of the same test has left.
            try await database.run(
                """
                delete from pgsync.sync_failed_items;
                delete from pgsync.sync_jobs;
                delete from pgsync.endpoints;
                truncate crm.merchants, crm.transactions, crm.residuals;
                """
            )
            let bench = ImportBench(
                database: database,
                crm: crm,
                base: base,
                site: DeliverySite(
                    variables: variables.merging(["CRM_API_KEY": key]) { first, _ in first },
                    secrets: secrets,
                    addresses: addresses
                ),
                options: database.options
            )
            try await bench.apply(streams: streams, head: head)
            try await body(bench)
        }
    }

    static func small() -> MockCRM.Options {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (95, 0, 0)
        return options
    }

    /// How pages of merchants follow one another.
    enum Pager: String, CaseIterable, Sendable {
        case page = "page 'page' size 'per_page' 10 until empty"
        case short = "page 'page' size 'per_page' 10 until short"
        case flag = "page 'page' size 'per_page' 10 until flag 'meta.has_more'"
        case offset = "offset 'offset' size 'limit' 10 until short"
        case offsetEmpty = "offset 'offset' size 'limit' 10 until empty"
        case cursor = "cursor 'meta.next' as 'cursor' size 'limit' 10"
        case link = "link size 'limit' 10"
        case next = "next 'links.next' size 'limit' 10"
        case after = "after 'after' size 'limit' 10 until flag 'meta.has_more'"

        var path: String {
            switch self {
            case .page, .short, .flag: "page"
            case .offset, .offsetEmpty: "offset"
            case .cursor: "cursor"
            case .link: "link"
            case .next: "next"
            case .after: "after"
            }
        }
    }

    static let changed = [
        "changed updated_at since 'updated_since' before 'updated_before' lookback 2 h",
        "history from '2024-04-01' by month",
    ]

    static func merchants(_ pager: Pager = .page, _ lines: [String] = []) -> String {
        stream(
            "merchants into crm.merchants key id",
            "/\(pager.path)/merchants",
            pager.rawValue,
            lines + [
                "item '/merchants/{id}'", "column id bigint", "column name text required",
                "column email text from 'contact.email'", "column status text required",
                "column rate numeric(6,3)", "column updated_at timestamptz required",
            ]
        )
    }

    static func residuals(_ pager: Pager = .cursor, _ lines: [String] = []) -> String {
        stream(
            "residuals after merchants into crm.residuals key (merchant_id, month)",
            "/\(pager.path)/residuals",
            pager.rawValue,
            lines + [
                "item '/residuals/{merchant_id}/{month}'", "column merchant_id bigint", "column month date",
                "column volume numeric(14,2)", "column amount numeric(14,2)", "column agent_id bigint",
                "column agent_amount numeric(14,2)", "column status text required",
                "column updated_at timestamptz required",
            ]
        )
    }

    static func transactions(_ pager: Pager = .cursor, _ lines: [String] = []) -> String {
        stream(
            "transactions after merchants into crm.transactions key id",
            "/\(pager.path)/transactions",
            pager.rawValue,
            lines + [
                "item '/transactions/{id}'", "column id bigint", "column merchant_id bigint required",
                "column kind text required", "column amount numeric(14,2) required",
                "column settled_on date required", "column updated_at timestamptz required",
            ]
        )
    }

    private static func stream(_ head: String, _ path: String, _ pager: String, _ lines: [String]) -> String {
        ([
            "  stream \(head)", "    get '\(path)'", "    \(pager)", "    rows 'data'",
            "    count 'meta.total'",
        ]
            + lines.map { "    \($0)" }).joined(separator: "\n")
    }

    func text(streams: [String], head: [String] = [], version: Int = 1) -> String {
        var lines = ["import crm version \(version)"]
        if !head.contains(where: { $0.hasPrefix("base") }) { lines.append("  base '\(base)'") }
        for (word, line) in [
            ("retries", "retries 2 backoff 5 ms timeout 5 s"), ("breaker", "breaker 5 failures, 300 ms"),
        ] where !head.contains(where: { $0.hasPrefix(word) }) {
            lines.append("  \(line)")
        }
        return (lines + head.map { "  \($0)" } + streams).joined(separator: "\n") + "\n"
    }

    func apply(streams: [String], head: [String] = [], version: Int = 1) async throws {
        let text = text(streams: streams, head: head, version: version)
        let file = ImportFile(name: "crm.import", text: text)
        #expect(file.problems == [])
        let definition = try #require(file.definition)
        let outcome = try await database.session { try ImportStore($0).apply(definition, content: text) }
        #expect(outcome == (version == 1 ? "added" : "changed"))
    }

    // MARK: Runs

    var runner: JobRunner {
        JobRunner([ImportOperation(to: options, site: site, keys: keys, longestWait: longestWait)])
    }

    @discardableResult
    func request(_ type: String, _ change: (inout ImportStore.Request) -> Void = { _ in }) async throws
        -> Int64
    {
        var request = ImportStore.Request()
        request.type = type
        change(&request)
        return try await database.session { [request] in try ImportStore($0).request("crm", request).job }
    }

    /// The job that was asked for last.
    func newest() async throws -> Int64 {
        Int64(try await database.value("select max(job) from pgsync.import_jobs") ?? "") ?? 0
    }

    /// Runs it once, also before others would.
    func once() async throws -> JobRunner.Report? {
        try await database.connect(as: options) { connection in
            try await runner.run(newest(), on: connection, until: Shutdown())
        }
    }

    /// Asks for a run and runs it to its end, as workers do: after each wait.
    @discardableResult
    func run(
        _ type: String = "initial",
        _ change: (inout ImportStore.Request) -> Void = { _ in }
    ) async throws -> JobRunner.Report {
        try await request(type, change)
        return try await finish()
    }

    /// Runs the job to its end, as workers do.
    func finish() async throws -> JobRunner.Report {
        var last: JobRunner.Report?
        try await eventually {
            let report = try await database.connect(as: options) { connection in
                try await runner.runNext(on: connection, until: Shutdown())
            }
            if let report { last = report }
            return [.completed, .partial, .failed, .cancelled].contains(report?.state)
        }
        return try #require(last)
    }

    func runState() async throws -> ImportRun {
        try await database.session { try ImportStore($0).runs(of: "crm", limit: 1)[0] }
    }

    // MARK: What must hold

    /// What the database and the CRM do not agree on.
    func differences(_ entity: MockEntity = .merchants) async throws -> [String] {
        // What cannot be read differs from anything.
        let rows = "[\(crm.rows(of: entity).joined(separator: ","))]".replacing("\"none\"", with: "null")
        let (columns, same, order) =
            switch entity {
            case .merchants:
                ("id bigint, name text, status text, rate numeric, updated_at timestamptz", "id", "id")
            case .transactions:
                (
                    "id bigint, merchant_id bigint, kind text, amount numeric, settled_on date, updated_at timestamptz",
                    "id", "id"
                )
            case .residuals:
                (
                    "merchant_id bigint, month date, volume numeric, amount numeric, agent_id bigint, updated_at timestamptz",
                    "merchant_id, month", "merchant_id, month"
                )
            }
        let names = columns.split(separator: ",").map { $0.split(separator: " ")[0] }
        let compared = names.map { "came.\($0) is distinct from present.\($0)" }.joined(separator: " or ")
        return try await database.lines(
            """
            select concat_ws(' ', \(same), case when came.updated_at is null then 'too much'
                when present.updated_at is null then 'missing' else 'differs' end)
            from jsonb_to_recordset($rows$\(rows)$rows$::jsonb) as came (\(columns))
            full join crm.\(entity.rawValue) as present using (\(same))
            where \(compared)
            order by \(order)
            """
        )
    }

    func failedItems(_ columns: String = "item_id, state, error_class, error_column") async throws -> [String]
    {
        try await database.lines(
            "select concat_ws(' ', \(columns)) from pgsync.sync_failed_items order by item_id collate \"C\""
        )
    }

    func value(_ query: String) async throws -> String? { try await database.value(query) }

    /// The sessions that run its job are ended, as a crash ends them.
    func killSessions() async throws {
        try await database.run(
            """
            select pg_terminate_backend(held.pid)
            from pg_catalog.pg_locks as held
            inner join pg_catalog.pg_database as here on held.database = here.oid and here.datname = current_database()
            where held.locktype = 'advisory' and held.classid = 1886876535
            """
        )
        try await eventually {
            try await value(
                """
                select count(*) from pg_locks as held
                inner join pg_catalog.pg_database as here on held.database = here.oid and here.datname = current_database()
                where held.locktype = 'advisory' and held.classid = 1886876535
                """
            ) == "0"
        }
    }
}
