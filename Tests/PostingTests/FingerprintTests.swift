import Postgres
import TestSupport
import Testing

@Suite("What an entry is compared by", .posting, .timeLimit(.minutes(2)))
struct FingerprintTests {
    @Test(
        "is each of its fields",
        arguments: [
            "amount = 101", "account = '4200'", "party = 'P-2'", #"dims = '{"counter": "2"}'"#, "dims = '{}'",
            "day = '2026-04-11'", "currency = 'USD'", "note = 'Sale'", "note = 'turned'",
        ]
    )
    func fields(change: String) async throws {
        let database = TestDatabase.current
        _ = try await database.post(
            "insert into bills (id, amount) values (1, 100); insert into bills (id, amount, note) values (2, 7, 'x')"
        )
        #expect(try await database.post("update bills set \(change) where id = 1") == "amended 1")
        #expect(
            try await database.post("update bills set status = 'final', fee = 0 where id = 1")
                == "unchanged 1"
        )
        try await database.expectNoFaults()
    }

    @Test(
        "is made anew where the server has another hash: what is as it was is not amended, the rest is posted"
    )
    func otherHash() async throws {
        let database = TestDatabase.current
        _ = try await database.post(
            #"""
            insert into bills (id, amount, fee, dims, party) values
                (1, 1, 1, '{"counter": "2"}', 'P-1'), (2, 2, null, null, 'P-2'), (3, 3, 3, null, 'P-3'), (4, 4, 4, null, 'P-4')
            """#
        )
        // As after pg_upgrade to a server whose hash is another.
        try await database.run(
            """
            update pgsync.sync_master_status set fingerprint = fingerprint # 4711;
            create or replace function pgsync.hash_origin() returns bigint language sql immutable parallel safe
            return pgsync.hash_check() # 4711
            """
        )
        let script = """
            update bills set note = 'x' where id < 3; update bills set note = 'Bill' where id < 3;
            update bills set amount = 30 where id = 3; delete from bills where id = 4
            """
        #expect(try await database.post(script) == "amended 1, reversed 1, unchanged 2, superseded 2")
        #expect(try await database.value("select count(*) from ledger.journal_entries") == "13")
        // What was found to be the same has the fingerprint of this server now.
        try await database.run(
            """
            create or replace function pgsync.hash_origin() returns bigint language sql immutable parallel safe
            return pgsync.hash_check()
            """
        )
        #expect(
            try await database.post(
                "update bills set note = 'x' where id = 1; update bills set note = 'Bill' where id = 1"
            )
                == "unchanged 1, superseded 1"
        )
        try await database.expectNoFaults()
    }

    @Test("is not what the rule does not say, and not who or when")
    func others() async throws {
        let database = TestDatabase.current
        _ = try await database.post(
            "insert into bills (id, amount, dims) values (1, 100, '{\"a\": 1, \"b\": 2}')"
        )
        #expect(
            try await database.post("update bills set dims = '{\"b\": 2, \"a\": 1}', amount = 100.0, fee = 0")
                == "unchanged 1"
        )
        #expect(
            try await database.post(
                "delete from bills; insert into bills (id, amount, dims) values (1, 100, '{\"a\": 1, \"b\": 2}')"
            ) == "unchanged 1, superseded 1"
        )
        #expect(try await database.value("select count(*) from ledger.journal_entries") == "1")
        try await database.expectNoFaults()
    }
}
