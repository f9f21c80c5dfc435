import Postgres
import TestSupport
import Testing

@Suite("Images that are applied", .crm, .timeLimit(.minutes(5)))
struct ApplyImagesTests {
    private let database = TestDatabase.current

    init() async throws {
        try await database.run(
            """
            create table parent (id integer primary key);
            insert into parent values (1);
            create table item (
                id integer generated always as identity primary key,
                name text not null check (name <> 'bad'),
                code integer unique,
                parent integer references parent (id) deferrable,
                price numeric(6, 2),
                doubled numeric generated always as (price * 2) stored,
                more text default 'kept'
            );
            create unlogged table written (id integer);
            create function note() returns trigger language plpgsql as $$
            begin
                if new.name = 'raise' then raise exception 'not this one'; end if;
                if new.name = 'lock' then raise exception 'busy' using errcode = '55P03'; end if;
                insert into public.written values (new.id);
                return new;
            end;
            $$;
            create trigger note before update or insert on item for each row execute function note();
            """
        )
    }

    private func apply(_ images: String) async throws -> String? {
        try await database.value(
            "select concat_ws(' ', added, updated) from pgsync.apply_images('item', '{id}', '{id,name,code,parent,price}', '\(images)')"
        )
    }

    private func isolate(_ images: String) async throws -> [String] {
        try await database.lines(
            """
            with done as (
                select * from pgsync.apply_isolated('item', '{id}', '{id,name,code,parent,price}', '\(images)')
            )
            select concat_ws(' ', added, updated) from done
            union all
            select concat_ws(' ', failure ->> 'place', failure ->> 'error_class', failure ->> 'error_column')
            from done cross join jsonb_array_elements(failures) as failure
            """
        )
    }

