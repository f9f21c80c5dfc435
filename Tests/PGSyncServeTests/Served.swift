import Concurrency
import HTTPServer
import JSON
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import PGSyncServe

/// A dashboard of the current database, and how it is asked.
struct Served: Sendable {
    let port: UInt16
    let database: TestDatabase
    let dashboard: Dashboard
    /// The sync that has ended.
    static let sync = "5f0c1f4e-8f8a-4d0e-9b68-0c4b6a1d2e3f"

    /// Serves while a closure runs.
    static func with<Success>(
        _ database: TestDatabase = .current,
        to connection: ConnectionOptions? = nil,
        options change: (inout DashboardOptions) -> Void = { _ in },
        keys: KeyKeeper? = nil,
        log: any LogHandler = NoLog(),
        _ body: (Served) async throws -> Success
    ) async throws -> Success {
        var options = DashboardOptions(at: try #require(ListenAddress("0")), version: "test")
        change(&options)
        let dashboard = try Dashboard(
            options,
            to: connection ?? database.superuser,
            logger: Logger(handler: log, level: .trace),
            keys: keys
        )
        return try await dashboard.run { address, _ in
            try await body(Served(port: address.port, database: database, dashboard: dashboard))
        }
    }

    /// Makes a token with these scopes; all if none are named.
    func token(_ scopes: Scope..., named name: String = "asha", site: String? = nil) async throws -> String {
        let secret = Secret.token()
        let words = (scopes.isEmpty ? Scope.ofPeople : scopes).map(\.rawValue).joined(separator: ",")
        let isNode = scopes == [.node]
        if isNode {
            try await database.run(
                "insert into pgsync.nodes (name) values ('\(name)') on conflict do nothing",
                as: database.superuser
            )
        }
        try await database.run(
            """
            select pgsync.create_token(
                '\(name)', '\(Secret.prefix(of: secret))', decode('\(Secret.hash(of: secret))', 'hex'), '{\(words)}',
                \(site.map { "'\($0)'" } ?? "null"), node => \(isNode ? "'\(name)'" : "null")
            )
            """,
            as: database.superuser
        )
        return secret
    }

    /// Asks the API, with a token and a body; a POST has a key of its own unless it is given one.
    func api(
        _ method: String,
        _ path: String,
        _ token: String? = nil,
        body: JSONValue? = nil,
        headers: [(String, String)] = []
    ) async throws -> Reply {
        try await ask(method, "/api/v1" + path, token, body: body, headers: headers)
    }

    func ask(
        _ method: String,
        _ path: String,
        _ token: String? = nil,
        body: JSONValue? = nil,
        headers: [(String, String)] = []
    ) async throws -> Reply {
        var lines = headers
        if let token { lines.append(("Authorization", "Bearer \(token)")) }
        if method == "POST", !headers.contains(where: { $0.0 == "Idempotency-Key" }) {
            lines.append(("Idempotency-Key", Secret.random(length: 20)))
        }
        let text = body?.text() ?? ""
        if body != nil {
            lines += [("Content-Type", "application/json"), ("Content-Length", "\(text.utf8.count)")]
        }
        lines.append(("Connection", "close"))
        let answer = try await WebClient.ask(
            path,
            at: port,
            method: method,
            headers: lines.map { "\($0.0): \($0.1)\r\n" }.joined(),
            body: text
        )
        return Reply(answer: answer)
    }
}

/// An answer, and what is in it.
struct Reply: Sendable {
    let answer: WebAnswer
    var status: Int { answer.status }
    var json: JSONValue { (try? JSONValue(parsing: answer.body)) ?? .null }
    var data: JSONValue? { json["data"] }
    var code: String? { json["code"]?.string }
}

private struct NoLog: LogHandler {
    func handle(_ record: LogRecord) {}
}

extension Trait where Self == DatabaseTrait {
    /// A database with bills, of which some are posted, one is dead and one waits; and what every list can show.
    static var servedDatabase: DatabaseTrait {
        .migrated(
            as: "served",
            """
            \(LittleLedger.bills)
            insert into bills select g, g, 'bill' from generate_series(1, 5) as g;
            insert into bills values (6, null, 'secret');
            select pgsync.process_batch('test', 500, isolate => true);
            insert into bills values (7, 7, 'waits');
            select pgsync.request_job('verify', 'all');
            insert into pgsync.rule_diffs (job, rule, content, last_change, candidates)
            values (1, 'bill', 'by hand', 9, '{bill@2}');
            insert into pgsync.rule_diff_sums
            values (1, '1000', 'INR', 9000, 10050), (1, '4000', 'INR', -9000, -10050);
            insert into pgsync.rule_diff_records
            values (1, 1, 'public.bills', '1', '{"outcome": "nothing"}', '{"outcome": "entry"}');
            \(crm)
            \(comparison)
            \(nodes)
            """
        )
    }
}

/// A node, a master, and a conflict that waits for a person.
private let nodes = """
    select pgsync.add_node('north');
    select pgsync.set_master('books', 'https://books.example');
    insert into pgsync.conflicts (
        source_table, record_id, node, type, policy, resolution, state, local_image, remote_image, local_version,
        remote_version
    )
    values (
        'bills', '1', 'north', 'update_origin_differs', 'manual', 'queued', 'open', '{"id": 1, "note": "here"}',
        '{"id": 1, "note": "there"}', '2@here', '1@north'
    );
    """

/// A comparison with a run of the job 3 that found two differences of an entity and could not compare the other.
private let comparison = """
    select pgsync.apply_comparison(
        'shop', 1,
        E'compare shop version 1\\n  sides Shop, "The books" -- as people call them\\n  entity items\\n'
        || E'    left public.shop_items\\n    right public.items\\n    key id\\n    columns name,\\n      entity text\\n  entity "stock, all"\\n',
        'Shop', 'The books', array['items', 'stock, all']
    );
    select * from pgsync.request_comparison('shop');
    select * from pgsync.take_job('{compare}');
    select * from pgsync.begin_comparison(3);
    select pgsync.note_comparison(
        3, 'items',
        '{
            "place": 1, "state": "compared", "left_count": 100, "right_count": 99, "missing_left": 0,
            "missing_right": 1, "different": 1, "ambiguous": 0, "moving": 0, "matched": 98, "sync_above": 1,
            "metrics": {"value": {"left": "90.50", "right": "89.00"}},
            "groups": {"brand": {"values": 3, "different": [{"value": null, "left": 2, "right": 1}], "is_capped": false}}
        }',
        '[
            {
                "key": {"id": "7"}, "kind": "different", "columns": ["name"],
                "left_row": {"id": "7", "name": "discreet"}, "right_row": {"id": "7", "name": "old"}
            },
            {"key": {"id": "8"}, "kind": "missing_right", "left_row": {"id": "8", "name": "discreet"}}
        ]'
    );
    select pgsync.note_comparison(
        3, 'stock, all', '{"place": 2, "state": "not_compared", "problem": "there is no table public.stock"}', '[]'
    );
    select pgsync.finish_comparison(3);
    select pgsync.end_job(3);
    """

/// An import with a run that ended, of which an item failed, and what it has read; its endpoint is paused.
private let crm = """
    create table merchants (id bigint primary key, name text);
    select pgsync.apply_import(
        'crm', 1, 'import crm version 1',
        '{
            "base_url": "https://crm.example/api", "hosts": ["crm.example"], "secret_ref": "env:CRM_API_KEY",
            "parallel": 2, "budgets": [{"name": "minute", "call_limit": 60, "span": "60 s"}]
        }',
        format(
            '[{"stream": "merchants", "place": 1, "target": %s, "key_columns": ["id"], "columns": ["id", "name"]}]',
            'merchants'::regclass::oid
        )::jsonb
    );
    select * from pgsync.request_import('crm', 'initial');
    update pgsync.import_jobs set sync_id = '\(Served.sync)';
    select * from pgsync.take_job('{import}');
    select pgsync.note_phase(job, 'merchants', 'reads', 4, 5) from pgsync.import_jobs;
    insert into pgsync.import_plans (job, stream, wanted, step, newest_first, finished_until, sweeps)
    select job, 'merchants', '{[2025-12-01 00:00+00, 2026-02-01 00:00+00)}', 'month', false, now(), false
    from pgsync.import_jobs;
    insert into pgsync.import_slices (job, stream, slice, pages, added, unchanged, failed, finished_at)
    select job, 'merchants', '[2026-01-01 00:00+00, 2026-02-01 00:00+00)', 1, 3, 0, 1, now()
    from pgsync.import_jobs;
    insert into pgsync.cursors (endpoint, stream, finished)
    values ('crm', 'merchants', '{[2026-01-01 00:00+00, 2026-02-01 00:00+00)}');
    select pgsync.put_failed_item(
        job, 'merchants 7', 'data.type', 'name is no text', '{"id": 7, "name": "confidential"}', 'name'
    )
    from pgsync.import_jobs;
    select pgsync.end_job(job) from pgsync.import_jobs;
    select pgsync.pause_endpoint('crm', 'moves house');
    """
