extension Check {
    static let time = [clock, formats]

    static let clock = Check("time.clock", .time, \.clock) { clock in
        let distance = clock.ahead < .zero ? .zero - clock.ahead : clock.ahead
        let bound = "within ±\(Quantity.time(clock.uncertainty))"
        guard distance > clock.uncertainty else {
            return .ok("the clocks of the server and this machine agree \(bound)")
        }
        let side = clock.ahead < .zero ? "behind" : "ahead of"
        let found = "the server's clock is \(Quantity.time(distance)) \(side) this machine's, \(bound)"
        guard distance - clock.uncertainty >= .seconds(2) else { return .ok(found) }
        return .warning(
            found,
            "Times in logs and in the database do not match. pgsync itself uses the server's clock.",
            remedy: "Synchronize the clocks of both machines: timedatectl set-ntp true"
        )
    }

    static let formats = Check("time.formats", .time, \.settings) { settings in
        let found = ["TimeZone", "DateStyle", "IntervalStyle"].map { "\($0) \(settings[$0])" }
            .joined(separator: ", ")
        return .ok(found)
    }
}
