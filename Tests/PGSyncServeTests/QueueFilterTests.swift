import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Filters of the queue", .servedDatabase, .timeLimit(.minutes(5)))
struct QueueFilterTests {
    /// Changes of two tables in every state and of several classes; of some that failed, the queue does not say the table,
    /// as after an upgrade, and one is dead without a class, as after an update by hand.
    private static let many = """
        create table other (id bigint primary key, amount numeric(12, 2), note text);
        select pgsync.attach('other');
        insert into bills (id, amount) select n, n from generate_series(100, 139) as n;
        insert into other (id, amount) select n, n from generate_series(100, 139) as n;
        update bills set amount = 0 where id between 100 and 109;
        update pgsync.sync_queue as queue
        set
            sync_status = case when log.id % 3 = 0 then 'pending' else 'failed' end::pgsync.sync_status,
            error_class = (array['data.range', 'data_x', 'rule.missing'])[1 + log.id % 3],
            error_message = 'made up',
            retry_count = 1,
            record_hash = hashtext(log.record_id),
            source_table = case when log.id % 5 > 0 then log.source_table end,
            scheduled_at = case when log.id % 3 = 0 then now() + (log.id % 2 * 2 - 1) * interval '1 hour' end
        from pgsync.sync_logs as log
        where queue.log_id = log.id and log.id % 4 > 0;
        update pgsync.sync_queue
        set sync_status = 'failed'
        where log_id = (select max(log_id) from pgsync.sync_queue where error_class is null);
        update pgsync.sync_queue
        set locked_at = now()
        where log_id = (select min(log_id) from pgsync.sync_queue where error_class is null);
        update pgsync.sync_queue set scheduled_at = 'infinity' where error_class is null and log_id % 8 = 0;
        """

    @Test("find what a look at every change finds, in pages, both ways, whatever the queue says of the table")
    func filters() async throws {
        try await Served.with { served in
            try await served.database.run(Self.many, as: served.database.superuser)
            let token = try await served.token(.read)
            var found: [String: Int] = [:]
            for state in [nil, "ready", "scheduled", "paused", "working", "dead"] {
                for table in [nil, "public.bills", "public.other", "public.none"] {
                    for rest in [
                        "", "&class=data.range", "&class=data.*", "&class=data_x", "&class=none", "&key=105",
                        "&key=nobody", "&min_age=0", "&min_age=3600", "&class=rule.*&min_age=0",
                    ] {
                        let query =
                            "?limit=7" + (state.map { "&state=\($0)" } ?? "")
                            + (table.map { "&table=\($0)" } ?? "")
                            + rest
                        let wanted = try await served.database.run(Self.wanted(query))
                        #expect(try await pages(of: query, served, token) == wanted, "\(query)")
                        found[state ?? rest, default: 0] += wanted.count
                    }
                }
                let counts = try await served.api("GET", "/queue/counts?table=public.other", token)
                if let state {
                    let wanted = try await served.database.run(
                        Self.wanted("?state=\(state)&table=public.other")
                    )
                    #expect(counts.data?[state]?.number?.int == wanted.count, "\(state)")
                }
            }
            // Nothing was compared with nothing alone.
            for name in ["ready", "scheduled", "paused", "working", "dead", "&class=data_x", "&key=105"] {
                #expect((found[name] ?? 0) > 0, "\(name)")
            }
            let classes = try await served.api("GET", "/queue/classes", token)
            let told = classes.data?.array?.map {
                "\($0["error_class"]?.string ?? "") \($0["failing"]?.number?.int ?? 0) \($0["dead"]?.number?.int ?? 0)"
            }
            #expect(
                told?.sorted()
                    == (try await served.database.run(
                        """
                        select concat_ws(
                            ' ', error_class, count(*) filter (where sync_status <> 'failed'),
                            count(*) filter (where sync_status = 'failed')
                        ) as told
                        from pgsync.sync_queue where error_class is not null group by error_class order by told
                        """
                    ))
            )
        }
    }

    @Test("are found by the table once a change has failed")
    func marks() async throws {
        #expect(
            try await TestDatabase.current.run(
                "select source_table::text from pgsync.sync_queue where error_class is not null"
            ) == ["bills"]
        )
    }

    @Test("find a failure whose class is longer than an index takes")
    func longClasses() async throws {
        try await Served.with { served in
            let name = "(select string_agg(md5(n::text), '') from generate_series(1, 500) as n)"
            try await served.database.run(
                "select pgsync.reschedule(array[log_id], array[\(name)], '{long}') from pgsync.sync_queue where error_class is null",
                as: served.database.superuser
            )
            let token = try await served.token(.read)
            let dead = try await served.database.run(
                "select count(*)::text from pgsync.waiting_changes where state = 'scheduled' and length(error_class) = 16000"
            )
            #expect(dead == ["1"])
            let list = try await served.api("GET", "/queue?state=scheduled&table=public.bills", token)
            #expect(list.data?.array?.count == 1, "\(list.answer.body)")
        }
    }

    /// All changes of a list, by its pages; each page is also what one gets by going back to it.
    private func pages(of query: String, _ served: Served, _ token: String) async throws -> [String] {
        var all: [String] = []
        var before: [String]?
        var cursor: String?
        repeat {
            let reply = try await served.api(
                "GET",
                "/queue" + query + (cursor.map { "&cursor=\($0)" } ?? ""),
                token
            )
            let ids = reply.data?.array?.compactMap { $0["change"]?.string } ?? []
            try #require(reply.status == 200, "\(query): \(reply.answer.body)")
            if let before, let back = reply.json["prev"]?.string {
                let earlier = try await served.api("GET", "/queue\(query)&cursor=\(back)", token)
                #expect(earlier.data?.array?.compactMap { $0["change"]?.string } == before, "\(query)")
            }
            all += ids
            before = ids
            cursor = reply.json["next"]?.string
        } while cursor != nil
        return all
    }

    /// The changes that a query is about, by looking at each.
    private static func wanted(_ query: String) -> String {
        let conditions = query.dropFirst().split(separator: "&").compactMap { part -> String? in
            let (name, value) = (
                part.prefix { $0 != "=" }, part.drop { $0 != "=" }.dropFirst()
            )
            return switch name {
            case "state": "own.state = '\(value)'"
            case "table": "pgsync.qualified_name(own.source_table) = '\(value)'"
            case "class" where value.hasSuffix(".*"):
                "left(own.error_class, \(value.count - 1)) = '\(value.dropLast())'"
            case "class": "own.error_class = '\(value)'"
            case "key": "own.record_id = '\(value)'"
            case "min_age": "own.captured_at < clock_timestamp() - interval '\(value) seconds'"
            default: nil
            }
        }
        return """
            select own.log_id::text
            from pgsync.waiting_changes as own
            where \((["true"] + conditions).joined(separator: " and "))
            order by own.log_id desc
            """
    }
}
