import Days
import Testing

@Suite("Day")
struct DayTests {
    @Test(
        "is read as it is written",
        arguments: [
            "2026-01-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "12026-12-31",
            "5874897-12-31",
        ]
    )
    func reads(text: String) {
        #expect(Day(text)?.description == text)
    }

    @Test(
        "is read from nothing else",
        arguments: [
            "2026-04-31", "2026-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-01-00", "2026-4-01",
            "2026-04-1", "26-04-01", "02026-04-01", "2026-04-01 ", " 2026-04-01", "", "infinity",
            "2026-04-0x",
            "2026-04-٠١", "2026-04-+1", "20260401", "0044-03-15 BC", "-2026-04-01", "0000-01-01",
            "5874898-01-01", "99999999999999999999-01-01",
        ]
    )
    func refuses(text: String) {
        #expect(Day(text) == nil)
    }

    @Test("before the year 1 is written with its era")
    func beforeChrist() {
        #expect(Day(year: 0, month: 12, day: 31)?.description == "0001-12-31 BC")
        #expect(Day(year: -43, month: 3, day: 15)?.description == "0044-03-15 BC")
        #expect(Day(year: 1, month: 1, day: 1)?.daysSinceEpoch == -719_162)
        #expect(Day(daysSinceEpoch: -719_163).digits == "0001-12-31")
    }

    @Test("comes in order")
    func order() throws {
        let days = try [
            Day(year: -1, month: 12, day: 1), Day("0001-01-01"), Day("2026-04-02"), Day("2026-05-01"),
            Day("2027-01-01"), Day("12026-01-01"),
        ].map { try #require($0) }
        #expect(days.reversed().sorted() == days)
        #expect(days.map(\.daysSinceEpoch).sorted() == days.map(\.daysSinceEpoch))
    }

    @Test("is counted from 1970-01-01")
    func counting() throws {
        #expect(Day("1970-01-01")?.daysSinceEpoch == 0)
        #expect(Day("1969-12-31")?.daysSinceEpoch == -1)
        #expect(Day("2024-02-29")?.daysSinceEpoch == 19_782)
        #expect(Day("9999-12-31")?.daysSinceEpoch == 2_932_896)
        let last = try #require(Day("5874897-12-31"))
        #expect(Day(daysSinceEpoch: last.daysSinceEpoch) == last)
    }

    @Test("is the inverse of counting days, over two eras of the calendar")
    func inverse() {
        var before = Day(daysSinceEpoch: -1_000_001)
        for count in -1_000_000...(-1_000_000 + 2 * 146_097) {
            let day = Day(daysSinceEpoch: count)
            guard day.daysSinceEpoch == count, before < day,
                Day(year: day.year, month: day.month, day: day.day) == day
            else {
                Issue.record("day \(count)")
                return
            }
            before = day
        }
    }

    @Test(
        "knows leap days",
        arguments: [(1_900, false), (2_000, true), (2_023, false), (2_024, true), (0, true), (-3, false)]
    )
    func leapDays(year: Int, isLeap: Bool) throws {
        let march = try #require(Day(year: year, month: 3, day: 1)).daysSinceEpoch
        #expect(Day(daysSinceEpoch: march - 1).day == (isLeap ? 29 : 28))
        #expect((Day(year: year, month: 2, day: 29) != nil) == isLeap)
    }
}
