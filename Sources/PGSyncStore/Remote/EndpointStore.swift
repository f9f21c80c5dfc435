package import Postgres

/// Leave for calls, or why there is none.
package enum Leave: Sendable, Equatable {
    /// So many calls may be made; a probe tells whether the other side is back.
    case granted(Int, isProbe: Bool)
    /// None may be made before that much time has passed; nil if a person has to act.
    case refused(Refusal, wait: Duration?)

    package enum Refusal: String, Sendable {
        case paused, limited, breaker, budget
    }
}

/// An endpoint as users see it.
package struct Endpoint: Sendable, Equatable {
    package enum State: String, Sendable {
        /// It may be called.
        case closed
        /// It failed several times in a row.
        case open
        case halfOpen = "half_open"
        /// It asked for a wait.
        case limited
        case paused
    }

    package let name: String
    package let kind: String
    package let baseURL: String
    package let hosts: [String]
    package let secretReference: String?
    package let parallel: Int
    package let state: State
    package let limitedUntil: Timestamp?
    package let pausedAt: Timestamp?
    package let pausedBy: String?
    package let pauseReason: String?
    package let failuresInARow: Int
    package let nextProbeAt: Timestamp?
    package let clockSkew: Duration?
    package let lastOKAt: Timestamp?
    package let lastErrorAt: Timestamp?
    package let lastErrorClass: String?
    package let lastError: String?
    package var budgets: [Budget] = []

    package struct Budget: Sendable, Equatable {
        package let name: String
        package let limit: Int
        package let allowed: Int
        package let used: Int
        package let left: Int
        package let nextFreeAt: Timestamp?
    }

    init(_ row: Row) throws {
        name = try row.decode("name")
        kind = try row.decode("kind")
        baseURL = try row.decode("base_url")
        hosts = try row.decode("hosts")
        secretReference = try row.decode("secret_ref")
        parallel = try row.decode("parallel")
        state = State(rawValue: try row.decode("state")) ?? .closed
        limitedUntil = try row.decode("limited_until")
        pausedAt = try row.decode("paused_at")
        pausedBy = try row.decode("paused_by")
        pauseReason = try row.decode("pause_reason")
        failuresInARow = try row.decode("failures_in_a_row")
        nextProbeAt = try row.decode("next_probe_at")
        clockSkew = try row.decode("skew_seconds", as: Double?.self).map { .seconds($0) }
        lastOKAt = try row.decode("last_ok_at")
        lastErrorAt = try row.decode("last_error_at")
        lastErrorClass = try row.decode("last_error_class")
        lastError = try row.decode("last_error")
    }
}

/// How the endpoints are, and how far their streams have been read, for continuous monitoring.
package struct RemoteFigures: Sendable, Equatable {
    package static let allStates = ["closed", "half_open", "open", "limited", "paused"]

    package struct Lag: Sendable, Equatable {
        package let name: String
        package let stream: String
        package let seconds: Double
    }

    package let states: [String: String]
    package let lags: [Lag]
}

