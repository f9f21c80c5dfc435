package import PGSyncDelivery
package import PGSyncOperations
import PGSyncRemote
import PGSyncStore
import Postgres
import Services

/// Exchanges records with a master.
package struct SyncOperation: JobOperation {
    package let kind = "sync"
    package let lane = JobLane.remote
    package let right: String? = "pgsync.begin_exchange(text)"

    private let site: DeliverySite
    private let longestWait: Duration
    private let isOnce: Bool
    private let onStatus: @Sendable (String) -> Void

    /// One that is made once ends after an exchange, also where exchanges follow the changes, which a worker begins anew.
    ///
    /// `onStatus` is given the status document whenever an exchange begins or ends.
    package init(
        site: DeliverySite,
        longestWait: Duration = .seconds(20),
        once isOnce: Bool = false,
        onStatus: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.site = site
        self.longestWait = longestWait
        self.isOnce = isOnce
        self.onStatus = onStatus
    }

    package func run(_ job: RunningJob) async throws -> [String: Int] {
        let master = job.subject
        let begun = try await job.step { try ExchangeStore($0, master: master).begin() }
        try await tell(job)
        do {
            let client = try MasterClient(
                master,
                begun,
                site: site,
                longestWait: longestWait,
                until: job.shutdown
            )
            var exchange = Exchange(
                job: job,
                client: client,
                master: master,
                tables: begun.tables,
                force: job.type == "forced"
            )
            if job.type == "live", !isOnce { try await live(&exchange, job) }
            try await exchange.run()
            try await end(job, exchange)
            return exchange.counts.byName
        } catch {
            if let failure = Self.failure(error) {
                try await end(
                    job,
                    failure.errorClass == "guard.deletes" ? "partial" : "failed",
                    failure.description
                )
                throw failure
            }
            // Who asks how it stands is told of every other end, too.
            if let error = error as? PostgresError, !error.isConnectionLost {
                try await end(job, "failed", error.message)
            }
            throw error
        }
    }

    /// Exchanges whenever something is new, until the job is cancelled or the worker stops.
    ///
    /// Once a minute an exchange is a whole one, so that both sides know that it goes on.
    private func live(_ exchange: inout Exchange, _ job: RunningJob) async throws -> Never {
        var pause = Duration.seconds(1)
        var (wholeAt, told) = (ContinuousClock.Instant?.none, String?.none)
        while true {
            do {
                let follows = wholeAt.map { .now - $0 < Self.wholeEvery } ?? false
                try await exchange.run(following: follows)
                if !follows || exchange.problem != told {
                    told = exchange.problem
                    try await end(job, exchange)
                }
                if !follows { wholeAt = .now }
                pause = .seconds(1)
                try await exchange.waitForNews(atMost: 20)
            } catch {
                guard let failure = Self.failure(error), failure.errorClass != "guard.deletes" else {
                    throw error
                }
                wholeAt = nil
                try await end(job, "failed", failure.description)
                try await job.rest(for: pause)
                pause = min(pause * 2, .seconds(60))
            }
        }
    }

    private static let wholeEvery = Duration.seconds(60)

    private func end(_ job: RunningJob, _ exchange: Exchange) async throws {
        try await end(job, exchange.problem == nil ? "success" : "partial", exchange.problem)
    }

    private func end(_ job: RunningJob, _ status: String, _ problem: String?) async throws {
        let master = job.subject
        // Also when the worker stops.
        _ = try await job.connection.withTransaction {
            try ExchangeStore($0, master: master).end(status, error: problem)
        }
        try await tell(job)
    }

    private func tell(_ job: RunningJob) async throws {
        let master = job.subject
        onStatus(try await job.connection.withTransaction { try ExchangeStore($0, master: master).status() })
    }

    /// What ends the exchange until the next one; nil for what leaves the job to whoever runs it next.
    static func failure(_ error: any Error) -> JobFailure? {
        switch error {
        case let failure as JobFailure: failure
        case let refusal as MasterClient.Refusal:
            switch refusal {
            case .refused(let detail), .mustResync(let detail, _): JobFailure("call.refused", detail)
            case .sequence(let expected):
                JobFailure("call.refused", "the master still expects upload \(expected)")
            }
        case let failure as CallRunner.Failure:
            switch failure {
            case .leave(_, let problem): JobFailure("call.unreachable", problem)
            case .gone: JobFailure("call.config", "there is nothing at /api/sync of the master")
            case .failed(let errorClass, let problem): JobFailure(errorClass, problem)
            case .unauthorized(let problem):
                JobFailure(
                    "call.auth",
                    "the master does not take the token (\(problem)); there, pgsync node add NAME or pgsync node rotate NAME "
                        + "prints another"
                )
            case .interrupted: nil
            }
        case let error as PostgresError where error.sqlState?.code == "PS005":
            JobFailure("guard.deletes", error.message + (error.hint.map { "; \($0)" } ?? ""))
        default: nil
        }
    }
}
