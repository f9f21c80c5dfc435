import Testing

@testable import Postgres

@Suite("CivilDate")
struct CivilDateTests {
    @Test("is the inverse of counting days, over two eras of the calendar")
    func inverse() {
        for days in Int64(-1_000_000)...(-1_000_000 + 146_097) {
            let date = CivilDate(daysSinceEpoch: days)
            guard date.daysSinceEpoch == days, (1...12).contains(date.month), (1...31).contains(date.day)
            else {
                Issue.record("day \(days)")
                return
            }
        }
    }

    @Test(
        "knows leap days",
        arguments: [(1_900, false), (2_000, true), (2_023, false), (2_024, true), (0, true), (-3, false)]
    )
    func leapDays(year: Int64, isLeap: Bool) {
        let march = CivilDate(year: year, month: 3, day: 1).daysSinceEpoch
        #expect(CivilDate(daysSinceEpoch: march - 1).day == (isLeap ? 29 : 28))
    }
}
