import PGSyncRules
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("The packs in a database", .packs, .timeLimit(.minutes(5)))
struct PackDatabaseTests {
    @Test("are installed again without harm", arguments: Pack.all)
    func again(_ pack: Pack) async throws {
        let database = TestDatabase.current
        let facts = """
            select string_agg(fact::text, E'\\n' order by fact::text collate "C") from (
                select to_jsonb(a) from ledger.accounts as a
                union all
                select to_jsonb(p) from ledger.periods as p
                union all
                select jsonb_build_array(s.table_name, s.captured_columns, s.function_name) from pgsync.sources as s
                union all
                select to_jsonb(b) from public.lab_bills as b
            ) as facts (fact)
            """
        try await database.run("insert into public.lab_bills (id, bill_number) values (1, 'L-1')")
        let before = try await database.run(facts)
        try await Psql.run(file: "\(pack.directory)/install.sql", database: database.name)
        #expect(try await database.run(facts) == before)
    }

    @Test("have the columns that their rules read, and the accounts they post to", arguments: Pack.all)
    func fit(_ pack: Pack) async throws {
        let context = try await TestDatabase.current.session { session in
            try RuleStore(session).context(
                tables: Set(try pack.rules().map(\.table)),
                timeZones: ["Europe/Berlin"]
            )
        }
        let result = RuleChecker.check(try pack.ruleFiles(), in: context)
        #expect(throws: Never.self) { try result.get() }
    }

    @Test("lead each event to the entry that was computed by hand", arguments: PackCase.clinic)
    func event(_ event: PackCase) async throws {
        try await TestDatabase.current.run(event.insert)
        let images = try await TestDatabase.current.lastImages()
        #expect(images.count == 1)
        let replay = Replay(try Pack.clinic.rules())
        for (table, image) in images {
            #expect(table == event.table)
            let outcome = try replay.outcome(of: image, in: table)
            #expect(outcome == event.outcome, "\(outcome)")
        }
    }

    @Test("end with the balances that were computed by hand", arguments: Pack.all)
    func stories(_ pack: Pack) async throws {
        let replay = Replay(try pack.rules(), in: try pack.context())
        for story in pack.stories {
            try await TestDatabase.with(copyOf: TestDatabase.current.name) { database in
                try await database.run(story.script)
                var (left, failures) = (Bookings(), 0)
                for (table, image) in try await database.lastImages() {
                    switch try replay.outcome(of: image, in: table) {
                    case .nothing: continue
                    case .failure: failures += 1
                    case .entry(let bookings): left.add(bookings)
                    }
                }
                #expect(left.net == story.net, "\(story.testDescription)")
                #expect(failures == story.failures, "\(story.testDescription)")
            }
        }
    }

    @Test("keep remarks about people out of the log")
    func remarks() async throws {
        let database = TestDatabase.current
        for table in Set(PackCase.clinic.map(\.table)) where table != "public.settlements" {
            let event = try #require(PackCase.clinic.first { $0.table == table })
            try await database.run(event.insert)
            try await database.run("update \(table) set remarks = 'secret'")
        }
        #expect(try await database.run("select action from pgsync.sync_logs where action <> 'create'") == [])
        #expect(try await database.run("select data from pgsync.sync_logs where data ? 'remarks'") == [])
    }

    @Test("refund no more than was paid, however many do it at once")
    func refundsAtOnce() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            insert into public.consultation_invoices (id, invoice_number, patient_id, amount, payment_mode, status)
            values (1, 'C-1', 7, 500, 'cash', 'final')
            """
        )
        try await database.together(
            (1...6).map {
                """
                insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
                values (\($0), 'F-\($0)', 'service', 7, 200, 'cash', 'C-1')
                """
            }
        )
        let replay = Replay(try Pack.clinic.rules())
        let refunds = try await database.lastImages().filter { $0.table == "public.refunds" }
        let outcomes = try refunds.map { try replay.outcome(of: $0.image, in: $0.table) }
        #expect(outcomes.filter { $0 == .failure("rule.assert_failed") }.count == 4, "\(outcomes)")
    }

    @Test("keep the lines of all who add to an order at once, and follow a line to another order")
    func linesAtOnce() async throws {
        let database = TestDatabase.current
        try await database.run(
            "insert into shop.orders (id, order_number, customer_id) values (1, 'O-1', 12), (2, 'O-2', 12)"
        )
        try await database.together(
            (1...6).map {
                "insert into shop.order_lines values (1, \($0), 'chess', 'games', 1, 50, 9.50, 'standard', 20)"
            }
        )
        let lengths = "select jsonb_array_length(lines)::text from shop.orders order by id"
        #expect(try await database.run(lengths) == ["6", "0"])
        try await database.run("update shop.order_lines set order_id = 2 where line_number > 4")
        #expect(try await database.run(lengths) == ["4", "2"])
        try await database.run(
            "delete from shop.order_lines where order_id = 1; delete from shop.orders where id = 2"
        )
        #expect(try await database.run(lengths) == ["0"])
    }

    @Test("leave nothing to PUBLIC, describe every object, and pass plpgsql_check")
    func objects() async throws {
        let found = try await TestDatabase.current.run(
            """
            create extension plpgsql_check;
            with pack as (
                select p.*
                from pg_proc as p
                where p.pronamespace in ('clinic'::regnamespace, 'shop'::regnamespace, 'market'::regnamespace) or p.proname like 'record\\_%\\_revenue'
                    or p.proname = 'record_pharmacy_sale'
            )
            select 'public may run ' || p.oid::regprocedure from pack as p,
                aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0
            union all
            select 'not described: ' || p.oid::regprocedure from pack as p where obj_description(p.oid, 'pg_proc') is null
            union all
            select 'not pinned: ' || p.oid::regprocedure from pack as p
            where p.prosqlbody is null and not 'search_path=pg_catalog, pg_temp' = any(coalesce(p.proconfig, '{}'))
            union all
            select 'not described: ' || c.oid::regclass from pg_class as c
            where c.relnamespace in (
                'clinic'::regnamespace, 'shop'::regnamespace, 'market'::regnamespace, 'public'::regnamespace
            )
                and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null
            union all
            select format('%s line %s: %s', p.oid::regprocedure, checked.lineno, checked.message)
            from pack as p
            inner join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
            left join pg_trigger as t on t.tgfoid = p.oid
            cross join plpgsql_check_function_tb(
                p.oid, coalesce(t.tgrelid, 0), oldtable => t.tgoldtable, newtable => t.tgnewtable,
                security_warnings => true
            ) as checked
            -- It calls what comes with posting.
            where p.proname <> 'entry_of' or to_regprocedure('pgsync.post_now(regclass, text)') is not null
            """
        )
        #expect(found == [])
    }
}

extension TestDatabase {
    /// Runs statements on connections of their own, at the same time.
    func together(_ statements: [String]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for statement in statements { group.addTask { try await run(statement) } }
            try await group.waitForAll()
        }
    }
}
