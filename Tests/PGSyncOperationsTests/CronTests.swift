import TestSupport
import Testing

@Suite("Cron expressions", .migrated, .timeLimit(.minutes(5)))
struct CronTests {
    private let database = TestDatabase.current

    @Test(
        "run once at a fixed time, in real time with a star, whatever the clocks of the zone do",
        arguments: [
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:30Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-26T01:30Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10Z", "2026-10-26T01:30Z"),
            (
                "0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00Z",
                "2026-03-29T01:00Z 2026-03-29T01:30Z 2026-03-30T00:00Z"
            ),
            ("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T00:00Z"),
            (
                "*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z",
                "2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z 2026-10-26T01:00Z"
            ),
            ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z 2026-10-04T15:15Z"),
            (
                "35 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00Z",
                "2026-04-04T14:35Z 2026-04-04T15:05Z 2026-04-04T16:05Z"
            ),
            ("*/10 3 * * *", "Pacific/Chatham", "2025-04-05T13:55Z", "2025-04-05T14:15Z"),
            ("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00Z", "2026-04-23T22:00Z 2026-04-24T21:00Z"),
            ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00Z", "2018-11-04T03:00Z 2018-11-05T02:00Z"),
            ("0 9 30 12 *", "Pacific/Apia", "2011-12-01T00:00Z", "2011-12-30T10:00Z 2012-12-29T19:00Z"),
            ("0 3 * * *", "Asia/Kolkata", "2026-06-01T00:00Z", "2026-06-01T21:30Z"),
            ("0 0 29 2 */8", "UTC", "2088-03-01T00:00Z", "2128-02-29T00:00Z"),
            ("0 0 L * *", "America/New_York", "2028-01-31T12:00Z", "2028-02-29T05:00Z 2028-03-31T04:00Z"),
        ]
    )
    func runs(expression: String, zone: String, after: String, expected: String) async throws {
        let count = expected.split(separator: " ").count
        // The zone of the session is of no account.
        let found = try await database.value(
            """
            set time zone 'America/New_York';
            with recursive run (number, at) as (
                select 0, timestamptz '\(after)'
                union all
                select number + 1, pgsync.cron_next('\(expression)', '\(zone)', at) from run where number < \(count)
            )
            select string_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), ' ' order by number)
            from run where number > 0
            """
        )
        #expect(found == expected)
    }

    /// The lines were made by `Schedules/referee.py`, which asks cronsim and corrects it where it says why.
    @Test("run when cronsim says, around changes of clocks, or are refused by both")
    func referee() async throws {
        let lines = try Repository.read("Tests/PGSyncOperationsTests/Schedules/runs.tsv").split(
            separator: "\n"
        )
        #expect(lines.count > 1_000)
        let rows = lines.map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { cell in
                "'\(cell.replacing("'", with: "''"))'"
            }
            return "(\(cells.joined(separator: ", ")))"
        }
        let differences = try await database.lines(
            """
            with recursive told (expression, zone, after, runs) as (values \(rows.joined(separator: ",\n"))),
            numbered as (select told.*, row_number() over () as line from told),
            valid as (select * from numbered where runs <> 'refused'),
            run (line, number, at) as (
                select line, 0, after::timestamptz from valid
                union all
                select run.line, run.number + 1, pgsync.cron_next(valid.expression, valid.zone, run.at)
                from run
                inner join valid on valid.line = run.line
                where run.number < cardinality(string_to_array(valid.runs, ' '))
            ),
            found as (
                select
                    line,
                    string_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ' ' order by number) as runs
                from run where number > 0 group by line
            )
            select concat_ws(' | ', valid.expression, valid.zone, valid.after, valid.runs, found.runs)
            from valid left join found on found.line = valid.line
            where coalesce(found.runs, '') <> valid.runs
            union all
            select expression || ' is taken' from numbered
            where runs = 'refused' and pgsync.cron_complaint(expression) is null
            """
        )
        #expect(differences == [])
    }

    @Test(
        "are told in words, and what is none with the reason",
        arguments: [
            ("0 3 * * *", "at 03:00 every day", nil),
            ("*/5 * * * *", "every 5 minutes", nil),
            ("30 2 1 * MON", "at 02:30 on day 1 and on Mondays", nil),
            ("0 0 */7 * MON", "at 00:00 on days 1, 8, 15, 22 and 29 but only on Mondays", nil),
            ("60 * * * *", nil, "minute"), ("* * * *", nil, "five"), ("0 0 30 2 *", nil, "never comes"),
            ("* * * * * *", nil, "five"),
        ] as [(String, String?, String?)]
    )
    func words(expression: String, words: String?, complaint: String?) async throws {
        let told = try await database.value("select pgsync.cron_words('\(expression)')")
        let found = try await database.value("select pgsync.cron_complaint('\(expression)')")
        if let words { #expect(told == words) }
        #expect((found == nil) == (complaint == nil), "\(found ?? "")")
        if let complaint { #expect(found?.contains(complaint) == true, "\(found ?? "")") }
    }
}
