import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with the tables and rules of ``fixture`` and the functions of ``checks``.
    static var posting: DatabaseTrait { .database(copyOf: .posting) }
}

extension DatabaseTemplate {
    static var posting: DatabaseTemplate { .migrated.with("posting", [fixture, checks]) }
}

extension Session {
    /// Runs a script and returns the first value of its last statement, which has to be there.
    func value(_ script: String) throws -> String {
        try #require(try runScript(script).first?.decode(0, as: String.self))
    }
}

extension TestDatabase {
    /// Runs a script, then one batch, and tells what became of it.
    func post(_ script: String = "", isolate: Bool = false, limit: Int = 100) async throws -> String? {
        if !script.isEmpty { try await run(script) }
        return try await value(
            "select checks.told(pgsync.process_batch('test', \(limit), isolate => \(isolate)))"
        )
    }

    /// Looks for what was in a part of a table until all of it is found; tells whether that came to an end.
    func findTruncated(_ id: Int) async throws -> Bool {
        for _ in 1...20 where try await value("select pgsync.find_truncated(\(id))") == "t" { return true }
        return false
    }

    /// Posts until nothing more is done, parts of tables that were emptied included; tells what each batch did.
    @discardableResult
    func drain(limit: Int = 100) async throws -> [String] {
        var told: [String] = []
        while told.count < 200 {
            let batch = try await lines(
                """
                select unnest(array[checks.told(made), coalesce(made.truncated_part::text, '')])
                from pgsync.process_batch('test', \(limit)) as made
                """
            )
            if batch[1] != "" { try await run("select pgsync.find_truncated(\(batch[1]))") }
            guard batch[0] == "nothing" else {
                told.append(batch[0])
                continue
            }
            // Of several parts that were emptied one comes up after the other.
            let isOver = try await value(
                """
                select pg_sleep(0.05);
                select not exists (
                    select from pgsync.sync_queue
                    where sync_status = 'pending' and scheduled_at < now() + interval '1 second'
                )
                """
            )
            if isOver == "t" { break }
        }
        return told
    }

    /// What stands in the ledger, as "record: content" in order.
    func standing(_ source: String = "bills") async throws -> [String] {
        try await lines(
            """
            select record_id || ': ' || checks.content(id) from checks.standing
            where source_table = '\(source)'::regclass order by record_id, id
            """
        )
    }

    /// What became of the changes of a table so far, as "record outcome", in the order of the changes.
    func outcomes(_ source: String = "bills") async throws -> [String] {
        try await lines(
            """
            select record_id || ' ' || sync_status from pgsync.sync_log_status
            where source_table = '\(source)'::regclass order by id
            """
        )
    }

    /// Nothing is wrong with the ledger, the audit or the queue.
    func expectNoFaults(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let faults = try await lines(
            """
            select checks.faults() union all select checks.unchained()
            union all select checks.differences(table_name::regclass)
            from unnest(array['bills', 'moves', 'parts']) as table_name
            """
        )
        #expect(faults == [], comment, sourceLocation: sourceLocation)
    }
}
