import Testing

@testable import PGSyncCLI

@Suite("Port choice")
struct PortChoiceTests {
    @Test("reads a number, 0 and none, and nothing else")
    func reads() {
        #expect(PortChoice(argument: "5433") == .number(5433))
        #expect(PortChoice(argument: "0") == .number(0))
        #expect(PortChoice(argument: "none") == PortChoice.none)
        for word in ["65536", "-1", "", "any"] { #expect(PortChoice(argument: word) == nil, "\(word)") }
    }
}
