import Postgres
import TestSupport
import Testing

@Suite("Timestamp", .sharedDatabase, .timeLimit(.minutes(10)))
struct TimestampTests {
    @Test(
        "is exact for every instant, near and far",
        arguments: [
            "1970-01-01 00:00:00+00", "1969-12-31 23:59:59.999999+00", "2000-02-29 12:34:56.000001+00",
            "1900-02-28 00:00:00+00", "2024-12-31 23:59:59.5+00", "9999-12-31 23:59:59.999999+00",
            "10000-01-01 00:00:00+00", "294246-12-31 23:59:59.999999+00", "0001-01-01 00:00:00+00",
            "0001-12-31 23:59:59.999999+00 BC", "0044-03-15 12:00:00.25+00 BC", "4714-11-24 00:00:00+00 BC",
            "infinity", "-infinity",
        ]
    )
    func isExact(literal: String) async throws {
        for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Amsterdam", "Pacific/Apia"] {
            try await TestDatabase.current.session { (session) throws in
                try session.runScript("set timezone to '\(zone)'")
                let sent = Parameter.inferred(literal)
                let value: Timestamp = try session.query("select \(sent)::timestamptz").onlyRow().decode(0)
                let isSame = "select \(value) = \(sent)::timestamptz" as Query
                #expect(try session.query(isSame).onlyRow().decode(0, as: Bool.self), "\(zone)")
            }
        }
        try await expectRoundTrip([try await read("'\(literal)'::timestamptz", as: Timestamp.self)])
    }

    @Test("agrees with the server about the epoch")
    func epoch() async throws {
        #expect(try await read("'epoch'::timestamptz", as: Timestamp.self).microsecondsSinceEpoch == 0)
        let leap = try await read("'2024-02-29 00:00:00.000001+00'::timestamptz", as: Timestamp.self)
        #expect(leap.microsecondsSinceEpoch == 1_709_164_800_000_001)
        #expect(leap.description == "2024-02-29T00:00:00.000001Z")
    }

    @Test("that the server has and 64 bits from 1970 have not is an error")
    func tooLate() async throws {
        for literal in ["294276-12-31 23:59:59.999999+00", "294247-01-10 04:00:54.775807+00"] {
            let error = await #expect(throws: PostgresError.self) {
                try await read("'\(literal)'::timestamptz", as: Timestamp.self)
            }
            #expect(error?.kind == .undecodableValue)
        }
    }

    @Test("is read in whatever style a role prefers")
    func styles() async throws {
        for style in ["German", "SQL, DMY", "Postgres, MDY", "ISO, YMD"] {
            let options = TestDatabase.current.options.with(
                "options",
                "-c datestyle=\(style.filter { $0 != " " }) -c timezone=Asia/Kolkata"
            )
            let value = try await TestDatabase.current.session(as: options) { (session) throws in
                try session.query("select '2024-02-29 00:00:00.000001+00'::timestamptz").onlyRow()
                    .decode(0, as: Timestamp.self)
            }
            #expect(value.description == "2024-02-29T00:00:00.000001Z")
        }
    }

    @Test("knows the time between two instants, however far apart")
    func durations() {
        let start = Timestamp(microsecondsSinceEpoch: 1_000_000)
        #expect(Timestamp(microsecondsSinceEpoch: 3_500_000).duration(since: start) == .milliseconds(2_500))
        #expect(Timestamp.infinity.duration(since: .negativeInfinity) > .seconds(18_000_000_000_000))
        #expect(Timestamp.negativeInfinity < start && start < .infinity)
    }
}
