import Telemetry
import Testing

@Suite("Log value")
struct LogValueTests {
    @Test("takes its type from the literal")
    func takesTypeFromLiteral() {
        let table = "orders"
        let values: [LogValue] = ["text", "table \(table)", 7, 0.5, true]
        #expect(values == [.string("text"), .string("table orders"), .int(7), .double(0.5), .bool(true)])
    }
}
