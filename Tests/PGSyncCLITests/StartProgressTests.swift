import Arguments
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("Start progress")
struct StartProgressTests {
    @Test("is a plain line in a file")
    func plain() async throws {
        let output = CapturedOutput()
        try await StartProgress(isShown: true, stream: output).step("making it") {}
        #expect(output.text == "making it …\n")
    }

    @Test("counts the seconds on a terminal, and ends with how long it took")
    func terminal() async throws {
        let output = CapturedOutput(terminal: Terminal(isInteractive: true))
        try await StartProgress(isShown: true, stream: output).step("making it") {
            try await eventually { output.text.contains(/making it … \d+ s/) }
        }
        #expect(output.text.contains(/\r.+making it: [0-9.]+ m?s\n$/))
    }

    @Test("is silent when nobody wants it, and passes errors on")
    func silent() async {
        struct Broken: Error {}
        let output = CapturedOutput()
        await #expect(throws: Broken.self) {
            try await StartProgress(isShown: false, stream: output).step("making it") { throw Broken() }
        }
        #expect(output.text.isEmpty)
    }
}
