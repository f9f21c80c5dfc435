import Testing

@testable import Telemetry

@Suite("Duration as text")
struct DurationTextTests {
    @Test(
        "chooses the unit that suits the size",
        arguments: [
            (.zero, "0s"),
            (.nanoseconds(999), "999ns"),
            (.nanoseconds(1_500), "1.5µs"),
            (.microseconds(999_999), "999.999ms"),
            (.milliseconds(20), "20ms"),
            (.milliseconds(1_050), "1.05s"),
            (.seconds(59), "59s"),
            (.seconds(61), "1m1s"),
            (.seconds(3_600), "1h0m0s"),
            (.seconds(90_061), "25h1m1s"),
            (.milliseconds(-20), "-20ms"),
            (.seconds(Int64.min), "-2562047788015215h30m8s"),
        ] as [(Duration, String)]
    )
    func choosesTheUnit(duration: Duration, text: String) {
        #expect(duration.readable == text)
    }

    @Test(
        "writes seconds as an exact decimal",
        arguments: [
            (.zero, "0"),
            (.nanoseconds(1), "0.000000001"),
            (.milliseconds(1_500), "1.5"),
            (.milliseconds(-250), "-0.25"),
            (.seconds(Int64.max), "9223372036854775807"),
        ] as [(Duration, String)]
    )
    func writesSeconds(duration: Duration, text: String) {
        #expect(duration.decimalSeconds == text)
    }
}
