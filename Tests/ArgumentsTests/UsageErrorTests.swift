import Arguments
import Testing

@Suite("UsageError")
struct UsageErrorTests {
    @Test(
        "says what is wrong, how to call it and where to read more",
        arguments: [
            (
                "migrate --stauts",
                """
                error: unknown option '--stauts'; did you mean '--status'?
                usage: tool migrate [options]
                see 'tool migrate --help'
                """
            ),
            (
                "config set a",
                """
                error: missing argument VALUE
                usage: tool config set [options] KEY VALUE
                see 'tool config set --help'
                """
            ),
            (
                "config sett",
                """
                error: unknown command 'sett'; did you mean 'set'?
                usage: tool config [options] COMMAND
                see 'tool config --help'
                """
            ),
            (
                "attach a",
                """
                error: missing option '--rule FILE'
                usage: tool attach [options] --rule FILE [TABLE...]
                see 'tool attach --help'
                """
            ),
        ]
    )
    func helps(_ line: String, _ text: String) throws {
        let error = try #require(throws: UsageError.self) {
            try sampleProgram.parse(line.split(separator: " ").map(String.init))
        }
        #expect("\(error)" == text)
    }
}
