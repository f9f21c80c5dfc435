import Arguments
import Testing

@Suite("ProgressWriter")
struct ProgressWriterTests {
    private func report(on terminal: Terminal, at milliseconds: [Int]) throws -> String {
        let output = CapturedOutput(terminal: terminal)
        var writer = ProgressWriter(ProgressBar("x", total: 100), to: output)
        for (step, elapsed) in milliseconds.enumerated() {
            try writer.update(completed: step, elapsed: .milliseconds(elapsed))
        }
        try writer.finish(completed: 100, elapsed: .seconds(50))
        return output.text
    }

    @Test("redraws one line on a terminal, at most ten times a second")
    func redrawsOnATerminal() throws {
        let text = try report(on: Terminal(isInteractive: true, columns: 40), at: [0, 50, 99, 100, 150, 200])
        #expect(text.count { $0 == "\n" } == 1)
        #expect(text.hasSuffix("\n"))
        #expect(text.split(separator: "\r\u{1B}[K").count == 4)
    }

    @Test("prints a plain line every ten seconds elsewhere")
    func printsPlainLines() throws {
        let text = try report(on: Terminal(), at: [0, 5_000, 10_000, 19_999, 20_000])
        #expect(text.split(separator: "\n").count == 4)
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    }
}
