import Testing

@testable import embed_sql

@Suite("StatementScanner")
struct StatementScannerTests {
    @Test(
        "finds the first word of each statement and nothing else",
        arguments: [
            ("select 1; COMMIT;", ["select", "commit"]),
            ("-- begin;\nselect 1;", ["select"]),
            ("/* begin; /* commit; */ end; */ select 1", ["select"]),
            ("do $$ begin commit; end; $$; select 1", ["do", "select"]),
            ("do $body$ $$; begin; $$ $body$;commit", ["do", "commit"]),
            ("select '; begin; ''; commit;', \";begin\"\"\"; end", ["select", "end"]),
            ("select e'\\'; begin; ', 1; select '\\'; commit", ["select", "select", "commit"]),
            ("select $1; begin", ["select", "begin"]),
            (
                "create function f() returns int begin atomic select 1; select 2; end; commit",
                ["create", "commit"]
            ),
            ("select case when a then b end; commit", ["select", "commit"]),
            ("\\set x begin\nselect 1", ["\\", "select"]),
            ("select 'never closed; commit;", ["select"]),
            ("", []),
        ]
    )
    func findsTheFirstWords(script: String, words: [String]) {
        #expect(StatementScanner.openings(of: script).map(\.word) == words)
    }

    @Test("counts lines through comments, strings and bodies")
    func countsLines() {
        let script = "-- one\n/* two\n three */ select 'four\n', $$five\n\n$$;\ncommit;"
        #expect(
            StatementScanner.openings(of: script) == [
                .init(word: "select", line: 3), .init(word: "commit", line: 7),
            ]
        )
    }
}
