import Testing

@testable import PGSyncLedger

@Suite("Currency")
struct CurrencyTests {
    @Test(
        "writes an amount in full, whatever its size",
        arguments: [
            (2, 12_345, "123.45"), (2, -5, "-0.05"), (2, 0, "0.00"), (0, -7, "-7"), (0, 0, "0"),
            (3, 1, "0.001"),
            (4, -10_000, "-1.0000"), (2, .max, "92233720368547758.07"), (2, .min, "-92233720368547758.08"),
        ] as [(Int, Int64, String)]
    )
    func text(exponent: Int, amount: Int64, text: String) {
        #expect(Currency(code: "XXX", exponent: exponent).text(of: amount) == text)
    }
}
