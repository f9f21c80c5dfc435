import Postgres
import TestSupport
import Testing

@Suite("The image of a value", .captured, .timeLimit(.minutes(10)))
struct TypeMatrixTests {
    /// Settings that would change how values are written.
    static let hostile = """
        set timezone = 'Asia/Kathmandu'; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard';
        set extra_float_digits = 0; set bytea_output = 'escape'; set xmloption = 'document'; set search_path = public;
        """

    static let setUp = """
        create extension hstore; create extension citext;
        create type mood as enum ('sad', 'it''s "ok"'); create domain positive as numeric(30, 10) check (value > 0);
        create domain words as text[]; create type pair as (a int, b text, c timestamptz);
        create type deep as (p pair, h hstore, j json, l int[]); create type spans as range (subtype = float8);
        """

    /// A type, and values as the text of SQL expressions without a cast.
    static let values: [(type: String, values: [String])] = [
        ("smallint", ["'-32768'", "32767"]), ("bigint", ["'-9223372036854775808'", "9223372036854775807"]),
        (
            "numeric",
            [
                "'NaN'", "'Infinity'", "'-Infinity'", "123456789012345678901234567890.123456789", "1.50",
                "0.000", "1e-30", "'1e300'",
            ]
        ),
        ("numeric(12,2)", ["1.5", "-0.01"]), ("money", ["'-92233720368547758.08'", "'1234.56'"]),
        ("real", ["'NaN'", "'-Infinity'", "'3.4028235e38'", "'1e-45'", "0.1"]),
        (
            "double precision",
            [
                "'NaN'", "'Infinity'", "'1.7976931348623157e308'", "'5e-324'", "0.1",
                "'2.2250738585072014e-308'",
            ]
        ),
        ("date", ["'4713-01-01 BC'", "'infinity'", "'-infinity'", "'5874897-12-31'", "'0044-03-15 BC'"]),
        ("time", ["'24:00:00'", "'00:00:00.000001'"]),
        ("timetz", ["'24:00:00-15:59'", "'12:00:00.5+05:45'"]),
        ("timestamp", ["'4713-01-01 00:00:00 BC'", "'infinity'", "'294276-12-31 23:59:59.999999'"]),
        (
            "timestamptz",
            [
                "'2020-06-01 12:00:00.123456+05:45'", "'-infinity'", "'0001-01-01 00:00 BC'",
                "'99999-01-01 UTC'",
            ]
        ),
        (
            "interval",
            ["'1 year -2 mons 3 days -04:05:06.000007'", "'-178000000 years'", "'0'", "'1 mon -1 day'"]
        ),
        ("bytea", [#"'\x00ff5c'"#, "''"]), ("bit(3)", ["B'101'"]), ("varbit", ["B''", "B'1010101010101'"]),
        ("boolean", ["true", "false"]),
        ("json", [#"'{"a": [1, 2.50, null, "x"]}'"#, "'[]'", #"'"text"'"#, "'1.0'"]),
        ("jsonb", [#"'{"a": [1, 2.50, null, "x\u00e9"]}'"#, "'[]'", #"'"text"'"#, "'1e400'"]),
        ("json[]", [#"array['{"b":1,  "b":2}', '"\u0000"', 'null', null]::json[]"#]),
        ("jsonb[]", [#"array['{"b":1}', '2']::jsonb[]"#, "'{}'"]),
        ("xml", ["'<a b=\"c\">d</a>'", "'text only'"]),
        ("text", [#"E'\\ \" \' \n \t \u00e9 \U0001F600 e\u0301 \uFEFF \u202E'"#, "''", "'null'"]),
        ("varchar(4)", ["'ab  '"]), ("char(5)", ["'ab'"]), (#""char""#, ["'x'", "''"]),
        ("name", ["'some name'"]),
        (
            "int[]",
            ["'{}'", "'{1,null,3}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'", "'[2:3][-1:0]={{1,2},{3,4}}'"]
        ),
        ("text[]", [#"array['null', '', null, 'a,"b\', '{}']"#, "array[['a', 'b'], ['c', 'd']]"]),
        ("numeric[]", ["'{NaN,1.50,Infinity}'"]),
        ("timestamptz[]", ["'{2020-01-01 00:00+02,infinity}'"]), ("bytea[]", [#"array['\x00'::bytea]"#]),
        ("money[]", ["'{1.5,-2}'"]),
        ("int4range", ["'[1,5)'", "'empty'", "'(,)'"]),
        ("tstzrange", ["'[2020-01-01 00:00+05:45,infinity]'"]), ("numrange", ["'(1.50,NaN]'"]),
        ("spans", ["'[0.1,1e300]'"]),
        ("datemultirange", ["'{[2020-01-01,2020-02-01),[2021-01-01,)}'", "'{}'"]),
        ("int4range[]", ["array['[1,2)', 'empty']::int4range[]"]),
        ("inet", ["'10.0.0.1/8'", "'::ffff:1.2.3.4'"]), ("cidr", ["'10.0.0.0/8'"]),
        ("macaddr", ["'08:00:2b:01:02:03'"]), ("macaddr8", ["'08:00:2b:01:02:03:04:05'"]),
        ("point", ["'(0.1,-0)'", "'(NaN,Infinity)'"]), ("line", ["'{1,2,3}'"]), ("lseg", ["'[(0,0),(1,1)]'"]),
        ("box", ["'(1,1),(0,0)'"]),
        ("path", ["'[(0,0),(1,1.5)]'", "'((0,0),(1,1))'"]), ("polygon", ["'((0,0),(1,1),(2,0))'"]),
        ("circle", ["'<(0.1,0),2>'"]), ("box[]", ["'{(1,1),(0,0);(2,2),(1,1)}'"]),
        ("mood", [#"'it''s "ok"'"#]), ("mood[]", [#"array['sad', 'it''s "ok"']::mood[]"#]),
        ("positive", ["1.5", "99999999999999999999"]),
        ("words", ["'{a,b}'", "'[0:0]={x}'"]),
        ("pair", ["row(1, 'a,\"b', '2020-01-01 00:00+02')::pair", "row(null, null, null)::pair"]),
        ("pair[]", ["array[row(1, 'x', 'infinity')::pair, null]"]),
        (
            "deep",
            [
                #"row(row(1, 'a', 'infinity')::pair, 'k=>"v w", n=>null', '{"a":1,  "a":2}', '[5:6]={1,2}')::deep"#
            ]
        ),
        ("hstore", [#"'k=>"v \"w", n=>null'"#, "''"]), ("citext", ["'MiXed'"]), ("citext[]", ["'{A,b}'"]),
        ("hstore[]", ["array['a=>1'::hstore]"]),
        ("tsvector", ["'fat:2A cat''s:1'"]), ("tsquery", ["'fat & !cat'"]),
        ("uuid", ["'00000000-0000-0000-0000-00000000000f'"]),
        ("pg_lsn", ["'16/B374D848'"]), ("oid", ["'4294967295'"]),
        ("regclass", ["'pg_class'", "'mood_holder'"]), ("oidvector", ["'1 2 3'"]), ("int2vector", ["'1 -2'"]),
        ("xid8", ["'42'"]), ("pg_snapshot", ["'10:20:10,14'"]), ("jsonpath", ["'$.a[*] ? (@ > 1)'"]),
        ("regtype", ["'hstore'"]),
    ]

    @Test("reads back as the value, and is the same under all settings", arguments: Kind.allCases)
    func readsBack(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(Self.setUp)
        try await database.run("create table mood_holder (m mood)")
        for (number, entry) in Self.values.enumerated() {
            let table = "public.t\(number)"
            let rows = (entry.values + ["null"]).enumerated().map {
                "(\($0.offset), \($0.element)::\(entry.type))"
            }
            try await database.run(
                """
                create table \(table) (id int primary key, v \(entry.type)); select pgsync.attach('\(table)', kind => '\(kind.rawValue)');
                insert into \(table) values \(rows.joined(separator: ", "));
                """
            )
            try await database.run("\(Self.hostile) insert into \(table) select id + 1000, v from \(table)")
            try await database.run(
                "\(Self.hostile) update \(table) set id = id + 1000 where id >= 1000; delete from \(table) where id = 2000"
            )
            let wrong = try await database.lines(
                """
                set timezone = 'UTC'; set search_path = pg_catalog; set extra_float_digits = 1;
                select concat_ws(' ', record_id, action, data ->> 'v', 'is not', (select v::text from \(table) where id = 0))
                from (
                    select log.*, jsonb_populate_record(null::\(table), log.data) as read
                    from pgsync.sync_logs as log where log.source_table = '\(table)'::regclass
                ) as log
                left join \(table) as row on row.id = (log.record_id::int) % 1000
                where (log.read).v::text is distinct from row.v::text
                    or log.data -> 'v' is distinct from (
                        select first.data -> 'v' from pgsync.sync_logs as first
                        where first.source_table = log.source_table and first.record_id = (log.record_id::int % 1000)::text
                    );
                """
            )
            #expect(wrong == [], "\(entry.type)")
        }
    }

    @Test("of a json text is its value, or the text where jsonb has no such value", arguments: Kind.allCases)
    func jsonText(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v json, w int); select pgsync.attach('t', kind => '\(kind.rawValue)')"
        )
        try await database.run(
            #"insert into t values (1, '{"a":1,  "a":2}'), (2, '"\u0000"'), (3, '{"x":"\ud800"}'); update t set w = 1; delete from t"#
        )
        let kept = try await database.lines(
            "select data ->> 'v' from pgsync.sync_logs where action = 'update' order by record_id"
        )
        #expect(kept == [#"{"a": 2}"#, #""\u0000""#, #"{"x":"\ud800"}"#])
        #expect(try await database.history("t").count == 9)
    }

    @Test("of a type that does not read back is refused when the table is attached, by column")
    func refused() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, fine int, tree pg_node_tree, k int[], j jsonb)"
        )
        #expect(
            try await database.refusal(of: "select pgsync.attach('t')").message.contains(
                "tree (pg_node_tree)"
            )
        )
        try await database.run("select pgsync.attach('t', exclude => array['tree'])")
        try await database.run("alter table t alter k set not null; alter table t alter j set not null")
        for key in ["k", "j"] {
            let refusal = try await database.refusal(
                of: "select pgsync.attach('t', exclude => array['tree'], key_columns => array['\(key)'])"
            )
            #expect(refusal.message.contains("cannot be identified by \(key)"))
        }
    }

    @Test(
        "of a table with 1,600 columns, which is as many as there can be, is whole",
        arguments: Kind.allCases
    )
    func wide(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "do $$begin execute (select 'create table t (id int primary key, ' || string_agg(format('c%s int', g), ', ') || ')' from generate_series(1, 1599) as g); end$$"
        )
        // Attaching so many takes long, so that usually each kind is tried with one of both.
        let ways = ["", ", exclude => array['c7']"]
        for options in Profile.isFull ? ways : [ways[kind == .row ? 0 : 1]] {
            try await database.run("select pgsync.attach('t', kind => '\(kind.rawValue)'\(options))")
            try await database.run("insert into t (id, c1, c1599) values (1, 1, 2); update t set c1000 = 3")
            #expect(try await database.differences("t") == [])
            try await database.run("delete from t")
        }
    }

    @Test(
        "of 100 MB is captured; what jsonb cannot hold fails the statement and leaves nothing",
        .enabled(if: Profile.isFull)
    )
    func huge() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key, v text); select pgsync.attach('t')")
        try await database.run("insert into t values (1, repeat('x', 100000000))")
        #expect(try await database.value("select length(data ->> 'v') from pgsync.sync_logs") == "100000000")
        let refusal = try await database.refusal(of: "insert into t values (2, repeat('x', 300000000))")
        #expect(refusal.sqlState == .init("54000"))
        #expect(try await database.value("select count(*) from pgsync.sync_logs, pgsync.sync_queue") == "1")
    }
}
