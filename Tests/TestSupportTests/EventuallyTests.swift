import TestSupport
import Testing

@Suite("Eventually")
struct EventuallyTests {
    @Test("asks again until the condition holds")
    func asksAgain() async throws {
        var questions = 0
        try await eventually {
            questions += 1
            return questions == 3
        }
        #expect(questions == 3)
    }

    @Test("throws when the condition never holds, and says where")
    func throwsInTheEnd() async {
        let error = await #expect(throws: NeverHappened.self) {
            try await eventually(within: .zero) { false }
        }
        #expect(error?.description.hasPrefix("TestSupportTests/EventuallyTests.swift:") == true)
    }
}
