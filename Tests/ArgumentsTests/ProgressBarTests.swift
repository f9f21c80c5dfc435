import Arguments
import Testing

@Suite("ProgressBar")
struct ProgressBarTests {
    private let bar = ProgressBar("backfill", total: 10_000)

    @Test(
        "shows fraction, count, rate and time left",
        arguments: [
            (
                0, Duration.zero,
                "backfill  [------------------------------]    0%  0 of 10,000  0/s  starting"
            ),
            (
                2_500, .seconds(10),
                "backfill  [#######-----------------------]   25%  2,500 of 10,000  250/s  30s left"
            ),
            (
                10_000, .seconds(95),
                "backfill  [##############################]  100%  10,000 of 10,000  105/s  1m 35s"
            ),
        ]
    )
    func showsProgress(_ completed: Int, _ elapsed: Duration, _ line: String) {
        #expect(bar.line(completed: completed, elapsed: elapsed, width: 120) == line)
    }

    @Test("gives up the bar and then the end of the line where there is no room")
    func fitsTheWidth() {
        let narrow = bar.line(completed: 2_500, elapsed: .seconds(10), width: 60)
        #expect(narrow == "backfill   25%  2,500 of 10,000  250/s  30s left")
        #expect(bar.line(completed: 2_500, elapsed: .seconds(10), width: 20) == "backfill   25%  2,5…")
        for width in 2...120 {
            #expect(bar.line(completed: 9_999, elapsed: .seconds(7), width: width).count <= width)
        }
    }

    @Test("counts without a total")
    func countsWithoutATotal() {
        let line = ProgressBar("copy").line(completed: 1_234_567, elapsed: .seconds(3_725), width: 80)
        #expect(line == "copy  1,234,567  331/s  1h 2m")
    }

    @Test("is total for odd numbers")
    func isTotalForOddNumbers() {
        #expect(ProgressBar("x", total: 0).line(completed: 0, elapsed: .zero, width: 80).contains("100%"))
        #expect(bar.line(completed: 20_000, elapsed: .seconds(1), width: 80).contains("100%"))
        #expect(
            bar.line(completed: 1, elapsed: .seconds(10_000_000), width: 120).hasSuffix("more than 99d left")
        )
        let fast = ProgressBar("x").line(completed: .max, elapsed: .nanoseconds(1), width: 120)
        #expect(fast.hasPrefix("x  9,223,372,036,854,775,807"))
    }
}
