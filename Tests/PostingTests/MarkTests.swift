import Postgres
import TestSupport
import Testing

@Suite("The marks of a batch", .posting, .timeLimit(.minutes(2)))
struct MarkTests {
    @Test("promise nothing of a change that begins after the batch and gets a smaller id than one it takes")
    func lateWriter() async throws {
        let database = TestDatabase.current
        try await database.connect { holder in
            try await database.connect { writer in
                // The batch has begun and waits to read the settings …
                try await holder.withSession {
                    _ = try $0.runScript(
                        "begin; lock table pgsync.sync_configuration in access exclusive mode"
                    )
                }
                async let batch = database.lines(
                    "select unnest(array[claimed, next_mark, snapshot_xmax]) from pgsync.process_batch('test', 100)"
                )
                try await eventually {
                    try await database.value(
                        "select count(*) from pg_locks where not granted and relation = 'pgsync.sync_configuration'::regclass"
                    ) == "1"
                }
                // … while two begin to write, of whom the second is done.
                let number = try await writer.withSession { session in
                    _ = try session.runScript("begin; insert into bills (id, amount) values (1, 1)")
                    return try session.runScript("select pg_current_xact_id()").onlyRow().decode(
                        0,
                        as: UInt64.self
                    )
                }
                try await database.run("insert into bills (id, amount) values (2, 2)")
                try await holder.withSession { _ = try $0.runScript("commit") }
                let told = try await batch.map { UInt64($0) ?? 0 }
                #expect(told[0] == 1 && told[1] == 3)
                #expect(told[2] > number)
                #expect(
                    try await database.value(
                        "select snapshot_xmin <= \(number) from pgsync.process_batch('test', 100, 3)"
                    )
                        == "t"
                )
                try await writer.withSession { _ = try $0.runScript("commit") }
            }
        }
        #expect(try await database.post() == "posted 1")
        try await database.expectNoFaults()
    }

    @Test("know the numbers of all who write already, also of those beyond the last that has ended")
    func numbersBeyondTheSnapshot() async throws {
        let database = TestDatabase.current
        try await database.connect { writer in
            let number = try await writer.withSession { session in
                _ = try session.runScript("begin; insert into bills (id, amount) values (1, 1)")
                return try session.runScript("select pg_current_xact_id()::text").onlyRow().decode(
                    0,
                    as: String.self
                )
            }
            // Nothing has ended since, so that the number is beyond the end of each snapshot.
            for call in ["survey_queue()", "process_batch('test', 100)"] {
                let bound = try await database.value("select snapshot_xmax from pgsync.\(call)")
                #expect(Int64(bound ?? "") ?? 0 > Int64(number) ?? .max, "\(call)")
            }
            // Where there is nothing new, none is used up.
            let isUnnumbered = try await database.connect { connection in
                try await connection.withSession { session in
                    _ = try session.runScript("begin; select from pgsync.survey_queue(1000)")
                    return try session.runScript("select pg_current_xact_id_if_assigned() is null").onlyRow()
                        .decode(0, as: Bool.self)
                }
            }
            #expect(isUnnumbered)
            try await writer.withSession { _ = try $0.runScript("commit") }
        }
    }

    @Test("lead from batch to batch, each taking what its limit allows, sources apart")
    func batches() async throws {
        let database = TestDatabase.current
        try await database.run(
            "insert into bills (id, amount) select g, g from generate_series(1, 5) as g; insert into moves (id, amount) select g, g from generate_series(11, 13) as g"
        )
        let next = "select concat_ws(' ', claimed, next_mark) from pgsync.process_batch('test', 2, "
        #expect(try await database.lines(next + "0)") == ["2 3"])
        #expect(try await database.lines(next + "3, array['moves']::regclass[])") == ["2 8"])
        #expect(try await database.lines(next + "8, array['moves']::regclass[])") == ["1 9"])
        #expect(try await database.lines(next + "3)") == ["2 5"])
        #expect(try await database.lines(next + "5)") == ["1 6"])
        #expect(try await database.lines(next + "6)") == ["0 6"])
        try await database.expectNoFaults()
    }

    @Test("of one poster leave the slots alone whose changes are for another")
    func otherSources() async throws {
        let database = TestDatabase.current
        try await database.run(
            "insert into bills (id, amount) select g, g from generate_series(1, 50) as g; insert into moves (id, amount) values (99, 1)"
        )
        try await database.connect { one in
            try await one.withSession {
                _ = try $0.runScript(
                    "begin; select pgsync.process_batch('one', 100, only_sources => '{moves}')"
                )
            }
            #expect(
                try await database.value(
                    """
                    select count(*) from pg_locks
                    where locktype = 'advisory' and classid = 1886876532
                        and database = (select oid from pg_database where datname = current_database())
                    """
                ) == "1"
            )
            #expect(try await database.post() == "posted 50")
            try await one.withSession { _ = try $0.runScript("commit") }
        }
        try await database.expectNoFaults()
    }
}
