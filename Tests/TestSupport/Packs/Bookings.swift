/// What is booked on each account, side and party, however many lines that took.
///
/// Written as `Dr 1200@7 500, Cr 4000 500.50`: side, account, party if any, amount in a currency with two decimals.
package struct Bookings: Sendable, Equatable, CustomStringConvertible {
    private struct Place: Hashable {
        let account: String
        let party: String?
        let isDebit: Bool
    }

    private var sums: [Place: Int64] = [:]

    package init() {}

    package init(_ text: String) {
        for line in text.split(separator: ",") {
            let words = line.split(separator: " ")
            precondition(words.count == 3 && (words[0] == "Dr" || words[0] == "Cr"), "not a booking: \(line)")
            let place = words[1].split(separator: "@", maxSplits: 1)
            let units = Self.units(words[2])
            add(
                account: String(place[0]),
                party: place.count > 1 ? String(place[1]) : nil,
                amount: words[0] == "Dr" ? units : -units
            )
        }
    }

    private static func units(_ text: Substring) -> Int64 {
        let parts = text.split(separator: ".")
        let decimals = parts.count > 1 ? parts[1] + String(repeating: "0", count: 2 - parts[1].count) : "00"
        guard let units = Int64(parts[0] + decimals) else { preconditionFailure("not an amount: \(text)") }
        return units
    }

    /// Books a line: above zero a debit, below zero a credit.
    package mutating func add(account: String, party: String?, amount: Int64) {
        sums[Place(account: account, party: party, isDebit: amount > 0), default: 0] += amount
    }

    /// Books all that others have booked.
    package mutating func add(_ other: Bookings) {
        for (place, sum) in other.sums { sums[place, default: 0] += sum }
    }

    /// What is left when debits and credits of an account and party are set off.
    package var net: Bookings {
        var totals: [Place: Int64] = [:]
        for (place, sum) in sums {
            totals[Place(account: place.account, party: place.party, isDebit: true), default: 0] += sum
        }
        var net = Bookings()
        for (place, total) in totals where total != 0 {
            net.add(account: place.account, party: place.party, amount: total)
        }
        return net
    }

    package var description: String {
        sums.map { place, sum in
            let units = String(sum.magnitude)
            let padded = String(repeating: "0", count: max(0, 3 - units.count)) + units
            let place = (place.isDebit ? "Dr " : "Cr ") + place.account + (place.party.map { "@\($0)" } ?? "")
            return "\(place) \(padded.dropLast(2)).\(padded.suffix(2))"
        }.sorted().joined(separator: ", ")
    }
}
