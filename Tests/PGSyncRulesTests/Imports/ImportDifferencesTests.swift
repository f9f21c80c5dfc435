import Testing

@testable import PGSyncRules

@Suite("Differences of imports")
struct ImportDifferencesTests {
    private func differences(_ change: (String) -> String) throws -> [String] {
        let old = try ImportSample.definition(ImportFileTests.page)
        let text = change(ImportFileTests.page)
        #expect(text != ImportFileTests.page)
        return try ImportSample.definition(text).differences(from: old)
    }

    @Test("say nothing of comments, blanks, examples and the order of what has none")
    func none() throws {
        let page = ImportFileTests.page
        #expect(try ImportSample.definition(page).differences(from: ImportSample.definition(page)) == [])
        #expect(
            try differences {
                $0.replacing("# The agency's customers", with: "").replacing(
                    "{ \"id\": 2 }",
                    with: "{ \"id\":  3 }"
                )
                .replacing("private email, name", with: "private name, email")
                .replacing("  budget 10000 per day\n", with: "")
                .replacing("  settle 60 s\n", with: "  settle 1 min\n  budget 10000 per 1 day\n")
                .replacing("2 h", with: "120 minutes")
            } == []
        )
    }

    @Test(
        "say what was and what is, in the words of the definition",
        arguments: [
            ("version 1", "version 2", "version was 1, is 2"),
            ("api/v1/", "api/v2", "base was https://crm.example/api/v1, is https://crm.example/api/v2"),
            (", 'Files.crm.example'", "", "hosts was crm.example, files.crm.example, is crm.example"),
            (
                "env:IRELANDPAY_CRM_API_KEY", "file:/run/key",
                "secret was env:IRELANDPAY_CRM_API_KEY, is file:/run/key"
            ),
            (
                "'Bearer {secret}'", "'{secret}'",
                "auth was header Authorization 'Bearer {secret}', is header Authorization '{secret}'"
            ),
            ("  settings from 'IRELANDPAY'\n", "", "settings from is gone: IRELANDPAY"),
            ("budget 60 per", "budget 70 per", "budget per minute was 60, is 70"),
            ("  budget 10000 per day\n", "", "budget per day is gone: 10000"),
            ("  settle 60 s\n", "  settle 1 min\n  budget 5 per hour\n", "budget per hour is new: 5"),
            (", 5 at once", "", "at once was 5, is 1"), ("retries 4", "retries 5", "retries was 4, is 5"),
            ("backoff 1.5 s", "backoff 2 s", "backoff was 1.5 s, is 2 s"),
            ("timeout 20 s", "", "timeout was 20 s, is 30 s"),
            ("breaker 7", "breaker 8", "breaker was 7 failures, 2 min, is 8 failures, 2 min"),
            ("settle 60 s", "settle 0 s", "settle was 1 min, is 0 s"),
            ("'application/json'", "'*/*'", "header Accept was application/json, is */*"),
            (
                "  limited when body 'error.code' is '3001'\n", "",
                "answers was retry when header stripe-should-retry is 'true', never retry when header "
                    + "stripe-should-retry is 'false', limited when body error.code is '3001', is retry when header "
                    + "stripe-should-retry is 'true', never retry when header stripe-should-retry is 'false'"
            ),
            ("crm.merchants", "crm.shops", "stream merchants: into was crm.merchants, is crm.shops"),
            (
                "(merchant_id, month)", "(month, merchant_id)",
                "stream residuals: key was merchant_id, month, is month, merchant_id"
            ),
            ("get '/merchants'", "get '/shops'", "stream merchants: get was /merchants, is /shops"),
            (
                "    with 'status' 'all'\n", "",
                "stream merchants: with was status 'all', expand[] 'a', expand[] '', is expand[] 'a', expand[] ''"
            ),
            (
                "from 0 size 'per_page' 100 until empty", "until flag 'more'",
                "stream merchants: pages was page page from 0 size per_page 100 until empty, is page page from 1 until flag more"
            ),
            ("    rows 'data'\n", "", "stream merchants: rows was data, is the answer itself"),
            ("    count 'meta.total'\n", "", "stream merchants: count is gone: meta.total"),
            (
                "as seconds lookback 2 h", "",
                "stream merchants: changed was updated_at since updated_since before updated_before as seconds lookback 2 h, is updated_at since updated_since before updated_before as iso"
            ),
            (
                "item '/merchants/{id}'", "item '/m/{id}'",
                "stream merchants: item was /merchants/{id}, is /m/{id}"
            ),
            (
                "by month", "by day",
                "stream merchants: history was from 2024-04-01 by month, is from 2024-04-01 by day"
            ),
            ("remembers 30 days", "remembers 31 days", "stream merchants: remembers was 30 d, is 31 d"),
            (
                "weekly then mark deleted_at", "weekly then remove",
                "stream merchants: deletes was sweep weekly then mark deleted_at, is sweep weekly then remove"
            ),
            ("unknown quarantine", "unknown freeze", "stream merchants: unknown was quarantine, is freeze"),
            ("private email, name", "private email", "stream merchants: private was email, name, is email"),
            (
                "column name text from 'profile.name' required", "column name text",
                "stream merchants: column name was text from profile.name required, is text"
            ),
            (
                "numeric(12,2)", "numeric(14,2)",
                "stream merchants: column price was numeric(12,2) required, is numeric(14,2) required"
            ),
            (
                "milliseconds 'created'", "seconds 'created'",
                "stream merchants: column updated_at was timestamptz from milliseconds created, is timestamptz from seconds created"
            ),
            (
                "    column date date\n    column updated", "    column updated",
                "stream merchants: column date is gone: date"
            ),
            (
                "    column email text\n", "    column email text\n    column e text\n",
                "stream merchants: column e is new: text"
            ),
            (
                "sweep daily", "sweep monthly",
                "stream residuals: deletes was sweep daily then remove, is sweep monthly then remove"
            ),
            ("stream date into", "stream days into", "stream date is gone"),
        ]
    )
    func said(old: String, new: String, line: String) throws {
        let lines = try differences { $0.replacing(old, with: new, maxReplacements: 1) }
        #expect(lines.first == line)
        #expect(lines.count == (line == "stream date is gone" ? 2 : 1), "\(lines)")
    }

    @Test("say when streams are fetched in another order")
    func order() throws {
        let lines = try differences { $0.replacing("residuals after merchants into", with: "residuals into") }
        #expect(
            lines == [
                "stream residuals: after is gone: merchants",
                "streams are fetched in another order: residuals, merchants, date",
            ]
        )
    }

    @Test("spans of time are as long as they say")
    func spans() {
        let spans: [Duration] = [
            .zero, .seconds(90), .seconds(7_200), .seconds(86_400), .milliseconds(1_500), .microseconds(1),
        ]
        #expect(spans.map(\.words) == ["0 s", "90 s", "2 h", "1 d", "1.5 s", "0.000001 s"])
    }
}
