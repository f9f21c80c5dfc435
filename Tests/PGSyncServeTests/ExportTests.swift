import Concurrency
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("The journal as a file", .servedDatabase, .timeLimit(.minutes(5)))
struct ExportTests {
    /// Puts entries of two lines straight into the tables: what is under test is how they are sent.
    private static func many(_ count: Int) -> String {
        """
        alter table ledger.journal_entries disable trigger all;
        alter table ledger.journal_lines disable trigger all;
        insert into ledger.journal_entries (
            id, entry_date, document_date, currency, description, idempotency_key, input_hash, purpose
        )
        overriding system value
        select 1000 + n, '2026-05-01', '2026-05-01', 'INR', repeat('words ', 20), 'many ' || n, sha256('x'), 'manual'
        from generate_series(1, \(count)) as n;
        insert into ledger.journal_lines (entry_id, line, account, currency, amount)
        select
            1000 + n, side, case side when 1 then '1000' else '4000' end, 'INR', case side when 1 then n else -n end
        from generate_series(1, \(count)) as n
        cross join generate_series(1, 2) as side;
        """
    }

    @Test("has the lines that match and their totals, and is on record")
    func csv() async throws {
        try await Served.with { served in
            let token = try await served.token(.read)
            let reply = try await served.api(
                "GET",
                "/ledger/export?account=1000&from=2026-03-01&to=2026-03-31&totals=true&bom=1",
                token
            )
            #expect(reply.status == 200)
            #expect(reply.answer["Content-Type"] == "text/csv; charset=utf-8; header=present")
            let name = "attachment; filename=\"ledger-2026-03-01-2026-03-31.csv\""
            #expect(reply.answer["Content-Disposition"] == name)
            let body = reply.answer.unchunkedBody
            #expect(body.hasPrefix("\u{FEFF}entry,date,line,"))
            let posted = try await served.database.run(
                """
                select count(*)::text || ' ' || sum(amount) filter (where amount > 0) / 100.0
                from ledger.journal_lines
                where entry_id in (select entry_id from ledger.journal_lines where account = '1000')
                """
            )
            let rows = body.split(separator: "\r\n").dropFirst()
            let total = try #require(rows.last?.split(separator: ",", omittingEmptySubsequences: false))
            #expect(total[0] == "total" && total[5] == total[6])
            let sum = try #require(posted.first ?? nil).split(separator: " ")
            #expect("\(rows.count - 1)" == sum[0])
            #expect(Double(total[5]) == Double(sum[1]))
            #expect(
                try await served.database.run(
                    "select act || ' ' || result from pgsync.acts where act like 'export%'"
                )
                    == ["export ledger done"]
            )
            let head = try await served.api("HEAD", "/ledger/export?format=hledger", token)
            #expect(head.status == 200 && head.answer.body.isEmpty)
        }
    }

    @Test("is refused for a table that is not there, and when it has too many lines")
    func refusals() async throws {
        try await Served.with(options: { $0.mostExportedLines = 3 }) { served in
            let token = try await served.token(.read)
            #expect(try await served.api("GET", "/ledger/export?table=nothing", token).code == "not-found")
            let many = try await served.api("GET", "/ledger/export", token)
            #expect(many.code == "unprocessable" && many.answer.body.contains("pgsync ledger export"))
            let few = try await served.api("GET", "/ledger/export?from=2030-01-01", token)
            #expect(few.status == 200)
        }
    }

    @Test("ends its snapshot when the client goes, and cuts the connection when the database does")
    func brokenOff() async throws {
        try await Served.with { served in
            try await served.database.run(Self.many(60_000), as: served.database.superuser)
            let token = try await served.token(.read)
            let reading = """
                select count(*)::text from pg_stat_activity
                where datname = current_database() and application_name = 'pgsync dashboard'
                    and query like 'fetch %' and state <> 'idle'
                """
            let request =
                "GET /api/v1/ledger/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
            var client: WebClient? = try WebClient(port: served.port)
            try await client?.send(request)
            try await eventually { try await served.database.run(reading) == ["1"] }
            let second = try await served.api("GET", "/ledger/export", token)
            #expect(second.status == 429 && second.answer["Retry-After"] != nil)
            client = nil
            try await eventually { try await served.database.run(reading) == ["0"] }
            try await eventually { try await served.api("HEAD", "/ledger/export", token).status == 200 }

            let other = try WebClient(port: served.port)
            try await other.send(request)
            try await eventually { try await served.database.run(reading) == ["1"] }
            try await served.database.run(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and query like 'fetch %' and state <> 'idle'
                """,
                as: served.database.superuser
            )
            let answer = try await other.answer()
            #expect(answer.status == 200)
            #expect(!answer.text.hasSuffix("0\r\n\r\n"))
            // The next one has a session again.
            try await eventually { try await served.api("HEAD", "/ledger/export", token).status == 200 }
        }
    }
}

extension WebAnswer {
    /// The body of an answer that came in chunks.
    fileprivate var unchunkedBody: String {
        var bytes = Array(body.utf8)[...]
        var whole: [UInt8] = []
        while let end = bytes.firstIndex(of: 0x0D),
            let size = Int(String(decoding: bytes[..<end], as: UTF8.self), radix: 16), size > 0
        {
            let begin = end + 2
            whole += bytes[begin..<(begin + size)]
            bytes = bytes[(begin + size + 2)...]
        }
        return String(decoding: whole, as: UTF8.self)
    }
}
