import Arguments
import Testing

@Suite("Duration as argument")
struct DurationArgumentValueTests {
    @Test(
        "reads and writes digits with a unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("10m", .seconds(600)),
            ("2h", .seconds(7_200)),
            ("1d", .seconds(86_400)), ("0s", .zero), ("1500ms", .milliseconds(1_500)),
        ]
    )
    func readsAndWrites(_ text: String, _ duration: Duration) {
        #expect(Duration(argument: text) == duration)
        #expect(duration.argument == text)
    }

    @Test("writes the largest unit that needs no fraction")
    func writesTheLargestUnit() {
        #expect(Duration.seconds(90).argument == "90s")
        #expect(Duration.seconds(120).argument == "2m")
        #expect(Duration.seconds(Int64.max).argument == "\(Int64.max)s")
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "5", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "5w", "99999999999999999999s",
            "9223372036854775807d",
        ]
    )
    func refusesEverythingElse(_ text: String) {
        #expect(Duration(argument: text) == nil)
    }
}
