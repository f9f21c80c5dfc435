import Testing

@testable import Arguments

@Suite("Limits")
struct LimitsTests {
    @Test("contain their bounds and say them")
    func containTheirBounds() {
        let range = Limits<Int>.within(1...64)
        #expect([0, 1, 64, 65].map(range.contains) == [false, true, true, false])
        #expect(range.text == "1 to 64")
        let minimum = Limits<Duration>.atLeast(.seconds(60))
        #expect(minimum.contains(.seconds(60)) && !minimum.contains(.seconds(59)))
        #expect(minimum.text == "at least 1m")
    }
}
