import Arguments
import Testing

@Suite("UsageProblem")
struct UsageProblemTests {
    @Test(
        "says what to do",
        arguments: [
            ("worker --posters 99", "'99' is out of range for '--posters': expected 1 to 64"),
            ("worker -n x", "'x' is not valid for '--posters': expected a whole number"),
            (
                "worker --offset 99999999999999999999",
                "'99999999999999999999' is not valid for '--offset': expected a whole number"
            ),
            (
                "worker --format cvs",
                "'cvs' is not valid for '--format': expected one of hledger, csv, jsonl; did you mean 'csv'?"
            ),
            (
                "migrate -t 5",
                "'5' is not valid for '--timeout': expected a duration such as 250ms, 5s, 10m, 2h or 1d"
            ),
            (
                "migrate --timeout",
                "'--timeout' needs a value: --timeout DURATION (if it begins with a dash: --timeout=DURATION)"
            ),
            ("migrate -t", "'-t' needs a value: -t DURATION"),
            ("migrate --print=1", "'--print' takes no value"),
            ("migrate x", "unexpected argument 'x'"),
            (
                "completions csh",
                "'csh' is not valid for 'SHELL': expected one of bash, zsh, fish; did you mean 'zsh'?"
            ),
        ]
    )
    func saysWhatToDo(_ line: String, _ description: String) throws {
        let error = try #require(throws: UsageError.self) {
            try sampleProgram.parse(line.split(separator: " ").map(String.init))
        }
        #expect(error.problem.description == description)
    }
}
