internal import Days

/// What a CRM of ours lists.
package enum MockEntity: String, CaseIterable, Sendable {
    case merchants, transactions, residuals
}

/// The rows of one kind, computed from their numbers, which begin with 1: millions of them take no memory.
///
/// A row with a larger number was changed later, unless it is edited. The key of a residual is its merchant and month;
/// all others have their number as key.
struct MockRows: Sendable {
    /// What became of a row since.
    private struct Edit {
        var version = 1
        /// In microseconds since 1970.
        var at = 0
        var isDeleted = false
    }

    /// 2024-04-01, where the history begins.
    static let beginning = 19_814 * day
    private static let second = 1_000_000
    private static let day = 86_400 * second
    /// All rows were changed within so many days from the beginning, without those of residuals.
    private static let spread = 700

    let entity: MockEntity
    let seed: Int
    /// How many there were at first.
    let count: Int
    let merchants: Int
    /// How many rows have the same time.
    let ties: Int
    /// How many of a thousand cannot be read.
    let badPerMille: Int
    private var edits: [Int: Edit] = [:]
    private var added = 0

    init(_ entity: MockEntity, _ options: MockCRM.Options) {
        self.entity = entity
        seed = options.seed
        merchants = max(options.merchants, 1)
        count =
            switch entity {
            case .merchants: options.merchants
            case .transactions: options.transactions
            case .residuals: options.residuals
            }
        ties = max(options.ties, 1)
        badPerMille = options.badPerMille
    }

    // MARK: Changes

    mutating func edit(_ number: Int, at now: Int) {
        edits[number, default: Edit()].version += 1
        edits[number]?.at = now
        edits[number]?.isDeleted = false
    }

    mutating func delete(_ number: Int, at now: Int) {
        edits[number, default: Edit()].isDeleted = true
        edits[number]?.at = now
    }

    mutating func add(at now: Int) -> Int {
        added += 1
        edits[count + added] = Edit(version: 1, at: now)
        return count + added
    }

    func contains(_ number: Int) -> Bool {
        if let edit = edits[number] {
            !edit.isDeleted
        } else {
            (1...max(count, 1)).contains(number) && count > 0
        }
    }

    // MARK: Times

    /// When a row changed, in microseconds since 1970.
    func time(of number: Int) -> Int { edits[number]?.at ?? originalTime(of: number) }

    private func originalTime(of number: Int) -> Int {
        guard entity == .residuals else {
            let steps = max((count + ties - 1) / ties, 1)
            let step = max(Self.spread * 86_400 / steps, 1) * Self.second
            return Self.beginning + (number - 1) / ties * step
        }
        // In the days after the month.
        let step = max(20 * 86_400 / merchants, 1) * Self.second
        let first = Self.firstDay(ofMonth: (number - 1) / merchants + 1)
        return (first + 3) * Self.day + (number - 1) % merchants / ties * step
    }

    /// The first day of a month that is counted from that of the beginning.
    private static func firstDay(ofMonth place: Int) -> Int {
        let (years, month) = (place + 3).flooredDivision(by: 12)
        return Day(year: 2024 + years, month: month + 1, day: 1)?.daysSinceEpoch ?? 0
    }

    /// Those that changed in a span; nil for no limit.
    func selection(since: Int?, before: Int?) -> MockSelection {
        let lower = since.map { first(from: $0) } ?? 1
        let upper = before.map { first(from: $0) } ?? count + 1
        var selection = MockSelection(base: lower..<max(lower, upper))
        guard !edits.isEmpty else { return selection }
        for (number, edit) in edits {
            let isIn =
                !edit.isDeleted && since.map { edit.at >= $0 } ?? true && before.map { edit.at < $0 } ?? true
            if selection.base.contains(number) {
                if !isIn { selection.without.append(number) }
            } else if isIn {
                selection.with.append(number)
            }
        }
        selection.without.sort()
        selection.with.sort()
        return selection
    }

