import Telemetry
import Testing

@Suite("Log level")
struct LogLevelTests {
    @Test("is found again by its name", arguments: LogLevel.allCases)
    func isFoundByItsName(_ level: LogLevel) {
        #expect(LogLevel(name: level.name) == level)
    }

    @Test("is not found by a name in other letters")
    func isNotFoundByAnotherName() {
        #expect(LogLevel(name: "Info") == nil)
    }

    @Test("grows from trace to critical")
    func grows() {
        #expect(LogLevel.allCases.map(\.name) == "trace debug info notice warning error critical".words)
        #expect(LogLevel.allCases.sorted() == LogLevel.allCases)
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map(String.init) }
}
