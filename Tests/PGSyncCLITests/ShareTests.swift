import Testing

@testable import PGSyncCLI

@Suite("Share")
struct ShareTests {
    @Test(
        "is a number or per cent",
        arguments: [
            ("0.02", 0.02, "2%"), ("2%", 0.02, "2%"), ("0", 0, "0%"), ("1.5", 1.5, "150%"),
            ("0.0125", 0.0125, "0.0125"),
        ]
    )
    func reads(argument: String, value: Double, shown: String) {
        let share = Share(argument: argument)
        #expect(share?.value == value)
        #expect(share?.argument == shown)
    }

    @Test("is nothing else", arguments: ["", "%", "-1", "1e3", "nan", "1.2.3", "half", "2 %"])
    func refuses(argument: String) {
        #expect(Share(argument: argument) == nil)
    }
}
