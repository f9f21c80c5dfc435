import JSON
import Postgres
import TestSupport
import Testing

/// A master and a node that exchange records through SQL alone, each call as HTTP would make it.
struct ExchangePair: Sendable {
    let master: TestDatabase
    let node: TestDatabase
    var name = "north"

    /// Runs with two databases that have the same tables, which are exchanged.
    static func with(
        _ tables: String = "create table stock (id integer primary key, name text, amount integer)",
        exchanged: [String] = ["stock"],
        policy: String = "newer",
        columns: String = "null",
        _ body: (ExchangePair) async throws -> Void
    ) async throws {
        try await TestDatabase.with(copyOf: try await DatabaseTemplate.migrated.name()) { node in
            let pair = ExchangePair(master: .current, node: node)
            for side in [pair.master, pair.node] {
                try await side.run(tables)
                for table in exchanged {
                    try await side.run(
                        "select pgsync.attach('\(table)', posts => false, before_image => true)"
                    )
                    try await side.run(
                        "select pgsync.set_synced('\(table)', true, '\(policy)', \(columns))"
                    )
                }
            }
            try await pair.master.run(
                "select pgsync.begin_incarnation('hub'); select pgsync.add_node('north')"
            )
            try await pair.node.run("select pgsync.set_master('master', 'https://books.example')")
            try await body(pair)
        }
    }

    /// What has committed becomes versions.
    func fold(_ side: TestDatabase) async throws {
        guard try await side.value("select pgsync.fold_is_due()") == "t" else { return }
        let tick = try #require(try await side.value("select pgsync.tick()"))
        try await side.run("select pgsync.fold_versions(\(tick))")
    }

    /// Takes what the master has; the cursor behind it.
    @discardableResult
    func pull(force: Bool = false) async throws -> JSONValue {
        try await fold(master)
        var refused = "{}"
        while true {
            let cursor = try await node.value(
                "select coalesce(quote_literal(next_page), 'null') from pgsync.masters"
            )
            let sequence = try await node.value("select sequence from pgsync.masters")
            let page = try #require(
                try await master.value(
                    "select pgsync.download_page('\(name)', null, \(cursor ?? "null"), null, 500, \(sequence ?? "0"))"
                )
            )
            let offered = try await node.value(
                """
                select page.offered
                from (select \(page.quoted)::jsonb as content) as came
                cross join lateral pgsync.stage_page(
                    'master', came.content,
                    case
                        when came.content ? 'schema' then pgsync.evolve_tables('master', came.content -> 'schema')
                        else '{}'
                    end || \(refused.quoted)
                ) as page
                """
            )
            if let offered, offered != "{}" {
                refused = try #require(
                    try await master.value("select pgsync.take_columns('\(name)', \(offered.quoted)::jsonb)")
                )
                continue
            }
            let json = try JSONValue(parsing: page)
            if json["has_more"]?.bool != true {
                try await node.run("select pgsync.take_staged('master', \(force))")
                return json
            }
        }
    }

    /// What the node sends next; nil if there is nothing.
    func cut(force: Bool = false) async throws -> JSONValue? {
        try await fold(node)
        return try await node.value("select pgsync.start_upload('master', 500, \(force))").map {
            try JSONValue(parsing: $0)
        }
    }

    /// What the master makes of it.
    @discardableResult
    func upload(_ upload: JSONValue) async throws -> JSONValue {
        try await fold(master)
        let sequence = upload["sequence"]?.number?.text ?? "null"
        let answer = try await master.value(
            """
            select pgsync.take_upload(
                '\(name)', \((upload["records"] ?? []).text().quoted)::jsonb, \(sequence),
                sha256(convert_to(\(upload.text().quoted), 'UTF8'))
            )
            """
        )
        return try JSONValue(parsing: try #require(answer))
    }

    func take(_ answer: JSONValue) async throws {
        try await node.run("select pgsync.take_answer('master', \(answer.text().quoted)::jsonb)")
    }

    /// Sends all there is; the results of all.
    @discardableResult
    func push(force: Bool = false) async throws -> [JSONValue] {
        var results: [JSONValue] = []
        while let upload = try await cut(force: force) {
            let answer = try await self.upload(upload)
            results += answer["results"]?.array ?? []
            try await take(answer)
        }
        return results
    }

    /// A whole exchange; the tables that differ afterwards.
    @discardableResult
    func exchange() async throws -> [String] {
        try await pull()
        try await push()
        let page = try await pull()
        let sums = try #require(try await node.value("select pgsync.master_sums('master')"))
        let answer = try await master.value(
            """
            select pgsync.acknowledge_exchange(
                '\(name)', null, 'success', null, \((page["cursor"]?.string ?? "").quoted), \(sums.quoted)::jsonb
            )
            """
        )
        return try JSONValue(parsing: answer ?? "{}")["diverged"]?.array?.compactMap(\.string) ?? []
    }

    /// The rows of a table, the same on both sides or the test fails.
    func rows(_ table: String = "stock", sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> [String]
    {
        let sql = "select t::text from \(table) as t order by t::text collate \"C\""
        let (here, there) = (try await master.lines(sql), try await node.lines(sql))
        #expect(here == there, sourceLocation: sourceLocation)
        return here
    }

    func conflicts() async throws -> [String] {
        try await master.lines(
            "select concat_ws(' ', record_id, type, resolution, state) from pgsync.conflicts order by id"
        )
    }
}

extension String {
    /// As a literal of SQL.
    var quoted: String { "'" + replacing("'", with: "''") + "'" }
}