/// Systems of others: whether they may be called, and what came of calls.
package struct EndpointStore {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    package func list() throws -> [Endpoint] { try endpoints(Query(Self.columns + "order by name")) }

    package func endpoint(_ name: String) throws -> Endpoint {
        let found = try endpoints(Query(Self.columns + "where name = $1", [name]))
        guard let endpoint = found.first else {
            throw StoreError.unknown(.endpoint, name, known: try list().map(\.name))
        }
        return endpoint
    }

    package func figures() throws -> RemoteFigures {
        let states = try session.query(.prepared("select name, state from pgsync.endpoint_states")).map {
            (try $0.decode("name", as: String.self), try $0.decode("state", as: String.self))
        }
        let lags = try session.query(
            .prepared(
                """
                select own.import, own.stream,
                    extract(epoch from clock_timestamp() - upper(own.finished))::double precision as seconds
                from pgsync.import_states as own
                where upper(own.finished) is not null
                """
            )
        ).map { row in
            RemoteFigures.Lag(
                name: try row.decode("import"),
                stream: try row.decode("stream"),
                seconds: try row.decode("seconds")
            )
        }
        return RemoteFigures(states: Dictionary(uniqueKeysWithValues: states), lags: lags)
    }

    private func endpoints(_ query: Query) throws -> [Endpoint] {
        var endpoints = try session.query(query).map(Endpoint.init)
        let budgets = try session.query(
            """
            select endpoint, name, call_limit, allowed, used, calls_left, next_free_at
            from pgsync.budget_states
            order by endpoint, span
            """
        ).map { row in
            (
                try row.decode("endpoint", as: String.self),
                Endpoint.Budget(
                    name: try row.decode("name"),
                    limit: try row.decode("call_limit"),
                    allowed: try row.decode("allowed"),
                    used: try row.decode("used"),
                    left: try row.decode("calls_left"),
                    nextFreeAt: try row.decode("next_free_at")
                )
            )
        }
        for index in endpoints.indices {
            endpoints[index].budgets = budgets.filter { $0.0 == endpoints[index].name }.map(\.1)
        }
        return endpoints
    }

    private static let columns = """
        select *, extract(epoch from clock_skew)::double precision as skew_seconds
        from pgsync.endpoint_states

        """

    /// Stops all calls until somebody resumes it; false if they were stopped before.
    package func pause(_ name: String, reason: String?) throws -> Bool {
        try acting(on: name) {
            try session.query("select pgsync.pause_endpoint(\(name), \(reason))").onlyRow().decode(0)
        }
    }

    /// Lets it be called at once; false if nothing had stopped it.
    package func resume(_ name: String) throws -> Bool {
        try acting(on: name) {
            try session.query("select pgsync.resume_endpoint(\(name))").onlyRow().decode(0)
        }
    }

    private func acting<Result>(on name: String, _ body: () throws -> Result) throws -> Result {
        _ = try endpoint(name)
        return try body()
    }

    // MARK: Calls

    /// Asks whether calls may be made now, which counts them.
    package func takeBudget(_ name: String, calls: Int, probesAfter: Duration) throws -> Leave {
        let row = try session.query(
            .prepared(
                """
                select granted, extract(epoch from wait)::double precision as seconds, reason
                from pgsync.take_budget(\(name), \(calls)::integer, \(probesAfter.milliseconds) * interval '1 ms')
                """
            )
        ).onlyRow()
        let reason = try row.decode("reason", as: String?.self)
        let granted = try row.decode("granted", as: Int.self)
        guard granted == 0 else { return .granted(granted, isProbe: reason == "probe") }
        return .refused(
            reason.flatMap(Leave.Refusal.init) ?? .budget,
            wait: try row.decode("seconds", as: Double?.self).map { .seconds($0) }
        )
    }

    /// How a call ended, as the breaker sees it.
    package enum CallOutcome: String, Sendable {
        case ok, limited, auth, config, refused, shape, transient
    }

    package func noteCall(
        _ name: String,
        _ outcome: CallOutcome,
        message: String? = nil,
        retryAfter: Duration? = nil,
        clockSkew: Duration? = nil,
        failures: Int,
        resetAfter: Duration
    ) throws {
        try session.execute(
            .prepared(
                """
                select pgsync.note_call(
                    \(name), \(outcome.rawValue), \(message),
                    \(retryAfter?.milliseconds)::bigint * interval '1 ms',
                    \(clockSkew?.milliseconds)::bigint * interval '1 ms',
                    \(failures)::integer, \(resetAfter.milliseconds) * interval '1 ms'
                )
                """
            )
        )
    }

    /// Takes a place for calls under way at once, until it is given back or the session ends; nil if all are taken.
    package func holdSlot(_ name: String) throws -> Int? {
        try session.query("select pgsync.hold_slot(\(name))").onlyRow().decode(0)
    }

    package func releaseSlot(_ name: String, _ slot: Int) throws {
        try session.execute("select pgsync.release_slot(\(name), \(slot)::integer)")
    }
}

extension Duration {
    /// Whole milliseconds.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