    /// The first number whose original time is not before a time.
    private func first(from time: Int) -> Int {
        var (low, high) = (1, count + 1)
        while low < high {
            let middle = (low + high) / 2
            if originalTime(of: middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Rows

    /// The number of the row with a key; nil if the key is none.
    func number(ofKey parts: [String]) -> Int? {
        guard entity == .residuals else { return parts.count == 1 ? Int(parts[0]) : nil }
        guard parts.count == 2, let merchant = Int(parts[0]), let month = Day(parts[1]), month.day == 1,
            (1...merchants).contains(merchant)
        else { return nil }
        return ((month.year - 2024) * 12 + month.month - 4) * merchants + merchant
    }

    /// The same for the same seed, row and purpose.
    private func chance(_ number: Int, _ purpose: Int) -> Int {
        var mixed =
            UInt64(bitPattern: Int64(seed &* 1_000_003 &+ number &* 31 &+ purpose)) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) >> 2)
    }

    func isBad(_ number: Int) -> Bool {
        badPerMille > 0 && edits[number] == nil && chance(number, 9) % 1_000 < badPerMille
    }

    /// The row as JSON.
    func text(of number: Int) -> String {
        let version = edits[number]?.version ?? 1
        let updated = MockTime.text(time(of: number))
        let isBad = isBad(number)
        switch entity {
        case .merchants:
            let name = version == 1 ? "Merchant \(number)" : "Merchant \(number), version \(version)"
            let status = chance(number, 1) % 10 == 0 ? "closed" : "active"
            let rate = 2_000 + chance(number, 2) % 1_500
            return
                #"{"id":\#(number),\#(isBad ? "" : #""name":"\#(name)","#)"contact":{"email":"m\#(number)@crm.example"},"#
                + #""status":"\#(status)","rate":"\#(rate / 1_000).\#(String(rate % 1_000 + 1_000).dropFirst())","#
                + #""updated_at":"\#(updated)"}"#
        case .transactions:
            let cents = 100 + chance(number, 1) % 100_000 + version
            let amount = isBad ? #""none""# : Self.money(cents)
            let day = Day(daysSinceEpoch: originalTime(of: number) / Self.day)
            return #"{"id":\#(number),"merchant_id":\#(chance(number, 2) % merchants + 1),"#
                + #""kind":"\#(chance(number, 3) % 20 == 0 ? "refund" : "sale")","amount":\#(amount),"#
                + #""settled_on":"\#(day)","updated_at":"\#(updated)"}"#
        case .residuals:
            let month = Day(daysSinceEpoch: Self.firstDay(ofMonth: (number - 1) / merchants))
            let cents = 1_000 + chance(number, 1) % 50_000 + version
            let agent = chance(number, 2) % 3
            let agents =
                agent == 0 ? "" : #""agent_id":\#(agent),"agent_amount":"\#(Self.money(cents / 3))","#
            return #"{"merchant_id":\#((number - 1) % merchants + 1),"month":"\#(month)","#
                + #""volume":\#(Self.money(cents * 40)),"amount":"\#(isBad ? "none" : Self.money(cents))",\#(agents)"#
                + #""status":"final","updated_at":"\#(updated)"}"#
        }
    }

    private static func money(_ cents: Int) -> String {
        "\(cents / 100).\(String(cents % 100 + 100).dropFirst())"
    }
}

/// The numbers of rows that a query has, in their order.
struct MockSelection: Sendable {
    let base: Range<Int>
    /// Of the base, those that are not among them.
    var without: [Int] = []
    /// Others that are.
    var with: [Int] = []

    init(base: Range<Int>) { self.base = base }

    var count: Int { base.count - without.count + with.count }

    /// The number in a place, counted from 0.
    func number(at place: Int) -> Int {
        let early = with.prefix { $0 < base.lowerBound }
        if place < early.count { return early[place] }
        let inBase = place - early.count
        guard inBase < base.count - without.count else {
            return with[place - (base.count - without.count)]
        }
        var number = base.lowerBound + inBase
        for gap in without where gap <= number { number += 1 }
        return number
    }

    /// How many are not behind a number.
    func places(through number: Int) -> Int {
        let inBase = min(max(number + 1 - base.lowerBound, 0), base.count)
        return inBase - without.count { $0 <= number } + with.count { $0 <= number }
    }
}

/// Times as the CRM writes and reads them, in microseconds since 1970.
enum MockTime {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }

    private static func clock(_ seconds: Int) -> String {
        "\(padded(seconds / 3_600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }

    /// Such as 2026-01-31T18:30:00Z.
    static func text(_ time: Int) -> String {
        let (seconds, microseconds) = time.flooredDivision(by: 1_000_000)
        let (days, rest) = seconds.flooredDivision(by: 86_400)
        let fraction = microseconds == 0 ? "" : ".\(padded(microseconds, 6))"
        return "\(Day(daysSinceEpoch: days))T\(clock(rest))\(fraction)Z"
    }

    /// Such as Sun, 06 Nov 1994 08:49:37 GMT.
    static func httpDate(_ time: Int) -> String {
        let (days, rest) = (time / 1_000_000).flooredDivision(by: 86_400)
        let day = Day(daysSinceEpoch: days)
        return
            "\(weekdays[days.flooredDivision(by: 7).remainder]), \(padded(day.day)) \(months[day.month - 1]) "
            + "\(padded(day.year, 4)) \(clock(rest)) GMT"
    }

    /// Reads what ``text(_:)`` writes, with a blank for the T or zeros for the Z, too.
    static func time(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, [UInt8(ascii: "T"), UInt8(ascii: " ")].contains(bytes[10]),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let day = Day(String(text.prefix(10)))
        else { return nil }
        func number(_ places: Range<Int>) -> Int? {
            places.reduce(0) { number, place in
                guard let number, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else {
                    return nil
                }
                return number * 10 + Int(bytes[place] - UInt8(ascii: "0"))
            }
        }
        var end = 19
        var microseconds = 0
        if bytes[19] == UInt8(ascii: ".") {
            end =
                bytes[20...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                ?? bytes.count
            guard (21...26).contains(end), let fraction = number(20..<end) else { return nil }
            microseconds = (end..<26).reduce(fraction) { fraction, _ in fraction * 10 }
        }
        guard ["Z", "+00", "+0000", "+00:00"].contains(String(decoding: bytes[end...], as: UTF8.self)),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        let seconds = day.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second
        return seconds * 1_000_000 + microseconds
    }
}
