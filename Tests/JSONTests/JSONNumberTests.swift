import JSON
import Testing

@Suite("JSONNumber")
struct JSONNumberTests {
    @Test(
        "keeps every valid text as written",
        arguments: [
            "0", "-0", "10", "0.10", "1e5", "1E+05", "-12.340e-2", "123456789012345678901234567890.10",
        ]
    )
    func keepsEveryValidText(_ text: String) throws {
        #expect(try #require(JSONNumber(text)).text == text)
        #expect(try JSONValue(parsing: text).text() == text)
    }

    @Test(
        "refuses what RFC 8259 does not call a number",
        arguments: [
            "", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x10", "1 ", " 1", "NaN", "Infinity", "1_000", "١",
        ]
    )
    func refusesEverythingElse(_ text: String) {
        #expect(JSONNumber(text) == nil)
    }

    @Test("converts to an integer only when written as one that fits")
    func convertsToAnInteger() throws {
        #expect(JSONNumber(Int64.min).integer(as: Int64.self) == .min)
        #expect(JSONNumber(300).integer(as: UInt8.self) == nil)
        #expect(JSONNumber("1.0")?.int == nil)
        #expect(JSONNumber("9223372036854775808")?.int == nil)
    }

    @Test("converts to the nearest double and refuses overflow")
    func convertsToADouble() {
        #expect(JSONNumber("0.10")?.double == 0.1)
        #expect(JSONNumber("1e400")?.double == nil)
        #expect(JSONNumber(1e300)?.text == "1e+300")
        #expect(JSONNumber(Double.nan) == nil)
    }

    @Test("is equal by text, not by value")
    func isEqualByText() {
        #expect(JSONNumber("1.0") != JSONNumber("1.00"))
        #expect(JSONNumber("1.0") == JSONNumber("1.0"))
    }
}
