import Arguments
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync attach, detach, sources, backfill", .timeLimit(.minutes(10)))
struct CaptureCommandTests {
    private func withTables(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                """
                create table bills (id bigint primary key, amount numeric, patient text);
                insert into bills select g, g from generate_series(1, 500) as g;
                create table keyless (a int);
                """
            )
            try await body(database)
        }
    }

    @Test("says what it would do and changes nothing, then does it")
    func attaches() async throws {
        try await withTables { database in
            let dry = await database.run("attach", "bills", "--dry-run", "--exclude", "patient")
            #expect(dry.exitCode == .success, "\(dry.errors)")
            #expect(
                dry.output.contains("trigger \"000_pgsync_insert\"")
                    && dry.output.contains("nothing was changed")
            )
            #expect(await database.run("sources", "--json").output == "[]\n")
            let run = await database.run(
                "attach",
                "bills",
                "--exclude",
                "patient",
                "--actions",
                "create,delete"
            )
            #expect(run.output.hasSuffix("attached public.bills\n"))
            try await database.query("insert into bills values (501, 1, 'Ada')")
            let source = try #require(try await database.run("sources", "--json").json[0])
            #expect(source["table"] == "public.bills" && source["waiting"] == 1 && source["captured"] == 1)
            #expect(source["columns"] == ["id", "amount"] && source["actions"] == ["create", "delete"])
            let table = await database.run("sources").output
            #expect(
                table.contains(/public.bills +id +statement +create, delete +id, amount .* 1 +0 +1 +none/)
            )
            let detached = await database.run("detach", "bills")
            #expect(detached.output.hasSuffix("detached public.bills; what was captured stays\n"))
            #expect(await database.run("detach", "bills").exitCode == .refused)
        }
    }

    @Test(
        "refuses with what to do instead, each kind with its exit code",
        arguments: [
            (["attach", "bils"], UInt8(66), "unknown table bils; did you mean 'bills'?"),
            (["attach", "keyless"], 65, "hint: Add a primary key (alter table"),
            (["attach", "bills", "--columns", "amont"], 65, "Its columns are: id, amount, patient"),
            (["attach", "bills", "--columns", "a", "--exclude", "b"], 64, "choose one of"),
            (["attach", "bills", "--actions", "insert"], 64, "some of create,update,delete,truncate"),
            (["backfill", "bills"], 65, "is not attached"),
            (["backfill", "bills", "--pace", "0%"], 64, "a share of the time"),
            (["backfill", "bills", "--cancel"], 65, "no backfill of public.bills is under way"),
        ]
    )
    func refusals(words: [String], code: UInt8, text: String) async throws {
        try await withTables { database in
            let run = await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": database.url()])
            #expect(run.exitCode.code == code, "\(run.errors)")
            #expect(run.errors.contains(text), "\(run.errors)")
        }
    }

    @Test("tells a user without the right what an administrator runs")
    func rights() async throws {
        try await withTables { database in
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                let run = await database.run("attach", "bills", as: role)
                #expect(run.exitCode == .notPermitted)
                #expect(run.errors.contains("grant pgsync_operator to \"\(role)\";"))
            }
        }
    }

    @Test(
        "lets whoever may read see what is attached, and what is wrong",
        arguments: ["reader", "operator", "worker"]
    )
    func readers(kind: String) async throws {
        try await withTables { database in
            _ = await database.run("attach", "bills")
            try await database.query("alter table bills add z int")
            try await database.withRole { role in
                try await database.query("grant pgsync_\(kind) to \(role)")
                let findings = try #require(
                    try await database.run("doctor", "--json", as: role).json["findings"]?.array
                )
                #expect(findings.first { $0["finding"] == "capture.sources" }?["severity"] == "ok")
                #expect(findings.contains { $0["finding"] == "capture.column_added" })
                let sources = try await database.run("sources", "--json", as: role).json
                #expect(sources[0]?["findings"]?[0]?["finding"] == "column_added")
            }
        }
    }

    @Test("brings the rows that are there into the log, and says so")
    func backfills() async throws {
        try await withTables { database in
            let run = await database.run("attach", "bills", "--backfill", "--pace", "100%")
            #expect(run.output.hasSuffix("public.bills: 500 rows are in the log\n"), "\(run.errors)")
            let again = try await database.run("backfill", "bills", "--json", "--pace", "100%").json
            #expect(again["done"] == 500 && again["state"] == "finished" && again["resumed"] == false)
            #expect(try await database.query("select count(*)::text from pgsync.sync_queue") == ["1000"])
        }
    }

    @Test("says that it resumes")
    func resumes() async throws {
        try await withTables { database in
            _ = await database.run("attach", "bills")
            try await database.query(
                "select from pgsync.start_backfill('bills') as id, pgsync.backfill_step(id, 100)"
            )
            let run = await database.run("backfill", "bills", "--pace", "100%")
            #expect(run.errors.contains("continuing after 100 rows\n"))
            #expect(run.output == "public.bills: 500 rows are in the log\n")
        }
    }

    /// Ways past the triggers of a table %, and how doctor calls them.
    private static let bypasses = [
        ("alter table % disable trigger \"000_pgsync_insert\"", "trigger_disabled"),
        ("drop trigger \"000_pgsync_delete\" on %", "trigger_missing"),
        ("alter table % alter v type bigint using v * 100", "column_retyped"),
        ("alter table % rename to %_old; create table % (id int primary key, v int)", "table_swapped"),
        ("drop table %", "table_dropped"),
        ("create table %_more () inherits (%)", "writes_missed"),
        ("alter table % set unlogged", "table_unlogged"),
        ("alter table % drop constraint %_pkey", "key_not_unique"),
        (
            "alter table % disable trigger \"000_pgsync_insert\"; insert into % values (2, 2), (3, 3); alter table % enable always trigger \"000_pgsync_insert\"",
            "growth"
        ),
    ]

    @Test("doctor lists each bypass with its remedy")
    func doctor() async throws {
        try await withTables { database in
            for (number, bypass) in Self.bypasses.enumerated() {
                let table = "b\(number)"
                try await database.query(
                    "create table \(table) (id int primary key, v int); select pgsync.attach('\(table)'); insert into \(table) values (1, 1)"
                )
                try await database.query(bypass.0.replacing("%", with: table))
            }
            // Statistics come a moment later.
            try await eventually {
                try await database.query(
                    "select unexplained::text from pgsync.capture_growth() where source_table = 'b8'::regclass"
                )
                    == ["2"]
            }
            let run = await database.run("doctor", "--json")
            #expect(run.exitCode == .problemsFound)
            let findings = try #require(try run.json["findings"]?.array)
            for (number, bypass) in Self.bypasses.enumerated() {
                let finding = try #require(
                    findings.first {
                        $0["finding"]?.string == "capture.\(bypass.1)"
                            && $0["found"]?.string?.hasPrefix("public.b\(number): ") == true
                    },
                    "\(bypass)"
                )
                #expect(finding["severity"] != "ok")
                #expect(
                    finding["remedy"]?.string?.contains("public.b\(number)") == true
                        || bypass.1 == "table_dropped"
                )
            }
        }
    }

    @Test("keeps the options when it is asked to renew, and says what that rules out")
    func renews() async throws {
        try await withTables { database in
            #expect(await database.run("attach", "bills", "--renew").exitCode == .refused)
            _ = await database.run(
                "attach",
                "bills",
                "--exclude",
                "patient",
                "--kind",
                "row",
                "--before-image"
            )
            try await database.query("alter table bills rename amount to total")
            #expect(await database.run("attach", "bills", "--renew", "--kind", "row").exitCode == .usage)
            let run = await database.run("attach", "bills", "--renew")
            #expect(run.exitCode == .success, "\(run.errors)")
            let source = try #require(try await database.run("sources", "--json").json[0])
            #expect(source["columns"] == ["id", "amount"] && source["kind"] == "row")
            #expect(source["before_image"] == true && source["version"] == 2 && source["findings"] == [])
        }
    }

    @Test("detaches a table that is gone, also when another has its name")
    func detachesGone() async throws {
        try await withTables { database in
            _ = await database.run("attach", "bills")
            try await database.query("drop table bills")
            #expect(await database.run("detach", "bils").exitCode.code == 66)
            #expect(
                await database.run("detach", "bills").output.hasSuffix(
                    "detached public.bills; what was captured stays\n"
                )
            )
            #expect(await database.run("detach", "bills").exitCode.code == 66)
            try await database.query("create table bills (id int primary key)")
            _ = await database.run("attach", "bills")
            try await database.query("drop table bills; create table bills (id int primary key)")
            #expect(await database.run("detach", "public.bills").exitCode == .success)
            #expect(await database.run("detach", "public.bills").exitCode == .refused)
        }
    }

    @Test(
        "reads names of columns as SQL does",
        arguments: [
            ("a,B", ["a", "b"]), (#""Odd, ""Name""",b"#, [#"Odd, "Name""#, "b"]), ("a,", nil), ("", nil),
            (#""open"#, nil), (#"a"b""#, nil),
        ]
    )
    func columnList(text: String, names: [String]?) {
        #expect(ColumnList(argument: text)?.names == names)
    }

    @Test("measures capture, and checks every log against its table")
    func bench() async throws {
        try await CommandLineDatabase.with { database in
            let run = await database.run(
                "bench",
                "capture",
                "--here",
                "--writers",
                "2",
                "--rounds",
                "1",
                "--seconds",
                "1",
                "--copy-rows",
                "50",
                "--json"
            )
            #expect(run.exitCode == .success, "\(run.errors)")
            let json = try run.json
            #expect(json["lines"]?.array?.count == 35)
            #expect(json["checks"]?.array?.count == 6)
            for check in json["checks"]?.array ?? [] { #expect(check["holds"] == true, "\(check)") }
            #expect((json["taken"]?.number?.double ?? 0) > 0)
        }
    }
}
