import Testing

@testable import PGSyncRules

@Suite("Decimal")
struct DecimalTests {
    private func decimal(_ text: String) throws -> Decimal { try #require(Decimal(text)) }

    @Test(
        "reads what JSON writes and forgets zeros at the end",
        arguments: [
            ("118.00", "118"), ("-0.0", "0"), ("1.10e1", "11"), ("25e-3", "0.025"), ("1e3", "1000"),
            ("123456789012345678901234567890.000000001", "123456789012345678901234567890.000000001"),
        ]
    )
    func reads(_ text: String, as expected: String) throws {
        #expect(try decimal(text).description == expected)
    }

    @Test(
        "refuses what is no number",
        arguments: ["", "-", "1.", ".5", "1.2.3", "+1", "NaN", "1e", "0x1", "５"]
    )
    func refuses(_ text: String) {
        #expect(Decimal(text) == nil)
    }

    @Test("calculates exactly")
    func calculates() throws {
        #expect(try decimal("0.1") + decimal("0.2") == decimal("0.3"))
        #expect(try decimal("1000000000") - decimal("0.000000001") == decimal("999999999.999999999"))
        #expect(try decimal("-5") + decimal("5") == .zero)
        let nines = try decimal("999999999999999999.999999999")
        #expect(nines * nines == (try decimal("999999999999999999999999998000000000.000000000000000001")))
        #expect(try decimal("-2") < decimal("-1.5"))
    }

    @Test("divides only when told what becomes of the remainder")
    func divides() throws {
        #expect(try decimal("50.00").divided(by: 2, exactlyTo: 2) == decimal("25"))
        #expect(try decimal("5.01").divided(by: 2, exactlyTo: 2) == nil)
        #expect(try decimal("10").divided(by: 3, roundedTo: 2, halves: .up) == decimal("3.33"))
        #expect(try decimal("-0.005").divided(by: 1, roundedTo: 2, halves: .up) == decimal("-0.01"))
        #expect(try decimal("0.0049999999").divided(by: 1, roundedTo: 2, halves: .up) == .zero)
        #expect(try decimal("1").divided(by: 8, roundedTo: 2, halves: .up) == decimal("0.13"))
    }

    @Test(
        "rounds a half up, down or to the even digit, and all else to the nearest",
        arguments: [
            ("1", "0.13", "0.12", "0.12"), ("3", "0.38", "0.37", "0.38"), ("-1", "-0.13", "-0.12", "-0.12"),
            ("1.0000000001", "0.13", "0.13", "0.13"), ("0.9999999999", "0.12", "0.12", "0.12"),
            ("0.04", "0.01", "0", "0"), ("0.12", "0.02", "0.01", "0.02"), ("0", "0", "0", "0"),
        ]
    )
    func halves(dividend: String, up: String, down: String, even: String) throws {
        for (halves, expected) in [(Formula.Halves.up, up), (.down, down), (.even, even)] {
            #expect(
                try decimal(dividend).divided(by: 8, roundedTo: 2, halves: halves) == decimal(expected),
                "\(dividend) / 8, \(halves)"
            )
        }
    }

    @Test("counts minor units and says when there is no such count")
    func units() throws {
        #expect(try decimal("92233720368547758.07").units(places: 2) == .max)
        #expect(try decimal("92233720368547758.08").units(places: 2) == nil)
        #expect(try decimal("-92233720368547758.08").units(places: 2) == .min)
        #expect(try decimal("0.005").units(places: 2) == nil)
        #expect(try decimal("0.40").text(places: 2) == "0.40")
    }
}
