/// Facts combined from two readings.
extension ServerFacts {
    struct Replication: Sendable, Equatable {
        let synchronousNames: String
        let standbys: [Standby]
    }

    var replication: Reading<Replication> {
        settings.with(standbys) { settings, standbys in
            Replication(synchronousNames: settings["synchronous_standby_names"], standbys: standbys)
        }
    }

    struct Capacity: Sendable, Equatable {
        let used: Int
        /// Sessions that ordinary users can have.
        let available: Int
        let reserved: Int
    }

    var capacity: Reading<Capacity> {
        settings.with(occupancy) { settings, occupancy in
            let reserved =
                settings.number("superuser_reserved_connections") + settings.number("reserved_connections")
            return Capacity(
                used: occupancy.used,
                available: settings.number("max_connections") - reserved,
                reserved: reserved
            )
        }
    }
}

extension ServerFacts {
    struct DoorbellUse: Sendable, Equatable {
        let isOn: Bool
        let pollInterval: Duration
        let allowsPreparing: Bool
    }

    var doorbellUse: Reading<DoorbellUse> {
        settings.with(capture) { settings, capture in
            DoorbellUse(
                isOn: capture.usesDoorbell,
                pollInterval: capture.pollInterval,
                allowsPreparing: settings.number("max_prepared_transactions") > 0
            )
        }
    }
}

extension Reading {
    fileprivate func with<Other, Result>(
        _ other: Reading<Other>,
        _ combine: (Value, Other) -> Result
    ) -> Reading<Result> {
        switch (self, other) {
        case (.known(let value), .known(let other)): .known(combine(value, other))
        case (.unknown(let reason, let remedy), _), (_, .unknown(let reason, let remedy)):
            .unknown(reason, remedy: remedy)
        }
    }
}
