import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync worker", .timeLimit(.minutes(10)))
struct WorkerCommandTests {
    private static let rule = """
        create table bills (id bigint primary key, amount numeric);
        select pgsync.attach('bills');
        """

    @Test("drains, and says what it did and what is left")
    func drains() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                Self.rule + "insert into bills select g, g from generate_series(1, 5) as g;"
            )
            let run = await database.run("worker", "--drain", "--quiet", "--posters", "2")
            #expect(run.exitCode == .success, "\(run.errors)")
            let json = try await database.run("worker", "--drain", "--json", "--quiet").json
            #expect(json["posted"] == 0 && json["failed"] == 0 && json["paused"] == false)
            // Nothing says how the table is posted, which only a person can mend.
            #expect(json["left"]?["dead"] == 5 && json["left"]?["ready"] == 0)
            let text = await database.run("worker", "--drain").output
            #expect(text == "nothing was posted\n5 dead letters: see pgsync dead list\n")
        }
    }

    @Test(
        "ends with an exit code of its own when something is left that it was told of",
        arguments: ["--drain", "--once"]
    )
    func failOn(goal: String) async throws {
        try await CommandLineDatabase.migrated { database in
            func worker(_ kinds: String) async -> CommandLineRun {
                await database.run("worker", goal, "--quiet", "--fail-on", kinds)
            }
            try await database.query(Self.rule)
            let clean = await worker("dead,waiting")
            #expect(clean.exitCode == .success && clean.output == "" && clean.errors == "", "\(clean.errors)")
            try await database.query("insert into bills values (1, 1)")
            let dead = await worker("dead")
            #expect(dead.exitCode.code == 93 && dead.output == "", "\(dead.errors)")
            #expect(dead.errors.contains("1 dead letter: see pgsync dead list"))
            #expect(await worker("waiting").exitCode == .success)
            try await database.query("select pgsync.pause(); insert into bills values (2, 2)")
            #expect(await worker("waiting").exitCode.code == 93)
        }
    }

    @Test("says that posting is paused when it drains meanwhile, and which tables are")
    func paused() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                Self.rule + "insert into bills values (1, 1), (2, 2); select pgsync.pause()"
            )
            #expect(
                await database.run("worker", "--drain").output == """
                    nothing was posted
                    posting is paused; resume it with pgsync resume
                    2 changes are waiting for posting to be resumed

                    """
            )
            try await database.query("select pgsync.resume(), pgsync.pause('bills')")
            #expect(
                await database.run("worker", "--drain").output
                    == "nothing was posted\n2 changes are waiting for a table to be resumed\n"
            )
        }
    }

    @Test("looks once, for the tables it is told, under the name it is given, by option or by variable")
    func options() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(Self.rule + "insert into bills values (1, 1);")
            let run = await CommandLineRun(
                ["worker", "--log-format", "logfmt"],
                environment: [
                    "PGSYNC_DATABASE_URL": database.url(), "PGSYNC_ONCE": "true",
                    "PGSYNC_SOURCES": "public.bills",
                    "PGSYNC_WORKER_NAME": "night shift", "PGSYNC_POSTERS": "2", "PGSYNC_BATCH": "10",
                    "PGSYNC_GRACE": "1s", "PGSYNC_POLL": "false",
                ]
            )
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output.hasPrefix("1 failed"))
            #expect(
                try await database.query(
                    "select name || ' ' || posters || ' ' || state from pgsync.sync_workers"
                )
                    == ["night shift 2 stopped"]
            )
        }
    }

    @Test(
        "refuses with what to do instead, each kind with its exit code",
        arguments: [
            (["--drain", "--once"], UInt8(64), "choose one of --drain and --once"),
            (["--fail-on", "dead"], 64, "--fail-on needs --drain or --once"),
            (["--drain", "--fail-on", "all"], 64, "some of dead,waiting"),
            (["--posters", "0"], 64, "1 to 64"),
            (["--batch", "none"], 64, "a whole number"),
            (["--sources", "a,"], 64, "table names"),
            (["--check-health"], 64, "needs a --health-file"),
            (["--drain", "--health-file", "/nonexistent/health"], 73, "cannot write /nonexistent/health"),
            (
                ["--check-health", "--health-file", "/nonexistent/health"], 1,
                "no worker updates /nonexistent/health"
            ),
            (["--drain", "--metrics-listen", "example.com:9187"], 64, "a port, or a numeric address"),
            (["--drain", "--metrics-listen", "192.0.2.1:0"], 71, "does not have that address"),
            (["--drain", "--sources", "bils"], 66, "unknown table bils; did you mean 'bills'?"),
            (["--drain", "--sources", "loose"], 65, "public.loose is not attached"),
        ]
    )
    func refusals(words: [String], code: UInt8, text: String) async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(Self.rule + "create table loose (id int primary key)")
            let run = await CommandLineRun(
                ["worker"] + words,
                environment: ["PGSYNC_DATABASE_URL": database.url()]
            )
            #expect(run.exitCode.code == code, "\(run.errors)")
            #expect(run.errors.contains(text), "\(run.errors)")
        }
    }

    @Test("works on no database without its schema, and on none that it may not work on")
    func unsuitable() async throws {
        try await CommandLineDatabase.with { database in
            #expect(await database.run("worker", "--drain").exitCode == .schemaMissing)
            _ = await database.run("migrate")
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                let run = await database.run("worker", "--drain", as: role)
                #expect(run.exitCode == .notPermitted)
                #expect(run.errors.contains("grant pgsync_worker to \"\(role)\";"))
            }
        }
        let run = await CommandLineRun([
            "worker", "--drain", "--database-url", "postgresql://127.0.0.1:1/none",
        ])
        #expect(run.exitCode == .cannotConnect)
        let flag = await CommandLineRun(["worker"], environment: ["PGSYNC_DRAIN": "perhaps"])
        #expect(flag.exitCode == .usage && flag.errors.contains("true or false"))
    }

    @Test(
        "reads names of tables as SQL does",
        arguments: [
            ("bills,sales.visits", ["bills", "sales.visits"]), (#""Odd, name",b"#, [#""Odd, name""#, "b"]),
            ("a,", nil), ("", nil), (#""open"#, nil), (" ", nil),
        ]
    )
    func tableList(text: String, names: [String]?) {
        #expect(TableList(argument: text)?.names == names)
    }

    @Test(
        "takes as many posters as suit the machine",
        arguments: [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4), (64, 4)]
    )
    func posters(cores: Int, posters: Int) {
        #expect(HostFacts.posters(cores: cores) == posters)
    }
}