    @Test("insert and update by the key, and write nothing where a row is as it came")
    func upsert() async throws {
        #expect(try await apply(#"[{"id": 1, "name": "a", "price": 1.5}, {"id": 2, "name": "b"}]"#) == "2 0")
        #expect(try await apply(#"[{"id": 1, "name": "a", "price": 1.50}, {"id": 2, "name": "c"}]"#) == "0 1")
        #expect(
            try await database.lines("select id::text from written order by ctid") == [
                "1", "2", "1", "2", "2",
            ]
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', id, name, price, doubled, more) from item order by id"
            )
                == ["1 a 1.50 3.00 kept", "2 c kept"]
        )
        #expect(try await apply("[]") == "0 0")
    }

    @Test("are one for each key, the last")
    func last() async throws {
        #expect(
            try await apply(#"[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}, {"id": 1, "name": "c"}]"#)
                == "1 0"
        )
        #expect(try await database.lines("select name from item") == ["c"])
    }

    @Test("that only have a key are there or not")
    func keyOnly() async throws {
        let images = #"[{"id": 1}, {"id": 2}]"#
        let query =
            "select concat_ws(' ', added, updated) from pgsync.apply_images('parent', '{id}', '{id}', '\(images)')"
        #expect(try await database.value(query) == "1 0")
        #expect(try await database.value(query) == "0 0")
    }

    @Test("that cannot be are found among many, whichever they are, and the others written")
    func found() async throws {
        for bad in [[0], [99], [0, 99], [49, 50], [3, 4, 5, 77], Array(0..<100)] {
            try await found(bad: bad)
        }
    }

    private func found(bad: [Int]) async throws {
        try await database.run("truncate item")
        let images = (0..<100).map { #"{"id": \#($0), "name": "\#(bad.contains($0) ? "bad" : "good")"}"# }
        let found = try await isolate("[\(images.joined(separator: ","))]")
        #expect(found.first == "\(100 - bad.count) 0")
        #expect(found.dropFirst().elementsEqual(bad.map { "\($0) data.refused" }))
        #expect(try await database.value("select count(*) from item") == "\(100 - bad.count)")
    }

    @Test("that cannot be have a class")
    func classes() async throws {
        for (image, failure) in [
            (#"{"id": 2, "name": null}"#, "data.missing name"),
            (#"{"id": 2, "name": "bad"}"#, "data.refused"),
            (#"{"id": 2, "name": "x", "code": 7}"#, "conflict.unique"),
            (#"{"id": 2, "name": "x", "parent": 9}"#, "data.reference"),
            (#"{"id": 2, "name": "x", "price": 123456}"#, "data.range"),
            (#"{"id": 2, "name": "x", "code": 99999999999}"#, "data.range"),
            (#"{"id": 2, "name": "x", "code": "y"}"#, "data.refused"),
            (#"{"id": 2, "name": "raise"}"#, "data.refused"),
        ] {
            try await classes(image: image, failure: failure)
        }
    }

    private func classes(image: String, failure: String) async throws {
        try await database.run("truncate item")
        let others = #"{"id": 1, "name": "one", "code": 7, "parent": 1}, {"id": 3, "name": "three"}"#
        #expect(try await isolate("[\(others), \(image)]") == ["2 0", "2 \(failure)"])
        #expect(try await database.lines("select id::text from item order by id") == ["1", "3"])
    }

    @Test("are not blamed for what is not theirs, which ends them all")
    func passing() async throws {
        let error = try await database.refusal(
            of:
                #"select pgsync.apply_isolated('item', '{id}', '{id,name}', '[{"id": 1, "name": "a"}, {"id": 2, "name": "lock"}]')"#
        )
        #expect(error.sqlState == .lockNotAvailable)
        #expect(try await database.value("select count(*) from item") == "0")
        #expect(
            try await database.refusal(
                of: #"select pgsync.apply_isolated('item', '{id}', '{id,nothing}', '[{"id": 1}]')"#
            ).sqlState?.code == "42703"
        )
    }
}

@Suite("Spans of an import", .crm, .timeLimit(.minutes(5)))
struct SliceTests {
    private let database = TestDatabase.current

    private func begin() async throws {
        try await database.run(
            """
            insert into pgsync.endpoints (name, kind, base_url, hosts) values ('crm', 'api', 'http://a', '{a}');
            insert into pgsync.imports (name, version, content, checksum) values ('crm', 1, 'x', 'x');
            insert into pgsync.import_streams values ('crm', 'items', 1, 'crm.merchants', '{id}', '{id}');
            """
        )
    }

    private static let wanted =
        "'{[2026-01-15 00:00+00, 2026-03-01 00:00+00), [2026-05-01 00:00+00, 2026-05-02 00:00+00)}'"

    private func take(_ session: PostgresConnection, _ newestFirst: Bool = false) async throws -> String? {
        try await session.run(
            """
            select concat_ws(' ', (lower(slice) at time zone 'UTC')::date, (upper(slice) at time zone 'UTC')::date, next_page, pages, is_left)
            from pgsync.take_slice(1, 'items', \(Self.wanted), 'month', \(newestFirst))
            """
        )
    }

    @Test("are cut at the beginnings of months and days in UTC")
    func cut() async throws {
        for (times, step, slices) in [
            ("{[2026-01-15,2026-03-01)}", "'month'", "01-15..02-01 02-01..03-01"),
            (
                "{[2026-01-30 22:00+00,2026-02-01 01:00+00)}", "'day'",
                "01-30..01-31 01-31..02-01 02-01..02-01"
            ),
            ("{[2026-01-15,2026-03-01)}", "null", "01-15..03-01"), ("{(,2026-03-01)}", "'month'", "..03-01"),
            ("{(,)}", "'month'", ".."), ("{}", "'month'", nil),
            ("{[2026-02-01,2026-03-01)}", "'month'", "02-01..03-01"),
        ] as [(String, String, String?)] {
            try await cut(times: times, step: step, slices: slices)
        }
    }

    private func cut(times: String, step: String, slices: String?) async throws {
        #expect(
            try await database.value(
                """
                set time zone 'Asia/Kolkata';
                select string_agg(
                    coalesce(to_char(lower(cut) at time zone 'UTC', 'MM-DD'), '') || '..'
                    || coalesce(to_char(upper(cut) at time zone 'UTC', 'MM-DD'), ''), ' ' order by lower(cut) nulls first)
                from pgsync.cut_times(replace('\(times)', '2026-01-15', '2026-01-15 00:00+00')::tstzmultirange, \(step)) as cut
                """
                .replacing("2026-03-01)", with: "2026-03-01 00:00+00)").replacing(
                    "[2026-02-01,",
                    with: "[2026-02-01 00:00+00,"
                )
            ) == slices
        )
    }

    @Test("are taken by one session each, and left to others when that is gone")
    func taken() async throws {
        try await begin()
        try await database.connect { first in
            #expect(
                try await first.run("set time zone 'UTC'; select pgsync.request_import('crm', 'initial')")
                    != nil
            )
            try await first.run("select pgsync.begin_job('import', 'crm')")
            try await first.run("select pgsync.begin_import(1)")
            #expect(try await take(first) == "2026-01-15 2026-02-01 0 t")
            try await database.connect { other in
                try await other.run("set time zone 'UTC'; select pgsync.join_import(1)")
                try await database.connect { gone in
                    #expect(try await gone.run("set time zone 'UTC'; select pgsync.join_import(1)") == "t")
                    #expect(try await take(gone, true) == "2026-05-01 2026-05-02 0 t")
                    // One with a page, which whoever takes it goes on with.
                    try await gone.run(
                        "select pgsync.note_pages(1, 'items', '[2026-05-01 00:00+00, 2026-05-02 00:00+00)', 1, 'p2', false, null, 3, 0, 0, '{}', '[]')"
                    )
                    #expect(try await take(other) == "2026-02-01 2026-03-01 0 t")
                    try await database.connect { late in
                        // All are taken, and some are left.
                        try await late.run("set time zone 'UTC'")
                        #expect(try await take(late) == "0 t")
                    }
                }
                try await eventually { try await take(other, true) == "2026-05-01 2026-05-02 p2 1 t" }
            }
            for slice in ["2026-01-15, 2026-02-01", "2026-02-01, 2026-03-01", "2026-05-01, 2026-05-02"] {
                let parts = slice.split(separator: ", ").map { "\($0) 00:00+00" }
                try await first.run(
                    "select pgsync.note_pages(1, 'items', '[\(parts[0]), \(parts[1]))', 1, null, true, '2026-02-20 00:00+00', 3, 0, 0, '{}', '[]')"
                )
            }
            #expect(try await take(first) == "0 f")
            // Only up to what counts as finished, and without what was not.
            #expect(
                try await first.run("select finished::text from pgsync.cursors")
                    == "{[\"2026-01-15 00:00:00+00\",\"2026-02-20 00:00:00+00\")}"
            )
            #expect(
                try await database.refusal(
                    of:
                        "select pgsync.note_pages(1, 'items', '(,)', 1, null, true, null, 0, 0, 0, '{}', '[]')"
                ).message == "this session does not run job 1"
            )
        }
    }

    @Test("that are wanted are those without the finished, and the last of them again")
    func wanted() async throws {
        try await begin()
        try await database.run(
            "insert into pgsync.cursors (endpoint, stream, finished) values ('crm', 'items', '{[2026-01-01 00:00+00, 2026-02-01 00:00+00), [2026-03-01 00:00+00, 2026-04-01 00:00+00)}')"
        )
        for (span, lookback, ignores, wanted) in [
            (
                "2025-12-01 00:00+00, 2026-05-01 00:00+00", "0", "false",
                "2025-12-01..2026-01-01 2026-02-01..2026-03-01 2026-04-01..2026-05-01"
            ),
            (
                "2026-01-01 00:00+00, 2026-05-01 00:00+00", "1 day", "false",
                "2026-02-01..2026-03-01 2026-03-31..2026-05-01"
            ),
            ("2026-01-10 00:00+00, 2026-01-20 00:00+00", "1 day", "false", ""),
            ("2026-01-10 00:00+00, 2026-01-20 00:00+00", "0", "true", "2026-01-10..2026-01-20"),
        ] {
            #expect(
                try await database.value(
                    """
                    set time zone 'UTC';
                    select coalesce(string_agg(lower(part)::date || '..' || upper(part)::date, ' ' order by part), '')
                    from unnest(pgsync.wanted_times('crm', 'items', '[\(span))', '\(lookback)', \(ignores))) as part
                    """
                ) == wanted
            )
        }
    }
}
